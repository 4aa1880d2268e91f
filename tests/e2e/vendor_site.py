"""A vendor's download server on this machine, as slow and as unreliable as the real ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from server_process import PATIENCE
from site_proxy import encrypt

READS_FROM_IT = {"IMAGEWRIGHT_ALLOWED_NETWORKS": "127.0.0.0/8"}
"""Settings under which a server may read from this machine."""


class VendorSite:
    """Serves the files of a folder at `url`.

    `/short/NAME` breaks off in the middle, and `/slow/NAME` stops there, sets `halfway`, and goes on when `go_on` is
    set. `/busy` is 503.
    """

    def __init__(self, folder: Path) -> None:
        self.halfway = Event()
        self.go_on = Event()
        self.web = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self.web.server_address[1]}"


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, site: VendorSite, *args: Any, **options: Any) -> None:
        self.site = site
        super().__init__(*args, **options)

    def do_GET(self) -> None:
        manner, _, name = self.path.removeprefix("/").partition("/")
        if self.path == "/busy":
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
        elif manner in ("short", "slow"):
            self._half(Path(self.directory, name).read_bytes(), goes_on=manner == "slow")
        else:
            super().do_GET()

    def _half(self, data: bytes, *, goes_on: bool) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.site.halfway.set()
        self.close_connection = True
        if goes_on:
            self.site.go_on.wait(PATIENCE)
            # Whoever wanted it may have been killed.
            with suppress(OSError):
                self.wfile.write(data[len(data) // 2 :])

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def vendor_site(folder: Path, issued: Path | None = None) -> Iterator[VendorSite]:
    """A site that is up; with a certificate and its key it speaks TLS."""
    site = VendorSite(folder)
    if issued is not None:
        encrypt(site.web, issued)
    thread = Thread(target=site.web.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        site.go_on.set()
        site.web.shutdown()
        thread.join()
        site.web.server_close()

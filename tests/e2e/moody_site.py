"""A web server on this machine that speaks HTTP well (ETag, conditions, ranges) and misbehaves when it is told to."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

PATIENCE = 20.0


class Request(NamedTuple):
    """What was asked for, over which connection, and the status of the answer."""

    path: str
    headers: Mapping[str, str]
    status: int
    peer: tuple[str, int]


class MoodySite(ThreadingHTTPServer):
    """Serves `files` by path. What is put into `moods[path]` happens to the next requests for it, one each:

    "break": half of what is to be sent, then the connection is cut. "hang up": no answer at all. "slow": half, and the
    rest when `go_on` is set. "longer", "shorter": Content-Length says 7 bytes more or less than there are. "whole": 200
    with everything, whatever was asked for. "other part": a part from another place. A number is the status.
    "to URL": a redirect.

    `tags` is False for a server that tells no ETag. `requests` are all that came.
    """

    daemon_threads = True

    def __init__(self, files: Mapping[str, bytes] = {}) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = dict(files)
        self.moods: defaultdict[str, deque[str]] = defaultdict(deque)
        self.requests: list[Request] = []
        self.tags = True
        self.dated: dict[str, str] = {}
        self.halfway = Event()
        self.go_on = Event()

    def url(self, path: str) -> str:
        """The location of a file."""
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def put_folder(self, folder: Path, below: str = "") -> None:
        """Serves the files of a folder, below a path."""
        for file in folder.rglob("*"):
            if file.is_file():
                self.files[f"{below}{file.relative_to(folder).as_posix()}"] = file.read_bytes()

    def statuses(self, path: str) -> list[int]:
        """The answers to the requests for a path."""
        return [request.status for request in self.requests if request.path == path]

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that give up are what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: MoodySite

    def do_GET(self) -> None:
        path = self.path.lstrip("/")
        moods = self.server.moods[path]
        mood = moods.popleft() if moods else ""
        data = self.server.files.get(path)
        if mood == "hang up":
            self._noted(0)
            self.close_connection = True
        elif mood.isdigit() or data is None:
            self._answer(int(mood) if mood else 404, b"")
        elif mood.startswith("to "):
            self._answer(302, b"", Location=mood.removeprefix("to "))
        else:
            self._serve(data, mood)

    def _serve(self, data: bytes, mood: str) -> None:
        told = {"Last-Modified": when} if (when := self.server.dated.get(self.path.lstrip("/"))) else {}
        if self.server.tags:
            told["ETag"] = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        known = [told.get("ETag"), told.get("Last-Modified")]
        asked = self.headers.get("If-None-Match") or self.headers.get("If-Modified-Since")
        if asked is not None and asked in known and mood != "whole":
            self._answer(304, b"", **told)
            return
        part = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        start = int(part[1]) if part and self.headers.get("If-Range") in known and mood != "whole" else 0
        if start >= len(data) > 0 and part:
            self._answer(416, b"", **{"Content-Range": f"bytes */{len(data)}"})
            return
        if start or mood == "other part":
            start += mood == "other part"
            told["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self._answer(206, data[start:], mood, **told)
        else:
            self._answer(200, data, mood, **told)

    def _answer(self, status: int, body: bytes, mood: str = "", **told: str) -> None:
        self._noted(status)
        self.send_response(status)
        length = len(body) + {"longer": 7, "shorter": -7}.get(mood, 0)
        for name, value in {"Content-Length": str(length), **told}.items():
            self.send_header(name, value)
        self.end_headers()
        half = len(body) // 2 if mood in ("break", "slow") else len(body)
        self.wfile.write(body[:half])
        if mood in ("break", "longer", "shorter"):
            self.close_connection = True
        elif mood == "slow":
            self.server.halfway.set()
            self.server.go_on.wait(PATIENCE)
            with suppress(OSError):
                self.wfile.write(body[half:])

    def _noted(self, status: int) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(Request(self.path.lstrip("/"), headers, status, self.client_address))

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@contextmanager
def moody_site(files: Mapping[str, bytes] = {}) -> Iterator[MoodySite]:
    """A site that is up."""
    site = MoodySite(files)
    thread = Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.go_on.set()
        site.shutdown()
        thread.join()
        site.server_close()

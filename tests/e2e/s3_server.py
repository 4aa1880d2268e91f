"""A server that speaks S3, as a process of its own: SeaweedFS, from its wheel."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store
from server_process import PATIENCE, eventually

from imagewright.blobs.s3 import Bucket

WEED = Path(sys.executable).with_name("weed")
ACCESS_KEY, SECRET_KEY = "the-access-key", "the-secret-key"
BUCKET = "images"
PARTS = ("master", "volume", "filer", "s3")


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody has at this moment."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class S3Server:
    """A store with one bucket. It can be stopped and started again with what is in it, on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        names = [f"{part}.port{kind}" for part in PARTS for kind in ("", ".grpc")]
        self._ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.endpoint = f"http://127.0.0.1:{self._ports['s3.port']}"
        self._process: subprocess.Popen[bytes] | None = None
        self._worked_before = False
        self.start()

    def start(self) -> None:
        """Starts it and waits until it takes files, and gives out those that it had before."""
        words = [f"-{name}={port}" for name, port in self._ports.items()]
        words += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-bucket={BUCKET}", f"-dir={self._folder / 'data'}"]
        words += ["-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [WEED, "mini", *words, "-master.telemetry=false"], cwd=self._folder, stdout=log, stderr=log,
                # It leaves its logs in the temporary folder.
                env=os.environ | {
                    "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "TMPDIR": str(self._folder),
                },
            )  # fmt: skip
        eventually("the S3 server takes and gives out files", self._works, 2 * PATIENCE)
        self._worked_before = True

    def stop(self) -> None:
        """Ends it at once: what it has acknowledged it has written."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def store(self, prefix: str) -> S3Store:
        """What is under a prefix, as others see it."""
        return S3Store(
            BUCKET, prefix=prefix, endpoint=self.endpoint, region="us-east-1", access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY, client_options={"allow_http": True}, retry_config={"max_retries": 0},
        )  # fmt: skip

    def bucket(self, prefix: str, spool: Path) -> Bucket:
        """What the program needs to know."""
        return Bucket(BUCKET, prefix, spool, self.endpoint, "us-east-1", ACCESS_KEY, SECRET_KEY)

    def settings(self, prefix: str) -> dict[str, str]:
        """The same as settings of a server."""
        return {
            "IMAGEWRIGHT_BLOBS": f"s3://{BUCKET}/{prefix}",
            "IMAGEWRIGHT_S3_ENDPOINT": self.endpoint,
            "IMAGEWRIGHT_S3_REGION": "us-east-1",
            "IMAGEWRIGHT_S3_ACCESS_KEY_ID": ACCESS_KEY,
            "IMAGEWRIGHT_S3_SECRET_ACCESS_KEY": SECRET_KEY,
        }

    def _works(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()
        store = self.store("ready")
        try:
            if self._worked_before:
                # It answers before the part of it that keeps content has told what it has.
                obstore.get(store, "file").bytes()
            # Not an empty one, for which it needs no place.
            obstore.put(store, "file", b"content")
            return obstore.get(store, "file").bytes() == b"content"
        except (BaseError, OSError):
            return False


@contextmanager
def s3() -> Iterator[S3Server]:
    """A store until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="s3-"))
    server = S3Server(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


class _Forwards(BaseHTTPRequestHandler):
    """Passes requests on as they are, or answers what a store in trouble answers."""

    protocol_version = "HTTP/1.1"
    server: S3Front

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.in_trouble:
            self._answer(500, {}, b"<Error><Code>InternalError</Code><Message>We are sorry.</Message></Error>")
            return
        target = HTTPConnection(self.server.target, timeout=PATIENCE)
        try:
            target.request(self.command, self.path, body, dict(self.headers.items()))
            answer = target.getresponse()
            self._answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            target.close()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        length = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(body))
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


class S3Front(ThreadingHTTPServer):
    """Stands before a store: with `in_trouble` it answers 500 to everything."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Forwards)
        self.target = target
        self.in_trouble = False
        self.endpoint = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def before(server: S3Server) -> Iterator[S3Front]:
    """A front of the store until the end of the block."""
    with S3Front(server.endpoint.removeprefix("http://")) as front:
        thread = Thread(target=front.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield front
        finally:
            front.shutdown()
            thread.join()

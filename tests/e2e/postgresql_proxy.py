"""A way to a PostgreSQL server that breaks at the moment of a commit, before or after the server has heard of it."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import psycopg
import sqlalchemy as sa

SOCKET = ".s.PGSQL.5432"
CHANGE = b"INSERT INTO audit"
"""In every transaction that changes something for somebody."""


class PostgresqlProxy:
    """Passes everything on.

    `break_before_commit` and `break_after_commit` hold for the next COMMIT of a change; `closed` lets nobody through
    that comes anew.
    """

    def __init__(self, target: Path, folder: Path, url: str) -> None:
        self.url = sa.make_url(url).update_query_dict({"host": str(folder)}).render_as_string(hide_password=False)
        self.break_before_commit = False
        self.break_after_commit = False
        self.closed = False
        self.broke = Event()
        self._target = target
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen()
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Lets nobody through any more."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            if self.closed:
                return
            server.connect(str(self._target))
            back = Thread(target=self._pass_back, args=(server, client), daemon=True)
            back.start()
            changes = False
            with suppress(OSError):
                while data := client.recv(1 << 16):
                    changes = changes or CHANGE in data
                    if changes and b"COMMIT" in data and (self.break_before_commit or self.break_after_commit):
                        self._break(client, server, data)
                        break
                    changes = changes and b"COMMIT" not in data
                    server.sendall(data)
            with suppress(OSError):
                server.shutdown(socket.SHUT_WR)
            back.join()

    def _break(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        after, self.break_before_commit, self.break_after_commit = self.break_after_commit, False, False
        client.shutdown(socket.SHUT_RDWR)
        if after:
            server.sendall(data)
        self.broke.set()

    @staticmethod
    def _pass_back(server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                # What a client that is gone does not hear is read all the same, so that the server comes to its end.
                with suppress(OSError):
                    client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


@contextmanager
def before_postgresql(url: str) -> Iterator[PostgresqlProxy]:
    """A proxy before the server of this URL, until the end of the block."""
    target = Path(str(psycopg.conninfo.conninfo_to_dict(url)["host"])) / SOCKET
    with tempfile.TemporaryDirectory(prefix="proxy-") as folder:
        proxy = PostgresqlProxy(target, Path(folder), url)
        try:
            yield proxy
        finally:
            proxy.close()

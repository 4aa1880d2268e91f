"""The servers that the tests of a suite share, as fixtures; each is started when the first test asks for it.

The tests of storage, jobs and contract run on SQLite, or on PostgreSQL with `TEST_DATABASE=postgresql`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from postgresql_server import PostgresqlServer, postgresql
from s3_server import S3Server, s3

NewDatabase = Callable[[Path], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A PostgreSQL server."""
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def new_database(request: pytest.FixtureRequest) -> NewDatabase:
    """Gives the URL of a database that has nothing in it; one that is a file lies in the folder that is given."""
    if os.environ.get("TEST_DATABASE", "sqlite") == "sqlite":
        return lambda folder: nullcontext(f"sqlite:///{folder / 'imagewright.db'}")
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return lambda _: server.new_database()


@pytest.fixture
def database_url(new_database: NewDatabase, tmp_path: Path) -> Iterator[str]:
    """The URL of a database for one test."""
    with new_database(tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A server that speaks S3."""
    with s3() as server:
        yield server

"""A fresh database for each test, SQLite or PostgreSQL. The tests speak to it through the ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from shared_servers import *  # noqa: F403 - fixtures

from imagewright.storage.database import DatabaseStorage, open_storage


@pytest.fixture
def open_again(database_url: str) -> Iterator[Callable[[], DatabaseStorage]]:
    """Opens the database once more, as another process would."""
    opened: list[DatabaseStorage] = []

    def open_it() -> DatabaseStorage:
        opened.append(open_storage(database_url))
        return opened[-1]

    yield open_it
    for storage in opened:
        storage.close()


@pytest.fixture
def storage(open_again: Callable[[], DatabaseStorage]) -> DatabaseStorage:
    """An empty database."""
    return open_again()

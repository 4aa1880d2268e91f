"""A fresh database for each test. The tests speak to it through the ports; another database is one more parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imagewright.storage.database import DatabaseStorage, open_storage


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that nobody has used yet."""
    return {"sqlite": f"sqlite:///{tmp_path / 'imagewright.db'}"}[request.param]


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

"""A real database with runners on it, and a whole application with a server of bundles; all are stopped at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from depot_bench import Server, Site, serving
from job_bench import Bench
from shared_servers import *  # noqa: F403 - fixtures

from imagewright.cli.sample_depot import write_sample_depots
from imagewright.storage.database import open_storage


@pytest.fixture
def bench(database_url: str) -> Iterator[Bench]:
    storage = open_storage(database_url, busy_timeout=0.2)
    made = Bench(database_url, storage)
    yield made
    for runner in made.runners:
        runner.stop()
    storage.close()


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The sample depots by file name."""
    return {path.name: path.read_bytes() for path in write_sample_depots(tmp_path_factory.mktemp("samples"))}


@pytest.fixture
def web() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, database_url: str, web: Server) -> Iterator[Site]:
    storage = open_storage(database_url)
    made = Site(tmp_path, storage, web)
    yield made
    web.may_answer.set()
    for runner in made.runners:
        runner.stop()
    storage.close()

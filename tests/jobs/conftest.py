"""A real database, and runners on it that are stopped at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from job_bench import Bench

from imagewright.storage.database import open_storage


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    storage = open_storage(url, busy_timeout=0.2)
    made = Bench(url, storage)
    yield made
    for runner in made.runners:
        runner.stop()
    storage.close()

"""An empty database, and one with all sample depots, read as a viewer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from depot_calls import Reader

from imagewright.cli import sample_depot as sample
from imagewright.cli.sample_depot import write_sample_depots
from imagewright.storage.database import open_storage


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Reader]:
    storage = open_storage(f"sqlite:///{tmp_path / 'site.db'}")
    yield Reader(storage)
    storage.close()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Never changed by a test. The depots have the ids 1 to 8, in the order of their files."""
    folder = tmp_path_factory.mktemp("samples")
    storage = open_storage(f"sqlite:///{folder / 'site.db'}")
    reader = Reader(storage)
    for path in write_sample_depots(folder):
        if path.name != sample.BROKEN_FILE:
            reader.add(path.read_bytes(), description=path.name)
    yield reader
    storage.close()

"""An empty database, one with all sample depots, read as a viewer, and whole applications over copies of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from depot_calls import Reader
from whole_site import Site

from imagewright.bootstrap import assemble
from imagewright.cli import sample_depot as sample
from imagewright.cli.sample_depot import write_sample_depots
from imagewright.settings import Settings
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


@pytest.fixture(scope="session")
def stocked_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database with the base images of the samples. Not to be changed."""
    folder = tmp_path_factory.mktemp("stocked")
    storage = open_storage(f"sqlite:///{folder / 'imagewright.db'}")
    reader = Reader(storage)
    for path in write_sample_depots(folder)[:3]:
        reader.add(path.read_bytes(), description=path.name)
    storage.close()
    return folder / "imagewright.db"


@pytest.fixture
def site(stocked_database: Path, tmp_path: Path) -> Iterator[Site]:
    """A whole application, for one test alone."""
    settings = Settings(data=tmp_path)
    shutil.copyfile(stocked_database, tmp_path / "imagewright.db")
    storage = open_storage(settings.database_url)
    running = assemble(settings, storage)
    yield Site(running)
    running.runner.stop(10)
    storage.close()

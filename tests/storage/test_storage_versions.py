"""The version of a database: another one after every change, the same as long as nothing changes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from stored_values import add_depot, draft_of, undone, vib_of

from imagewright.app.ports import TakesLonger
from imagewright.storage.database import DatabaseStorage


def version_of(storage: DatabaseStorage) -> int:
    seen = storage.version()
    if seen is None:
        pytest.skip("this database does not tell its version")
    return seen


def test_reading_changes_nothing_and_every_commit_does(storage: DatabaseStorage) -> None:
    seen = [version_of(storage)]
    with storage.read() as unit:
        unit.drafts.list()
    assert version_of(storage) == seen[0]
    for number in range(3):
        with storage.write() as unit:
            unit.drafts.add(draft_of(f"owner {number}"))
        seen.append(version_of(storage))
    assert len(set(seen)) == 4


def test_a_change_by_another_process_is_seen_and_an_undone_one_is_none(
    storage: DatabaseStorage, open_again: Callable[[], DatabaseStorage]
) -> None:
    before, other = version_of(storage), open_again()
    with undone(other) as unit:
        unit.drafts.add(draft_of("nobody"))
    assert version_of(storage) == before
    with other.write() as unit:
        unit.drafts.add(draft_of("somebody"))
    assert version_of(storage) != before


def test_a_database_that_was_put_in_the_place_of_another_has_another_version(
    storage: DatabaseStorage, tmp_path: Path
) -> None:
    version_of(storage)
    file = tmp_path / "imagewright.db"
    with storage.write() as unit:
        unit.drafts.add(draft_of("somebody"))
    storage.close()
    shutil.copy(file, tmp_path / "kept")
    before = version_of(storage)
    file.rename(tmp_path / "gone")
    assert storage.version() is None
    (tmp_path / "kept").rename(file)
    assert version_of(storage) != before


def test_what_is_read_at_once_does_not_make_a_catalogue(storage: DatabaseStorage) -> None:
    add_depot(storage, "a bundle", vib_of("a-driver"))
    with pytest.raises(TakesLonger), storage.read(at_once=True) as unit:
        unit.depots.catalog()
    with storage.read() as unit:
        made = unit.depots.catalog()
    with storage.read(at_once=True) as unit:
        assert unit.depots.catalog() is made

"""SQLite when it cannot be used: locked, damaged, gone, read-only, disk full. And that it comes back without help."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from stored_values import draft_of

from imagewright.app.ports import StorageUnavailable, TakesLonger
from imagewright.storage.database import DatabaseStorage, open_storage

FILL = """
import resource, sys
from datetime import UTC, datetime
from imagewright.app.ports import AuditRecord, StorageUnavailable
from imagewright.storage.database import open_storage

now = datetime.now(UTC)
storage = open_storage(sys.argv[1])
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
try:
    with storage.write() as unit:
        for _ in range(4000):
            unit.audit.add(AuditRecord(now, "x" * 1000, "", "", "", ""))
except StorageUnavailable as error:
    print("unavailable", error.__cause__ is not None)
with storage.read() as unit:
    print(len(unit.drafts.list()))
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
with storage.write() as unit:
    unit.audit.add(AuditRecord(now, "x", "", "", "", ""))
storage.close()
print("recovered")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database lies."""
    return tmp_path / "imagewright.db"


@pytest.fixture
def hasty(path: Path) -> Iterator[DatabaseStorage]:
    """A storage that waits for others for a moment only."""
    storage = open_storage(f"sqlite:///{path}", busy_timeout=0.05)
    yield storage
    storage.close()


def use(storage: DatabaseStorage) -> int:
    """Writes and reads, and tells how many drafts there are."""
    with storage.write() as unit:
        if unit.drafts.of_owner("alice") is None:
            unit.drafts.add(draft_of("alice"))
    with storage.read() as unit:
        return len(unit.drafts.list())


def test_locked_by_another_process(hasty: DatabaseStorage, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable, match="locked"), hasty.write():
            pass
        with hasty.read() as unit:
            assert unit.drafts.list() == []
        other.execute("COMMIT")
    assert use(hasty) == 1


def test_locked_by_another_thread(hasty: DatabaseStorage) -> None:
    with hasty.write(), pytest.raises(StorageUnavailable, match="no connection"), hasty.write():
        pass
    assert use(hasty) == 1


def test_who_must_not_wait_waits_for_nobody(path: Path) -> None:
    patient = open_storage(f"sqlite:///{path}", busy_timeout=60.0)
    with closing(patient), closing(sqlite3.connect(path, isolation_level=None)) as other:
        with patient.write(), pytest.raises(TakesLonger), patient.write(at_once=True):
            pass
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable, match="locked"), patient.write(at_once=True):
            pass
        other.execute("COMMIT")
        with patient.write(at_once=True) as unit:
            unit.drafts.add(draft_of("bob"))
        assert use(patient) == 2


def test_file_that_is_no_database(path: Path) -> None:
    path.write_bytes(b"This is a letter and not a database. " * 1000)
    with pytest.raises(StorageUnavailable, match="not a database") as raised:
        open_storage(f"sqlite:///{path}")
    assert raised.value.__cause__ is not None


def test_damaged_file(hasty: DatabaseStorage, path: Path) -> None:
    use(hasty)
    hasty.close()
    intact = path.read_bytes()
    # The first page, with the list of the tables, stays as it is.
    path.write_bytes(intact[:4096] + b"\xff" * (len(intact) - 4096))
    with pytest.raises(StorageUnavailable, match="malformed"), hasty.write() as unit:
        unit.drafts.list()
    hasty.close()
    path.write_bytes(intact)
    assert use(hasty) == 1


def test_file_that_has_gone_and_comes_back(hasty: DatabaseStorage, path: Path) -> None:
    use(hasty)
    away = path.rename(path.with_suffix(".away"))
    for transaction in (hasty.read, hasty.write):
        with pytest.raises(StorageUnavailable, match="unable to open"), transaction():
            pass
    away.rename(path)
    assert use(hasty) == 1


def test_file_that_was_replaced_is_opened_anew(hasty: DatabaseStorage, path: Path) -> None:
    empty = path.with_suffix(".empty")
    open_storage(f"sqlite:///{empty}").close()
    use(hasty)
    hasty.close()
    shutil.move(empty, path)
    with hasty.read() as unit:
        assert unit.drafts.list() == []


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="No such file"):
        open_storage(f"sqlite:///{tmp_path}/none/imagewright.db")


def test_disk_full_is_undone_and_recovers(path: Path) -> None:
    run = [sys.executable, "-c", FILL, f"sqlite:///{path}"]
    done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split("\n")[:3] == ["unavailable True", "0", "recovered"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM audit").fetchone() == (1,)


def test_wrong_statement_is_no_excuse_of_the_database(hasty: DatabaseStorage, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE drafts")
    with pytest.raises(Exception, match="no such table") as raised, hasty.read() as unit:
        unit.drafts.list()
    assert not isinstance(raised.value, StorageUnavailable)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://user:secret@host/db",
        "imagewright.db",
        "postgresql://user:secret@host:x/db",
    ],
)
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"must be sqlite:///|not given as a URL") as raised:
        open_storage(url)
    assert "secret" not in str(raised.value)


def test_only_the_owner_can_read_the_file(hasty: DatabaseStorage, path: Path) -> None:
    with hasty.write() as unit:
        unit.drafts.add(draft_of("alice"))
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob("imagewright.db*")}
    assert modes == {0o600}


def test_path_with_signs_that_mean_something_in_a_url(tmp_path: Path) -> None:
    folder = tmp_path / "a b?c#d%41"
    folder.mkdir()
    path = folder / "größe.db"
    storage = open_storage(sa.URL.create("sqlite", database=str(path)).render_as_string())
    assert use(storage) == 1
    storage.close()
    assert path.exists()


def test_journal_is_written_ahead(hasty: DatabaseStorage, path: Path) -> None:
    use(hasty)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)

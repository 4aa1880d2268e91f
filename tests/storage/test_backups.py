"""Backups: everything that was there, also when things go meanwhile; put back into an empty place, or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from postgresql_server import PostgresqlServer
from s3_server import S3Server
from stored_values import NOON, content_of, depot_of, draft_of, vib_of

from imagewright.app.consistency import examine
from imagewright.app.ports import Blobs, Upload
from imagewright.backups import BackupError, back_up, restore
from imagewright.bootstrap import open_blobs, open_data
from imagewright.model.library import Depot
from imagewright.settings import Settings, load_settings
from imagewright.storage.copying import CannotCopy
from imagewright.storage.database import DatabaseStorage


def at(folder: Path) -> Settings:
    """All in a data folder."""
    return load_settings({"data": folder}, {})


@pytest.fixture(params=["sqlite and a folder", "postgresql and s3"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """A place that is still empty."""
    if request.param == "sqlite and a folder":
        yield at(tmp_path / "elsewhere")
        return
    postgresql: PostgresqlServer = request.getfixturevalue("postgresql_server")
    s3: S3Server = request.getfixturevalue("s3_server")
    with postgresql.new_database() as url:
        options = {"data": tmp_path / "elsewhere", "database": url}
        yield load_settings(options, s3.settings(f"backups/{tmp_path.name}"))


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """A data folder with two depots and an upload, all with their files."""
    settings = at(tmp_path / "data")
    with closing(open_data(settings)) as storage:
        for name in ("first", "second"):
            import_depot(storage, open_blobs(settings), name)
        with storage.write() as unit:
            unit.drafts.add(draft_of("alice"))
            name, size = store(open_blobs(settings), b"a bundle")
            unit.uploads.add(Upload("file", "alice", "bundle.zip", name, size, NOON))
    return settings


def store(blobs: Blobs, content: bytes) -> tuple[str, int]:
    with blobs.writer() as writer:
        writer.write(content)
        ref = writer.commit()
    return ref.sha256, ref.size


def import_depot(storage: DatabaseStorage, blobs: Blobs, name: str) -> Depot:
    """A depot with a VIB of this name, whose file is a blob. The VIB does not say how large it is."""
    vib = vib_of(name)
    assert store(blobs, f"{name} 1.0".encode())[0] == vib.sha256
    with storage.write() as unit:
        return unit.depots.add(depot_of(name), content_of(vib))


def remove_depot(settings: Settings, name: str) -> None:
    """Removes it with its blob, as the server does at once."""
    with closing(open_data(settings)) as storage, storage.write() as unit:
        (depot,) = (each for each in unit.depots.list() if each.bundle_sha256 == depot_of(name).bundle_sha256)
        unit.depots.delete(depot.id)
    assert open_blobs(settings).delete(vib_of(name).sha256)


def faults(settings: Settings, *, deep: bool = True, ahead: timedelta = timedelta()) -> list[str]:
    with closing(open_data(settings)) as storage:
        return list(examine(storage, open_blobs(settings), datetime.now(UTC) + ahead, deep=deep).faults)


def seen(settings: Settings) -> tuple[object, ...]:
    """What is there, and the content of every file."""
    with closing(open_data(settings)) as storage, storage.read() as unit:
        rows = unit.drafts.list(), unit.depots.list(), unit.depots.catalog().vibs, unit.uploads.get("file")
    blobs = open_blobs(settings)
    files = {}
    for name in blobs.names():
        with blobs.open(name) as file:
            files[name] = file.read()
    return (*rows, files)


# Backups


def test_backup_is_put_back_anywhere(here: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    made = back_up(here, tmp_path / "backup")
    assert (made.blobs, made.size, made.lacking) == (3, 9 + 10 + 8, [])
    put_back = restore(elsewhere, tmp_path / "backup")
    assert (put_back.rows, put_back.blobs, put_back.size) == (made.rows, made.blobs, made.size)
    assert seen(elsewhere) == seen(here)
    assert faults(elsewhere) == []
    again = back_up(elsewhere, tmp_path / "again")
    assert (again.rows, again.blobs, again.size) == (made.rows, made.blobs, made.size)


def test_backup_is_a_data_folder_that_only_its_owner_can_read(here: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    back_up(here, folder)
    assert {path.name for path in folder.iterdir()} == {"imagewright.db", "blobs", "backup.json"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    shutil.copytree(folder, tmp_path / "copy")
    assert seen(at(tmp_path / "copy")) == seen(here)


def test_database_of_a_backup_can_be_read_where_nothing_can_be_written(here: Settings, tmp_path: Path) -> None:
    back_up(here, tmp_path / "backup")
    with closing(sqlite3.connect(f"file:{tmp_path}/backup/imagewright.db?mode=ro&immutable=1", uri=True)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert database.execute("SELECT count(*) FROM depots").fetchone() == (2,)


def test_depot_that_goes_during_a_backup_goes_from_it(here: Settings, tmp_path: Path) -> None:
    gone = []

    def remove(_done: int, _all: int) -> None:
        if not gone:
            gone.append("second")
            remove_depot(here, "second")

    made = back_up(here, tmp_path / "backup", remove)
    assert gone
    assert (made.blobs, made.lacking) == (2, [])
    restore(at(tmp_path / "elsewhere"), tmp_path / "backup")
    assert seen(at(tmp_path / "elsewhere")) == seen(here)


def test_what_comes_during_a_backup_is_in_it_whole_or_not_at_all(here: Settings, tmp_path: Path) -> None:
    def add(done: int, _all: int) -> None:
        with closing(open_data(here)) as storage:
            import_depot(storage, open_blobs(here), f"during {done}")

    back_up(here, tmp_path / "backup", add)
    restore(at(tmp_path / "elsewhere"), tmp_path / "backup")
    assert faults(at(tmp_path / "elsewhere")) == []


def test_file_that_is_not_there_is_told_and_the_rest_is_kept(here: Settings, tmp_path: Path) -> None:
    lost = vib_of("first").sha256
    open_blobs(here).delete(lost)
    assert back_up(here, tmp_path / "backup").lacking == [lost]
    assert restore(at(tmp_path / "elsewhere"), tmp_path / "backup").lacking == [lost]
    assert seen(at(tmp_path / "elsewhere")) == seen(here)


def test_damaged_file_is_not_backed_up(here: Settings, tmp_path: Path) -> None:
    (blob,) = here.data.rglob(vib_of("first").sha256)
    blob.write_bytes(b"something else")
    with pytest.raises(BackupError, match=rf"{blob.name} is damaged.*fsck --deep"):
        back_up(here, tmp_path / "backup")
    with pytest.raises(BackupError, match="not a complete one"):
        restore(at(tmp_path / "elsewhere"), tmp_path / "backup")


def test_folder_that_is_not_empty_takes_no_backup(here: Settings, tmp_path: Path) -> None:
    back_up(here, tmp_path / "backup")
    with pytest.raises(BackupError, match="not empty"):
        back_up(here, tmp_path / "backup")


def test_backup_that_was_changed_is_not_put_back(here: Settings, tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "backup", at(tmp_path / "elsewhere")
    back_up(here, folder)
    (blob,) = folder.rglob(vib_of("first").sha256)
    content = blob.read_bytes()
    blob.write_bytes(b"x" + content[1:])
    with pytest.raises(BackupError, match="is damaged"):
        restore(elsewhere, folder)
    blob.unlink()
    with pytest.raises(BackupError, match="lacks 1 blobs"):
        restore(elsewhere, folder)
    blob.write_bytes(content)
    with (folder / "imagewright.db").open("ab") as file:
        file.write(b"more")
    with pytest.raises(BackupError, match="another content"):
        restore(elsewhere, folder)
    with closing(open_data(elsewhere)) as storage, storage.read() as unit:
        assert unit.depots.list() == []


def test_backup_is_put_back_into_an_empty_database_only(here: Settings, tmp_path: Path) -> None:
    back_up(here, tmp_path / "backup")
    with pytest.raises(CannotCopy, match="not empty"):
        restore(here, tmp_path / "backup")
    assert faults(here) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "cannot be understood"), ("[]", "cannot be understood"), ('{"format": 9}', "a form")],
)
def test_what_is_no_backup(here: Settings, tmp_path: Path, content: str, words: str) -> None:
    back_up(here, tmp_path / "backup")
    (tmp_path / "backup" / "backup.json").write_text(content)
    with pytest.raises(BackupError, match=words):
        restore(at(tmp_path / "elsewhere"), tmp_path / "backup")


def test_backup_says_what_is_in_it(here: Settings, tmp_path: Path) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    back_up(here, tmp_path / "backup")
    contents = json.loads((tmp_path / "backup" / "backup.json").read_text())
    assert before < datetime.fromisoformat(contents["begun"]) < datetime.now(UTC)
    assert contents["database"]["tables"]["depots"] == 2
    found = hashlib.sha256((tmp_path / "backup" / "imagewright.db").read_bytes()).hexdigest()
    assert contents["database"]["sha256"] == found


# What can be wrong


def test_missing_and_damaged_files_are_found(here: Settings) -> None:
    open_blobs(here).delete(vib_of("first").sha256)
    (damaged,) = here.data.rglob(vib_of("second").sha256)
    damaged.write_bytes(b"second 9.9")
    (shorter,) = here.data.rglob(hashlib.sha256(b"a bundle").hexdigest())
    shorter.write_bytes(b"a b")
    found = faults(here, deep=False)
    assert [fault.partition(":")[0] for fault in found] == ["missing", "damaged"]
    assert vib_of("first").id in found[0]
    assert "bundle.zip" in found[1]
    assert "has 3 bytes" in found[1]
    deep = "\n".join(faults(here))
    assert f"the blob {damaged.name}, which is the VIB {vib_of('second').id}, has another content" in deep


def test_files_that_nothing_needs_are_orphans_when_they_are_old(here: Settings) -> None:
    name, _ = store(open_blobs(here), b"nothing needs this")
    assert faults(here) == []
    with closing(open_data(here)) as storage:
        assert examine(storage, open_blobs(here), datetime.now(UTC), deep=False).unowned == 1
    (found,) = faults(here, ahead=timedelta(hours=2))
    assert found.startswith(f"orphan: the blob {name}")
    assert open_blobs(here).exists(name)


def test_rows_that_contradict_each_other_are_found(here: Settings) -> None:
    with closing(sqlite3.connect(here.data / "imagewright.db")) as database, database:
        database.execute("DELETE FROM bulletins WHERE depot = 1")
        database.execute("UPDATE counters SET value = 0 WHERE name = 'drafts'")
        database.execute("UPDATE bundle_vibs SET vib = 'none' WHERE depot = 2")
    found = "\n".join(faults(here))
    assert "row 1, 0, 0 of components refers to a row of bulletins that is not there" in found
    assert "the counter of drafts is at 0, and there is an id 1" in found
    assert "row 2, 0, 0 of bundle_vibs refers to a row of vibs that is not there" in found


def test_depot_that_goes_while_it_is_examined_is_no_fault(here: Settings) -> None:
    def remove(done: int, _all: int) -> None:
        if done == 1:
            remove_depot(here, "first")
            remove_depot(here, "second")

    with closing(open_data(here)) as storage:
        found = examine(storage, open_blobs(here), datetime.now(UTC), deep=True, report=remove)
    assert found.faults == []

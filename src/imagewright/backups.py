"""Moving a database, and keeping copies of everything: made while the server works, and put back into an empty place.

A backup is a folder::

    imagewright.db    the database as of one moment, always SQLite, whatever the server uses
    blobs/            every file that it needs, by SHA-256
    backup.json       what is in it, written last: without this file it is not complete

The first two are laid out as in a data folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from imagewright.app.ports import Blobs
from imagewright.blobs.directory import DirectoryBlobs
from imagewright.bootstrap import open_blobs, open_data, utc_now
from imagewright.settings import Settings
from imagewright.storage.copying import CannotCopy, TableSum, copy_as_of_now, move
from imagewright.storage.database import DatabaseStorage, open_storage

FORMAT: Final = 1
DATABASE: Final = "imagewright.db"
BLOBS: Final = "blobs"
CONTENTS: Final = "backup.json"
PIECE: Final = 1 << 20
ATTEMPTS: Final = 10
"""How often the database is copied when depots go while their blobs are copied."""

Report = Callable[[int, int], None]
"""Takes how many blobs are copied, and how many there are in all."""


class BackupError(Exception):
    """A backup cannot be made, or is none that can be put back. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What is in a backup: rows, blobs, and bytes of blobs. `lacking` are blobs that were not there to be copied."""

    rows: int
    blobs: int
    size: int
    lacking: Sequence[str]


def copy_database(source: str, target: str) -> Sequence[TableSum]:
    """Moves a database into an empty one. Raises CannotCopy, StorageUnavailable, and ValueError for another URL."""
    if source == target:
        raise CannotCopy("source and target are the same")
    with closing(open_storage(target)) as storage:
        return move(source, storage)


def back_up(settings: Settings, folder: Path, report: Report = lambda _done, _all: None) -> Backup:
    """Copies database and blobs into a new folder while the server works.

    What was acknowledged before the call is in it, and what is done meanwhile is in it as a whole or not at all.
    Raises BackupError, StorageUnavailable, and OSError.
    """
    begun = utc_now()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty; each backup has a folder of its own")
    source, target = open_blobs(settings), DirectoryBlobs(folder / BLOBS)
    with closing(open_data(settings)) as storage:
        for _ in range(ATTEMPTS):
            sums, wanted = _copy_rows(storage, folder / DATABASE)
            lacking = _copy_blobs(source, target, wanted, report)
            with storage.read() as uow:
                needed = {use.sha256 for use in uow.blob_uses()}
            # A depot may have gone since the rows were copied, with its blobs. Then there is a newer moment to copy.
            if needed.issuperset(lacking):
                break
        else:
            raise BackupError("depots went faster than their files could be copied; try again when less is going on")
    for sha256 in set(target.names()) - wanted:
        target.delete(sha256)
    made = Backup(sum(each.rows for each in sums), len(wanted) - len(lacking), _size(target), sorted(lacking))
    _write_contents(folder, made, sums, begun.isoformat())
    return made


def restore(settings: Settings, folder: Path, report: Report = lambda _done, _all: None) -> Backup:
    """Puts a backup back: blobs first, then all rows in one transaction. The database must be empty.

    Raises BackupError, CannotCopy, StorageUnavailable, and OSError; the database is as it was then.
    """
    contents = _read_contents(folder)
    with tempfile.TemporaryDirectory(prefix="imagewright-restore-") as aside:
        # Aside, because the tables of an older release are brought up to date first, and a backup is never changed.
        file = Path(shutil.copyfile(folder / DATABASE, Path(aside) / DATABASE))
        if _sha256(file) != contents["database"]["sha256"]:
            raise BackupError(f"{folder / DATABASE} has another content than when the backup was made")
        with closing(open_storage(f"sqlite:///{file}")) as source, closing(open_data(settings)) as target:
            with source.read() as uow:
                wanted = {use.sha256 for use in uow.blob_uses()} - set(contents["blobs"]["lacking"])
            blobs = open_blobs(settings)
            lacking = _copy_blobs(DirectoryBlobs(folder / BLOBS), blobs, wanted, report)
            if lacking:
                raise BackupError(
                    f"{folder} lacks {len(lacking)} blobs that it had when it was made, such as {min(lacking)}"
                )
            sums = copy_as_of_now(source, target)
    size = sum(blobs.size(sha256) for sha256 in wanted)
    return Backup(sum(each.rows for each in sums), len(wanted), size, contents["blobs"]["lacking"])


def _copy_rows(storage: DatabaseStorage, file: Path) -> tuple[Sequence[TableSum], set[str]]:
    file.unlink(missing_ok=True)
    with closing(open_storage(f"sqlite:///{file}")) as target:
        sums = copy_as_of_now(storage, target)
        with target.read() as uow:
            wanted = {use.sha256 for use in uow.blob_uses()}
        target.settle()
    return sums, wanted


def _copy_blobs(source: Blobs, target: Blobs, wanted: set[str], report: Report) -> set[str]:
    """Copies the blobs that are not there yet, and gives those that the source has not."""
    lacking = set()
    for done, sha256 in enumerate(sorted(wanted)):
        report(done, len(wanted))
        try:
            if not target.exists(sha256):
                _copy_blob(source, target, sha256)
        except FileNotFoundError:
            lacking.add(sha256)
    report(len(wanted), len(wanted))
    return lacking


def _copy_blob(source: Blobs, target: Blobs, sha256: str) -> None:
    with source.open(sha256) as file, target.writer() as writer:
        while piece := file.read(PIECE):
            writer.write(piece)
        if writer.hexdigest() != sha256:
            raise BackupError(
                f"the blob {sha256} is damaged: its content has the SHA-256 {writer.hexdigest()}. imagewright fsck "
                "--deep says what needs it"
            )
        writer.commit()


def _size(blobs: Blobs) -> int:
    return sum(blobs.size(sha256) for sha256 in blobs.names())


def _write_contents(folder: Path, made: Backup, sums: Sequence[TableSum], begun: str) -> None:
    contents = {
        "format": FORMAT,
        "release": version("imagewright"),
        "begun": begun,
        "database": {"sha256": _sha256(folder / DATABASE), "tables": {each.table: each.rows for each in sums}},
        "blobs": {"number": made.blobs, "bytes": made.size, "lacking": list(made.lacking)},
    }
    incomplete = folder / f"{CONTENTS}.incomplete"
    with incomplete.open("w", encoding="utf-8") as file:
        json.dump(contents, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    incomplete.replace(folder / CONTENTS)


def _read_contents(folder: Path) -> dict[str, Any]:
    try:
        contents = json.loads((folder / CONTENTS).read_text(encoding="utf-8"))
        if contents["format"] != FORMAT:
            raise BackupError(f"{folder} is a backup of a form that this release does not know")
    except FileNotFoundError:
        raise BackupError(f"{folder} is no backup, or not a complete one: it has no {CONTENTS}") from None
    except (ValueError, LookupError, TypeError):
        raise BackupError(f"{folder / CONTENTS} cannot be understood") from None
    return dict(contents)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

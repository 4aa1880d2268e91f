"""Blobs in a directory: what is on the disk, and nothing left behind. What blobs are anywhere is in test_blobs."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from imagewright.app.ports import BlobRef
from imagewright.blobs.directory import DirectoryBlobs

FILL = """
import resource, sys
from imagewright.blobs.directory import DirectoryBlobs

blobs = DirectoryBlobs(sys.argv[1])
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
try:
    with blobs.writer() as writer:
        while True:
            writer.write(b"x" * 30_000)
except OSError as error:
    print(type(error).__name__)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
with blobs.writer() as writer:
    writer.write(b"x" * 200_000)
    print(writer.commit().size)
"""
CRASH = """
import os, signal, sys
from imagewright.blobs.directory import DirectoryBlobs

with DirectoryBlobs(sys.argv[1]).writer() as writer:
    writer.write(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the blobs lie."""
    return tmp_path / "state" / "blobs"


@pytest.fixture
def blobs(folder: Path) -> DirectoryBlobs:
    """No blobs yet."""
    return DirectoryBlobs(folder)


def store(blobs: DirectoryBlobs, *pieces: bytes) -> BlobRef:
    """Writes a blob piece by piece."""
    with blobs.writer() as writer:
        for piece in pieces:
            assert writer.write(piece) == len(piece)
        return writer.commit()


def files(folder: Path) -> set[str]:
    """Every file below the folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_same_content_is_there_once_and_young_again(blobs: DirectoryBlobs, folder: Path) -> None:
    name = store(blobs, b"content").sha256
    (path,) = folder.rglob(name)
    os.utime(path, (0, 0))
    assert blobs.stored(name) == datetime(1970, 1, 1, tzinfo=UTC)
    assert store(blobs, b"con", b"tent").sha256 == name
    assert datetime.now(UTC) - blobs.stored(name) < timedelta(minutes=1)
    assert len(files(folder)) == 1


def test_nothing_is_left_after_a_failure(blobs: DirectoryBlobs, folder: Path) -> None:
    with suppress(ZeroDivisionError), blobs.writer() as writer:
        writer.write(b"content")
        _ = 1 / 0
    assert files(folder) == set()


def test_deleted_blob_can_be_read_to_its_end_by_who_has_it(blobs: DirectoryBlobs) -> None:
    name = store(blobs, b"content").sha256
    with blobs.open(name) as file:
        assert blobs.delete(name)
        assert file.read() == b"content"


def test_foreign_files_are_no_blobs(blobs: DirectoryBlobs, folder: Path) -> None:
    (folder / "aa" / "bb").mkdir(parents=True)
    (folder / "aa" / "bb" / "notes.txt").touch()
    assert list(blobs.names()) == []


def test_only_the_owner_can_read(blobs: DirectoryBlobs, folder: Path) -> None:
    store(blobs, b"content")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*")) if path.is_dir()}
    assert modes == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}


def test_disk_full_leaves_nothing_and_recovers(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(folder)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["OSError", "200000"]
    assert files(folder / "incoming") == set()
    assert len(files(folder)) == 1


def test_leftovers_of_a_crash_are_removed_at_start(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", CRASH, str(folder)], check=False, timeout=60)
    assert len(files(folder / "incoming")) == 1
    DirectoryBlobs(folder)
    assert files(folder) == set()


def test_start_of_another_process_leaves_writers_alone(blobs: DirectoryBlobs, folder: Path) -> None:
    with blobs.writer() as writer:
        writer.write(b"content")
        DirectoryBlobs(folder)
        assert writer.commit().size == 7
    assert len(list(blobs.names())) == 1


def test_processes_that_start_while_a_blob_gets_its_name_leave_it_alone(
    blobs: DirectoryBlobs, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever a writer waits for the disk, another process has time to start."""
    sync, starts = os.fsync, list[DirectoryBlobs]()

    def slow_sync(descriptor: int) -> None:
        sync(descriptor)
        starts.append(DirectoryBlobs(folder))

    monkeypatch.setattr(os, "fsync", slow_sync)
    name = store(blobs, b"content").sha256
    assert len(starts) > 1
    assert files(folder) == {f"{name[:2]}/{name[2:4]}/{name}"}


def test_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="File exists"):
        DirectoryBlobs(tmp_path / "file")

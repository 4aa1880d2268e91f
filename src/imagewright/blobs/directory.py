"""Blobs as plain files in a local directory.

A blob lies at `ab/cd/abcd…`, named by its SHA-256. One in the making lies in `incoming`, locked by its writer; a file
there that nobody holds locked was left by a crash. Any number of threads and processes may use one directory.
"""

from __future__ import annotations

import fcntl
import io
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from imagewright.app.ports import BlobRef
from imagewright.blobs.sums import Sums

_SHA256 = re.compile("[0-9a-f]{64}")
_READ_BUFFER = 1 << 20


class DirectoryBlobs:
    """`ports.Blobs` in a directory, which is made when it is not there. Only its owner can read what is in it.

    Raises OSError when the directory cannot be used.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder).absolute()
        self._incoming = self._folder / "incoming"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._incoming.mkdir(mode=0o700, exist_ok=True)
        self._remove_leftovers()

    @contextmanager
    def writer(self) -> Iterator[DirectoryWriter]:
        """A blob in the making; without `commit` nothing of it is left behind."""
        path, file = self._new_file()
        with file:
            try:
                yield DirectoryWriter(self, path, file)
            finally:
                path.unlink(missing_ok=True)

    def are_local(self) -> bool:
        """True: who can write the data folder can write everything."""
        return True

    def open(self, sha256: str) -> BinaryIO:
        """The content of a blob, from its start. Raises FileNotFoundError when there is none."""
        return self._path(sha256).open("rb", buffering=_READ_BUFFER)

    def exists(self, sha256: str) -> bool:
        """True when there is such a blob."""
        with suppress(FileNotFoundError):
            return self._path(sha256).is_file()
        return False

    def size(self, sha256: str) -> int:
        """The size of a blob in bytes. Raises FileNotFoundError when there is none."""
        return self._path(sha256).stat().st_size

    def stored(self, sha256: str) -> datetime:
        """When this content was stored last. Raises FileNotFoundError when there is none."""
        return datetime.fromtimestamp(self._path(sha256).stat().st_mtime, UTC)

    def delete(self, sha256: str) -> bool:
        """Removes a blob; False when there is none. Who has it open can read it to its end."""
        try:
            self._path(sha256).unlink()
        except FileNotFoundError:
            return False
        return True

    def names(self) -> Iterator[str]:
        """The SHA-256 of every blob, in no particular order."""
        for path in self._folder.glob("??/??/*"):
            if _SHA256.fullmatch(path.name):
                yield path.name

    def adopt(self, path: Path, sha256: str) -> None:
        """Makes a finished file of `incoming` the blob of this name, durably.

        One that is there already is replaced: it has the same content, but it may be about to be swept as an orphan,
        and the new one is young.
        """
        target = self._path(sha256)
        if not target.parent.is_dir():
            for folder in (target.parent.parent, target.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
                _sync_folder(folder.parent)
        path.replace(target)
        _sync_folder(target.parent)

    def _path(self, sha256: str) -> Path:
        # Names come from requests and from metadata of depots, and must not lead out of the folder.
        if not _SHA256.fullmatch(sha256):
            raise FileNotFoundError(f"{sha256!r} is not the SHA-256 of a blob")
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def _new_file(self) -> tuple[Path, io.FileIO]:
        while True:
            descriptor, name = tempfile.mkstemp(dir=self._incoming)
            # Unbuffered: after a failed write nothing must be left that closing the file would try to write again.
            file = io.FileIO(descriptor, "wb")
            fcntl.flock(file, fcntl.LOCK_EX)
            # A process that starts at this moment may have taken the file for a leftover before it was locked.
            if os.fstat(descriptor).st_nlink:
                return Path(name), file
            file.close()

    def _remove_leftovers(self) -> None:
        for path in self._incoming.iterdir():
            with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


class DirectoryWriter:
    """`ports.BlobWriter`: hashes what it writes."""

    def __init__(self, blobs: DirectoryBlobs, path: Path, file: io.FileIO) -> None:
        self._blobs = blobs
        self._path = path
        self._file = file
        self._sums = Sums()

    def write(self, data: bytes, /) -> int:
        """Adds bytes, in pieces of 64 KiB or more for speed. Raises OSError when the disk is full."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._sums.add(data)
        return len(data)

    def hexdigest(self) -> str:
        """The SHA-256 of what was written so far."""
        return self._sums.ref().sha256

    def commit(self) -> BlobRef:
        """Makes the blob readable under its SHA-256, once it is safe on the disk. Raises ValueError the second time."""
        os.fsync(self._file.fileno())
        ref = self._sums.ref()
        # It is locked until it has its name: before that, a process that starts would take it for a leftover.
        self._blobs.adopt(self._path, ref.sha256)
        self._file.close()
        return ref


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

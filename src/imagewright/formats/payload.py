"""Payloads: files packed as a `tgz`, a gzip of plain ustar, in the one form that the same files always have."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO, cast

from imagewright.formats.errors import FormatError, shown

_LONGEST_PATH = 255
"""Characters; ustar holds no longer one."""


@dataclass(frozen=True, slots=True)
class PayloadFile:
    """A file to be packed. `path` is where it lies on the host, without a leading slash; `size` is in bytes."""

    path: str
    size: int
    executable: bool
    open: Callable[[], BinaryIO]


def write_payload(sink: BinaryIO, files: Iterable[PayloadFile], moment: int) -> None:
    """Packs files, and the folders that they lie in, sorted by path.

    `moment` is the time of all of them, in seconds since 1970; owner is root. Raises FormatError when a path is too
    long for the format.
    """
    packed = gzip.GzipFile(filename="", mode="wb", fileobj=sink, mtime=0)
    with packed, tarfile.open(fileobj=cast(BinaryIO, packed), mode="w", format=tarfile.USTAR_FORMAT) as archive:
        folders: set[str] = set()
        for file in sorted(files, key=lambda each: each.path.split("/")):
            for folder in _folders_of(file.path):
                if folder not in folders:
                    folders.add(folder)
                    archive.addfile(_entry(folder, tarfile.DIRTYPE, 0o755, moment))
            _add(archive, file, moment)


def _add(archive: tarfile.TarFile, file: PayloadFile, moment: int) -> None:
    entry = _entry(file.path, tarfile.REGTYPE, 0o755 if file.executable else 0o644, moment)
    entry.size = file.size
    with file.open() as source:
        try:
            archive.addfile(entry, source)
        except ValueError as error:
            raise FormatError(file.path, f"cannot be packed: {error}; shorten the path") from error


def _folders_of(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: number + 1]) for number in range(len(parts))]


def _entry(path: str, kind: bytes, mode: int, moment: int) -> tarfile.TarInfo:
    if len(path) > _LONGEST_PATH:
        raise FormatError(shown(path), f"has {len(path)} characters; a payload allows {_LONGEST_PATH}")
    entry = tarfile.TarInfo(path)
    entry.type, entry.mode, entry.mtime = kind, mode, moment
    entry.uname = entry.gname = "root"
    return entry

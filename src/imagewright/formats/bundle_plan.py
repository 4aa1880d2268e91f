"""An offline bundle that is known before a VIB is copied: VIBs are stored, so their sizes say where everything is.

That lets several threads copy VIBs at the same time, each to its place, and lets a bundle be given out without being
written at all. The bytes are those that `depot_writer.write_depot` writes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from imagewright.formats.depot_writer import DepotFiles, member_info, write_document
from imagewright.formats.errors import FormatError, shown
from imagewright.model.content import Vib, VibRef

Crcs = Mapping[VibRef, int]
"""The CRC-32 of the file of each VIB, which the headers of a zip hold."""


@dataclass(frozen=True, slots=True)
class PlacedVib:
    """A VIB and the byte of the bundle at which its file begins."""

    vib: Vib
    start: int


@dataclass(frozen=True)
class BundlePlan:
    """Where everything in a bundle is. Every VIB must have its size. Raises FormatError for one that has none."""

    files: DepotFiles

    @cached_property
    def vibs(self) -> tuple[PlacedVib, ...]:
        """The VIBs, in the order of the bundle."""
        return tuple(piece for piece in self.pieces({}) if isinstance(piece, PlacedVib))

    @cached_property
    def size(self) -> int:
        """Bytes of the bundle."""
        return sum(len(piece) if isinstance(piece, bytes) else piece.vib.size for piece in self.pieces({}))

    def pieces(self, crcs: Crcs) -> tuple[bytes | PlacedVib, ...]:
        """The bundle, front to end: VIBs, and the bytes between them. Without the CRCs the bytes are not the true ones,
        but as many."""
        frame = _Frame()
        with zipfile.ZipFile(frame, "w") as archive:
            for path, document in self.files.documents.items():
                write_document(archive, path, document)
            for path, vib in self.files.vibs.items():
                _reserve(archive, path, vib, crcs.get(vib.ref, 0), frame)
        return frame.pieces()


def _reserve(archive: zipfile.ZipFile, path: str, vib: Vib, crc: int, frame: _Frame) -> None:
    """Enters a stored member without writing its bytes, as `ZipFile.open` does for one whose bytes it gets."""
    if not vib.size:
        raise FormatError(path, f"is VIB {shown(vib.id)}, whose size is not known; it cannot be put into a bundle")
    info = member_info(path, vib.size)
    info.compress_size = vib.size
    info.CRC = crc
    info.header_offset = frame.tell()
    frame.write(info.FileHeader())
    frame.leave_room(vib)
    archive.filelist.append(info)
    archive.NameToInfo[path] = info
    archive.start_dir = frame.tell()


class _Frame(io.RawIOBase):
    """A file with holes: takes what is written between the VIBs, and counts as if they were there."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._holes: list[tuple[int, PlacedVib]] = []
        self._skipped = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._bytes.tell() + self._skipped

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        """Only to where no hole is in between: to the header of the member that is being written, and back."""
        if whence != io.SEEK_SET or position < self._skipped:
            raise io.UnsupportedOperation("there is a hole in between")
        return self._bytes.seek(position - self._skipped) + self._skipped

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        return self._bytes.write(data)

    def leave_room(self, vib: Vib) -> None:
        self._holes.append((self._bytes.tell(), PlacedVib(vib, self.tell())))
        self._skipped += vib.size

    def pieces(self) -> tuple[bytes | PlacedVib, ...]:
        data, found, done = self._bytes.getvalue(), list[bytes | PlacedVib](), 0
        for at, hole in self._holes:
            found += [data[done:at], hole]
            done = at
        return (*found, data[done:])

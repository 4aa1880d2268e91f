"""The bytes of one file in a zip archive, as a stream.

The standard library reads such a stream as well, but is told by nobody to be safe for two threads in one archive, and
unpacks with zlib. Its errors are raised here, too: who reads translates them.
"""

from __future__ import annotations

import io
import struct
import zipfile
from threading import Lock
from typing import BinaryIO

from imagewright.formats.inflate import RAW, crc32, inflater
from imagewright.formats.limits import CHUNK, MIB

_HEADER = struct.Struct("<4s22xHH")
_HEADER_MAGIC = b"PK\x03\x04"
_UTF8_NAME = 0x800
_WINDOW = 1 * MIB
"""Bytes that are read from the archive at a time."""


class SharedFile:
    """A seekable file that several threads read, each at places of its own."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = Lock()

    def read_at(self, position: int, size: int) -> bytes:
        """At most `size` bytes from there."""
        with self._lock:
            self._file.seek(position)
            return self._file.read(size)


class Member(io.BufferedIOBase):
    """One reading of a member from front to end, checked against the size and the CRC in the list of contents.

    Raises zipfile.BadZipFile, EOFError and what inflating raises when the archive is damaged.
    """

    def __init__(self, file: SharedFile, info: zipfile.ZipInfo) -> None:
        self._file = file
        self._info = info
        self._position = _start_of(file, info)
        self._stored_left = info.compress_size
        self._left = info.file_size
        self._crc = 0
        self._engine = inflater(RAW) if info.compress_type == zipfile.ZIP_DEFLATED else None
        self._packed = memoryview(b"")
        self._tail = b""
        self._block = b""
        self._block_at = 0

    def readable(self) -> bool:
        """True."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """At most `size` bytes, often less than that; none at the end only. All that is left without a size."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(CHUNK), b""))
        if size == 0:
            return b""
        if self._block_at == len(self._block):
            self._block, self._block_at = self._next_block(), 0
        block, at = self._block, self._block_at
        if at == 0 and len(block) <= size:
            self._block = b""
            return block
        self._block_at = min(len(block), at + size)
        return block[at : self._block_at]

    def _next_block(self) -> bytes:
        block = self._stored_block() if self._engine is None else self._inflated_block()
        self._left -= len(block)
        self._crc = crc32(block, self._crc)
        if self._left < 0:
            raise zipfile.BadZipFile("there is more than the list of contents says")
        if self._left and not block:
            raise EOFError
        if not self._left and self._crc != self._info.CRC:
            raise zipfile.BadZipFile("its CRC-32 is another")
        return block

    def _stored_block(self) -> bytes:
        return self._read_packed(min(CHUNK, self._left)) if self._left else b""

    def _inflated_block(self) -> bytes:
        """The next bytes that come out; those of a window are put in by pieces, because what is left over is copied."""
        engine = self._engine
        assert engine is not None  # noqa: S101 - tells the type checker
        while not engine.eof:
            if not self._tail:
                if not self._packed:
                    self._packed = memoryview(self._read_packed(_WINDOW))
                self._tail, self._packed = bytes(self._packed[:CHUNK]), self._packed[CHUNK:]
            ended = not self._tail
            block = engine.decompress(self._tail, CHUNK)
            self._tail = engine.unconsumed_tail
            if block or ended:
                return block
        return b""

    def _read_packed(self, size: int) -> bytes:
        data = self._file.read_at(self._position, min(size, self._stored_left))
        self._position += len(data)
        self._stored_left -= len(data)
        return data


def _start_of(file: SharedFile, info: zipfile.ZipInfo) -> int:
    """Where the bytes of a member begin: behind its own header, which must be for the same name."""
    header = file.read_at(info.header_offset, _HEADER.size)
    if len(header) < _HEADER.size:
        raise EOFError
    unpacked: tuple[bytes, int, int] = _HEADER.unpack(header)
    magic, name_size, extra_size = unpacked
    if magic != _HEADER_MAGIC:
        raise zipfile.BadZipFile("there is no file where the list of contents says")
    name_at = info.header_offset + _HEADER.size
    name = file.read_at(name_at, name_size).decode("utf-8" if info.flag_bits & _UTF8_NAME else "cp437")
    if name != info.orig_filename:
        raise zipfile.BadZipFile("there is another file where the list of contents says")
    return name_at + name_size + extra_size

"""Unpacking of deflate and gzip: by the instruction sets of this machine where the library for that is there.

Payloads of VIBs are unpacked only to compare checksums, which is most of the work of an import; ISA-L does it in half
the time of zlib, and exists for 64-bit machines of two makes only.
"""

from __future__ import annotations

import zlib
from typing import Final, Protocol, cast

try:
    from isal import isal_zlib as _engine
except ImportError:
    _engine = zlib  # type: ignore[misc]

RAW = -15
GZIP = 31
"""What to expect around the packed bytes: nothing, or the header and the trailer of gzip."""

INFLATE_ERRORS: Final = (zlib.error, cast(type[Exception], _engine.error))
"""What `decompress` raises for bytes that are damaged."""


class Inflater(Protocol):
    """As `zlib.decompressobj`."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


def inflater(form: int) -> Inflater:
    """An inflater for one stream of `RAW` or `GZIP`."""
    return _engine.decompressobj(form)


def crc32(data: bytes, value: int = 0) -> int:
    """The checksum of zip archives, going on from `value`."""
    return int(_engine.crc32(data, value))

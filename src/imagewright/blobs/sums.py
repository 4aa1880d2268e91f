"""What a blob is known by, taken while it is written."""

from __future__ import annotations

import hashlib

from imagewright.app.ports import BlobRef
from imagewright.formats.inflate import crc32


class Sums:
    """SHA-256, CRC-32 and size of the bytes so far."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._crc = 0
        self._size = 0

    def add(self, data: bytes) -> None:
        """Goes on with these bytes."""
        self._hash.update(data)
        self._crc = crc32(data, self._crc)
        self._size += len(data)

    def ref(self) -> BlobRef:
        """The name of a blob of all these bytes."""
        return BlobRef(self._hash.hexdigest(), self._size, self._crc)

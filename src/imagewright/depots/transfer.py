"""One location on its way into a sink, over as many connections as that takes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Final

from imagewright.app.fetch_ports import Sink, Validators
from imagewright.depots.policy import FetchPolicy
from imagewright.depots.source import NOTHING_KNOWN, Source, Wanted
from imagewright.depots.trouble import Deadline, Passing, changed, too_large

CHUNK: Final = 1024 * 1024
"""The sink gets its bytes in chunks of this size, the last one excepted."""

Progress = Callable[[int, int | None], None]
"""Gets the bytes so far and in all, if known."""


class Transfer:
    """What has come so far, and what is still wanted.

    What the sink has cannot be taken back. So a connection after the first must bring the rest of the same bytes: the
    server says so (`If-Range`), or it sends all of them again and they are compared, by their digest.
    """

    def __init__(self, sink: Sink, policy: FetchPolicy, progress: Progress, known: Validators = NOTHING_KNOWN) -> None:
        self.received = 0
        self.validators = NOTHING_KNOWN
        self.is_unchanged = False
        self._sink = sink
        self._limit = policy.size_limit
        self._progress = progress
        self._known = known
        self._size: int | None = None
        self._digest = hashlib.sha256()
        self._waiting = bytearray()

    @property
    def wanted(self) -> Wanted:
        """What the next connection is to bring."""
        if self.received == 0:
            return Wanted(unless=self._known)
        return Wanted(start=self.received, started=self.validators)

    def take(self, source: Source, deadline: Deadline) -> None:
        """Takes what a connection brings, to the end. Raises Trouble, which is Passing when the rest may be had."""
        if self.received == 0:
            if source.is_unchanged or (source.validators.etag and source.validators == self._known):
                self.is_unchanged = True
                return
            self._size, self.validators = source.size, source.validators
        pieces = source.pieces if source.start else self._beyond_known(source, deadline)
        self._refuse_other(source)
        self._refuse_too_large(source.size or 0)
        for piece in pieces:
            deadline.limit()
            self._add(piece)
        if self._size is not None and self.received != self._size:
            raise Passing(f"broke off after {self.received} of {self._size} bytes. Try again.")
        if self._waiting:
            self._sink.write(bytes(self._waiting))

    def _add(self, piece: bytes) -> None:
        self.received += len(piece)
        self._refuse_too_large(self.received)
        self._digest.update(piece)
        self._waiting += piece
        if len(self._waiting) >= CHUNK:
            self._sink.write(bytes(self._waiting[:CHUNK]))
            del self._waiting[:CHUNK]
        self._progress(self.received, self._size)

    def _beyond_known(self, source: Source, deadline: Deadline) -> Iterator[bytes]:
        """The pieces of a source that begins anew, without those bytes that are here already."""
        left = self.received
        digest = hashlib.sha256()
        for piece in source.pieces:
            deadline.limit()
            again, new = piece[:left], piece[left:]
            digest.update(again)
            left -= len(again)
            if not left and again and digest.digest() != self._digest.digest():
                raise changed()
            if new:
                yield new
        if left:
            raise Passing(f"broke off after {self.received - left} bytes. Try again.")

    def _refuse_other(self, source: Source) -> None:
        """Raises Trouble when this is certainly not what the transfer began with."""
        etags = {source.validators.etag, self.validators.etag} - {""}
        if len(etags) > 1 or (source.size is not None and self._size is not None and source.size != self._size):
            raise changed()

    def _refuse_too_large(self, size: int) -> None:
        if size > self._limit:
            raise too_large(self._limit)

"""Do rows and blobs agree? Looked at while others work; nothing is changed.

What is found is asked for a second time at the end, because a depot may have come or gone meanwhile.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from imagewright.app.ports import Blobs, Storage
from imagewright.app.sweeping import GRACE, no_longer_protected

PIECE: Final = 1 << 20

Report = Callable[[int, int], None]
"""Takes how many blobs have been looked at, and how many there are in all."""


@dataclass(frozen=True, slots=True)
class BlobUse:
    """A blob that a row needs: its SHA-256, what for, and how many bytes it must have where the row says so."""

    sha256: str
    purpose: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found: a sentence for each fault; and how much was looked at.

    `unowned` counts blobs without a row that are too young to be called orphans: their row may be on the way.
    """

    faults: Sequence[str]
    blobs: int
    size: int
    unowned: int


def examine(
    storage: Storage, blobs: Blobs, now: datetime, *, deep: bool, report: Report = lambda _done, _all: None
) -> Examined:
    """Compares rows with rows and with blobs; `deep` also reads every blob and compares its SHA-256.

    Raises StorageUnavailable, and OSError when the blobs cannot be used.
    """
    with storage.read() as uow:
        contradictions = list(uow.contradictions())
        limit = no_longer_protected(uow, now - GRACE)
    examination = _Examination(blobs, _uses(storage), deep)
    wanted = examination.wanted
    for done, sha256 in enumerate(wanted, 1):
        examination.look_at(sha256)
        report(done, len(wanted))
    examination.look_for_orphans(limit)
    faults = [*examination.faults(_uses(storage)), *(f"contradiction: {text}" for text in contradictions)]
    return Examined(faults, len(wanted), examination.size, examination.unowned)


def sha256_of(blobs: Blobs, sha256: str) -> tuple[str, int]:
    """The SHA-256 that a blob really has, and its size. Raises FileNotFoundError when there is none."""
    digest, size = hashlib.sha256(), 0
    with blobs.open(sha256) as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _uses(storage: Storage) -> dict[str, list[BlobUse]]:
    found: defaultdict[str, list[BlobUse]] = defaultdict(list)
    with storage.read() as uow:
        for use in uow.blob_uses():
            found[use.sha256].append(use)
        for sha256 in uow.owned_blobs():
            # Not swept, but nothing has to be there: the VIBs of online depots are named and not kept.
            found.setdefault(sha256, [])
    return dict(found)


@dataclass(slots=True)
class _Examination:
    blobs: Blobs
    owned: dict[str, list[BlobUse]]
    deep: bool
    missing: list[str] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)
    orphans: list[str] = field(default_factory=list)
    unowned: int = 0
    size: int = 0

    @property
    def wanted(self) -> list[str]:
        """Those that must be there."""
        return [sha256 for sha256, uses in self.owned.items() if uses]

    def look_at(self, sha256: str) -> None:
        """Is it there, has it the size that its rows say, and, if asked for, the content?"""
        try:
            found, size = sha256_of(self.blobs, sha256) if self.deep else (sha256, self.blobs.size(sha256))
        except FileNotFoundError:
            self.missing.append(sha256)
            return
        self.size += size
        sizes = {use.size: use.purpose for use in self.owned[sha256] if use.size is not None and use.size != size}
        for wanted, purpose in sizes.items():
            self.wrong[sha256] = f"damaged: the blob {sha256} has {size} bytes, and {purpose} has {wanted}"
        if found != sha256:
            purpose = self.owned[sha256][0].purpose
            text = f"the blob {sha256}, which is {purpose}, has another content: its SHA-256 is {found}"
            self.wrong[sha256] = f"damaged: {text}"

    def faults(self, now: dict[str, list[BlobUse]]) -> Iterator[str]:
        """What was found and still is so, given what is needed now."""
        for sha256 in self.missing:
            if uses := now.get(sha256):
                yield f"missing: the blob {sha256}, which is {uses[0].purpose}"
        yield from (text for sha256, text in self.wrong.items() if now.get(sha256))
        for sha256 in self.orphans:
            if sha256 not in now:
                yield f"orphan: the blob {sha256} is needed by nothing; the server removes it at its next start"

    def look_for_orphans(self, limit: datetime) -> None:
        """Blobs without a row that are older than the limit."""
        for sha256 in self._without_a_row():
            try:
                if self.blobs.stored(sha256) < limit:
                    self.orphans.append(sha256)
                else:
                    self.unowned += 1
            except FileNotFoundError:
                continue

    def _without_a_row(self) -> Iterator[str]:
        return (sha256 for sha256 in self.blobs.names() if sha256 not in self.owned)

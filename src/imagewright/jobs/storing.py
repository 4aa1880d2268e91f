"""Storing the VIBs of a bundle: several at a time, each checked while it is written.

Two VIBs are read, checked and written at the same time; unpacking and hashing let other threads work. Waiting for the
disk to have them is left to further threads: it takes longer than all the rest, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock
from typing import Any, Final

from imagewright.app.ports import Blobs, BlobWriter
from imagewright.formats.bundle import OpenDepot
from imagewright.model.content import Vib, VibRef

COPIES: Final = 2
"""How many VIBs are copied at the same time."""

COMMITS: Final = 8
"""How many blobs wait for the disk at the same time; it can serve several for little more than the price of one."""

REPORT_SECONDS: Final = 0.1
"""The longest time between two reports, and so until a large VIB is cancelled."""

Report = Callable[[int, int, str], None]
"""Takes how much is done, how much there is in all, and a text; what it raises ends the storing."""


def store_vibs(opened: OpenDepot, blobs: Blobs, stored: dict[str, int], report: Report) -> dict[VibRef, Vib]:
    """Stores every VIB of the bundle, and gives each, by what the metadata call it, as its own file describes it.

    A VIB that the bundle only describes is passed over; the content of the depot says that its file is missing.

    The names of the blobs and their CRC-32 are added to `stored` as they become durable. Raises what
    `OpenDepot.copy_vib`, the blobs and `report` raise; of several errors, that of the first VIB.
    """
    vibs = [vib for vib in opened.content.vibs if not vib.file_missing]
    storing = _Storing(opened, blobs, stored, report, len(vibs), sum(vib.size for vib in vibs) or 1)
    with storing.commits, ThreadPoolExecutor(COPIES, thread_name_prefix="vib-copy") as copies:
        # The largest first: one that is begun last would be copied while the other threads have nothing to do.
        running = {vib.ref: copies.submit(storing.copy, vib) for vib in sorted(vibs, key=_size, reverse=True)}
        storing.tell_until_done(running.values())
    copied = {vib.ref: running[vib.ref] for vib in vibs}
    _raise_first([*copied.values(), *storing.pending])
    return {ref: copy.result() for ref, copy in copied.items()}


def _size(vib: Vib) -> int:
    return vib.size


class _Ended(Exception):
    """Something is wrong with another VIB, so this one is not needed any more."""


def _raise_first(ended: Sequence[Future[Any]]) -> None:
    errors = [error for future in ended if (error := future.exception()) is not None]
    for error in errors:
        if not isinstance(error, _Ended):
            raise error


@dataclass(slots=True)
class _Storing:
    """The VIBs of one bundle on their way. `pending` are the commits, of which `room` lets only some wait at a time."""

    opened: OpenDepot
    blobs: Blobs
    stored: dict[str, int]
    report: Report
    count: int
    whole: int
    commits: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(COMMITS, "blob-commit"))
    pending: list[Future[None]] = field(default_factory=list)
    room: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(2 * COMMITS))
    lock: Lock = field(default_factory=Lock)
    begun: int = 0
    written: int = 0
    failed: bool = False

    def copy(self, vib: Vib) -> Vib:
        """Copies one VIB into a blob and has that committed."""
        with self._failing_all(), ExitStack() as open_blob:
            with self.lock:
                self.begun += 1
            writer = open_blob.enter_context(self.blobs.writer())
            found = self.opened.copy_vib(vib, _WatchedSink(self, writer))
            self.room.acquire()
            self.pending.append(self.commits.submit(self._commit, writer, open_blob.pop_all()))
        return found

    def advance(self, size: int) -> None:
        """Counts bytes that are written, also within a large VIB, which ends here when something else went wrong."""
        if self.failed:
            raise _Ended
        with self.lock:
            self.written += size

    def tell_until_done(self, copies: Iterable[Future[Vib]]) -> None:
        """Reports until all copies have ended. They never wait for it: a report may be a transaction."""
        left = set(copies)
        while left:
            _done, left = wait(left, REPORT_SECONDS, FIRST_COMPLETED)
            with self.lock:
                written, begun = self.written, self.begun
            try:
                self.report(written, self.whole, f"Storing VIB {begun} of {self.count}")
            except BaseException:
                self.failed = True
                raise

    def _commit(self, writer: BlobWriter, resources: ExitStack) -> None:
        try:
            with resources, self._failing_all():
                blob = writer.commit()
                self.stored[blob.sha256] = blob.crc32
        finally:
            self.room.release()

    @contextmanager
    def _failing_all(self) -> Iterator[None]:
        try:
            if self.failed:
                raise _Ended
            yield
        except BaseException:
            self.failed = True
            raise


@dataclass(frozen=True, slots=True)
class _WatchedSink:
    """Passes bytes on and reports them."""

    storing: _Storing
    writer: BlobWriter

    def write(self, data: bytes, /) -> int:
        self.storing.advance(len(data))
        return self.writer.write(data)

    def hexdigest(self) -> str:
        return self.writer.hexdigest()

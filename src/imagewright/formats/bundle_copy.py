"""Writing a bundle to a file: VIBs by several threads, each checked while it is copied, the rest when they are done.

Copying is bound by hashing, and hashing lets other threads work. Each VIB is compared with what is known of it, so a
file that was damaged where it was kept does not go out: with its SHA-256, or with its CRC-32 where somebody knows that
from a time when the SHA-256 was right. The CRC-32, which a zip needs anyway, takes a tenth of the time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from hashlib import sha256
from threading import Event
from typing import BinaryIO, Final

from imagewright.formats.bundle_plan import BundlePlan, Crcs, PlacedVib
from imagewright.formats.errors import FormatError, shown
from imagewright.formats.inflate import crc32
from imagewright.formats.limits import CHUNK
from imagewright.model.content import Vib

OpenFile = Callable[[Vib], BinaryIO]
"""Gives the file of a VIB for one reading, to any of several threads."""

Report = Callable[[int], None]
"""Is told of so many bytes more, by any of several threads; what it raises ends the work."""

NOTHING_KNOWN: Final[Crcs] = {}

COPIES: Final = max(2, min(4, os.cpu_count() or 2))
"""VIBs that are copied at the same time: hashing is most of the work, and goes on in several cores."""


def write_bundle(sink: BinaryIO, plan: BundlePlan, open_file: OpenFile, report: Report = lambda _: None) -> None:
    """Writes the bundle into `sink`, an empty file of the operating system.

    Raises FormatError when the file of a VIB has not its size or SHA-256, and whatever `open_file` and `report` raise.
    The sink then holds a part of the bundle and must be thrown away.
    """
    descriptor = sink.fileno()

    def copy(placed: PlacedVib, over: Event) -> int:
        place = placed.start

        def write(data: bytes) -> None:
            nonlocal place
            _write_at(descriptor, data, place)
            place += len(data)

        return _read(placed.vib, open_file, write, report, over)

    crcs = _each(plan.vibs, copy)
    place = 0
    for piece in plan.pieces(crcs):
        if isinstance(piece, bytes):
            _write_at(descriptor, piece, place)
            place += len(piece)
        else:
            place += piece.vib.size


def check_files(
    vibs: Iterable[Vib], open_file: OpenFile, report: Report = lambda _: None, known: Crcs = NOTHING_KNOWN
) -> Crcs:
    """Reads the files of VIBs, checks them, and gives the CRCs that a bundle needs.

    A VIB whose CRC-32 is `known` is compared with that, the others as `write_bundle` does. Raises as that does.
    """

    def check(placed: PlacedVib, over: Event) -> int:
        vib = placed.vib
        if vib.ref in known:
            return _read_known(vib, known[vib.ref], open_file, report, over)
        return _read(vib, open_file, lambda _: None, report, over)

    return _each([PlacedVib(vib, 0) for vib in vibs], check)


class _Ended(Exception):
    """Something is wrong with another VIB, or nobody wants the bundle any more."""


def _each(vibs: Iterable[PlacedVib], work: Callable[[PlacedVib, Event], int]) -> Crcs:
    """Does the work for all VIBs; when one fails, or when interrupted, the others end soon."""
    # The largest first, so that none is left alone at the end.
    in_order = sorted(vibs, key=lambda placed: -placed.vib.size)
    over = Event()
    with ThreadPoolExecutor(COPIES, thread_name_prefix="bundle-copy") as pool:
        running = {placed.vib.ref: pool.submit(work, placed, over) for placed in in_order}
        try:
            done, _ = wait(running.values(), return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            over.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return {ref: future.result() for ref, future in running.items()}


def _read(vib: Vib, open_file: OpenFile, write: Callable[[bytes], None], report: Report, over: Event) -> int:
    """Passes the file of a VIB on, and gives its CRC-32."""
    digest, crc = sha256(), 0
    for chunk in _chunks(vib, open_file, report, over):
        digest.update(chunk)
        crc = crc32(chunk, crc)
        write(chunk)
    if vib.sha256 and digest.hexdigest() != vib.sha256:
        raise FormatError(
            vib.id,
            f"is damaged: the SHA-256 of its file is {shown(digest.hexdigest())}, but its depot says "
            f"{shown(vib.sha256)}; import its depot again",
        )
    return crc


def _read_known(vib: Vib, known: int, open_file: OpenFile, report: Report, over: Event) -> int:
    """Compares the file of a VIB with its CRC-32, and gives that."""
    crc = 0
    for chunk in _chunks(vib, open_file, report, over):
        crc = crc32(chunk, crc)
    if crc != known:
        raise FormatError(
            vib.id,
            f"is damaged: the CRC-32 of its file is {crc:08x}, but was {known:08x} when it was stored; import its "
            "depot again",
        )
    return crc


def _chunks(vib: Vib, open_file: OpenFile, report: Report, over: Event) -> Iterator[bytes]:
    """The file of a VIB in pieces, each reported when it has been used. FormatError when it has not the VIB's size."""
    size = 0
    with open_file(vib) as source:
        while chunk := source.read(CHUNK):
            if over.is_set():
                raise _Ended
            size += len(chunk)
            if size > vib.size:
                break
            yield chunk
            report(len(chunk))
    if size != vib.size:
        found = "more" if size > vib.size else f"{size}"
        raise FormatError(vib.id, f"has {vib.size} bytes, but its file has {found}; import its depot again")


def _write_at(descriptor: int, data: bytes, place: int) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(descriptor, rest, place)
        rest, place = rest[written:], place + written

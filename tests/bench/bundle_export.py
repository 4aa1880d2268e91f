"""Exporting a large offline bundle against `cp` of the same bytes, and the memory that it takes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from big_bundles import VIBS, write_bundle
from figures import MIB, Figure, NotMeasured, by_turns, seconds

from imagewright.blobs.directory import DirectoryBlobs
from imagewright.formats.bundle import open_depot

LARGE = 1_000_000_000
NEEDED = 5_000_000_000
"""Bytes that must be free for the bundle, its VIBs in a blob store, what is exported, and a copy."""
SLOWER = 1.3
MEMORY = 150 * MIB


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of the group."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED:
        yield Figure(f"export {LARGE // 10**6} MB", f"skipped: only {free // 10**6} MB are free")
        return
    bundle, blobs, out = folder / "bundle.zip", folder / "blobs", folder / "out.zip"
    write_bundle(bundle, LARGE, deflated=False)
    _store(bundle, blobs)
    run = _Runs(bundle, blobs, out)
    what = f"export {LARGE // 10**6} MB, {VIBS} VIBs, to a file"
    yield _compared(f"{what}, as a server does", *by_turns(lambda: run.exported(blobs), run.copied))
    in_server = statistics.median(run.processor)
    run.processor.clear()
    yield _compared(f"{what}, without a server", *by_turns(lambda: run.exported("-"), run.copied))
    # Without a server, two cores cannot be faster than half of this, whatever else an export does.
    hashed = statistics.median(seconds(lambda: _hashed(bundle)) for _ in range(3))
    reference = f"{hashed:.2f} s (SHA-256 of the same bytes)"
    processor = statistics.median(run.processor)
    yield Figure("… processor time, as a server does", f"{in_server:.2f} s", reference, in_server / hashed)
    yield Figure("… processor time, without a server", f"{processor:.2f} s", reference, processor / hashed)
    exported, copied = by_turns(lambda: run.exported(blobs, wait=True), lambda: run.copied(wait=True))
    yield _compared("… until the disk has it, as a server does", exported, copied, wanted=False)
    made, copied = by_turns(lambda: run.exported(blobs, written=False), run.copied)
    yield _compared("… made by a server, and not yet downloaded", made, copied, wanted=False)
    peak = max(run.peaks)
    yield Figure("peak memory of an export", f"{peak // MIB} MiB", "", None, f"< {MEMORY // MIB} MiB", peak < MEMORY)


def _store(bundle: Path, folder: Path) -> None:
    """What an import does: the VIBs become blobs, and their CRC-32 is written down."""
    blobs, crcs = DirectoryBlobs(folder), {}
    with bundle.open("rb") as file, open_depot(file, bundle.name) as depot:
        for vib in depot.content.vibs:
            with blobs.writer() as writer:
                depot.copy_vib(vib, writer)
                blob = writer.commit()
                crcs[blob.sha256] = blob.crc32
    Path(f"{folder}.json").write_text(json.dumps(crcs))


def _hashed(bundle: Path) -> None:
    with bundle.open("rb") as file:
        hashlib.file_digest(file, "sha256")


def _compared(what: str, taken: float, copied: float, *, wanted: bool = True) -> Figure:
    ratio = taken / copied
    target = (f"≤ {SLOWER}", ratio <= SLOWER) if wanted else ("", None)
    return Figure(what, f"{taken:.2f} s", f"{copied:.2f} s (cp)", ratio, *target)


@dataclass(frozen=True, slots=True)
class _Runs:
    """Exports and copies of one bundle to one file; `peaks` is the memory that the exports took, in bytes, and
    `processor` the processor time, in seconds."""

    bundle: Path
    blobs: Path
    out: Path
    peaks: list[int] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def exported(self, source: Path | str, *, written: bool = True, wait: bool = False) -> float:
        """How long an export takes."""
        self._make_ready()
        program = Path(__file__).with_name("export_once.py")
        arguments = [self.bundle, source, self.out if written else "-", "wait" if wait else ""]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        done = subprocess.run(
            [sys.executable, program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NotMeasured(f"the export failed: {done.stderr[-2000:]}")
        told = json.loads(done.stdout)
        self.peaks.append(told["peak"])
        self.processor.append(told["processor"])
        return float(told["seconds"])

    def copied(self, *, wait: bool = False) -> float:
        """How long `cp` takes."""
        self._make_ready()
        begin = time.perf_counter()
        try:
            subprocess.run(["cp", self.bundle, self.out], check=True)
        except (OSError, subprocess.CalledProcessError) as failure:
            raise NotMeasured(f"cp cannot be used: {failure}") from failure
        if wait:
            with self.out.open("rb+") as file:
                os.fsync(file.fileno())
        return time.perf_counter() - begin

    def _make_ready(self) -> None:
        """What the one before has written is on the disk and gone, so that nobody pays for the other."""
        self.out.unlink(missing_ok=True)
        os.sync()

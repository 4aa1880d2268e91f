"""Exporting a large offline bundle against `cp` of the same bytes, and the memory that it takes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from big_bundles import VIBS, write_bundle
from figures import MIB, Figure, NotMeasured, by_turns

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
    peaks: list[int] = []
    from_blobs, copied = by_turns(lambda: _exported(peaks, out, bundle, blobs, out), lambda: _copied(out, bundle))
    what = f"export {LARGE // 10**6} MB, {VIBS} VIBs, to a file"
    yield _compared(f"{what}, from a server's files", from_blobs, copied)
    from_bundle, copied = by_turns(lambda: _exported(peaks, out, bundle, "-", out), lambda: _copied(out, bundle))
    yield _compared(f"{what}, from a bundle", from_bundle, copied)
    yield Figure(
        "peak memory of an export", f"{max(peaks) // MIB} MiB", "", None, f"< {MEMORY // MIB} MiB", max(peaks) < MEMORY
    )
    made, copied = by_turns(lambda: _exported(peaks, out, bundle, blobs, "-"), lambda: _copied(out, bundle))
    yield Figure("… to be downloaded, which writes nothing", f"{made:.2f} s", f"{copied:.2f} s (cp)", made / copied)


def _store(bundle: Path, folder: Path) -> None:
    blobs = DirectoryBlobs(folder)
    with bundle.open("rb") as file, open_depot(file, bundle.name) as depot:
        for vib in depot.content.vibs:
            with blobs.writer() as writer:
                depot.copy_vib(vib, writer)
                writer.commit()


def _compared(what: str, seconds: float, copied: float) -> Figure:
    ratio = seconds / copied
    return Figure(what, f"{seconds:.2f} s", f"{copied:.2f} s (cp)", ratio, f"≤ {SLOWER}", ratio <= SLOWER)


def _exported(peaks: list[int], out: Path, *arguments: Path | str) -> float:
    _made_ready(out)
    program = Path(__file__).with_name("export_once.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotMeasured(f"the export failed: {done.stderr[-2000:]}")
    told = json.loads(done.stdout)
    peaks.append(told["peak"])
    return float(told["seconds"])


def _copied(out: Path, bundle: Path) -> float:
    _made_ready(out)
    begin = time.perf_counter()
    try:
        subprocess.run(["cp", bundle, out], check=True)
    except (OSError, subprocess.CalledProcessError) as failure:
        raise NotMeasured(f"cp cannot be used: {failure}") from failure
    return time.perf_counter() - begin


def _made_ready(out: Path) -> None:
    """What the one before has written is on the disk and gone, so that nobody pays for the other."""
    out.unlink(missing_ok=True)
    os.sync()

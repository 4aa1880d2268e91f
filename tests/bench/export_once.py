"""Exports one bundle, in a process of its own: `export_once.py BUNDLE BLOBS OUT WAIT`. Prints what it takes.

What is exported is the content of BUNDLE. Its VIBs are in the blob store BLOBS, as on a server, with their CRC-32 by
SHA-256 in BLOBS.json, where a server has its database; when BLOBS is `-` they are copied out of BUNDLE, as without a
server. What a server makes is read to its end into OUT, as by a download, but without the network; when OUT is `-` it
is made only. When WAIT is not empty, the time ends when the disk has everything.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path

from figures import peak_memory

from imagewright.app.downloads import PartsReader
from imagewright.blobs.directory import DirectoryBlobs
from imagewright.formats.bundle import open_depot
from imagewright.formats.bundle_copy import check_files, write_bundle
from imagewright.formats.bundle_plan import BundlePlan
from imagewright.formats.depot_writer import depot_files
from imagewright.model.export import FilePart
from imagewright.web.downloads import PIECE


def main(bundle: str, blobs: str, out: str, wait: str) -> None:
    """One export."""
    with Path(bundle).open("rb") as file, open_depot(file, bundle) as depot:
        store = None if blobs == "-" else DirectoryBlobs(blobs)
        crcs = {} if store is None else json.loads(Path(f"{blobs}.json").read_text())
        begin, processor = time.perf_counter(), time.process_time()
        plan = BundlePlan(depot_files(depot.content))
        with nullcontext() if out == "-" else Path(out).open("xb", buffering=0) as sink:
            if store is None:
                write_bundle(sink, plan, depot.open_vib)
            else:
                parts = made(plan, store, crcs)
                if sink is not None:
                    read = PartsReader(store, parts)
                    while piece := read.read(PIECE):
                        sink.write(piece)
            if sink is not None and wait:
                os.fsync(sink.fileno())
        seconds, processor = time.perf_counter() - begin, time.process_time() - processor
    print(json.dumps({"seconds": seconds, "processor": processor, "peak": peak_memory("self")}))


def made(plan: BundlePlan, store: DirectoryBlobs, crcs: dict[str, int]) -> tuple[FilePart, ...]:
    """What the task of a server does: every VIB is checked, and what stands between them is stored."""
    vibs = tuple(plan.files.vibs.values())
    known = {vib.ref: crcs[vib.sha256] for vib in vibs}
    pieces = plan.pieces(check_files(vibs, lambda vib: store.open(vib.sha256), known=known))
    with store.writer() as writer:
        for piece in pieces:
            if isinstance(piece, bytes):
                writer.write(piece)
        between = writer.commit().sha256
    parts, place = [], 0
    for piece in pieces:
        if isinstance(piece, bytes):
            parts.append(FilePart(between, place, len(piece)))
            place += len(piece)
        else:
            parts.append(FilePart(piece.vib.sha256, 0, piece.vib.size))
    return tuple(parts)


if __name__ == "__main__":
    main(*sys.argv[1:])

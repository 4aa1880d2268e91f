"""Exports one bundle, in a process of its own: `export_once.py BUNDLE BLOBS OUT WAIT`. Prints what it takes.

What is exported is the content of BUNDLE. Its VIBs are in the blob store BLOBS, as on a server; when BLOBS is `-` they
are copied out of BUNDLE, as without a server. When OUT is `-` nothing is written: a server gives bundles out like that.
When WAIT is not empty, the time ends when the disk has everything.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from figures import peak_memory

from imagewright.blobs.directory import DirectoryBlobs
from imagewright.formats.bundle import open_depot
from imagewright.formats.bundle_copy import check_files, write_bundle
from imagewright.formats.bundle_plan import BundlePlan
from imagewright.formats.depot_writer import depot_files


def main(bundle: str, blobs: str, out: str, wait: str) -> None:
    """One export."""
    with Path(bundle).open("rb") as file, open_depot(file, bundle) as depot:
        store = None if blobs == "-" else DirectoryBlobs(blobs)
        begin, processor = time.perf_counter(), time.process_time()
        plan = BundlePlan(depot_files(depot.content))
        open_file = depot.open_vib if store is None else lambda vib: store.open(vib.sha256)
        if out == "-":
            plan.pieces(check_files(plan.files.vibs.values(), open_file))
        else:
            with Path(out).open("xb") as sink:
                write_bundle(sink, plan, open_file)
                if wait:
                    os.fsync(sink.fileno())
        seconds, processor = time.perf_counter() - begin, time.process_time() - processor
    print(json.dumps({"seconds": seconds, "processor": processor, "peak": peak_memory("self")}))


if __name__ == "__main__":
    main(*sys.argv[1:])

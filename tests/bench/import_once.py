"""Imports one bundle, in a process of its own: `import_once.py BUNDLE DATA`.

Prints seconds, processor time and peak memory as JSON.

The bundle is in the blob store already, as after an upload. Measured is the task: from submitting it to its end.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from bench_site import ORIGIN, Person, application_over
from figures import peak_memory

from imagewright.app.authentication import Caller
from imagewright.app.uploads import keep_upload
from imagewright.contract.services import cis_task, cis_tasks
from imagewright.contract.services import depots_offline as offline

CHUNK = 1 << 20
PAUSE = 0.05
"""Seconds between two looks at the task, which cost about a millisecond each."""


def uploaded(person: Person, bundle: Path) -> str:
    """The file id of the bundle."""
    with bundle.open("rb") as source, person.application.services.blobs.writer() as writer:
        while chunk := source.read(CHUNK):
            writer.write(chunk)
        blob = writer.commit()
    return keep_upload(person.application, Caller(person.name, frozenset()), bundle.name, blob, ORIGIN)


def imported(person: Person, file_id: str) -> tuple[float, float]:
    """How long the task takes, by the clock and of the processor."""
    spec = offline.CreateSpec(source_type=offline.SourceType.PUSH, file_id=file_id, description="bench")
    begin, cost = time.perf_counter(), time.process_time()
    task = person(offline.create, spec=spec)
    while (info := person(cis_tasks.get, task=task)).status is cis_task.Status.RUNNING:
        time.sleep(PAUSE)
    if info.status is not cis_task.Status.SUCCEEDED:
        raise SystemExit(f"the import failed: {info.error}")
    return time.perf_counter() - begin, time.process_time() - cost


def main(bundle: Path, data: Path) -> None:
    """One import."""
    with application_over(data, []) as (person, *_):
        seconds, cost = imported(person, uploaded(person, bundle))
    print(json.dumps({"seconds": seconds, "cost": cost, "peak": peak_memory("self")}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

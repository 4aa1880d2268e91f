"""Importing a large offline bundle against testing the same file with `unzip -tq`, and the memory that it takes."""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from big_bundles import VIBS, write_bundle
from figures import MIB, Figure, NotMeasured, by_turns, peak_memory
from server_process import ADMINISTRATOR, allowing, serving
from wire_clients import OFFLINE, Rest, rest_session

SMALL, LARGE = 100_000_000, 1_000_000_000
NEEDED = 5_000_000_000
"""Bytes that must be free for the large bundle, what is imported from it, and both once more."""
MEMORY = 200 * MIB
EQUAL = 0.1
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Imports:
    """What importing a bundle takes, beside what `unzip -tq` takes, in seconds; `peak` in bytes.

    `cost` and `unzip_cost` are processor time, which others on the machine add less to. With two threads, an import can
    be as fast as `unzip` when it costs no more than twice as much.
    """

    size: int
    task: float
    unzip: float
    peak: int
    cost: float = 0.0
    unzip_cost: float = 0.0

    def costs(self) -> Figure:
        """The comparison of processor times."""
        reference = f"{self.unzip_cost:.2f} s (unzip -tq)"
        return Figure("… processor time", f"{self.cost:.2f} s", reference, self.cost / self.unzip_cost)

    def figure(self, what: str, *, wanted: bool = True) -> Figure:
        """The comparison of times."""
        ratio = self.task / self.unzip
        target = ("≤ 1", ratio <= 1) if wanted else ("", None)
        return Figure(what, f"{self.task:.2f} s", f"{self.unzip:.2f} s (unzip -tq)", ratio, *target)


def imports_of(bundle: Path, folder: Path, rounds: int = ROUNDS) -> Imports:
    """Imports a bundle several times, and tests it as often."""
    peaks, costs, unzip_costs = [], [], []

    def one() -> float:
        data = folder / "data"
        program = Path(__file__).with_name("import_once.py")
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        done = subprocess.run(
            [sys.executable, program, bundle, data], env=environment, capture_output=True, text=True, check=False
        )
        shutil.rmtree(data, ignore_errors=True)
        if done.returncode:
            raise NotMeasured(f"the import failed: {done.stderr[-2000:]}")
        told = json.loads(done.stdout)
        peaks.append(told["peak"])
        costs.append(told["cost"])
        return float(told["seconds"])

    def other() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = tested(bundle)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        unzip_costs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return seconds

    task, unzip = by_turns(one, other, rounds=rounds)
    cost, unzip_cost = statistics.median(costs), statistics.median(unzip_costs)
    return Imports(bundle.stat().st_size, task, unzip, max(peaks), cost, unzip_cost)


def tested(bundle: Path) -> float:
    """How long `unzip -tq` takes."""
    begin = time.perf_counter()
    try:
        subprocess.run(["unzip", "-tq", bundle], check=True, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as failure:
        raise NotMeasured(f"unzip cannot be used: {failure}") from failure
    return time.perf_counter() - begin


def through_server(bundle: Path, folder: Path) -> tuple[float, int]:
    """The time of a whole import by location, as a client sees it, and the memory of a fresh server.

    The bundle is read where it lies: once for its SHA-256, and then as the task alone reads it.
    """
    spec = {"source_type": "PULL", "location": bundle.as_uri(), "description": "bench"}
    data = folder / "served"
    with serving(data, settings=allowing(folder)) as server, rest_session(server, ADMINISTRATOR) as rest:
        begin = time.perf_counter()
        _ended(rest, rest.result("POST", OFFLINE, 202, params={"vmw-task": "true"}, json=spec))
        seconds, peak = time.perf_counter() - begin, peak_memory(server.process.pid)
    shutil.rmtree(data)
    return seconds, peak


def _ended(rest: Rest, task: str) -> None:
    while (info := rest.result("GET", f"/cis/tasks/{task}", 200))["status"] == "RUNNING":
        time.sleep(0.05)
    if info["status"] != "SUCCEEDED":
        raise NotMeasured(f"the import through the server failed: {info}")


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of the group."""
    small = folder / "small.zip"
    write_bundle(small, SMALL)
    few = imports_of(small, folder)
    yield few.figure(f"import {SMALL // 10**6} MB, {VIBS} VIBs")
    yield few.costs()
    free = shutil.disk_usage(folder).free
    if free < NEEDED:
        yield Figure(f"import {LARGE // 10**6} MB", f"skipped: only {free // 10**6} MB are free")
        return
    large = folder / "large.zip"
    write_bundle(large, LARGE)
    many = imports_of(large, folder)
    yield many.figure(f"import {LARGE // 10**6} MB, {VIBS} VIBs")
    yield many.costs()
    yield from _memory("import task", few.peak, many.peak)
    seconds, peak = through_server(large, folder)
    what = f"… through the server, by location: {LARGE // 10**6} MB"
    yield Imports(LARGE, seconds, many.unzip, peak).figure(what, wanted=False)
    yield from _memory("server", through_server(small, folder)[1], peak)
    large.unlink()
    write_bundle(large, LARGE, deflated=False)
    yield imports_of(large, folder, rounds=1).figure(
        f"… of VIBs that are stored, not deflated: {LARGE // 10**6} MB", wanted=False
    )


def _memory(who: str, small: int, large: int) -> Iterator[Figure]:
    sizes = f"{LARGE // 10**6} MB"
    yield Figure(
        f"peak memory of the {who}, {sizes}", f"{large // MIB} MiB", "", None, f"< {MEMORY // MIB} MiB", large < MEMORY
    )
    yield Figure(
        f"… against {SMALL // 10**6} MB",
        f"{large // MIB} MiB",
        f"{small // MIB} MiB",
        large / small,
        f"1 ± {EQUAL}",
        abs(large / small - 1) <= EQUAL,
    )

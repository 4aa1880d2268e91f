"""Figures, how they are taken, and the table of them."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

MILLISECOND = 1000.0
MIB = 1 << 20

HOW = """\
Each figure is the median of several runs; what is compared runs by turns in the same minutes. Before the runs that
count each side has had one that does not. The garbage collector is emptied before every run and stays on during it,
for both sides alike, as it does in a server. What only computes (groups wire, compose, catalogue) is measured in
processor time, so that others on the machine do not count; what waits for a disk, a socket or another process is
measured by the clock."""


class NotMeasured(Exception):
    """A figure could not be taken at all; the text says why."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `met` is None where nothing is aimed at; `ratio` is figure to reference."""

    what: str
    figure: str
    reference: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as texts."""
        met = "" if self.met is None else "yes" if self.met else "NO"
        ratio = "" if self.ratio is None else f"{self.ratio:.3g}"
        return self.what, self.figure, self.reference, ratio, self.target, met


HEAD = ("what", "figure", "reference", "ratio", "target", "met")


def at_most(what: str, value: float, limit: float, unit: str, reference: str = "") -> Figure:
    """A figure that must not be above a limit."""
    return Figure(what, f"{value:.3g} {unit}", reference, None, f"≤ {limit:g} {unit}", value <= limit)


def table(figures: Iterable[Figure]) -> str:
    """The lines below each other, in Markdown."""
    rows = [HEAD, *(each.cells for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [f"| {' | '.join(map(str.ljust, row, widths))} |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """How much of the processor `work` takes in this thread, when it is done so many times in a row."""
    gc.collect()
    begin = time.thread_time()
    for _ in range(times):
        work()
    return (time.thread_time() - begin) / times


def by_turns(*sides: Callable[[], float], rounds: int = 7) -> tuple[float, ...]:
    """The median of what each side measures. All have a turn in each round; the first round does not count."""
    taken = [[side() for side in sides] for _ in range(rounds + 1)]
    return tuple(statistics.median(column) for column in zip(*taken[1:], strict=True))


def peak_memory(process: int | str) -> int:
    """The most memory that a process has had, in bytes. What `getrusage` tells would begin with that of its parent."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def processor_time(process: int) -> float:
    """How much of the processor a process has taken so far, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load() -> str:
    """How many processes want to run on this machine, on average over the last minute."""
    file = Path("/proc/loadavg")
    return file.read_text().split()[0] if file.is_file() else "unknown"


def machine() -> str:
    """What this runs on."""
    model = "unknown processor"
    information = Path("/proc/cpuinfo")
    if information.is_file():
        names = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        model = f"{len(names)} × {names[0].partition(':')[2].strip()}" if names else model
    return f"{model}, {platform.system()}, Python {sys.version.split()[0]}"

"""A server that is used for long keeps its size: memory, open files, and the time that things take.

The short form is part of every run and looks at memory and files only; `make soak` goes on for `SOAK_SECONDS` and also
judges the time.
"""

from __future__ import annotations

import os
import shutil
import statistics
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic, perf_counter

import psutil
import pytest
from server_process import ADMINISTRATOR, ALICE, BOB, Account, ServerProcess, allowing, serving
from wire_clients import DRAFTS, OFFLINE, SOFTWARE, Rest, connection, login

from imagewright.cli import sample_depot as sample

pytestmark = pytest.mark.usefixtures("started_cold")

SECONDS = float(os.environ.get("SOAK_SECONDS", "6"))
PARTS = 5
"""Of the time. The first one warms up; the last one is compared with the second."""
GROWTH = 1.1
ROOM = 16 * 1024 * 1024
"""Bytes that a process may grow by on top: caches have a largest size, and are not full at once."""
CONNECTIONS = 20
"""To the database: a thread that needs one when others have theirs makes one more, up to a largest number."""
TASK = {"vmw-task": "true"}


@dataclass
class Part:
    """What was seen in one part of the time. `rounds` are the seconds that one user's round took."""

    rounds: list[float] = field(default_factory=list)
    memory: int = 0
    files: int = 0

    def __str__(self) -> str:
        middle = statistics.median(self.rounds) * 1000
        return f"{len(self.rounds):6} rounds of {middle:6.0f} ms, {self.memory / 1024**2:6.1f} MiB, {self.files} files"


@dataclass
class Soak:
    """The server, and what is seen while it is used."""

    server: ServerProcess
    bundle: Path
    parts: list[Part] = field(default_factory=lambda: [Part() for _ in range(PARTS)])
    begin: float = field(default_factory=monotonic)

    @property
    def now(self) -> int:
        """The number of the part; PARTS when the time is over."""
        return int((monotonic() - self.begin) * PARTS / SECONDS)

    def use(self, account: Account) -> None:
        """One person who does the same again and again, logging in each time."""
        while (part := self.now) < PARTS:
            before = perf_counter()
            with connection(self.server) as http:
                rest = Rest(http, login(http, account))
                if account is ADMINISTRATOR:
                    self._import_and_remove(rest)
                else:
                    _make_an_image(rest, account.name)
                rest.result("DELETE", "/session", 204)
            self.parts[part].rounds.append(perf_counter() - before)

    def watch(self) -> None:
        """Looks at the process at the end of each part."""
        process = psutil.Process(self.server.process.pid)
        for number, part in enumerate(self.parts):
            Event().wait(max(0.0, self.begin + (number + 0.95) * SECONDS / PARTS - monotonic()))
            part.memory, part.files = process.memory_info().rss, process.num_fds()

    def _import_and_remove(self, rest: Rest) -> None:
        spec = {"source_type": "PULL", "location": self.bundle.as_uri(), "description": "again"}
        depot = rest.task("POST", OFFLINE, params=TASK, json=spec)["result"]["depot"]
        removed = rest.task("DELETE", f"{OFFLINE}/{depot}", params=TASK)
        assert removed["status"] == "SUCCEEDED", removed


def _make_an_image(rest: Rest, name: str) -> None:
    draft = rest.result("POST", DRAFTS, 201, json={"delete_existing_draft": True})
    path = f"{DRAFTS}/{draft}"
    rest.result("PUT", f"{path}/base-image", 204, json={"version": sample.BASE_8_0_3})
    rest.result("PUT", f"{path}/display-name", 204, json={"display_name": name})
    # Not twice the same content: each has an own set of components.
    version = sample.NET_DRIVER_GOOD if name == ALICE.name else None
    if version:
        rest.result("PUT", f"{path}/components/{sample.NET_DRIVER}", 204, json=version)
    for _ in range(10):
        rest.result("GET", path, 200)
    rest.refused("GET", f"{path}x", 404, "NOT_FOUND")
    rest.task("POST", path, params={"action": "validate"} | TASK)
    spec = rest.task("POST", path, params={"action": "commit"} | TASK, json={})["result"]
    rest.result("GET", f"{SOFTWARE}/{spec}/effective-components", 200)
    rest.result("DELETE", f"{SOFTWARE}/{spec}", 204)


@pytest.fixture
def soak(stocked_data: Path, depot_folder: Path, tmp_path: Path) -> Iterator[Soak]:
    data = Path(shutil.copytree(stocked_data, tmp_path / "data"))
    with serving(data, ["--no-tls"], allowing(depot_folder)) as server:
        yield Soak(server, depot_folder / sample.SOLUTION_FILE)


@pytest.mark.timeout(SECONDS + 120)
def test_it_keeps_its_size(soak: Soak) -> None:
    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(soak.use, each) for each in (ALICE, BOB, ADMINISTRATOR)]
        work.append(pool.submit(soak.watch))
        for each in work:
            each.result()
    print(*soak.parts, sep="\n")
    _, early, *_, late = soak.parts
    assert late.memory < early.memory * GROWTH + ROOM
    assert late.files <= early.files + CONNECTIONS
    if SECONDS > 60:
        assert statistics.median(late.rounds) < 1.5 * statistics.median(early.rounds)

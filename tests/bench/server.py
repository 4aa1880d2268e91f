"""The server as a process: how fast it starts, and how much it answers, against a bare route of the same stack."""

from __future__ import annotations

import http.client
import json
import ssl
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench_site import application_over
from big_images import image_of
from figures import MILLISECOND, Figure, NotMeasured, at_most, by_turns, processor_time
from server_process import ServerProcess, serving
from wire import draft_of
from wire_clients import DRAFTS

COMPONENTS = 150
CLIENTS = 16
SECONDS = 3.0
ROUNDS = 5
STARTS = 7
CYCLES = 500
GET_SHARE = 1 / 3
SLOWEST = 5.0
"""Milliseconds that 99 of 100 answers may take."""
SLOWEST_ALONE = 10.0
"""The same for a client that is alone."""
PACE = 0.1
"""Seconds that a client of the paced run rests between an answer and its next request, on average."""
EDITS = ("1.0.0-1OEM.803.0.0.99000101", "1.0.1-1OEM.803.0.0.99000101")
"""Versions that are given to a component in turns."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the generator did to a server: the times of answers in seconds, ascending, for each request in turn.

    `share` is what the generator took of one core, `cost` the processor time of the server.
    """

    seconds: float
    share: float
    cost: float
    taken: list[list[float]]

    @property
    def answers(self) -> int:
        """How many there were."""
        return sum(map(len, self.taken))

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds

    @property
    def each(self) -> float:
        """Milliseconds of the processor that an answer took the server."""
        return self.cost / self.answers * MILLISECOND

    def slowest(self, *numbers: int) -> float:
        """The 99th percentile of the answers to these requests, in milliseconds."""
        taken = sorted(each for number in numbers for each in self.taken[number])
        return taken[len(taken) * 99 // 100] * MILLISECOND


@dataclass(frozen=True, slots=True)
class Target:
    """Where load goes."""

    process: int
    port: int
    folder: Path
    certificate: Path | None = None

    def load(self, clients: list[list[str]], seconds: float = SECONDS, pause: float = 0.0) -> Load:
        """Has every client send its requests in turns."""
        plan = {
            "port": self.port,
            "certificate": str(self.certificate) if self.certificate else None,
            "clients": clients,
            "seconds": seconds,
            "pause": pause,
        }
        file = self.folder / "plan.json"
        file.write_text(json.dumps(plan))
        program = Path(__file__).with_name("load.py")
        before = processor_time(self.process)
        done = subprocess.run([sys.executable, program, file], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotMeasured(f"the load generator failed: {done.stderr[-1000:]}")
        return Load(cost=processor_time(self.process) - before, **json.loads(done.stdout))


def request(method: str, path: str, token: str, body: Any = None) -> str:
    """A request as text, with everything that a client sends."""
    content = "" if body is None else json.dumps(body)
    head = f"{method} /api{path} HTTP/1.1\r\nhost: localhost\r\nvmware-api-session-id: {token}\r\naccept: */*\r\n"
    if body is not None:
        head += f"content-type: application/json\r\ncontent-length: {len(content)}\r\n"
    return f"{head}\r\n{content}"


def answer_to(target: Target, text: str) -> bytes:
    """The body of the answer to one request."""
    method, path, _ = text.split(" ", 2)
    connection: http.client.HTTPConnection
    if target.certificate:
        context = ssl.create_default_context(cafile=target.certificate)
        connection = http.client.HTTPSConnection("localhost", target.port, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", target.port)
    head, _, body = text.partition("\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    if response.status >= 300:
        raise NotMeasured(f"{method} {path} is answered with {response.status}: {content[:500]!r}")
    return content


@contextmanager
def bare(answer: bytes, folder: Path, tls: Path | None = None) -> Iterator[Target]:
    """The bare stack at work; `tls` is the folder of a certificate and its key."""
    file = folder / "answer"
    file.write_bytes(answer)
    files = [tls / "cert.pem", tls / "key.pem"] if tls else []
    program = Path(__file__).with_name("bare_server.py")
    process = subprocess.Popen([sys.executable, program, file, *files], stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or not (line := process.stdout.readline()):
            raise NotMeasured("the bare server does not start")
        yield Target(process.pid, int(line), folder, files[0] if files else None)
    finally:
        process.terminate()
        process.communicate()


def served(process: ServerProcess, folder: Path, *, tls: bool) -> Target:
    """A server as a target."""
    return Target(
        process.process.pid, int(process.host.rpartition(":")[2]), folder, process.certificate if tls else None
    )


def prepared(data: Path) -> list[tuple[str, str]]:
    """Fills a data folder: 16 people, each with a draft of an image of 150 components. Gives tokens and drafts."""
    spec, content = image_of(COMPONENTS)
    with application_over(data, [content], people=CLIENTS) as people:
        return [(person.token, draft_of(person, spec)) for person in people]


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of the group."""
    data = folder / "data"
    people = prepared(data)
    (token, draft), *_ = people
    yield from started(data, folder, request("GET", f"{DRAFTS}/{draft}", token))
    yield from reading(data, folder, people)
    yield from editing_alone(data, folder, people[0])
    yield from reading_and_editing(data, folder, people)
    yield from cycling(folder)


def started(data: Path, folder: Path, ask: str) -> Iterator[Figure]:
    """From the start of the process to the first answer that has content, against the bare stack."""
    costs: list[float] = []

    def ours() -> float:
        begin = time.perf_counter()
        process = ServerProcess(data, ["--no-tls"])
        try:
            answer_to(served(process.ready(), folder, tls=False), ask)
            costs.append(processor_time(process.process.pid))
            return time.perf_counter() - begin
        finally:
            process.stop()

    def theirs() -> float:
        begin = time.perf_counter()
        with bare(b"{}", folder) as other:
            answer_to(other, ask)
            return time.perf_counter() - begin

    taken, least = by_turns(ours, theirs, rounds=STARTS)
    what = "start to the first answer, existing database"
    yield Figure(what, f"{taken:.2f} s", f"{least:.2f} s (bare stack)", taken / least, "< 1 s", taken < 1)
    yield Figure("… processor time of that", f"{statistics.median(costs):.2f} s")


class Both:
    """The same load on our server and on the bare one, by turns."""

    def __init__(self, ours: Target, bare: Target, clients: list[list[str]]) -> None:
        self.loads: list[tuple[Load, Load]] = []
        for _ in range(ROUNDS + 1):
            self.loads.append((ours.load(clients), bare.load(clients)))
        del self.loads[0]

    def figure(self, what: str, target: float | str, requests: int = 1) -> Figure:
        """How many in a second; `target` is how many, or the share of the bare route's."""
        ours, most = (statistics.median(load[side].rate / requests for load in self.loads) for side in (0, 1))
        reference = f"{most:,.0f} /s (bare route)"
        if isinstance(target, str):
            return Figure(what, f"{ours:,.0f} /s", reference, ours / most, f"≥ {target}", ours / most >= GET_SHARE)
        return Figure(what, f"{ours:,.0f} /s", reference, ours / most, f"≥ {target:g} /s", ours >= target)

    def cost(self, requests: int = 1) -> Figure:
        """What the servers spend."""
        ours, least = (statistics.median(load[side].each * requests for load in self.loads) for side in (0, 1))
        what = "… processor time of the server"
        return Figure(what, f"{ours:.3g} ms each", f"{least:.3g} ms each (bare route)", ours / least)

    def generator(self) -> Figure:
        """What the generator spends where it has most to do."""
        share = statistics.median(bare.share for _, bare in self.loads)
        return Figure("… the load generator, at the bare route", f"{share:.0%} of a core")


def reading(data: Path, folder: Path, people: list[tuple[str, str]]) -> Iterator[Figure]:
    """Reads of one draft by many, against the bare route."""
    token, draft = people[0]
    clients = [[request("GET", f"{DRAFTS}/{draft}", token)]] * CLIENTS
    with serving(data, ["--no-tls"]) as process:
        target = served(process, folder, tls=False)
        answer = answer_to(target, clients[0][0])
        with bare(answer, folder) as other:
            both = Both(target, other, clients)
    yield both.figure(f"GET of a draft, {len(answer):,} bytes, {CLIENTS} connections", "1/3")
    yield both.cost()
    yield both.generator()


def editing_alone(data: Path, folder: Path, person: tuple[str, str]) -> Iterator[Figure]:
    """One client changes one draft, one request after the other, and nobody else wants anything."""
    token, draft = person
    edits = [request("PUT", f"{DRAFTS}/{draft}/components/Choice-00001", token, version) for version in EDITS]
    with serving(data, ["--no-tls"]) as process:
        target = served(process, folder, tls=False)
        target.load([edits])
        loads = [target.load([edits]) for _ in range(ROUNDS)]
    slowest = statistics.median(load.slowest(0, 1) for load in loads)
    rate = statistics.median(load.rate for load in loads)
    what = f"99 % of edits of a draft of {COMPONENTS} components, one client"
    yield at_most(what, slowest, SLOWEST_ALONE, "ms", f"{rate:,.0f} /s")
    cost = statistics.median(load.each for load in loads)
    yield Figure("… processor time of the server", f"{cost:.3g} ms each")


def reading_and_editing(data: Path, folder: Path, people: list[tuple[str, str]]) -> Iterator[Figure]:
    """Everybody reads and edits his own draft: as fast as the server can, and at the pace of people with a script."""
    clients = []
    for token, draft in people:
        read = request("GET", f"{DRAFTS}/{draft}", token)
        edits = [request("PUT", f"{DRAFTS}/{draft}/components/Choice-00001", token, version) for version in EDITS]
        clients.append([read, read, edits[0], read, read, edits[1]])
    with serving(data, ["--no-tls"]) as process:
        target = served(process, folder, tls=False)

        def slowest(pause: float) -> tuple[float, float, float]:
            loads = [target.load(clients, pause=pause) for _ in range(ROUNDS)]
            return (
                statistics.median(load.slowest(0, 1, 3, 4) for load in loads),
                statistics.median(load.slowest(2, 5) for load in loads),
                statistics.median(load.rate for load in loads),
            )

        slowest(0.0)
        for pause, how in ((PACE, "each resting 0.1 s"), (0.0, "without rest")):
            reads, edits, rate = slowest(pause)
            yield at_most(f"99 % of reads, {CLIENTS} clients {how}", reads, SLOWEST, "ms", f"{rate:,.0f} /s in all")
            yield at_most(f"99 % of edits, {CLIENTS} clients {how}", edits, SLOWEST, "ms")


def cycling(folder: Path) -> Iterator[Figure]:
    """Making, listing and deleting a draft over one TLS connection, against as many requests to the bare route."""
    data = folder / "empty"
    with application_over(data, []) as (person, *_):
        token = person.token
    cycle = [
        request("POST", DRAFTS, token, {}),
        request("GET", DRAFTS, token),
        request("DELETE", f"{DRAFTS}/{{id}}", token),
    ]
    with serving(data) as process, bare(b'"1"', folder, data / "tls") as other:
        both = Both(served(process, folder, tls=True), other, [cycle])
    yield both.figure("create → list → delete of a draft, one TLS connection", CYCLES, len(cycle))
    yield both.cost(len(cycle))

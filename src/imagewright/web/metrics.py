"""Figures for Prometheus: what calls and tasks did in this process, and what is in the database when somebody looks.

The only module that knows prometheus-client, and loaded only when metrics are wanted. A call costs one observation of
one histogram. With PROMETHEUS_MULTIPROC_DIR set before this is loaded, any of several processes answers for all.
"""

from __future__ import annotations

import hmac
import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.responses import Response

from imagewright.app.ports import Figures

CALL_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
TASK_BUCKETS: Final = (0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600)

ReadFigures = Callable[[], Figures]


class Metrics:
    """The figures of this process. `read_figures` asks the database, once for each time that somebody looks."""

    def __init__(self, read_figures: ReadFigures, clock: Callable[[], datetime]) -> None:
        own = CollectorRegistry()
        self._calls = Histogram(
            "imagewright_call_duration_seconds",
            "Calls of operations, by how they ended: OK or the type of the error.",
            ("operation", "outcome"),
            buckets=CALL_BUCKETS,
            registry=own,
        )
        self._tasks = Histogram(
            "imagewright_task_duration_seconds",
            "Tasks that this server has brought to an end, from when they were taken up.",
            ("operation", "outcome"),
            buckets=TASK_BUCKETS,
            registry=own,
        )
        # Finding a child by its labels costs more than observing.
        self._children: dict[tuple[Histogram, str, str], Histogram] = {}
        self._exposed = own
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            self._exposed = CollectorRegistry()
            MultiProcessCollector(self._exposed)  # type: ignore[no-untyped-call]
        else:
            for collector in (ProcessCollector, PlatformCollector, GCCollector):
                collector(registry=self._exposed)
        self._exposed.register(_Stock(read_figures, clock))
        self._listener: tuple[WSGIServer, threading.Thread] | None = None

    def call_ended(self, operation: str, outcome: str, seconds: float) -> None:
        """Counts a call of an operation."""
        self._observe(self._calls, operation, outcome, seconds)

    def task_ended(self, operation: str, outcome: str, seconds: float) -> None:
        """Counts a task."""
        self._observe(self._tasks, operation, outcome, seconds)

    def answer(self, authorization: str | None, token: str) -> Response | None:
        """The figures as Prometheus reads them; None for whoever does not bring the token."""
        scheme, _, given = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
            return None
        return Response(generate_latest(self._exposed), 200, {"Cache-Control": "no-store"}, CONTENT_TYPE_LATEST)

    def listen(self, host: str, port: int) -> int:
        """Answers on a listener of its own, which asks for no token, and tells its port. OSError when it cannot."""
        self._listener = start_http_server(port, host, self._exposed)
        return int(self._listener[0].server_port)

    @property
    def listens(self) -> bool:
        """Whether it has its listener."""
        return self._listener is not None

    def close(self) -> None:
        """Ends the listener."""
        if self._listener is not None:
            server, thread = self._listener
            server.shutdown()
            server.server_close()
            thread.join()
            self._listener = None

    def _observe(self, histogram: Histogram, operation: str, outcome: str, seconds: float) -> None:
        key = histogram, operation, outcome
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = histogram.labels(operation, outcome)
        child.observe(seconds)


class _Stock(Collector):
    """What there is, read when somebody looks."""

    def __init__(self, read_figures: ReadFigures, clock: Callable[[], datetime]) -> None:
        self._read_figures = read_figures
        self._clock = clock

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All figures as of one moment."""
        figures = self._read_figures()
        stock = GaugeMetricFamily("imagewright_stock", "How many of each kind there are.", labels=["kind"])
        for kind, number in figures.stock.items():
            stock.add_metric([kind], number)
        yield stock
        tasks = GaugeMetricFamily("imagewright_tasks", "Tasks that are kept, by state.", labels=["operation", "state"])
        for (operation, state), number in figures.tasks.items():
            tasks.add_metric([operation, state], number)
        yield tasks
        oldest = figures.oldest_waiting
        waiting = 0.0 if oldest is None else max(0.0, (self._clock() - oldest).total_seconds())
        yield GaugeMetricFamily(
            "imagewright_task_longest_wait_seconds", "How long the oldest task waits that nobody has taken up.", waiting
        )

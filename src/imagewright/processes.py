"""Several processes that serve one port.

    parent     holds the port, starts the others, replaces one that dies, passes on the wish to stop
    children   each of them a whole server: event loop, threads, tasks; they share the port and the database

A child is made by forking before there are threads, so it starts with everything that the parent has loaded.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

log = logging.getLogger(__name__)

Tell = Callable[[str], None]
Work = Callable[[Tell, bool], None]
"""What a child does until it gets SIGTERM. It tells "ready" when it is. The second argument is True for one that takes
the place of another: the port is served meanwhile, so it takes no connection before it is ready."""

READY = "ready"
PAUSE = 1.0
"""Seconds before another process takes the place of one that died, so that a lasting trouble does not spin."""


class ChildFailed(Exception):
    """A process ended before it was ready, so the others would not get ready either. Its log says why."""


@dataclass(slots=True)
class Child:
    """One process, and the pipe by which it tells."""

    process: ForkProcess
    lines: Connection
    ready: bool = False


class Processes:
    """Runs so many children on a port as long as nobody asks for the end.

    `grace` is how many seconds a child may take to end when it is told to; then it is killed.
    """

    def __init__(self, count: int, port: socket.socket, work: Work, tell: Tell, grace: float) -> None:
        self._count = count
        self._port = port
        self._work = work
        self._tell = tell
        self._grace = grace
        self._fork = multiprocessing.get_context("fork")
        self._children: list[Child] = []
        self._told_ready = False

    def run(self) -> None:
        """Returns when all children have ended after SIGTERM or SIGINT. ChildFailed when one cannot start."""
        with _signals() as asked:
            for _ in range(self._count):
                self._start()
            try:
                while not self._asked_to_stop(asked):
                    self._listen()
                    self._replace_the_dead()
            finally:
                self._stop()

    def _start(self, *, replaces: bool = False) -> None:
        receive, send = self._fork.Pipe(duplex=False)
        process = self._fork.Process(target=_child, args=(self._work, send, replaces), name="imagewright-server")
        process.start()
        send.close()
        self._children.append(Child(process, receive))

    def _asked_to_stop(self, asked: socket.socket) -> bool:
        news: list[Connection | socket.socket | int] = [asked]
        for each in self._children:
            news += [each.lines, each.process.sentinel]
        return asked in wait(news)

    def _listen(self) -> None:
        for child in self._children:
            try:
                while child.lines.poll():
                    self._pass_on(child, child.lines.recv())
            except (EOFError, OSError):
                continue  # It has ended, which its sentinel says too.

    def _pass_on(self, child: Child, line: str) -> None:
        if line != READY:
            self._tell(line)
            return
        child.ready = True
        if not self._told_ready and all(each.ready for each in self._children):
            self._told_ready = True
            self._tell(READY)

    def _replace_the_dead(self) -> None:
        for child in [each for each in self._children if not each.process.is_alive()]:
            self._children.remove(child)
            child.lines.close()
            child.process.join()
            if not child.ready:
                raise ChildFailed(f"a server process ended with {child.process.exitcode} before it was ready")
            log.error("server process %s ended with %s; another one starts", child.process.pid, child.process.exitcode)
            time.sleep(PAUSE)
            self._start(replaces=True)

    def _stop(self) -> None:
        # Else connections would still be taken that nobody answers.
        self._port.close()
        for child in self._children:
            child.process.terminate()
        deadline = time.monotonic() + self._grace
        for child in self._children:
            child.process.join(max(0.0, deadline - time.monotonic()))
            if child.process.is_alive():
                log.error("server process %s does not end, and is killed", child.process.pid)
                child.process.kill()
                child.process.join()
            child.lines.close()


def _child(work: Work, lines: Connection, replaces: bool) -> None:
    signal.set_wakeup_fd(-1)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_DFL)
    work(lines.send, replaces)


@contextmanager
def _signals() -> Iterator[socket.socket]:
    """A socket that can be read when SIGTERM or SIGINT has come."""
    read, write = socket.socketpair()
    write.setblocking(False)
    before = {each: signal.signal(each, lambda *_: None) for each in (signal.SIGTERM, signal.SIGINT)}
    descriptor = signal.set_wakeup_fd(write.fileno())
    try:
        yield read
    finally:
        signal.set_wakeup_fd(descriptor)
        for number, handler in before.items():
            signal.signal(number, handler)
        read.close()
        write.close()

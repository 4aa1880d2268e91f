"""Starts `imagewright` from a process that has loaded it, which takes a tenth of the time of an interpreter of its own.

    tests      --request, with the ends of pipes-->  starter  (one for all tests of a worker; loads, and has no threads)
                                                     nanny    (one for each command; waits for its end and tells it)
    tests      <--pid, exit code-------------------  command  (what `imagewright WORDS` would be)

The command is a process as any other: it has its own pid, folder, environment, pipes and signals, and it enters at
`main()` with its words in `sys.argv`. It shares with others only what loading the modules makes.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

LENGTH = struct.Struct("!I")
NOT_TO_LOAD = ("imagewright.__main__", "imagewright.contract.generate", "imagewright.storage.migrations.env")
"""They do something when they are loaded."""


class Started:
    """A command that runs: what tests use of `subprocess.Popen`.

    `files` are its input, output and errors. With `in_terminal` they are one terminal, whose Ctrl-C is for the command.
    """

    def __init__(
        self,
        words: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        files: Sequence[int],
        *,
        in_terminal: bool = False,
    ) -> None:
        self.args = list(words)
        self.returncode: int | None = None
        self._news, told = socket.socketpair()
        request = {
            "words": self.args, "folder": str(folder), "environment": dict(environment), "in_terminal": in_terminal,
        }  # fmt: skip
        with told:
            _starter().send(request, [told.fileno(), *files])
        self._asking = threading.Lock()
        self.pid = self._told()

    def _told(self) -> int:
        got = b""
        while len(got) < LENGTH.size:
            more = self._news.recv(LENGTH.size - len(got))
            assert more, "the nanny of a command has died"
            got += more
        return int.from_bytes(got, "big", signed=True)

    def wait(self, timeout: float | None = None) -> int:
        """Waits for the end and gives the exit code, or minus the number of the signal that ended it."""
        with self._asking:
            if self.returncode is None:
                self._news.settimeout(timeout)
                try:
                    self.returncode = self._told()
                except (TimeoutError, BlockingIOError):
                    raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
                self._news.close()
            return self.returncode

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self._asking.locked():  # somebody waits for the end in another thread
            return self.returncode
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def send_signal(self, number: int) -> None:
        """Sends a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Heard(Started):
    """A command that runs without a terminal; what it writes is read as text."""

    def __init__(self, words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        output, errors = os.pipe(), os.pipe()
        self.stdout: IO[str] = os.fdopen(output[0])  # closed by who reads it
        self.stderr: IO[str] = os.fdopen(errors[0])
        try:
            super().__init__(words, folder, environment, [0, output[1], errors[1]])
        finally:
            os.close(output[1])
            os.close(errors[1])


def run(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end, and gives what it wrote."""
    command = Heard(words, folder, environment)
    with ThreadPoolExecutor(2) as readers, command.stdout, command.stderr:
        output, errors = readers.submit(command.stdout.read), readers.submit(command.stderr.read)
        try:
            code = command.wait(timeout)
        except subprocess.TimeoutExpired:
            command.kill()
            raise
        return subprocess.CompletedProcess(command.args, code, output.result(), errors.result())


class _Starter:
    """The process that starts others, seen from the tests. It ends with them, when its socket closes."""

    def __init__(self) -> None:
        self._requests, theirs = socket.socketpair()
        self._one_at_a_time = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )
        atexit.register(self._end)

    def _end(self) -> None:
        self._requests.close()
        self._process.wait()

    def send(self, request: dict[str, Any], files: list[int]) -> None:
        what = json.dumps(request).encode()
        with self._one_at_a_time:
            socket.send_fds(self._requests, [LENGTH.pack(len(what))], files)
            self._requests.sendall(what)


@cache
def _starter() -> _Starter:
    return _Starter()


# What follows runs in the starter.


def _load() -> None:
    """Loads all of imagewright, and with it what it uses."""
    import imagewright

    for module in pkgutil.walk_packages(imagewright.__path__, "imagewright."):
        if module.name not in NOT_TO_LOAD:
            importlib.import_module(module.name)


def _serve(requests: socket.socket) -> list[int] | None:
    """Starts what it is asked for. Returns None at the end; and in each command, once it is there, its words."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a nanny
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, and for the commands
    while True:
        head, files, _, _ = socket.recv_fds(requests, LENGTH.size, 4)
        if not head:
            return None
        (left,) = LENGTH.unpack(head)
        what = b""
        while len(what) < left:
            what += requests.recv(left - len(what))
        if os.fork() == 0:
            requests.close()
            _nurse(json.loads(what), files)
            return files
        for file in files:
            os.close(file)


def _nurse(request: dict[str, Any], files: list[int]) -> None:
    """In the nanny, does not return. In the command, sets up what a process has at its start."""
    told, *pipes = files
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command = os.fork()
    if command:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for pipe in pipes:
            os.close(pipe)
        os.write(told, command.to_bytes(LENGTH.size, "big", signed=True))
        code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
        with suppress(BrokenPipeError):  # nobody asks any more
            os.write(told, code.to_bytes(LENGTH.size, "big", signed=True))
        os._exit(0)
    os.close(told)
    if request["in_terminal"]:
        os.setsid()
        fcntl.ioctl(pipes[0], termios.TIOCSCTTY, 0)
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[:] = request["words"]
    sys.path[0] = str(Path(request["words"][0]).parent)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    # As under PYTHONUNBUFFERED, which tests set.
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), write_through=True)
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), errors="backslashreplace", write_through=True)
    gc.enable()


if __name__ == "__main__":
    _load()
    threads = Path("/proc/self/task")
    assert not threads.is_dir() or len(list(threads.iterdir())) == 1, "a process with threads must not fork"
    gc.collect()
    gc.freeze()
    if _serve(socket.socket(fileno=int(sys.argv[1]))) is not None:
        from imagewright.cli.main import main

        main()

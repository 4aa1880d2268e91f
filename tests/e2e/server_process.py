"""The server as its users run it: a process of its own, with a data folder, ready when it says so."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO

import warm_starter

COMMAND = str(Path(sys.executable).with_name("imagewright"))
PATIENCE = 60.0
"""Seconds after which something that should happen at once is taken for broken."""

_NOT_FOR_THE_SERVER = re.compile(r"IMAGEWRIGHT_.*|(HTTPS?|ALL|NO)_PROXY|(REQUESTS|CURL)_CA_BUNDLE", re.IGNORECASE)

_OF_NO_INTERPRETER = re.compile(r"IMAGEWRIGHT_.*|XDG_CONFIG_HOME|AWS_.*|(HTTPS?|ALL|NO)_PROXY|COLUMNS", re.IGNORECASE)
"""Settings that are read when they are needed, and not when Python starts or a module is loaded."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user name and the password that goes with it."""

    name: str
    password: str


ADMINISTRATOR = Account("administrator@vsphere.local", "the first password")
ALICE = Account("alice@example.test", "editor's password")
BOB = Account("bob@example.test", "another editor's password")
VICTOR = Account("victor@example.test", 'viewer: pässwörd "with" colon')
ROLES = {ADMINISTRATOR: "administrator", ALICE: "editor", BOB: "editor", VICTOR: "viewer"}


def surroundings(**settings: str) -> dict[str, str]:
    """The environment of this process without what would change how a server or a client behaves."""
    inherited = {name: value for name, value in os.environ.items() if not _NOT_FOR_THE_SERVER.fullmatch(name)}
    return inherited | {"PYTHONUNBUFFERED": "1"} | settings


_cold = False


@contextmanager
def cold_starts() -> Iterator[None]:
    """All processes are started as users start them, by a new interpreter, and not by the warm starter."""
    global _cold
    before, _cold = _cold, True
    try:
        yield
    finally:
        _cold = before


def _warm(settings: Mapping[str, str]) -> bool:
    return not _cold and all(_OF_NO_INTERPRETER.fullmatch(name) for name in settings)


def run_command(*words: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs `imagewright` with these words in this folder, and waits for its end."""
    if _warm(settings):
        return warm_starter.run([COMMAND, *words], folder, surroundings(**settings), PATIENCE)
    return subprocess.run(
        [COMMAND, *words], cwd=folder, env=surroundings(**settings), capture_output=True, text=True, timeout=PATIENCE
    )


def add_user(data: Path, account: Account, *options: str) -> None:
    """Makes a user as an administrator does it, on the command line."""
    done = run_command(
        "user", "add", account.name, *options, "--data", str(data),
        folder=data.parent, IMAGEWRIGHT_USER_PASSWORD=account.password,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, f"added {account.name}\n"), done.stderr


def allowing(folder: Path) -> dict[str, str]:
    """Settings under which the server reads files of this folder."""
    return {"IMAGEWRIGHT_FILE_FOLDERS": str(folder)}


def eventually(what: str, look: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Looks again and again until what it sees is true. For what nobody announces."""
    deadline, pause = monotonic() + seconds, threading.Event()
    while not look():
        assert monotonic() < deadline, f"after {seconds} seconds, still not: {what}"
        pause.wait(0.02)


class _Lines:
    """The lines that a process writes, as they come."""

    def __init__(self, stream: IO[str]) -> None:
        self.seen: list[str] = []
        self._stream = stream
        self._over = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._stream:
            with self._news:
                self.seen.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._over = True
            self._news.notify_all()

    def first(self, pattern: str) -> re.Match[str] | None:
        """The first line that has this in it, as soon as there is one; None when the stream ends without it."""

        def found() -> re.Match[str] | None:
            return next(filter(None, (re.search(pattern, line) for line in self.seen)), None)

        with self._news:
            assert self._news.wait_for(lambda: found() or self._over, PATIENCE), f"no line {pattern!r}: {self.seen}"
            return found()

    def close(self) -> None:
        self._reader.join(PATIENCE)
        self._stream.close()


class ServerProcess:
    """`imagewright serve` on a data folder and a free port of 127.0.0.1."""

    def __init__(self, data: Path, options: Sequence[str] = (), settings: Mapping[str, str] | None = None) -> None:
        self.data = data
        words = [COMMAND, "serve", "--data", str(data), "--listen", "127.0.0.1:0", *options]
        environment = surroundings(**{"IMAGEWRIGHT_ADMIN_PASSWORD": ADMINISTRATOR.password, **(settings or {})})
        self.process: subprocess.Popen[str] | warm_starter.Heard
        if _warm(settings or {}):
            self.process = warm_starter.Heard(words, data.parent, environment)
        else:
            self.process = subprocess.Popen(
                words, cwd=data.parent, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.output = _Lines(self.process.stdout)
        self.log = _Lines(self.process.stderr)

    def listening(self) -> ServerProcess:
        """Waits until it listens; it may not be ready yet."""
        found = self.output.first(r"^listening on (?P<url>(?P<scheme>https?)://127\.0\.0\.1:(?P<port>\d+))$")
        assert found, self.log.seen
        self.url, self.host = found["url"], f"127.0.0.1:{found['port']}"
        return self

    def ready(self) -> ServerProcess:
        """Waits until it serves."""
        self.listening()
        assert self.output.first("^ready$"), self.log.seen
        return self

    @property
    def certificate(self) -> Path:
        """The certificate that its clients trust."""
        return self.data / "tls" / "cert.pem"

    def terminate(self) -> None:
        """Asks it to stop, and does not wait."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a power cut does."""
        self.process.kill()
        self.ended()

    def ended(self) -> int:
        """Waits for its end and tells its exit code."""
        try:
            return self.process.wait(PATIENCE)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.output.close()
            self.log.close()

    def stop(self) -> int:
        """Asks it to stop and waits for its end."""
        if self.process.poll() is None:
            self.terminate()
        return self.ended()


@contextmanager
def serving(
    data: Path, options: Sequence[str] = (), settings: Mapping[str, str] | None = None
) -> Iterator[ServerProcess]:
    """A server that is ready, and is stopped at the end."""
    server = ServerProcess(data, options, settings)
    try:
        yield server.ready()
    finally:
        server.stop()

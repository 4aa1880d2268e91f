"""A terminal of 80 columns with somebody in front of it: what is on its screen, and keys that are pressed."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyte
from server_process import COMMAND, PATIENCE
from warm_starter import Started

COLUMNS, LINES = 80, 24
CTRL_C = "\x03"


class Screen:
    """A program in a terminal. What it writes is drawn as a terminal draws it."""

    def __init__(self, words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._screen = pyte.HistoryScreen(COLUMNS, LINES, history=1000)
        self._stream = pyte.ByteStream(self._screen)
        self._news = threading.Condition()
        self._over = False
        self.raw = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.process = Started(
            words, folder, {**environment, "TERM": "xterm-256color"}, [slave, slave, slave], in_terminal=True
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        """The whole screen, without the blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def press(self, keys: str) -> None:
        """Types something."""
        os.write(self._master, keys.encode())

    def shows(self, look: Callable[[str], object], what: str) -> str:
        """Waits until the screen is so, and gives it."""
        with self._news:
            found = self._news.wait_for(lambda: look(self.text) or self._over, PATIENCE)
            assert found, f"still not: {what}\n{self.text}"
            assert look(self.text), f"never was: {what}\n{self.text}"
            return self.text

    def ended(self) -> int:
        """Waits for the end of the program and tells its exit code; the screen is complete then."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(PATIENCE)
        os.close(self._master)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # what Linux answers when nobody has the other end open any more
                data = b""
            with self._news:
                self._over = not data
                self.raw += data
                self._stream.feed(data)
                self._news.notify_all()
            if not data:
                return


@contextmanager
def in_terminal(*words: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Screen]:
    """`imagewright` with these words in a terminal; it is ended at the end."""
    screen = Screen([COMMAND, *words], folder, environment)
    try:
        yield screen
    finally:
        screen.close()

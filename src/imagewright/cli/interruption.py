"""What happens when somebody presses Ctrl-C, or when whoever runs a command ends it (SIGTERM)."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from imagewright.cli import terminal

INTERRUPTED = "Interrupted; waiting for the server, so that nothing is left there. Again Ctrl-C: not waiting."


@contextmanager
def told_to_end() -> Iterator[None]:
    """Whoever ends a command (SIGTERM), such as a pipeline that runs out of time, ends it as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def settled(call: Callable[[], str], is_sent: Callable[[], bool] = lambda: True) -> tuple[str, bool]:
    """The answer of a call, and whether it was to be interrupted meanwhile.

    Ctrl-C waits for the answer, so that what the call has made is known and can be taken away. Who insists is not kept
    waiting: the second Ctrl-C is a KeyboardInterrupt at once, and so is the first one of a call that takes its time to
    be sent, until `is_sent`: nothing is made of half a call.
    """
    interrupted = False

    def note(*_: object) -> None:
        nonlocal interrupted
        if interrupted or not is_sent():
            raise KeyboardInterrupt
        interrupted = True
        terminal.tell(INTERRUPTED)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return call(), interrupted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

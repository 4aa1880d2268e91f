"""Commands that work with a server: who is logged in, how tasks are waited for, and how refusals are told."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from imagewright.cli import exit_codes, terminal

if TYPE_CHECKING:
    from imagewright.client.connection import Connection
    from imagewright.contract.operations import Operation
    from imagewright.model.errors import ApiError

NEXT = {
    "imagewright.draft.not_found": "imagewright draft ls",
    "imagewright.draft.already_exists": "imagewright draft show, then: imagewright draft rm, or --replace",
    "imagewright.draft.has_errors": "imagewright draft validate",
    "imagewright.draft.overtaken": "imagewright draft rm",
    "imagewright.software.not_found": "imagewright image ls",
    "imagewright.software.no_such_version": "imagewright image history IMAGE",
    "imagewright.software.assigned": "imagewright inventory ls",
    "imagewright.diff.not_found": "imagewright image ls, or: imagewright draft ls",
    "imagewright.depot.not_found": "imagewright depot ls",
    "imagewright.task.not_found": "imagewright task ls",
    "imagewright.user.not_found": "imagewright user ls",
    "imagewright.inventory.not_found": "imagewright inventory ls",
}
"""The command that helps after a refusal, by the id of its first message."""


@contextmanager
def connected() -> Iterator[Connection]:
    """The server that the user is logged in to."""
    from imagewright.client.connection import Connection
    from imagewright.client.logins import chosen_login

    login = chosen_login(os.environ)
    with Connection(login.url, login.trust, login.token) as connection, _told_to_end():
        yield connection


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Whoever ends a command (SIGTERM), such as a pipeline that runs out of time, ends it as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def settled(call: Callable[[], str]) -> tuple[str, bool]:
    """The answer of a short call, and whether it was to be interrupted meanwhile.

    Ctrl-C waits for the answer, so that what the call has made is known and can be taken away. Who insists is not kept
    waiting: the second Ctrl-C is a KeyboardInterrupt at once.
    """
    interrupted = False

    def note(*_: object) -> None:
        nonlocal interrupted
        if interrupted:
            raise KeyboardInterrupt
        interrupted = True

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return call(), interrupted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def finished(connection: Connection, operation: Operation, bars: terminal.Bars, what: str, **arguments: Any) -> Any:
    """Starts a task, waits for it and gives its result; raises the ApiError with which it failed.

    When the user does not want to wait any longer, the task is cancelled, if that is possible.
    """
    from imagewright.contract import rest_values
    from imagewright.contract.services import cis_task
    from imagewright.model.errors import InternalError

    show = bars.task(what)
    task, interrupted = settled(lambda: connection.call(operation, **arguments))
    try:
        if interrupted:
            raise KeyboardInterrupt
        for info in connection.watch(task):
            show(info)
    except KeyboardInterrupt:
        connection.cancel(task)
        raise
    if info.status is cis_task.Status.FAILED:
        raise info.error or InternalError.because("imagewright.task.failed", "The task {0} has failed.", task)
    result = operation.task_result
    return None if result is None or info.result is None else rest_values.decode(result, info.result)


def explain(error: ApiError) -> int:
    """Tells a refusal of the server with the command that helps, and gives the exit code."""
    from imagewright.model.columns import printable
    from imagewright.model.errors import ServiceUnavailable, Unauthenticated

    first, *others = [each.text for each in error.messages] or [error.error_type]
    terminal.tell(f"imagewright: {printable(first)}")
    for each in others:
        terminal.tell(f"  {printable(each)}")
    known = next((NEXT[each.id] for each in error.messages if each.id in NEXT), None)
    if known is None and isinstance(error, Unauthenticated):
        known = "imagewright login"
    if known:
        terminal.tell(f"Try: {known}")
    match error:
        case Unauthenticated():
            return exit_codes.NOT_LOGGED_IN
        case ServiceUnavailable():
            return exit_codes.UNREACHABLE
    return exit_codes.REFUSED

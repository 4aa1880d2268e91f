"""Commands that work with a server: who is logged in, how tasks are waited for, and how refusals are told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from imagewright.cli import exit_codes, terminal
from imagewright.cli.interruption import settled, told_to_end

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
    with Connection(login.url, login.trust, login.token) as connection, told_to_end():
        yield connection


def finished(
    connection: Connection,
    operation: Operation,
    bars: terminal.Bars,
    what: str,
    *,
    tell_end: bool = True,
    **arguments: Any,
) -> Any:
    """Starts a task, waits for it and gives its result; raises the ApiError with which it failed.

    When the user does not want to wait any longer, the task is cancelled if that is possible. `tell_end` says what has
    become of it; whoever takes back more than the task tells that himself.
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
        told = _cancelled(connection, task)
        if tell_end:
            terminal.tell(told)
        raise
    if info.status is cis_task.Status.FAILED:
        raise info.error or InternalError.because("imagewright.task.failed", "The task {0} has failed.", task)
    result = operation.task_result
    return None if result is None or info.result is None else rest_values.decode(result, info.result)


def _cancelled(connection: Connection, task: str) -> str:
    """Asks a task to stop, and tells what becomes of it."""
    from imagewright.client.connection import Unreachable
    from imagewright.model.errors import ApiError

    try:
        stops = connection.cancel(task)
    except (ApiError, Unreachable) as error:
        return f"Interrupted; the server was not told, because {error}. See: imagewright task show {task}"
    if stops:
        return f"Interrupted; the server was told to stop. How that ends: imagewright task show {task}"
    return f"Interrupted, but the server goes on to its end. See: imagewright task wait {task}"


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

"""What the running code works for: a request or a task. Every line of the log says it, wherever it is written.

Context variables, because a request goes through an event loop and a worker thread, and the code between them should
not carry it along.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

REQUEST: Final[ContextVar[str]] = ContextVar("request", default="")
"""The id of the request, given by the client or made here; "" outside of any."""

TASK: Final[ContextVar[str]] = ContextVar("task", default="")
"""The id of the task; "" outside of any."""


@contextmanager
def working_on(task_id: str) -> Iterator[None]:
    """A block that is about a task."""
    token = TASK.set(task_id)
    try:
        yield
    finally:
        TASK.reset(token)

"""A task: work that goes on after the answer, and the row that tells how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class TaskStatus(StrEnum):
    """Where a task is.

    The states of a task::

        submit ──► PENDING ── claim (one conditional UPDATE, with a lease) ──► RUNNING ──► SUCCEEDED
                      ▲                                                         │  │
                      │ the lease ran out and the kind can be started again     │  └─────► FAILED
                      └─────────────────────────────────────────────────────────┘

    SUCCEEDED and FAILED are final. A lease that ran out on a kind that cannot be started again ends in FAILED. To
    clients a PENDING task is shown as RUNNING with nothing done yet, because some of them stop waiting on PENDING.
    """

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"

    @property
    def is_final(self) -> bool:
        """True when the task will never change again."""
        return self in (TaskStatus.SUCCEEDED, TaskStatus.FAILED)


@dataclass(frozen=True, slots=True)
class TaskTarget:
    """What the task works on: the resource type of the API and an id."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it is kept.

    `arguments` is what the kind needs, in JSON terms. `result` and `error` are documents in the plain JSON form of the
    API; at most one is set, and only on a finished task. `completed` of `total` never decreases.
    """

    id: str
    service: str
    operation: str
    user: str
    submitted: datetime
    arguments: Mapping[str, Any] = field(default_factory=dict)
    status: TaskStatus = TaskStatus.PENDING
    target: TaskTarget | None = None
    description: str = ""
    cancelable: bool = False
    cancel_requested: bool = False
    started: datetime | None = None
    ended: datetime | None = None
    completed: int = 0
    total: int = 100
    progress_message: str = ""
    result: Any = None
    error: Mapping[str, Any] | None = None
    attempts: int = 0

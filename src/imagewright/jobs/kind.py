"""What a kind of task does: its long work first, outside of any transaction, then one short step that finishes it.

    task ──► run(job) ──► finish ──► one transaction: finish(uow), the task's SUCCEEDED and its result

So a commit, its row in the library, the deletion of its draft and the end of its task stand or fall together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from imagewright.app.ports import Storage, UnitOfWork
from imagewright.model.errors import Canceled
from imagewright.model.task import Task

Services = TypeVar("Services")
"""What the jobs of an application may use besides storage (blobs, a fetcher, a clock ...), as one object of its own."""

Finish = Callable[[UnitOfWork], Any]
"""What remains to be done in the transaction that also ends the task; what it returns, in plain JSON terms or None, is
the result of the task. When it returns Failed, what it wrote stays and the task ends FAILED.

It is run again from its start when the transaction cannot be committed, so it reads what it needs from its unit of work
and changes nothing else. An ApiError ends the task FAILED and undoes all that it wrote. It must not report progress,
which is another transaction.
"""


@dataclass(frozen=True, slots=True)
class Failed:
    """What a Finish returns when the task has not done all that it was to do; `error` is the document of an error."""

    error: Mapping[str, Any]


class LeaseLost(Canceled):
    """The task is not this worker's any more: another one has it, or the server stops. Nothing it does now counts."""


class Progress(Protocol):
    """Tells how far a job is; can be called as often as one likes, few calls are written."""

    def __call__(self, completed: int, total: int, message: str = "") -> None:
        """`completed` of `total` is done, in any unit; what was reported once is never taken back.

        Raises Canceled when the user asked for that, and LeaseLost when the task is not this worker's any more. Both
        are to be passed on, after tidying up.
        """


@dataclass(frozen=True, slots=True)
class Job(Generic[Services]):
    """One task at work. `storage` is there to read: what a job writes, it writes in its Finish."""

    task: Task
    storage: Storage
    services: Services
    progress: Progress


@dataclass(frozen=True, slots=True)
class JobKind(Generic[Services]):
    """How the tasks of one operation are done.

    `service` and `operation` are those of the task. `run` does the long work and may raise any ApiError. A kind is
    `restartable` when it can be run again from its start after its process died, so its long work leaves nothing behind
    that matters. A task of a `cancelable` kind ends FAILED with Canceled when that is asked for before its Finish.
    """

    service: str
    operation: str
    run: Callable[[Job[Services]], Finish]
    restartable: bool = True
    cancelable: bool = False

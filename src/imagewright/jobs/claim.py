"""A task that this process has taken: its lease, how far it is, and its end.

Every write is guarded by the name under which the task was claimed. The name is another one for each claim, so that a
worker that comes late changes nothing, even when the task was taken up again by another thread of its own process.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from imagewright.app.auditing import DONE, record_of_task
from imagewright.app.ports import Clock, StaleRevision, Storage, StorageUnavailable, UnitOfWork
from imagewright.app.retrying import TRIES, pause_after
from imagewright.jobs.kind import Failed, Finish, JobKind, LeaseLost, Services
from imagewright.model.errors import Canceled, ConcurrentChange
from imagewright.model.task import Task, TaskStatus

log = logging.getLogger(__name__)

PROGRESS_SECONDS: Final = 0.25
"""The shortest time between two written reports of progress."""

Outcome = TypeVar("Outcome")


def written(storage: Storage, step: Callable[[UnitOfWork], Outcome]) -> Outcome:
    """Runs a step in a transaction, and again from its start when others were faster.

    Raises StaleRevision when they always were, StorageUnavailable, and what the step raises; nothing is written then.
    """
    for attempt in range(1, TRIES + 1):
        try:
            with storage.write() as uow:
                return step(uow)
        except StaleRevision:
            if attempt == TRIES:
                raise
            pause_after(attempt)
    raise AssertionError("unreachable: the last try returns or raises")


def refuse_canceled(task: Task | None) -> None:
    """Raises Canceled when somebody asked for that."""
    if task is not None and task.cancel_requested:
        raise Canceled.because("imagewright.task.canceled", "The task was cancelled. It changed nothing.")


class Claim(Generic[Services]):
    """`lost` is set as soon as the task is known not to be this worker's any more."""

    def __init__(
        self, storage: Storage, clock: Clock, lease: timedelta, worker: str, task: Task, kind: JobKind[Services]
    ) -> None:
        self.task = task
        self.kind = kind
        self.lost = threading.Event()
        self._storage = storage
        self._clock = clock
        self._lease = lease
        self._worker = worker
        self._lease_until = clock() + lease
        self._completed = task.completed
        self._message = task.progress_message
        self._next_report = 0.0

    def renew(self, uow: UnitOfWork) -> bool:
        """Keeps the task for another lease; False when it is not ours any more. What was released stays released."""
        if self.lost.is_set():
            return False
        until = self._clock() + self._lease
        if uow.tasks.renew(self.task.id, self._worker, until):
            self._lease_until = until
            return True
        self.lost.set()
        return False

    def is_overdue(self, now: datetime) -> bool:
        """Whether the lease has run out, by the clock."""
        return now >= self._lease_until

    def look_again(self) -> None:
        """Makes the next report of progress look whether the task was cancelled, however soon it comes."""
        self._next_report = 0.0

    def is_unwanted(self) -> bool:
        """Whether the task can be cancelled, and somebody asked for that."""
        if not self.kind.cancelable:
            return False
        try:
            with self._storage.read() as uow:
                task = uow.tasks.get(self.task.id)
        except StorageUnavailable as error:
            log.warning("Task %s: whether it was cancelled cannot be read: %s", self.task.id, error)
            return False
        return task is not None and task.cancel_requested

    def progress(self, completed: int, total: int, message: str = "") -> None:
        """Progress of `jobs.kind`. The row is in parts of the task's own total: totals of stages may differ."""
        if self.lost.is_set():
            raise self._not_ours()
        if time.monotonic() < self._next_report:
            return
        self._next_report = time.monotonic() + PROGRESS_SECONDS
        whole = self.task.total
        done = whole * min(max(completed, 0), total) // total if total > 0 else 0
        self._completed = max(self._completed, done)
        self._message = message or self._message
        try:
            with self._storage.write() as uow:
                self._report(uow, self._completed)
                self._refuse_canceled(uow)
        except (StorageUnavailable, StaleRevision) as error:
            # A report that cannot be written is no reason to give up the work.
            log.warning("Task %s: progress was not written: %s", self.task.id, error)

    def complete(self, finish: Finish) -> None:
        """Runs the Finish and ends the task in one transaction.

        Raises ConcurrentChange when others changed the same things each time, Canceled, LeaseLost, StorageUnavailable,
        and what the Finish raises; nothing is written then.
        """
        try:
            written(self._storage, lambda uow: self._end_well(uow, finish))
        except StaleRevision as error:
            raise ConcurrentChange.because(
                "imagewright.task.concurrent_change",
                "Others changed the same things {0} times while the task was being finished. Run it again.",
                TRIES,
            ) from error

    def fail(self, error: Mapping[str, Any]) -> None:
        """Ends the task FAILED with this error document, if it is still ours."""

        def end(uow: UnitOfWork) -> bool:
            now = self._clock()
            ours = uow.tasks.finish(self.task.id, self._worker, TaskStatus.FAILED, now, error=error)
            if ours:
                uow.audit.add(record_of_task(self.task, now, str(error.get("error_type", "ERROR"))))
            return ours

        if not written(self._storage, end):
            log.info("Task %s ended elsewhere; its failure here is not recorded", self.task.id)

    def release(self) -> None:
        """Gives the task back, for any worker to take up at once."""
        self.lost.set()
        over = self._clock() - timedelta(seconds=1)
        written(self._storage, lambda uow: uow.tasks.renew(self.task.id, self._worker, over))

    def _end_well(self, uow: UnitOfWork, finish: Finish) -> None:
        # Asked first, so that a late worker does not find the world that its successor left and misjudge it.
        if not self.renew(uow):
            raise self._not_ours()
        self._refuse_canceled(uow)
        result = finish(uow)
        self._report(uow, self.task.total)
        now = self._clock()
        if isinstance(result, Failed):
            ended = uow.tasks.finish(self.task.id, self._worker, TaskStatus.FAILED, now, error=result.error)
            record = record_of_task(self.task, now, str(result.error["error_type"]))
        else:
            ended = uow.tasks.finish(self.task.id, self._worker, TaskStatus.SUCCEEDED, now, result=result)
            record = record_of_task(self.task, now, DONE, result)
        if not ended:
            raise self._not_ours()
        uow.audit.add(record)

    def _report(self, uow: UnitOfWork, completed: int) -> None:
        if not uow.tasks.progress(self.task.id, self._worker, completed, self.task.total, self._message):
            self.lost.set()
            raise self._not_ours()

    def _refuse_canceled(self, uow: UnitOfWork) -> None:
        if self.kind.cancelable:
            refuse_canceled(uow.tasks.get(self.task.id))

    def _not_ours(self) -> LeaseLost:
        return LeaseLost.because("imagewright.task.lease_lost", "Task {0} is not this worker's any more.", self.task.id)

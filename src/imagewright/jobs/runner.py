"""Takes up tasks, oldest first, and brings each of them to an end, whatever happens to this process or the database.

    worker thread   claim ──► run ──► finish (or fail) ──► claim ...; waits for `wake` when there is nothing to do
    heartbeat       renews the leases of all tasks at work here, a few times per lease

Any number of runners, in any number of processes, may work on one database.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Generic

from imagewright.app.auditing import DONE
from imagewright.app.ports import Clock, Storage, StorageUnavailable, UnitOfWork
from imagewright.app.tracing import working_on
from imagewright.jobs.claim import Claim, refuse_canceled, written
from imagewright.jobs.kind import Finish, Job, JobKind, LeaseLost, Services
from imagewright.model.errors import ApiError, InternalError, ServiceUnavailable, Unsupported
from imagewright.model.task import Task

log = logging.getLogger(__name__)

DescribeError = Callable[[ApiError], Mapping[str, Any]]
"""Gives the document of an error, as a task keeps it."""

TaskEnded = Callable[[str, str, float], None]
"""Is told of every task that ends here: the operation, OK or the type of the error, and the seconds that it took."""

BEATS_PER_LEASE: Final = 3
"""Two heartbeats may fail before a task is taken for abandoned."""

INTERRUPT_SECONDS: Final = 2.0
"""How long a job may take to notice that its task was released."""


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """How a runner works.

    `threads` tasks are done at the same time. A task whose worker gave no sign of life for `lease` is taken up by
    another, and ends FAILED once `attempts` workers have died over it. `poll` is the safety net for a `wake` that
    cannot be heard: tasks submitted by another process, leases that run out. `outages` are the seconds between the
    tries of a task that cannot reach the database.
    """

    threads: int = 2
    lease: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=2)
    attempts: int = 3
    outages: tuple[float, ...] = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30)


class Runner(Generic[Services]):
    """Runs tasks of the given kinds in threads of this process.

    `worker` names this process in task rows. `describe_error` gives the error document of a failed task. A task that
    `is_held` is taken up but not begun until it is held no longer; after a `wake` that is asked again. A runner is
    started and stopped once.
    """

    def __init__(
        self,
        storage: Storage,
        kinds: Iterable[JobKind[Services]],
        services: Services,
        *,
        clock: Clock,
        worker: str,
        describe_error: DescribeError,
        settings: RunnerSettings = RunnerSettings(),
        is_held: Callable[[Task], bool] = lambda _: False,
        task_ended: TaskEnded | None = None,
    ) -> None:
        self._storage = storage
        self._kinds = {(kind.service, kind.operation): kind for kind in kinds}
        self._services = services
        self._clock = clock
        self._worker = worker
        self._describe_error = describe_error
        self._settings = settings
        self._is_held = is_held
        self._task_ended = task_ended
        self._news = threading.Condition()  # guards the four that follow
        self._giving_back = False
        self._held: set[Claim[Services]] = set()
        self._wakes = 0
        self._ends = 0
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        # Daemons, so that a job that does not notice its end cannot keep the process from ending.
        self._threads = [
            threading.Thread(target=self._work, name=f"{worker}-task-{number}", daemon=True)
            for number in range(settings.threads)
        ]
        self._heart = threading.Thread(target=self._beat, name=f"{worker}-heartbeat", daemon=True)

    def start(self) -> None:
        """Begins to take up tasks."""
        for thread in (*self._threads, self._heart):
            thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether its heart and all its workers are at work."""
        return self._heart.is_alive() and all(thread.is_alive() for thread in self._threads[: self._settings.threads])

    def wake(self) -> None:
        """Says that a task was submitted or its cancellation asked for. To be called after that was committed."""
        with self._news:
            self._wakes += 1
            for claim in self._held:
                claim.look_again()
            self._news.notify_all()

    def stop(self, timeout: float = 10.0) -> None:
        """Takes up no more tasks, and lets those at work finish within `timeout` seconds.

        What is not finished then is given back: another worker can take up a task of a restartable kind at once, one of
        another kind ends FAILED. Does no harm when the runner was not started, or stopped before.
        """
        self._stopping.set()
        with self._news:
            self._news.notify_all()
        self._join(timeout)
        with self._news:
            self._giving_back = True
            unfinished = tuple(self._held)
        for claim in unfinished:
            self._give_back(claim)
        self._stopped.set()
        if unfinished:
            self._join(INTERRUPT_SECONDS)
        if self._heart.is_alive():
            self._heart.join()

    def wait(self, task_id: str, timeout: float) -> Task:
        """Waits for the end of a task, whoever does it. Raises TimeoutError, and LookupError for an unknown task."""
        deadline = time.monotonic() + timeout
        while True:
            with self._news:
                seen = self._ends
            with self._storage.read() as uow:
                task = uow.tasks.get(task_id)
            if task is None:
                raise LookupError(f"there is no task {task_id}")
            if task.status.is_final:
                return task
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"task {task_id} has not ended within {timeout} seconds")
            self._await_end(seen, min(left, self._poll))

    # Threads

    @property
    def _poll(self) -> float:
        return self._settings.poll.total_seconds()

    def _await_wake(self, seen: int) -> None:
        with self._news:
            self._news.wait_for(lambda: self._wakes != seen or self._stopping.is_set(), self._poll)

    def _await_end(self, seen: int, timeout: float) -> None:
        with self._news:
            self._news.wait_for(lambda: self._ends != seen, timeout)

    def _join(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        with self._news:
            threads = tuple(self._threads)
        for thread in threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        while not self._stopping.is_set():
            with self._news:
                seen = self._wakes
            claim = self._claim()
            if claim is None:
                self._await_wake(seen)
            elif self._is_held(claim.task):
                self._set_aside(claim)
            else:
                self._work_on(claim)

    def _work_on(self, claim: Claim[Services], *, released: Callable[[], bool] = lambda: True) -> None:
        with working_on(claim.task.id), self._holding(claim) as too_late:
            if too_late or not released():
                self._give_back(claim)
            else:
                self._bring_to_an_end(claim)

    def _set_aside(self, claim: Claim[Services]) -> None:
        """Gives a task that is held a thread of its own, so that it does not keep others waiting."""
        thread = threading.Thread(
            target=self._work_on,
            args=(claim,),
            kwargs={"released": lambda: self._await_release(claim)},
            name=f"{self._worker}-held-{claim.task.id}",
            daemon=True,
        )
        with self._news:
            self._threads.append(thread)
        thread.start()

    def _await_release(self, claim: Claim[Services]) -> bool:
        """Waits until the task is held no longer or its cancellation is asked for; False when the runner stops."""
        while not self._stopping.is_set():
            with self._news:
                seen = self._wakes
            if claim.lost.is_set() or not self._is_held(claim.task) or claim.is_unwanted():
                return True
            self._await_wake(seen)
        return False

    def _claim(self) -> Claim[Services] | None:
        worker = f"{self._worker}/{secrets.token_hex(4)}"
        now = self._clock()
        with self._news:
            overdue = [each for each in self._held if each.is_overdue(now)]

        def claim(uow: UnitOfWork) -> Task | None:
            # While it waited for the database, `stop` may have begun, and given back the very task it would take.
            if self._stopping.is_set():
                return None
            # A clock that is set forward ends all leases at once, but who works here is alive.
            for each in overdue:
                each.renew(uow)
            return uow.tasks.claim(worker, now, now + self._settings.lease)

        try:
            task = written(self._storage, claim)
        except StorageUnavailable as error:
            log.warning("No task can be taken up now: %s", error)
            return None
        except Exception:
            log.exception("No task can be taken up now")
            return None
        if task is None:
            return None
        kind = self._kinds.get((task.service, task.operation)) or unknown_kind(task)
        return Claim(self._storage, self._clock, self._settings.lease, worker, task, kind)

    @contextmanager
    def _holding(self, claim: Claim[Services]) -> Iterator[bool]:
        """Keeps the lease meanwhile. Gives True when `stop` has seen what is held and did not see this one."""
        with self._news:
            self._held.add(claim)
            too_late = self._giving_back
        try:
            yield too_late
        finally:
            with self._news:
                self._held.discard(claim)
                self._ends += 1
                self._news.notify_all()

    def _beat(self) -> None:
        pause = self._settings.lease.total_seconds() / BEATS_PER_LEASE
        while not self._stopped.wait(pause):
            with self._news:
                claims = tuple(self._held)
            if not claims:
                continue
            try:
                self._renew(claims)
            except StorageUnavailable as error:
                log.warning("The leases of %d tasks were not renewed: %s", len(claims), error)
            except Exception:
                # Without its heart this process would lose every task that takes longer than a lease.
                log.exception("The leases of %d tasks were not renewed", len(claims))

    def _renew(self, claims: Sequence[Claim[Services]]) -> None:
        written(self._storage, lambda uow: [claim.renew(uow) for claim in claims])

    # One task

    def _bring_to_an_end(self, claim: Claim[Services]) -> None:
        """Runs a claimed task; every way out ends it, except when it is not ours any more or nothing can be written."""
        begun = time.monotonic()
        try:
            self._through_outages(claim, self._attempt(claim))
            self._tell_of_end(claim, DONE, begun)
        except LeaseLost:
            # It has, when the connection broke in a commit that was made all the same, and the end was tried again.
            log.warning(
                "Task %s is not this worker's any more: another has taken it up, or it has ended already. What was "
                "done here since then does not count",
                claim.task.id,
            )
        except StorageUnavailable as error:
            # Its lease runs out, and somebody takes it up when the database is back.
            log.error("Task %s is left to be taken up again, the database is gone: %s", claim.task.id, error)
        except Exception as error:
            self._fail(claim, error, begun)

    def _tell_of_end(self, claim: Claim[Services], outcome: str, begun: float) -> None:
        if self._task_ended is not None:
            self._task_ended(f"{claim.task.service}.{claim.task.operation}", outcome, time.monotonic() - begun)

    def _attempt(self, claim: Claim[Services]) -> Callable[[], None]:
        """What has to be done for the task, to be called again after each outage of the database."""
        self._refuse_to_start(claim)
        finish: Finish | None = None

        def attempt() -> None:
            nonlocal finish
            if finish is None:
                job = Job(claim.task, self._storage, self._services, claim.progress)
                try:
                    finish = claim.kind.run(job)
                except StorageUnavailable as error:
                    if claim.kind.restartable:
                        raise
                    raise ServiceUnavailable.because(
                        "imagewright.task.storage_unavailable",
                        "The database could not be used while the task ran. Run it again when the server is healthy.",
                    ) from error
            claim.complete(finish)

        return attempt

    def _refuse_to_start(self, claim: Claim[Services]) -> None:
        if claim.kind.cancelable:
            refuse_canceled(claim.task)
        started_before = claim.task.attempts - 1
        if started_before > 0 and not claim.kind.restartable:
            raise interrupted()
        if started_before >= self._settings.attempts:
            raise ServiceUnavailable.because(
                "imagewright.task.too_many_attempts",
                "The server stopped {0} times while the task ran, and will not try again. Its log says why it stopped; "
                "run the task again when that is repaired.",
                started_before,
            )

    def _through_outages(self, claim: Claim[Services], step: Callable[[], None]) -> None:
        """Tries a step until the database lets it through. Raises StorageUnavailable after the last try."""
        for pause in self._settings.outages:
            try:
                return step()
            except StorageUnavailable as error:
                log.warning("Task %s waits %s s for the database: %s", claim.task.id, pause, error)
            if claim.lost.wait(pause):
                break
        return step()

    def _fail(self, claim: Claim[Services], cause: Exception, begun: float) -> None:
        if isinstance(cause, ApiError):
            error = cause
            log.info("Task %s failed: %s", claim.task.id, cause)
        else:
            error = self._our_fault(claim, cause)
        try:
            document = self._describe_error(error)
            self._through_outages(claim, lambda: claim.fail(document))
            self._tell_of_end(claim, error.error_type, begun)
        except StorageUnavailable as unavailable:
            log.error("Task %s is left to be taken up again, the database is gone: %s", claim.task.id, unavailable)
        except Exception:
            log.exception("Task %s is left to be taken up again, its failure cannot be written", claim.task.id)

    def _our_fault(self, claim: Claim[Services], cause: Exception) -> InternalError:
        reference = secrets.token_hex(6)
        log.error("Task %s broke, reference %s", claim.task.id, reference, exc_info=cause)
        return InternalError.because(
            "imagewright.task.internal_error",
            "The task stopped at a fault in the server itself. The server's log says more under reference {0}.",
            reference,
        )

    def _give_back(self, claim: Claim[Services]) -> None:
        log.warning("Task %s is given back because the server stops", claim.task.id)
        claim.lost.set()
        try:
            if claim.kind.restartable:
                claim.release()
            else:
                claim.fail(self._describe_error(interrupted()))
        except Exception:
            log.exception("Task %s will be taken up when its lease runs out", claim.task.id)


def interrupted() -> ServiceUnavailable:
    """The error of a task that cannot be started again and whose server was gone before its end."""
    return ServiceUnavailable.because(
        "imagewright.task.interrupted",
        "The server was restarted while the task ran, and a task of this kind cannot be taken up again. "
        "See what it has done so far, and run it again.",
    )


def unknown_kind(task: Task) -> JobKind[Any]:
    """For a task that another version of the server submitted: it ends with an error that says so."""

    def refuse(_: Job[Any]) -> Finish:
        raise Unsupported.because(
            "imagewright.task.unknown_kind",
            "This server cannot run {0} of {1}: the task was submitted by another version.",
            task.operation,
            task.service,
        )

    return JobKind(task.service, task.operation, refuse)

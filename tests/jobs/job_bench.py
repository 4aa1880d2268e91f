"""What the tests of jobs work with: a real database, and runners on it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from imagewright.app.ports import Clock, Storage, UnitOfWork, User
from imagewright.jobs.kind import Finish, Job, JobKind
from imagewright.jobs.runner import Runner, RunnerSettings
from imagewright.model.errors import ApiError
from imagewright.model.task import Task

SERVICE = "com.vmware.esx.settings.repository.software.drafts"
PATIENT = RunnerSettings(poll=timedelta(hours=1))
"""For tests that would hang if a wake were lost."""


def now() -> datetime:
    return datetime.now(UTC)


def in_an_hour() -> datetime:
    """A clock for which the leases that others hold have run out."""
    return now() + timedelta(hours=1)


def described(error: ApiError) -> Mapping[str, Any]:
    return {"error_type": error.error_type, "messages": [message.text for message in error.messages]}


def write_user(uow: UnitOfWork, name: str) -> None:
    """Something that a Finish may write."""
    uow.users.add(User(name, "", "viewer", now()))


def kind(
    run: Callable[[Job[str]], Finish],
    operation: str = "commit$task",
    *,
    restartable: bool = True,
    cancelable: bool = False,
) -> JobKind[str]:
    return JobKind(SERVICE, operation, run, restartable, cancelable)


@dataclass
class Bench:
    """What the tests do with a database: submit tasks, run them, look at the rows."""

    url: str
    storage: Storage
    runners: list[Runner[str]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def runner(
        self,
        *kinds: JobKind[str],
        clock: Clock = now,
        settings: RunnerSettings = PATIENT,
        is_held: Callable[[Task], bool] = lambda _: False,
    ) -> Runner[str]:
        """A started runner; its services are the string "services"."""
        number = len(self.runners)
        runner = Runner(
            self.storage,
            kinds,
            "services",
            clock=clock,
            worker=f"test-{number}",
            describe_error=described,
            settings=settings,
            is_held=is_held,
        )
        self.runners.append(runner)
        runner.start()
        return runner

    def submit(self, operation: str = "commit$task") -> str:
        task_id = f"task-{next(self.numbers)}"
        with self.storage.write() as uow:
            uow.tasks.add(Task(task_id, SERVICE, operation, "jane", now(), {"draft": "7"}))
        return task_id

    def run(self, run: Callable[[Job[str]], Finish], *, cancelable: bool = False) -> Task:
        """Submits one task, runs it to its end, and gives its row."""
        task_id = self.submit()
        return self.runner(kind(run, cancelable=cancelable)).wait(task_id, 20)

    def die(self, times: int) -> None:
        """Has workers claim the oldest task and never be heard of again."""
        for _ in range(times):
            with self.storage.write() as uow:
                assert uow.tasks.claim("dead", now(), now() - timedelta(seconds=1)) is not None

    def row(self, task_id: str) -> Task:
        with self.storage.read() as uow:
            task = uow.tasks.get(task_id)
        assert task is not None
        return task

    def cancel(self, task_id: str) -> None:
        with self.storage.write() as uow:
            assert uow.tasks.request_cancel(task_id)

    def users(self) -> list[str]:
        with self.storage.read() as uow:
            return [user.name for user in uow.users.list()]

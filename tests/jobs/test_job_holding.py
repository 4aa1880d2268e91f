"""Tasks that somebody holds: they are taken up and not begun, keep nobody waiting, and go on when they may."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from job_bench import Bench, in_an_hour, kind

from imagewright.app.ports import UnitOfWork
from imagewright.jobs.kind import Finish, Job
from imagewright.model.task import Task, TaskStatus

WAIT = 20.0


class Holder:
    """Holds some tasks, and tells when it was asked for one."""

    def __init__(self, *held: str) -> None:
        self.held = set(held)
        self.asked = threading.Event()

    def __call__(self, task: Task) -> bool:
        if task.id in self.held:
            self.asked.set()
        return task.id in self.held


def quick(_: Job[str]) -> Finish:
    def finish(_: UnitOfWork) -> Any:
        return "done"

    return finish


def test_a_held_task_is_not_begun_and_keeps_nobody_waiting(bench: Bench) -> None:
    held = [bench.submit() for _ in range(5)]
    holder = Holder(*held)
    runner = bench.runner(kind(quick), is_held=holder)
    assert runner.wait(submit_and_wake(bench, runner), WAIT).status is TaskStatus.SUCCEEDED
    assert {bench.row(each).status for each in held} == {TaskStatus.RUNNING}

    holder.held.clear()
    runner.wake()
    for each in held:
        task = runner.wait(each, WAIT)
        assert (task.status, task.result, task.attempts) == (TaskStatus.SUCCEEDED, "done", 1)


def submit_and_wake(bench: Bench, runner: Any) -> str:
    task_id = bench.submit()
    runner.wake()
    return task_id


@pytest.mark.parametrize("restartable", [True, False])
def test_a_held_task_is_given_back_at_the_stop(bench: Bench, restartable: bool) -> None:
    task_id = bench.submit()
    holder = Holder(task_id)
    runner = bench.runner(kind(quick, restartable=restartable), is_held=holder)
    assert holder.asked.wait(WAIT)
    runner.stop(WAIT)

    ended = bench.runner(kind(quick, restartable=restartable), clock=in_an_hour).wait(task_id, WAIT)
    assert ended.status is (TaskStatus.SUCCEEDED if restartable else TaskStatus.FAILED)


def test_a_held_task_can_be_cancelled(bench: Bench) -> None:
    task_id = bench.submit()
    holder = Holder(task_id)
    runner = bench.runner(kind(quick, cancelable=True), is_held=holder)
    assert holder.asked.wait(WAIT)
    bench.cancel(task_id)
    runner.wake()

    task = runner.wait(task_id, WAIT)
    assert task.status is TaskStatus.FAILED
    assert task.error is not None
    assert task.error["error_type"] == "CANCELED"

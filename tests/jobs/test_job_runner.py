"""What becomes of a task: how it starts, how it ends, and what is written at its end."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from job_bench import Bench, described, in_an_hour, kind, now, write_user

from imagewright.app.ports import AuditFilter, StaleRevision, UnitOfWork
from imagewright.jobs.kind import Failed, Finish, Job
from imagewright.jobs.runner import Runner, RunnerSettings
from imagewright.model.errors import InvalidArgument
from imagewright.model.task import TaskStatus

WAIT = 20.0


def nothing(_: UnitOfWork) -> None:
    """A Finish that has nothing left to do."""


def quick(_: Job[str]) -> Finish:
    return nothing


# Good ends


def test_a_job_ends_with_its_result_and_its_writes(bench: Bench) -> None:
    def run(job: Job[str]) -> Finish:
        assert job.services == "services"
        assert job.task.arguments == {"draft": "7"}

        def finish(uow: UnitOfWork) -> Any:
            write_user(uow, "written")
            return {"spec": "software-spec-1"}

        return finish

    task = bench.run(run)
    assert (task.status, task.result, task.error) == (TaskStatus.SUCCEEDED, {"spec": "software-spec-1"}, None)
    assert (task.completed, task.attempts) == (task.total, 1)
    assert task.started is not None
    assert task.ended is not None
    assert bench.users() == ["written"]


def test_a_task_starts_at_once_when_the_runner_is_woken(bench: Bench) -> None:
    runner = bench.runner(kind(quick))
    runner.wait(submit_and_wake(bench, runner), WAIT)
    # The second one finds all threads waiting for news, with an hour to the next poll.
    assert runner.wait(submit_and_wake(bench, runner), WAIT).status is TaskStatus.SUCCEEDED


def submit_and_wake(bench: Bench, runner: Any) -> str:
    task_id = bench.submit()
    runner.wake()
    return task_id


def test_a_task_that_nobody_announced_is_found(bench: Bench) -> None:
    runner = bench.runner(kind(quick), settings=RunnerSettings(poll=timedelta(milliseconds=20)))
    assert runner.wait(bench.submit(), WAIT).status is TaskStatus.SUCCEEDED


def test_the_oldest_task_is_first(bench: Bench) -> None:
    order: list[str] = []

    def run(job: Job[str]) -> Finish:
        order.append(job.task.id)
        return nothing

    ids = [bench.submit() for _ in range(5)]
    runner = bench.runner(kind(run), settings=RunnerSettings(threads=1))
    runner.wait(ids[-1], WAIT)
    assert order == ids


def test_threads_work_side_by_side(bench: Bench) -> None:
    both = threading.Barrier(2, timeout=WAIT)

    def run(_: Job[str]) -> Finish:
        both.wait()
        return nothing

    ids = [bench.submit(), bench.submit()]
    runner = bench.runner(kind(run))
    assert {runner.wait(task_id, WAIT).status for task_id in ids} == {TaskStatus.SUCCEEDED}


def test_waiting_has_an_end(bench: Bench) -> None:
    runner = bench.runner(kind(quick))
    runner.stop()
    with pytest.raises(TimeoutError, match="has not ended within 0"):
        runner.wait(bench.submit(), 0)
    with pytest.raises(LookupError, match="no task nobody"):
        runner.wait("nobody", WAIT)


# Failures


def test_an_error_of_the_job_is_the_error_of_the_task(bench: Bench) -> None:
    def run(_: Job[str]) -> Finish:
        raise InvalidArgument.because("imagewright.test", "The draft has no base image.")

    task = bench.run(run)
    assert (task.status, task.result) == (TaskStatus.FAILED, None)
    assert task.error == {"error_type": "INVALID_ARGUMENT", "messages": ["The draft has no base image."]}


def test_a_finish_can_keep_what_it_wrote_and_fail(bench: Bench) -> None:
    """As a sync does that could read some of its depots only."""

    def run(_: Job[str]) -> Finish:
        def finish(uow: UnitOfWork) -> Failed:
            write_user(uow, "written")
            return Failed({"error_type": "ERROR", "messages": []})

        return finish

    task = bench.run(run)
    assert (task.status, task.result) == (TaskStatus.FAILED, None)
    assert task.error == {"error_type": "ERROR", "messages": []}
    assert bench.users() == ["written"]
    with bench.storage.read() as uow:
        assert [record.outcome for record in uow.audit.newest(AuditFilter(), 1)] == ["ERROR"]


def test_an_error_in_the_finish_undoes_its_writes(bench: Bench) -> None:
    def finish(uow: UnitOfWork) -> None:
        write_user(uow, "half")
        raise InvalidArgument.because("imagewright.test", "Somebody was faster.")

    task = bench.run(lambda _: finish)
    assert task.status is TaskStatus.FAILED
    assert task.error is not None
    assert task.error["messages"] == ["Somebody was faster."]
    assert bench.users() == []


@pytest.mark.parametrize("where", ["run", "finish", "result"])
def test_a_fault_of_ours_is_logged_and_not_shown(bench: Bench, where: str, caplog: pytest.LogCaptureFixture) -> None:
    def finish(uow: UnitOfWork) -> Any:
        write_user(uow, "half")
        if where == "finish":
            raise KeyError("secret detail")
        return object()

    def run(_: Job[str]) -> Finish:
        if where == "run":
            raise KeyError("secret detail")
        return finish

    task = bench.run(run)
    assert task.status is TaskStatus.FAILED
    assert task.error is not None
    assert task.error["error_type"] == "ERROR"
    (text,) = task.error["messages"]
    assert "secret" not in text
    reference = text.rstrip(".").rpartition(" ")[2]
    (record,) = [record for record in caplog.records if reference in record.getMessage()]
    assert record.levelno == logging.ERROR
    assert record.exc_info
    assert bench.users() == []


def test_the_thread_survives_a_fault(bench: Bench) -> None:
    def run(_: Job[str]) -> Finish:
        raise KeyError

    first, second = bench.submit("break"), bench.submit()
    runner = bench.runner(kind(run, "break"), kind(quick), settings=RunnerSettings(threads=1))
    assert runner.wait(first, WAIT).status is TaskStatus.FAILED
    assert runner.wait(second, WAIT).status is TaskStatus.SUCCEEDED


def test_a_task_of_an_unknown_kind_is_refused(bench: Bench) -> None:
    task_id = bench.submit("of the future")
    task = bench.runner(kind(quick)).wait(task_id, WAIT)
    assert task.error is not None
    assert task.error["error_type"] == "UNSUPPORTED"
    assert "of the future" in task.error["messages"][0]


def test_a_finish_is_run_again_as_a_whole_when_others_were_faster(bench: Bench) -> None:
    runs = 0

    def finish(uow: UnitOfWork) -> int:
        nonlocal runs
        runs += 1
        write_user(uow, f"run {runs}")
        if runs < 3:
            raise StaleRevision
        return runs

    assert bench.run(lambda _: finish).result == 3
    assert bench.users() == ["run 3"]


def test_a_finish_that_always_comes_late_is_given_up(bench: Bench) -> None:
    def finish(_: UnitOfWork) -> None:
        raise StaleRevision

    task = bench.run(lambda _: finish)
    assert task.error is not None
    assert task.error["error_type"] == "CONCURRENT_CHANGE"


# Progress and cancellation


def test_progress_is_seen_and_never_goes_back(bench: Bench) -> None:
    seen: list[tuple[int, str]] = []

    def run(job: Job[str]) -> Finish:
        for completed, total, message in ((512, 1024, "reading"), (1, 10, "checking"), (8, 10, ""), (9, 10, "soon")):
            job.progress(completed, total, message)
            row = bench.row(job.task.id)
            seen.append((row.completed, row.progress_message))
            if message != "":
                bench.runners[0].wake()
        return nothing

    task = bench.run(run)
    assert seen == [(50, "reading"), (50, "checking"), (80, "checking"), (80, "checking")]
    assert (task.completed, task.total) == (100, 100)


def test_odd_totals_are_no_fault(bench: Bench) -> None:
    def run(job: Job[str]) -> Finish:
        for completed, total in ((5, 0), (-1, 10), (20, 10)):
            bench.runners[0].wake()
            job.progress(completed, total)
        return nothing

    assert bench.run(run).status is TaskStatus.SUCCEEDED


def forever(at_work: threading.Event) -> Any:
    """A job that reports progress until it is told to stop."""

    def run(job: Job[str]) -> Finish:
        pause = threading.Event()
        while True:
            job.progress(1, 2, "at work")
            at_work.set()
            pause.wait(0.005)

    return run


def test_a_running_task_can_be_cancelled(bench: Bench) -> None:
    at_work = threading.Event()
    task_id = bench.submit()
    runner = bench.runner(kind(forever(at_work), cancelable=True))
    assert at_work.wait(WAIT)
    bench.cancel(task_id)
    runner.wake()
    task = runner.wait(task_id, WAIT)
    assert (task.status, task.completed) == (TaskStatus.FAILED, 50)
    assert task.error is not None
    assert task.error["error_type"] == "CANCELED"


def test_a_task_cancelled_before_its_start_is_not_run(bench: Bench) -> None:
    def run(_: Job[str]) -> Finish:
        raise AssertionError("was run")

    task_id = bench.submit()
    bench.cancel(task_id)
    task = bench.runner(kind(run, cancelable=True)).wait(task_id, WAIT)
    assert task.error is not None
    assert task.error["error_type"] == "CANCELED"


@pytest.mark.parametrize("cancelable", [True, False])
def test_a_cancellation_before_the_finish_counts_if_the_kind_has_it(bench: Bench, cancelable: bool) -> None:
    def run(job: Job[str]) -> Finish:
        bench.cancel(job.task.id)
        return lambda uow: write_user(uow, "written")

    task = bench.run(run, cancelable=cancelable)
    assert task.status is (TaskStatus.FAILED if cancelable else TaskStatus.SUCCEEDED)
    assert bench.users() == ([] if cancelable else ["written"])


# Stopping


def test_stop_lets_a_job_finish(bench: Bench) -> None:
    at_work, gate = threading.Event(), threading.Event()

    def run(_: Job[str]) -> Finish:
        at_work.set()
        gate.wait(WAIT)
        return lambda uow: write_user(uow, "written")

    task_id = bench.submit()
    runner = bench.runner(kind(run))
    assert at_work.wait(WAIT)
    stopping = threading.Thread(target=runner.stop, args=(WAIT,))
    stopping.start()
    gate.set()
    stopping.join()
    assert bench.row(task_id).status is TaskStatus.SUCCEEDED
    assert bench.users() == ["written"]


def test_stop_gives_back_what_can_be_taken_up_at_once(bench: Bench) -> None:
    at_work = threading.Event()
    task_id = bench.submit()
    first = bench.runner(kind(forever(at_work)))
    assert at_work.wait(WAIT)
    first.stop(0)
    assert bench.row(task_id).status is TaskStatus.RUNNING
    task = bench.runner(kind(quick)).wait(task_id, WAIT)
    assert (task.status, task.attempts) == (TaskStatus.SUCCEEDED, 2)


def test_stop_ends_what_cannot_be_taken_up(bench: Bench) -> None:
    at_work = threading.Event()
    task_id = bench.submit()
    runner = bench.runner(kind(forever(at_work), restartable=False))
    assert at_work.wait(WAIT)
    runner.stop(0)
    task = bench.row(task_id)
    assert task.status is TaskStatus.FAILED
    assert task.error is not None
    assert "restarted while the task ran" in task.error["messages"][0]


def test_a_stopped_runner_takes_up_nothing(bench: Bench) -> None:
    runner = bench.runner(kind(quick))
    runner.stop()
    task_id = bench.submit()
    runner.wake()
    assert bench.row(task_id).status is TaskStatus.PENDING


def test_what_was_given_back_is_not_kept_by_the_heart(bench: Bench) -> None:
    """A job that does not notice the end of its runner, and a heart that beats all the time."""
    at_work, gate = threading.Event(), threading.Event()

    def deaf(_: Job[str]) -> Finish:
        at_work.set()
        gate.wait(WAIT)
        return lambda uow: write_user(uow, "deaf")

    task_id = bench.submit()
    first = bench.runner(kind(deaf), settings=RunnerSettings(lease=timedelta(seconds=0.01)))
    assert at_work.wait(WAIT)
    first.stop(0)
    task = bench.runner(kind(quick)).wait(task_id, WAIT)
    assert (task.status, task.attempts) == (TaskStatus.SUCCEEDED, 2)
    gate.set()
    first.stop()
    assert bench.users() == []


def test_a_runner_that_was_not_started_can_be_stopped(bench: Bench) -> None:
    Runner(bench.storage, [], "services", clock=in_an_hour, worker="idle", describe_error=described).stop()


# Leases


def test_a_task_at_work_is_kept_beyond_its_lease(bench: Bench) -> None:
    settings = RunnerSettings(lease=timedelta(seconds=0.3), poll=timedelta(seconds=0.02))
    elapsed = threading.Event()

    def run(_: Job[str]) -> Finish:
        elapsed.wait(0.9)  # three leases long; only time can show that they are renewed
        return nothing

    task_id = bench.submit()
    bench.runner(kind(run), settings=settings)
    task = bench.runner(kind(run), settings=settings).wait(task_id, WAIT)
    assert (task.status, task.attempts) == (TaskStatus.SUCCEEDED, 1)


@pytest.mark.parametrize("late", ["finish", "failure", "progress"])
def test_a_late_worker_changes_nothing(bench: Bench, late: str) -> None:
    at_work, gate = threading.Event(), threading.Event()

    def run(job: Job[str]) -> Finish:
        at_work.set()
        gate.wait(WAIT)
        if late == "progress":
            job.progress(99, 100, "late")
        if late == "failure":
            raise InvalidArgument.because("imagewright.test", "Too late.")
        return lambda uow: write_user(uow, "late")

    task_id = bench.submit()
    slow = bench.runner(kind(run))
    assert at_work.wait(WAIT)
    with bench.storage.write() as uow:
        assert uow.tasks.claim("other", in_an_hour(), in_an_hour() + timedelta(hours=1)) is not None
    gate.set()
    slow.stop(WAIT)
    task = bench.row(task_id)
    assert (task.status, task.completed, task.progress_message) == (TaskStatus.RUNNING, 0, "")
    assert bench.users() == []
    with bench.storage.write() as uow:
        assert uow.tasks.renew(task_id, "other", in_an_hour())


def test_a_clock_that_is_set_forward_takes_no_task_from_who_works_on_it_here(bench: Bench) -> None:
    """Not even one that cannot be taken up, and would fail."""
    at_work, gate = threading.Event(), threading.Event()

    def run(job: Job[str]) -> Finish:
        if job.task.operation == "commit$task":
            at_work.set()
            gate.wait(WAIT)
        return lambda uow: write_user(uow, f"{job.task.operation}, attempt {job.task.attempts}")

    def clock() -> datetime:
        """The first lease is over as soon as it has begun."""
        return in_an_hour() if at_work.is_set() else now()

    slow = bench.submit()
    kinds = [kind(run, restartable=False), kind(run, "validate$task")]
    runner = bench.runner(*kinds, clock=clock, settings=RunnerSettings(poll=timedelta(seconds=0.05)))
    assert at_work.wait(WAIT)
    # Another thread looks for work, and would take the first task, which is older.
    runner.wait(bench.submit(operation="validate$task"), WAIT)
    gate.set()
    assert runner.wait(slow, WAIT).status is TaskStatus.SUCCEEDED
    assert bench.users() == ["commit$task, attempt 1", "validate$task, attempt 1"]


def test_a_task_is_taken_up_again_after_its_worker_died(bench: Bench) -> None:
    task_id = bench.submit()
    bench.die(times=2)
    task = bench.runner(kind(quick)).wait(task_id, WAIT)
    assert (task.status, task.attempts) == (TaskStatus.SUCCEEDED, 3)


def test_a_task_that_kills_its_workers_is_given_up(bench: Bench) -> None:
    task_id = bench.submit()
    bench.die(times=3)
    task = bench.runner(kind(quick)).wait(task_id, WAIT)
    assert task.status is TaskStatus.FAILED
    assert task.error is not None
    assert "stopped 3 times while the task ran" in task.error["messages"][0]


def test_a_kind_that_cannot_be_taken_up_says_so(bench: Bench) -> None:
    task_id = bench.submit()
    bench.die(times=1)
    task = bench.runner(kind(quick, restartable=False)).wait(task_id, WAIT)
    assert task.status is TaskStatus.FAILED
    assert task.error is not None
    assert task.error["error_type"] == "SERVICE_UNAVAILABLE"
    assert "restarted while the task ran" in task.error["messages"][0]

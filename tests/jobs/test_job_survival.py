"""What becomes of a task when its process is killed or its database is gone: it is never lost, and never half done."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from job_bench import Bench, in_an_hour, kind, write_user
from postgresql_server import absent

from imagewright.app.ports import UnitOfWork
from imagewright.jobs.kind import Finish, Job
from imagewright.jobs.runner import RunnerSettings
from imagewright.model.task import TaskStatus

WAIT = 30.0
DYING_WORKER = Path(__file__).with_name("dying_worker.py")


@pytest.mark.parametrize("where", ["run", "finish"])
def test_a_killed_worker_leaves_nothing_half_done_and_its_task_to_others(bench: Bench, where: str) -> None:
    task_id = bench.submit()
    with subprocess.Popen(
        [sys.executable, DYING_WORKER, bench.url, where], stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        try:
            assert worker.stdout.readline() == f"{where}\n"
        finally:
            worker.kill()
    task = bench.row(task_id)
    assert (task.status, task.completed, task.progress_message) == (TaskStatus.RUNNING, 50, "half done")
    assert bench.users() == []

    def run(_: Job[str]) -> Finish:
        return lambda uow: write_user(uow, "whole")

    task = bench.runner(kind(run), clock=in_an_hour).wait(task_id, WAIT)
    assert (task.status, task.attempts) == (TaskStatus.SUCCEEDED, 2)
    assert bench.users() == ["whole"]


class Log(logging.Handler):
    """Tells when a text was logged."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.seen = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if self._text in record.getMessage():
            self.seen.set()


@contextmanager
def watched(text: str) -> Iterator[threading.Event]:
    handler = Log(text)
    logger = logging.getLogger("imagewright.jobs")
    logger.addHandler(handler)
    try:
        yield handler.seen
    finally:
        logger.removeHandler(handler)


@contextmanager
def outage(bench: Bench) -> Iterator[None]:
    """Another process that holds the database, longer than anybody waits for it; PostgreSQL cuts everybody off."""
    if bench.url.startswith("postgresql"):
        with absent(bench.url):
            yield
        return
    with closing(sqlite3.connect(bench.url.removeprefix("sqlite:///"), isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


QUICK = RunnerSettings(poll=timedelta(seconds=0.05), outages=(0.01,) * 200)


@pytest.mark.parametrize("where", ["run", "finish", "failure"])
def test_a_task_waits_for_the_database(bench: Bench, where: str) -> None:
    at_work, gate = threading.Event(), threading.Event()
    runs = 0

    def run(job: Job[str]) -> Finish:
        nonlocal runs
        runs += 1
        at_work.set()
        gate.wait(WAIT)
        if where == "failure":
            raise KeyError("a fault")
        if where == "run":
            with job.storage.write() as uow:  # reads wait for nobody on this database
                uow.users.list()
        return lambda uow: write_user(uow, "written")

    task_id = bench.submit()
    runner = bench.runner(kind(run), settings=QUICK)
    assert at_work.wait(WAIT)
    with watched(f"{task_id} waits") as waiting, outage(bench):
        gate.set()
        assert waiting.wait(WAIT)
    task = runner.wait(task_id, WAIT)
    assert task.status is (TaskStatus.FAILED if where == "failure" else TaskStatus.SUCCEEDED)
    assert (task.attempts, runs > 1) == (1, where == "run")
    assert bench.users() == ([] if where == "failure" else ["written"])


def test_a_run_that_cannot_be_repeated_fails_with_the_database(bench: Bench) -> None:
    at_work, gate = threading.Event(), threading.Event()

    def run(job: Job[str]) -> Finish:
        at_work.set()
        gate.wait(WAIT)
        with job.storage.write() as uow:
            uow.users.list()
        raise AssertionError("the database was there")

    task_id = bench.submit()
    runner = bench.runner(kind(run, restartable=False), settings=QUICK)
    assert at_work.wait(WAIT)
    with watched(f"{task_id} waits") as waiting, outage(bench):
        gate.set()
        assert waiting.wait(WAIT)
    task = runner.wait(task_id, WAIT)
    assert task.error is not None
    assert task.error["error_type"] == "SERVICE_UNAVAILABLE"


@pytest.mark.parametrize("fault", [True, False])
def test_a_task_whose_database_stays_away_is_left_and_taken_up_again(bench: Bench, fault: bool) -> None:
    at_work, gate = threading.Event(), threading.Event()

    def run(job: Job[str]) -> Finish:
        at_work.set()
        gate.wait(WAIT)
        if fault and job.task.attempts == 1:
            raise KeyError("a fault")
        return lambda uow: write_user(uow, "written")

    task_id = bench.submit()
    first = bench.runner(kind(run), settings=RunnerSettings(outages=(0.01,)))
    assert at_work.wait(WAIT)
    with watched("left to be taken up again") as left, outage(bench):
        gate.set()
        assert left.wait(WAIT)
    first.stop()
    assert bench.row(task_id).status is TaskStatus.RUNNING
    task = bench.runner(kind(run), clock=in_an_hour).wait(task_id, WAIT)
    assert (task.status, task.attempts) == (TaskStatus.SUCCEEDED, 2)


def test_a_report_that_cannot_be_written_does_not_stop_the_work(bench: Bench) -> None:
    over = threading.Event()

    def run(job: Job[str]) -> Finish:
        with outage(bench):
            job.progress(1, 2)
        over.set()
        return lambda uow: write_user(uow, "written")

    task_id = bench.submit()
    runner = bench.runner(kind(run))
    assert over.wait(WAIT)
    assert runner.wait(task_id, WAIT).status is TaskStatus.SUCCEEDED


def test_claims_and_heartbeats_outlive_an_outage(bench: Bench) -> None:
    at_work, gate = threading.Event(), threading.Event()

    def run(_: Job[str]) -> Finish:
        at_work.set()
        gate.wait(WAIT)
        return nothing

    first = bench.submit()
    settings = RunnerSettings(threads=2, lease=timedelta(seconds=0.3), poll=timedelta(seconds=0.05))
    runner = bench.runner(kind(run), settings=settings)
    assert at_work.wait(WAIT)
    with watched("not renewed") as unrenewed, watched("No task can be taken up") as unclaimed, outage(bench):
        assert unrenewed.wait(WAIT)
        assert unclaimed.wait(WAIT)
    gate.set()
    assert runner.wait(first, WAIT).status is TaskStatus.SUCCEEDED
    assert runner.wait(bench.submit(), WAIT).status is TaskStatus.SUCCEEDED


def nothing(_: UnitOfWork) -> None:
    """A Finish that has nothing left to do."""

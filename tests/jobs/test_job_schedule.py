"""Syncs that the schedule asks for: one at each time, however many servers there are, and whenever they were down."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from depot_bench import Site

from imagewright.app.ports import AuditFilter, StaleRevision
from imagewright.app.syncing import seconds_until_sync, submit_due_sync
from imagewright.contract.services import depots_sync_schedule as sync_schedule
from imagewright.model.schedule import Recurrence, Schedule, SyncSchedule
from imagewright.model.task import Task, TaskStatus
from imagewright.storage.database import DatabaseStorage, open_storage

SET = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURLY = Schedule(Recurrence.HOURLY, minute=30)


@pytest.fixture
def servers(database_url: str) -> Iterator[list[DatabaseStorage]]:
    """Four servers on one database."""
    opened = [open_storage(database_url) for _ in range(4)]
    yield opened
    for storage in opened:
        storage.close()


@pytest.fixture
def server(servers: list[DatabaseStorage]) -> DatabaseStorage:
    return servers[0]


def plan(server: DatabaseStorage, *, enabled: bool = True) -> None:
    with server.write() as uow:
        known = uow.schedules.get()
        schedule = SyncSchedule(enabled, HOURLY, "alice", SET, revision=known.revision if known else 0)
        uow.schedules.save(schedule.planned(after=SET))


def syncs(server: DatabaseStorage) -> list[Task]:
    with server.read() as uow:
        return list(uow.tasks.list(services=["com.vmware.esx.settings.depots"], operations=["sync$task"]))


def end(server: DatabaseStorage, now: datetime) -> None:
    """Does the task that waits."""
    with server.write() as uow:
        task = uow.tasks.claim("worker", now, now + HOUR)
        assert task is not None
        uow.tasks.finish(task.id, "worker", TaskStatus.SUCCEEDED, now)


def test_nothing_happens_before_a_schedule_is_set_or_due(server: DatabaseStorage) -> None:
    assert submit_due_sync(server, DUE) is None
    plan(server)
    assert submit_due_sync(server, DUE - timedelta(seconds=1)) is None
    assert syncs(server) == []


def test_a_sync_is_submitted_for_who_set_the_schedule(server: DatabaseStorage) -> None:
    plan(server)
    task_id = submit_due_sync(server, DUE)
    (task,) = syncs(server)
    assert (task.id, task.user, task.submitted, task.status) == (task_id, "alice", DUE, TaskStatus.PENDING)
    assert submit_due_sync(server, DUE + timedelta(minutes=1)) is None
    with server.read() as uow:
        (record,) = uow.audit.newest(AuditFilter(), 10)
    assert (record.user, record.outcome, record.task) == ("alice", "SUBMITTED", task_id)


def test_the_next_one_follows_at_its_time(server: DatabaseStorage) -> None:
    plan(server)
    for hour in range(3):
        now = DUE + hour * HOUR
        assert submit_due_sync(server, now)
        assert submit_due_sync(server, now) is None
        end(server, now)
    assert len(syncs(server)) == 3


def test_of_several_servers_one_submits_it(servers: list[DatabaseStorage]) -> None:
    plan(servers[0])
    together = Barrier(len(servers))

    def ask(server: DatabaseStorage) -> str | None:
        together.wait()
        return submit_due_sync(server, DUE)

    with ThreadPoolExecutor(len(servers)) as pool:
        answers = list(pool.map(ask, servers))
    assert len([answer for answer in answers if answer]) == 1
    assert len(syncs(servers[0])) == 1


def test_a_server_waits_just_until_the_next_one(server: DatabaseStorage) -> None:
    assert seconds_until_sync(server, SET, 30) == 30, "there is no schedule"
    plan(server)
    assert seconds_until_sync(server, SET, 30) == 30
    assert seconds_until_sync(server, DUE - timedelta(seconds=7.5), 30) == 7.5
    assert seconds_until_sync(server, DUE + HOUR, 30) == 0
    submit_due_sync(server, DUE)
    assert seconds_until_sync(server, DUE, 30) == 30, "the next one is in an hour"
    plan(server, enabled=False)
    assert seconds_until_sync(server, DUE + HOUR, 30) == 30


def test_syncs_that_no_server_was_there_for_are_made_up_for_by_one(server: DatabaseStorage) -> None:
    plan(server)
    started = DUE + timedelta(days=3, minutes=5)
    assert submit_due_sync(server, started)
    end(server, started)
    assert submit_due_sync(server, started + timedelta(minutes=1)) is None
    assert submit_due_sync(server, started + HOUR)


def test_a_sync_that_is_still_at_work_is_not_joined_by_another(server: DatabaseStorage) -> None:
    plan(server)
    assert submit_due_sync(server, DUE)
    assert submit_due_sync(server, DUE + HOUR) is None
    end(server, DUE + HOUR)
    assert submit_due_sync(server, DUE + HOUR + timedelta(minutes=1)) is None, "its time has passed"
    assert submit_due_sync(server, DUE + 2 * HOUR)


def test_a_schedule_that_is_switched_off_submits_nothing(server: DatabaseStorage) -> None:
    plan(server)
    plan(server, enabled=False)
    assert submit_due_sync(server, DUE + 10 * HOUR) is None


def test_who_changes_a_schedule_that_has_changed_has_to_read_it_again(server: DatabaseStorage) -> None:
    plan(server)
    with server.read() as uow:
        read = uow.schedules.get()
    assert read is not None
    plan(server)
    with pytest.raises(StaleRevision), server.write() as uow:
        uow.schedules.save(read)
    never_read = SyncSchedule(True, HOURLY, "bob", SET)
    with pytest.raises(StaleRevision), server.write() as uow:
        uow.schedules.save(never_read)


def test_who_waits_for_the_next_moment_is_told_that_it_is_another_one_now(site: Site) -> None:
    # The server that waits looks again; otherwise what is set shortly before its time is begun late.
    planned: list[datetime | None] = []

    def look() -> None:
        with site.storage.read() as uow:
            schedule = uow.schedules.get()
        planned.append(schedule.next_run if schedule else None)

    site.application.schedule_changed = look
    site.call(sync_schedule.get)
    assert planned == []
    shown = sync_schedule.Schedule(type=sync_schedule.Recurrence.HOURLY, minute=30)
    site.call(sync_schedule.set_, spec=sync_schedule.Spec(enabled=True, schedule=shown, email_addresses=()))
    assert [moment.minute for moment in planned if moment] == [30], "it is committed when they are told"

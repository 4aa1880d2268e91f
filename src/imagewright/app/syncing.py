"""Synchronising depots when the schedule says so."""

from __future__ import annotations

import logging
from datetime import datetime

from imagewright.app.auditing import SUBMITTED, record_of_task
from imagewright.app.ports import StaleRevision, Storage, UnitOfWork
from imagewright.app.tasks import new_task
from imagewright.contract.services import depots
from imagewright.model.task import TaskStatus

log = logging.getLogger(__name__)


def submit_due_sync(storage: Storage, now: datetime) -> str | None:
    """Submits a sync when one is due, and tells the id of its task.

    Any number of servers on one database may ask: the one that moves the schedule on submits the task, in the same
    transaction. Syncs that no server was there for are made up for by one. While one is still at work none is added.
    """
    with storage.read() as uow:
        schedule = uow.schedules.get()
    if schedule is None or not schedule.is_due(now):
        return None
    try:
        with storage.write() as uow:
            uow.schedules.save(schedule.planned(after=now))
            if _is_syncing(uow):
                log.warning("the sync of %s is left out: another one is still at work", schedule.next_run)
                return None
            service, operation = depots.sync.service, depots.sync.operation_id
            description = "Synchronise the depots, as scheduled"
            task = new_task(service, operation, schedule.owner, now, {"cleanup": False}, description)
            uow.tasks.add(task)
            uow.audit.add(record_of_task(task, now, SUBMITTED))
    except StaleRevision:
        return None  # another server was faster, or somebody has just changed the schedule
    log.info("the sync of %s is submitted as %s", schedule.next_run, task.id)
    return task.id


def seconds_until_sync(storage: Storage, now: datetime, at_most: float) -> float:
    """How long it is until the next sync is due; `at_most` when that is later, or when none is planned."""
    with storage.read() as uow:
        schedule = uow.schedules.get()
    if schedule is None or schedule.next_run is None:
        return at_most
    return min(at_most, max(0.0, (schedule.next_run - now).total_seconds()))


def _is_syncing(uow: UnitOfWork) -> bool:
    return bool(
        uow.tasks.list(
            services=[depots.sync.service],
            operations=[depots.sync.operation_id],
            statuses=[TaskStatus.PENDING, TaskStatus.RUNNING],
            limit=1,
        )
    )

"""Synchronising depots when the schedule says so."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime

from imagewright.app.auditing import SUBMITTED, record_of_task
from imagewright.app.ports import StaleRevision, Storage, UnitOfWork
from imagewright.contract.services import depots
from imagewright.model.task import Task, TaskStatus

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
            task = _sync_task(schedule.owner, now)
            uow.tasks.add(task)
            uow.audit.add(record_of_task(task, now, SUBMITTED))
    except StaleRevision:
        return None  # another server was faster, or somebody has just changed the schedule
    log.info("the sync of %s is submitted as %s", schedule.next_run, task.id)
    return task.id


def _is_syncing(uow: UnitOfWork) -> bool:
    return bool(
        uow.tasks.list(
            services=[depots.sync.service],
            operations=[depots.sync.operation_id],
            statuses=[TaskStatus.PENDING, TaskStatus.RUNNING],
            limit=1,
        )
    )


def _sync_task(user: str, now: datetime) -> Task:
    return Task(
        id=f"{uuid.uuid4()}:{depots.sync.service}",
        service=depots.sync.service,
        operation=depots.sync.operation_id,
        user=user,
        submitted=now,
        arguments={"cleanup": False},
        description="Synchronise the depots, as scheduled",
    )

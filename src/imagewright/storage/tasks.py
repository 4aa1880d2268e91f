"""Task rows. Each change of state is one UPDATE that names the state it expects, checked by its row count."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from imagewright.app.ports import StaleRevision
from imagewright.model.task import Task, TaskStatus, TaskTarget
from imagewright.storage.rows import changed, duplicates_raise, one, row_of
from imagewright.storage.schema import tasks

_FIELDS = [tasks.c[field.name] for field in fields(Task) if field.name != "target"]
_FIELDS += [tasks.c.target_type, tasks.c.target_id]
_IS_IT = tasks.c.id == sa.bindparam("task")
_IS_CLAIMED = _IS_IT & (tasks.c.worker == sa.bindparam("by")) & (tasks.c.status == TaskStatus.RUNNING)
_IS_FREE = (tasks.c.status == TaskStatus.PENDING) | (
    (tasks.c.status == TaskStatus.RUNNING) & (tasks.c.lease_until < sa.bindparam("now"))
)
_GET = sa.select(*_FIELDS).where(_IS_IT)
_LIST = sa.select(*_FIELDS).order_by(tasks.c.number.desc())
_ADD = sa.insert(tasks).inline()

_other = tasks.alias()
_OTHER_RUNS = (_other.c.status == TaskStatus.RUNNING) & (_other.c.number != tasks.c.number)
_TARGET_IS_BUSY = sa.exists().where(
    _OTHER_RUNS, _other.c.target_type == tasks.c.target_type, _other.c.target_id == tasks.c.target_id
)
_RUNNING_OF_USER = (
    sa.select(sa.func.count()).select_from(_other).where(_OTHER_RUNS, _other.c.user == tasks.c.user).scalar_subquery()
)

# SKIP LOCKED is for PostgreSQL, where several workers can be here at a time; for SQLite it is left out.
_NEXT = (
    sa.select(tasks.c.number)
    .where(_IS_FREE, ~_TARGET_IS_BUSY)
    .order_by(_RUNNING_OF_USER, tasks.c.number)
    .limit(1)
    .with_for_update(skip_locked=True, of=tasks)
)
_CLAIM = (
    sa.update(tasks)
    .where(tasks.c.number == _NEXT.scalar_subquery(), _IS_FREE)
    .values(
        status=TaskStatus.RUNNING,
        worker=sa.bindparam("by"),
        lease_until=sa.bindparam("until"),
        started=sa.func.coalesce(tasks.c.started, sa.bindparam("now")),
        attempts=tasks.c.attempts + 1,
    )
    .returning(*_FIELDS)
)
_RENEW = sa.update(tasks).where(_IS_CLAIMED)
_done = sa.bindparam("done", type_=sa.BigInteger())
_PROGRESS = (
    sa.update(tasks)
    .where(_IS_CLAIMED)
    .values(completed=sa.case((tasks.c.completed > _done, tasks.c.completed), else_=_done))
)
_FINISH = sa.update(tasks).where(_IS_CLAIMED)
_CANCEL = (
    sa.update(tasks)
    .where(
        _IS_IT,
        tasks.c.status.in_([TaskStatus.PENDING, TaskStatus.RUNNING]),
        tasks.c.cancel_requested.is_(sa.false()),
    )
    .values(cancel_requested=True)
)
_ENDED_LONG_AGO = (
    sa.select(tasks.c.number).where(tasks.c.ended < sa.bindparam("time")).limit(sa.bindparam("most")).scalar_subquery()
)
_DELETE_ENDED = sa.delete(tasks).where(tasks.c.number.in_(_ENDED_LONG_AGO))


@dataclass(frozen=True, slots=True)
class TaskTable:
    """`ports.Tasks` in one transaction. The states of a task are described at `TaskStatus`."""

    connection: sa.Connection

    def add(self, task: Task) -> None:
        """Stores a new task."""
        row = row_of(task)
        target: TaskTarget | None = row.pop("target")
        row["target_type"], row["target_id"] = (target.type, target.id) if target else (None, None)
        self.connection.execute(_ADD, row)

    def get(self, task_id: str) -> Task | None:
        """The task of this id."""
        row = one(self.connection, _GET, task=task_id)
        return None if row is None else _task(row)

    def list(
        self,
        *,
        task_ids: Collection[str] = (),
        services: Collection[str] = (),
        operations: Collection[str] = (),
        statuses: Collection[TaskStatus] = (),
        users: Collection[str] = (),
        targets: Collection[tuple[str, str]] = (),
        limit: int = 1001,
    ) -> Sequence[Task]:
        """Those that fit all filters, newest first; an empty filter fits all. A target is (type, id)."""
        query = _LIST.limit(limit)
        wanted = {
            tasks.c.id: task_ids,
            tasks.c.service: services,
            tasks.c.operation: operations,
            tasks.c.status: statuses,
            tasks.c.user: users,
        }
        for column, values in wanted.items():
            if values:
                query = query.where(column.in_(values))
        if targets:
            query = query.where(sa.tuple_(tasks.c.target_type, tasks.c.target_id).in_(targets))
        return [_task(row) for row in self.connection.execute(query).mappings()]

    def claim(self, worker: str, now: datetime, lease_until: datetime) -> Task | None:
        """Takes a task that is PENDING, or RUNNING with a lease that ran out; None when there is none.

        Not one whose target another task works on. Of the rest, one of the user who has the fewest at work, and of
        those the oldest. Raises StaleRevision when another worker has just begun to work on the same target.
        """
        with duplicates_raise(StaleRevision("another worker has just begun to work on the same target")):
            row = one(self.connection, _CLAIM, by=worker, now=now, until=lease_until)
        return None if row is None else _task(row)

    def renew(self, task_id: str, worker: str, lease_until: datetime) -> bool:
        """Keeps a claimed task; False when another worker has it now or it has ended."""
        return changed(self.connection, _RENEW, task=task_id, by=worker, lease_until=lease_until)

    def progress(self, task_id: str, worker: str, completed: int, total: int, message: str) -> bool:
        """Tells how far a claimed task is. `completed` never goes down, also when the task is started again."""
        news = {"done": completed, "total": total, "progress_message": message}
        return changed(self.connection, _PROGRESS, task=task_id, by=worker, **news)

    def finish(
        self,
        task_id: str,
        worker: str,
        status: TaskStatus,
        ended: datetime,
        *,
        result: Any = None,
        error: Mapping[str, Any] | None = None,
    ) -> bool:
        """Ends a claimed task; False when another worker has it now or it has ended.

        Its arguments go: nobody runs it again, and there can be secrets in them, such as the header for a download.
        Raises ValueError for a status that is not final.
        """
        if not status.is_final:
            raise ValueError(f"a task does not end as {status}")
        outcome = {"status": status, "ended": ended, "result": result, "error": error, "lease_until": None}
        outcome["arguments"] = {}
        return changed(self.connection, _FINISH, task=task_id, by=worker, **outcome)

    def delete_ended_before(self, time: datetime, limit: int) -> int:
        """Removes at most `limit` of the tasks that ended before this time, and tells how many."""
        return self.connection.execute(_DELETE_ENDED, {"time": time, "most": limit}).rowcount

    def request_cancel(self, task_id: str) -> bool:
        """Asks for a task that has not ended to stop; False when it has ended or was asked already."""
        return changed(self.connection, _CANCEL, task=task_id)


def _task(row: sa.RowMapping) -> Task:
    values = dict(row)
    target_type, target_id = values.pop("target_type"), values.pop("target_id")
    return Task(**values, target=None if target_type is None else TaskTarget(target_type, target_id))

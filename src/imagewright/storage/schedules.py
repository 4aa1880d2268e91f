"""The sync schedule: one row, once somebody has set it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa

from imagewright.app.ports import StaleRevision
from imagewright.model.schedule import SyncSchedule
from imagewright.storage.rows import changed, duplicates_raise, one, row_of
from imagewright.storage.schema import schedules

_NAME: Final = "depots"
_GET = sa.select(*(column for column in schedules.c if column.name != "name"))
_ADD = sa.insert(schedules)
_SAVE = sa.update(schedules).where(schedules.c.revision == sa.bindparam("read_revision"))


@dataclass(frozen=True, slots=True)
class ScheduleTable:
    """`ports.Schedules` in one transaction."""

    connection: sa.Connection

    def get(self) -> SyncSchedule | None:
        """The schedule; None when nobody has ever set one."""
        row = one(self.connection, _GET)
        return None if row is None else SyncSchedule(**row)

    def save(self, schedule: SyncSchedule) -> SyncSchedule:
        """Writes a schedule over the one of its revision (0 is none), and gives it back with the next revision.

        Raises StaleRevision when somebody else was faster.
        """
        stale = StaleRevision("the sync schedule has been changed in the meantime")
        saved = replace(schedule, revision=schedule.revision + 1)
        if schedule.revision == 0:
            with duplicates_raise(stale):
                self.connection.execute(_ADD, row_of(saved) | {"name": _NAME})
        elif not changed(self.connection, _SAVE.values(row_of(saved)), read_revision=schedule.revision):
            raise stale
        return saved

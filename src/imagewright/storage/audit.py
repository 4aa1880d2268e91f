"""The audit record: added to, read, and shortened at its old end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from imagewright.app.ports import AuditFilter, AuditRecord
from imagewright.storage.prepared import Prepared
from imagewright.storage.rows import row_of
from imagewright.storage.schema import audit

_ADD = Prepared(sa.insert(audit).inline())
_OLDEST = sa.select(audit.c.number).where(audit.c.time < sa.bindparam("time")).limit(sa.bindparam("most"))
_DELETE_OLDEST = sa.delete(audit).where(audit.c.number.in_(_OLDEST))


@dataclass(frozen=True, slots=True)
class AuditTable:
    """`ports.Audit` in one transaction."""

    connection: sa.Connection

    def add(self, record: AuditRecord) -> None:
        """Writes down what was done, in the transaction that does it."""
        row = row_of(record)
        del row["number"]
        _ADD.count(self.connection, **row)

    def newest(self, wanted: AuditFilter, limit: int, *, before: int | None = None) -> Sequence[AuditRecord]:
        """At most `limit` records that fit, newest first; those before a number only, when one is given."""
        condition = () if before is None else (audit.c.number < before,)
        return self._records(_fitting(wanted, *condition).order_by(audit.c.number.desc()).limit(limit))

    def oldest(self, wanted: AuditFilter, limit: int, *, after: int = 0) -> Sequence[AuditRecord]:
        """At most `limit` records that fit, oldest first, of those after a number."""
        return self._records(_fitting(wanted, audit.c.number > after).order_by(audit.c.number).limit(limit))

    def delete_before(self, time: datetime, limit: int) -> int:
        """Removes at most `limit` of the records from before this time, and tells how many."""
        return self.connection.execute(_DELETE_OLDEST, {"time": time, "most": limit}).rowcount

    def _records(self, statement: sa.Select[tuple[object]]) -> Sequence[AuditRecord]:
        return [AuditRecord(**row) for row in self.connection.execute(statement).mappings()]


def _fitting(wanted: AuditFilter, *conditions: sa.ColumnElement[bool]) -> sa.Select[tuple[object]]:
    statement = sa.select(audit).where(*conditions)
    if wanted.since is not None:
        statement = statement.where(audit.c.time >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(audit.c.time < wanted.until)
    if wanted.users:
        statement = statement.where(audit.c.user.in_(wanted.users))
    if wanted.outcomes:
        statement = statement.where(audit.c.outcome.in_(wanted.outcomes))
    return statement.where(_any_of(wanted.operations)) if wanted.operations else statement


def _any_of(patterns: Collection[str]) -> sa.ColumnElement[bool]:
    """The operation is one of these, where `*` stands for any text."""
    escaped = (each.replace("/", "//").replace("%", "/%").replace("_", "/_").replace("*", "%") for each in patterns)
    return sa.or_(*(audit.c.operation.like(each, escape="/") for each in sorted(escaped)))

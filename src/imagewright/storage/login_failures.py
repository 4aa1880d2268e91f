"""Wrong passwords of the last minutes, by the user and by the address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from imagewright.storage.schema import login_failures

_NEWEST = (
    sa.select(login_failures.c.time)
    .where(
        login_failures.c.subject == sa.bindparam("of"),
        login_failures.c.time > sa.bindparam("since"),
        login_failures.c.time < sa.bindparam("until"),
    )
    .order_by(login_failures.c.time.desc())
    .limit(1)
    .offset(sa.bindparam("skipped"))
)
_ADD = sa.insert(login_failures).inline()
_DELETE_BEFORE = sa.delete(login_failures).where(login_failures.c.time < sa.bindparam("before"))


@dataclass(frozen=True, slots=True)
class LoginFailureTable:
    """`ports.LoginFailures` in one transaction."""

    connection: sa.Connection

    def newest(self, subject: str, position: int, since: datetime, until: datetime) -> datetime | None:
        """When the failure at this position, 1 for the newest, came; None when there are not so many in that time."""
        time: datetime | None = self.connection.execute(
            _NEWEST, {"of": subject, "since": since, "until": until, "skipped": position - 1}
        ).scalar()
        return time

    def add(self, subjects: Iterable[str], time: datetime) -> None:
        """Writes a failure down for each of its subjects."""
        self.connection.execute(_ADD, [{"subject": subject, "time": time} for subject in subjects])

    def delete_before(self, time: datetime) -> None:
        """Forgets what is older."""
        self.connection.execute(_DELETE_BEFORE, {"before": time})

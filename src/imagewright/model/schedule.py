"""When depots are synchronised: a schedule as the API describes it, and the moments that follow from it.

All times are in UTC, as everywhere in the API; a day has the same 24 hours the whole year.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Recurrence(StrEnum):
    """The unit of a schedule."""

    HOURLY = "HOURLY"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY_BY_DAY = "MONTHLY_BY_DAY"


class DayOfWeek(StrEnum):
    """The days in the order in which they are counted from Monday."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


_DAYS = tuple(DayOfWeek)
_PERIODS = {
    Recurrence.HOURLY: timedelta(hours=1),
    Recurrence.DAILY: timedelta(days=1),
    Recurrence.WEEKLY: timedelta(weeks=1),
}


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every hour, day, week or month at a certain moment of it.

    `skip` units are left out after each run: daily with `skip` 1 is every second day, counted from the first run. A
    `day_of_month` behind the end of a month means its last day. Only what belongs to the recurrence is set.
    """

    recurrence: Recurrence
    minute: int
    hour: int | None = None
    day_of_week: DayOfWeek | None = None
    day_of_month: int | None = None
    skip: int | None = None

    def next_run(self, since: datetime, after: datetime) -> datetime:
        """The first run that is later than `after`, of a schedule that has held since `since`."""
        first = self._first(since)
        if after < first:
            return first
        units = (self.skip or 0) + 1
        if self.recurrence is Recurrence.MONTHLY_BY_DAY:
            passed = _month_number(after) - _month_number(first)
            run = self._in_month(_month_number(first) + passed // units * units)
            return run if run > after else self._in_month(_month_number(run) + units)
        period = _PERIODS[self.recurrence] * units
        return first + ((after - first) // period + 1) * period

    def _first(self, since: datetime) -> datetime:
        if self.recurrence is Recurrence.MONTHLY_BY_DAY:
            run = self._in_month(_month_number(since))
            return run if run > since else self._in_month(_month_number(since) + 1)
        run = since.replace(minute=self.minute, second=0, microsecond=0)
        if self.hour is not None:
            run = run.replace(hour=self.hour)
        if self.day_of_week is not None:
            run += timedelta(days=(_DAYS.index(self.day_of_week) - run.weekday()) % 7)
        return run if run > since else run + _PERIODS[self.recurrence]

    def _in_month(self, number: int) -> datetime:
        year, month = divmod(number, 12)
        day = min(self.day_of_month or 1, monthrange(year, month + 1)[1])
        return datetime(year, month + 1, day, self.hour or 0, self.minute, tzinfo=UTC)


def _month_number(moment: datetime) -> int:
    """Months since the year 0."""
    return moment.year * 12 + moment.month - 1


@dataclass(frozen=True, slots=True)
class SyncSchedule:
    """The schedule of the site, with whom the syncs are done for: who has set it last, and when.

    `next_run` is when the next sync is due; None while the schedule is not enabled.
    """

    enabled: bool
    schedule: Schedule | None
    owner: str
    since: datetime
    next_run: datetime | None = None
    revision: int = 0

    def is_due(self, now: datetime) -> bool:
        """Whether a sync should have begun by now."""
        return self.next_run is not None and self.next_run <= now

    def planned(self, after: datetime) -> SyncSchedule:
        """The same with its first run later than `after` as the next one. Runs that were missed are not made up for."""
        if not self.enabled or self.schedule is None:
            return replace(self, next_run=None)
        return replace(self, next_run=self.schedule.next_run(self.since, after))

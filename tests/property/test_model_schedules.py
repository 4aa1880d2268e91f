"""The runs of a schedule are what one gets by going through the days of a calendar and counting."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from imagewright.model.schedule import DayOfWeek, Recurrence, Schedule

HOURS, MINUTES = st.integers(0, 23), st.integers(0, 59)
SKIPS = st.none() | st.integers(0, 5)
SCHEDULES = (
    st.builds(Schedule, st.just(Recurrence.HOURLY), MINUTES, skip=SKIPS)
    | st.builds(Schedule, st.just(Recurrence.DAILY), MINUTES, HOURS, skip=SKIPS)
    | st.builds(Schedule, st.just(Recurrence.WEEKLY), MINUTES, HOURS, st.sampled_from(DayOfWeek), skip=SKIPS)
    | st.builds(
        Schedule, st.just(Recurrence.MONTHLY_BY_DAY), MINUTES, HOURS, st.none(), st.integers(1, 31), skip=SKIPS
    )
)  # fmt: skip
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def _matches(schedule: Schedule, since: datetime) -> Iterator[datetime]:
    """Every moment after `since` that the schedule names, without its skips, day by day."""
    day = since.replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        last = monthrange(day.year, day.month)[1]
        names_day = schedule.day_of_week is None or day.strftime("%A").upper() == schedule.day_of_week
        names_date = schedule.day_of_month is None or day.day == min(schedule.day_of_month, last)
        if names_day and names_date:
            for hour in range(24) if schedule.hour is None else [schedule.hour]:
                moment = day + timedelta(hours=hour, minutes=schedule.minute)
                if moment > since:
                    yield moment
        day += timedelta(days=1)


@given(SCHEDULES, MOMENTS, st.integers(0, 200 * 24 * 3600))
def test_next_run_is_the_next_of_the_counted_runs(schedule: Schedule, since: datetime, seconds: int) -> None:
    after = since + timedelta(seconds=seconds)
    runs = islice(_matches(schedule, since), 0, None, (schedule.skip or 0) + 1)
    assert schedule.next_run(since, after) == next(run for run in runs if run > after)

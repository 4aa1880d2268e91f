"""When schedules run, by examples; the property tests hold all of them against counting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from imagewright.model.schedule import DayOfWeek, Recurrence, Schedule, SyncSchedule

HOURLY = Schedule(Recurrence.HOURLY, minute=15)
EVERY_OTHER_DAY = Schedule(Recurrence.DAILY, minute=30, hour=2, skip=1)
SUNDAYS = Schedule(Recurrence.WEEKLY, minute=0, hour=4, day_of_week=DayOfWeek.SUNDAY)
LAST_DAYS = Schedule(Recurrence.MONTHLY_BY_DAY, minute=0, hour=0, day_of_month=31)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "since", "runs"),
    [
        (HOURLY, "2026-03-01 10:14", ["2026-03-01 10:15", "2026-03-01 11:15"]),
        (HOURLY, "2026-03-01 10:15", ["2026-03-01 11:15"]),
        (HOURLY, "2026-12-31 23:16", ["2027-01-01 00:15"]),
        (EVERY_OTHER_DAY, "2026-02-27 01:00", ["2026-02-27 02:30", "2026-03-01 02:30", "2026-03-03 02:30"]),
        (SUNDAYS, "2026-03-04 12:00", ["2026-03-08 04:00", "2026-03-15 04:00"]),
        (SUNDAYS, "2026-03-08 05:00", ["2026-03-15 04:00"]),
        (
            LAST_DAYS,
            "2027-12-31 00:00",
            ["2028-01-31 00:00", "2028-02-29 00:00", "2028-03-31 00:00", "2028-04-30 00:00"],
        ),
    ],
)
def test_runs_follow_from_when_it_was_set(schedule: Schedule, since: str, runs: list[str]) -> None:
    found, moment = [], at(since)
    for _run in runs:
        moment = schedule.next_run(at(since), moment)
        found.append(moment)
    assert found == [at(run) for run in runs]


def test_a_schedule_that_was_not_looked_at_for_long_goes_on_with_the_next_run() -> None:
    assert EVERY_OTHER_DAY.next_run(at("2026-02-27 01:00"), at("2026-04-01 00:00")) == at("2026-04-02 02:30")


def test_it_is_due_from_its_moment_on_and_then_planned_anew() -> None:
    since = at("2026-03-01 10:00")
    planned = SyncSchedule(True, HOURLY, "alice", since).planned(since)
    due = at("2026-03-01 10:15")
    assert not planned.is_due(due - timedelta(seconds=1))
    assert planned.is_due(due)
    assert not planned.planned(due).is_due(due)


@pytest.mark.parametrize(("enabled", "schedule"), [(False, HOURLY), (False, None)])
def test_what_is_not_enabled_is_never_due(enabled: bool, schedule: Schedule | None) -> None:
    since = at("2026-03-01 10:00")
    assert not SyncSchedule(enabled, schedule, "alice", since).planned(since).is_due(since + timedelta(days=1000))

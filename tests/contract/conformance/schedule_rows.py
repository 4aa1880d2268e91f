"""Rows for the times at which depots are synchronised, and what is refused of them."""

from __future__ import annotations

from typing import Any

from repository_site import Place, Site
from rows import Row, constant

from imagewright.contract.services import depots_sync_schedule as sync_schedule

DAILY = sync_schedule.Schedule(type=sync_schedule.Recurrence.DAILY, hour=23, minute=59)
MONTHLY = sync_schedule.Schedule(
    type=sync_schedule.Recurrence.MONTHLY_BY_DAY, day_of_month=31, hour=0, minute=0, skip=998
)
WEEKLY = sync_schedule.Schedule(
    type=sync_schedule.Recurrence.WEEKLY, day_of_week=sync_schedule.DayOfWeek.SUNDAY, hour=3, minute=30
)


def spec(schedule: sync_schedule.Schedule | None, *, enabled: bool = True, mail: tuple[str, ...] = ()) -> Any:
    return {"spec": sync_schedule.Spec(enabled=enabled, schedule=schedule, email_addresses=mail)}


def _now_set(site: Site) -> Any:
    return site.alice.result(sync_schedule.get, {})


def _setting(use: str, schedule: sync_schedule.Schedule | None, *, enabled: bool = True) -> Row:
    wanted = spec(schedule, enabled=enabled)
    return Row(
        operation=sync_schedule.set_,
        use=use,
        arguments=constant(wanted),
        place=Place.NO_DRAFT,
        look=_now_set,
        found=constant(wanted["spec"]),
    )


SCHEDULE_ROWS = (
    Row(
        operation=sync_schedule.get,
        arguments=constant({}),
        place=Place.NO_DRAFT,
        seen=constant(sync_schedule.Spec(enabled=False, email_addresses=())),
    ),
    _setting("weekly", WEEKLY),
    _setting("monthly, with skips", MONTHLY),
    _setting("kept for later", DAILY, enabled=False),
    Row(
        operation=sync_schedule.set_,
        use="back to the default",
        arguments=constant({}),
        place=Place.NO_DRAFT,
        look=lambda site: (_now_set(site).enabled, _now_set(site).schedule.type, _now_set(site).schedule.minute),
        found=constant((True, sync_schedule.Recurrence.DAILY, 0)),
    ),
)

"""When depots are synchronised by themselves."""

from __future__ import annotations

import secrets
from typing import Final

from imagewright.app.call import Call
from imagewright.contract.binding import implements
from imagewright.contract.services import depots_sync_schedule as sync_schedule
from imagewright.model.errors import InvalidArgument
from imagewright.model.schedule import DayOfWeek, Recurrence, Schedule, SyncSchedule

_RANGES: Final = {"minute": (0, 59), "hour": (0, 23), "day_of_month": (1, 31), "skip": (0, 998)}


@implements(sync_schedule.get)
def get(call: Call) -> sync_schedule.Spec:
    """The schedule; one that is not enabled when nobody has ever set one."""
    found = call.uow.schedules.get()
    if found is None:
        return sync_schedule.Spec(enabled=False, email_addresses=())
    schedule = found.schedule
    return sync_schedule.Spec(
        enabled=found.enabled,
        schedule=None if schedule is None else _shown(schedule),
        email_addresses=(),
    )


@implements(sync_schedule.set_)
def set_(call: Call, spec: sync_schedule.Spec | None) -> None:
    """Sets the schedule; unset it becomes daily at a random hour. It is counted from now on, in UTC.

    InvalidArgument when it is enabled without a schedule, when a value is out of its range, and when there are e-mail
    addresses: this server sends no mail.
    """
    enabled, schedule = _default() if spec is None else (spec.enabled, _checked(spec))
    known = call.uow.schedules.get()
    wanted = SyncSchedule(
        enabled, schedule, call.caller.name, since=call.now, revision=known.revision if known is not None else 0
    )
    call.uow.schedules.save(wanted.planned(after=call.now))
    call.changes_schedule = True


def _default() -> tuple[bool, Schedule]:
    return True, Schedule(Recurrence.DAILY, minute=0, hour=secrets.randbelow(24))


def _checked(spec: sync_schedule.Spec) -> Schedule | None:
    if spec.email_addresses:
        raise InvalidArgument.because(
            "imagewright.sync_schedule.no_mail",
            "spec.email_addresses must be empty: this server sends no mail. Look at the tasks of {0} instead.",
            "com.vmware.esx.settings.depots",
        )
    given = spec.schedule
    if given is None:
        if spec.enabled:
            raise InvalidArgument.because(
                "imagewright.sync_schedule.no_schedule",
                "spec.enabled is true, but there is no spec.schedule. Give one, or set spec.enabled to false.",
            )
        return None
    for name, (least, most) in _RANGES.items():
        value = getattr(given, name)
        if value is not None and not least <= value <= most:
            raise InvalidArgument.because(
                "imagewright.sync_schedule.out_of_range",
                "spec.schedule.{0} is {1}; it must be from {2} to {3}.",
                name,
                value,
                least,
                most,
            )
    return Schedule(
        recurrence=Recurrence(given.type.value),
        minute=given.minute or 0,
        hour=given.hour,
        day_of_week=None if given.day_of_week is None else DayOfWeek(given.day_of_week.value),
        day_of_month=given.day_of_month,
        skip=given.skip,
    )


def _shown(schedule: Schedule) -> sync_schedule.Schedule:
    day = schedule.day_of_week
    return sync_schedule.Schedule(
        type=sync_schedule.Recurrence(schedule.recurrence.value),
        skip=schedule.skip,
        minute=schedule.minute,
        hour=schedule.hour,
        day_of_month=schedule.day_of_month,
        day_of_week=None if day is None else sync_schedule.DayOfWeek(day.value),
    )

"""The service com.vmware.esx.settings.depots.sync_schedule: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class DayOfWeek(StrEnum):
    SUNDAY = "SUNDAY"
    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"


class Recurrence(StrEnum):
    HOURLY = "HOURLY"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY_BY_DAY = "MONTHLY_BY_DAY"


class Schedule(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.sync_schedule.schedule"
    type: Recurrence
    skip: int | None = None
    minute: int | None = None
    hour: int | None = None
    day_of_month: int | None = None
    day_of_week: DayOfWeek | None = None


class Spec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.sync_schedule.spec"
    enabled: bool
    schedule: Schedule | None = None
    email_addresses: tuple[str, ...]


get = Operation(
    service="com.vmware.esx.settings.depots.sync_schedule",
    operation_id="get",
    output=parse("struct:com.vmware.esx.settings.depots.sync_schedule.spec"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.error",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Read",
    ),
    status=200,
    since="7.0.0.0",
    routes=(
        Route("GET", "/esx/settings/depots/sync-schedule"),
    ),
)

set_ = Operation(
    service="com.vmware.esx.settings.depots.sync_schedule",
    operation_id="set",
    inputs=(
        Input("spec", parse("optional<struct:com.vmware.esx.settings.depots.sync_schedule.spec>")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.error",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Write",
    ),
    status=204,
    since="7.0.0.0",
    routes=(
        Route("PUT", "/esx/settings/depots/sync-schedule", body="spec"),
    ),
)

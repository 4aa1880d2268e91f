"""The service imagewright.v1.depots.online: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from imagewright.contract.operations import Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Source(StrEnum):
    ONLINE = "ONLINE"
    UMDS = "UMDS"


class State(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.depots.online.state"
    source: Source
    location: str
    enabled: bool
    synchronised: datetime | None = None
    attempted: datetime | None = None
    trouble: str | None = None
    vibs: int
    vibs_fetched: int


list_ = Operation(
    service="imagewright.v1.depots.online",
    operation_id="list",
    output=parse("map<id,struct:imagewright.v1.depots.online.state>"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Read",
    ),
    status=200,
    routes=(
        Route("GET", "/depots/online"),
    ),
)

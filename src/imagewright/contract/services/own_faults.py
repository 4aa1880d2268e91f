"""The service imagewright.v1.faults: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import std
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Effect(StrEnum):
    ERROR = "ERROR"
    DELAY = "DELAY"
    HOLD = "HOLD"


class HeldState(StrEnum):
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    BLOCKED = "BLOCKED"


class CreateSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.faults.create_spec"
    effect: Effect
    operation: str | None = None
    user: str | None = None
    count: int | None = None
    error_type: std.ErrorType | None = None
    message: str | None = None
    milliseconds: int | None = None
    state: HeldState | None = None


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.faults.info"
    fault: str
    spec: CreateSpec
    created_time: datetime
    matched: int


create = Operation(
    service="imagewright.v1.faults",
    operation_id="create",
    inputs=(
        Input("spec", parse("struct:imagewright.v1.faults.create_spec")),
    ),
    output=parse("id<imagewright.v1.fault>"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
        "com.vmware.vapi.std.errors.unsupported",
    ),
    privileges=(
        "imagewright.Administer",
    ),
    status=201,
    routes=(
        Route("POST", "/faults", body="spec"),
    ),
)

delete = Operation(
    service="imagewright.v1.faults",
    operation_id="delete",
    inputs=(
        Input("fault", parse("id<imagewright.v1.fault>")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
        "com.vmware.vapi.std.errors.unsupported",
    ),
    privileges=(
        "imagewright.Administer",
    ),
    status=204,
    routes=(
        Route("DELETE", "/faults/{fault}"),
    ),
)

list_ = Operation(
    service="imagewright.v1.faults",
    operation_id="list",
    output=parse("list<struct:imagewright.v1.faults.info>"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
        "com.vmware.vapi.std.errors.unsupported",
    ),
    privileges=(
        "imagewright.Administer",
    ),
    status=200,
    routes=(
        Route("GET", "/faults"),
    ),
)

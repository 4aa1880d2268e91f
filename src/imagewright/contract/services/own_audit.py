"""The service imagewright.v1.audit: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class FilterSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.audit.filter_spec"
    since: datetime | None = None
    until: datetime | None = None
    users: frozenset[str] | None = None
    operations: frozenset[str] | None = None
    outcomes: frozenset[str] | None = None


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.audit.info"
    number: int
    time: datetime
    user: str
    operation: str
    target: str
    address: str
    outcome: str
    task: str | None = None
    request_id: str


class IterationSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.audit.iteration_spec"
    limit: int | None = None
    before: int | None = None
    after: int | None = None


class ListResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.audit.list_result"
    records: tuple[Info, ...]
    next: int | None = None


list_ = Operation(
    service="imagewright.v1.audit",
    operation_id="list",
    inputs=(
        Input("filter", parse("optional<struct:imagewright.v1.audit.filter_spec>")),
        Input("iterate", parse("optional<struct:imagewright.v1.audit.iteration_spec>")),
    ),
    output=parse("struct:imagewright.v1.audit.list_result"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "imagewright.Administer",
    ),
    status=200,
    routes=(
        Route("GET", "/audit", query=("filter", "iterate")),
    ),
)

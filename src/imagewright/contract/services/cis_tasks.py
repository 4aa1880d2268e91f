"""The service com.vmware.cis.tasks: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import cis_task, std
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class FilterSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.cis.tasks.filter_spec"
    tasks: frozenset[str] | None = None
    services: frozenset[str] | None = None
    operations: frozenset[str] | None = None
    status: frozenset[cis_task.Status] | None = None
    targets: tuple[std.DynamicID, ...] | None = None
    users: frozenset[str] | None = None


class GetSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.cis.tasks.get_spec"
    return_all: bool | None = None
    exclude_result: bool | None = None


cancel = Operation(
    service="com.vmware.cis.tasks",
    operation_id="cancel",
    inputs=(
        Input("task", parse("id<com.vmware.cis.task>")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_allowed_in_current_state",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.resource_inaccessible",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
        "com.vmware.vapi.std.errors.unsupported",
    ),
    status=204,
    since="6.7.1",
    routes=(
        Route("POST", "/cis/tasks/{task}", action="cancel"),
    ),
)

get = Operation(
    service="com.vmware.cis.tasks",
    operation_id="get",
    inputs=(
        Input("task", parse("id<com.vmware.cis.task>")),
        Input("spec", parse("optional<struct:com.vmware.cis.tasks.get_spec>")),
    ),
    output=parse("struct:com.vmware.cis.task.info"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.resource_inaccessible",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    status=200,
    since="6.7.1",
    routes=(
        Route("GET", "/cis/tasks/{task}", query=("spec",)),
    ),
)

list_ = Operation(
    service="com.vmware.cis.tasks",
    operation_id="list",
    inputs=(
        Input("filter_spec", parse("optional<struct:com.vmware.cis.tasks.filter_spec>")),
        Input("result_spec", parse("optional<struct:com.vmware.cis.tasks.get_spec>")),
    ),
    output=parse("map<id,struct:com.vmware.cis.task.info>"),
    errors=(
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.resource_inaccessible",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    status=200,
    since="6.7.1",
    routes=(
        Route("POST", "/cis/tasks", action="list", body_fields=("filter_spec", "result_spec")),
        Route("GET", "/cis/tasks", query=("filter_spec", "result_spec")),
    ),
)

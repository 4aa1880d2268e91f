"""The service com.vmware.esx.settings.depots.online: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import depots
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class CreateSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.online.create_spec"
    description: str | None = None
    location: str
    enabled: bool | None = None
    ownerdata: str | None = None


class DeleteSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.online.delete_spec"
    force: bool | None = None


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.online.info"
    description: str
    location: str
    enabled: bool
    system_defined: bool
    owner: str | None = None
    ownerdata: str | None = None


class PrecheckResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.online.precheck_result"
    affected_baselines: tuple[depots.AffectedBaselineInfo, ...] | None = None
    affected_desired_states: tuple[depots.AffectedDesiredStateInfo, ...] | None = None


class Summary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.online.summary"
    description: str
    location: str
    enabled: bool
    system_defined: bool
    owner: str | None = None
    ownerdata: str | None = None


class UpdateSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.online.update_spec"
    enabled: bool | None = None
    description: str | None = None


create = Operation(
    service="com.vmware.esx.settings.depots.online",
    operation_id="create",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.depots.online.create_spec")),
    ),
    output=parse("id<com.vmware.esx.settings.depots.online>"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.already_exists",
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.service_unavailable",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Write",
    ),
    status=201,
    since="7.0.0.0",
    routes=(
        Route("POST", "/esx/settings/depots/online", body="spec"),
    ),
)

delete = Operation(
    service="com.vmware.esx.settings.depots.online",
    operation_id="delete",
    inputs=(
        Input("depot", parse("id<com.vmware.esx.settings.depots.online>")),
        Input("spec", parse("optional<struct:com.vmware.esx.settings.depots.online.delete_spec>"), "9.0.0.0"),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.resource_in_use",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.error",
    ),
    privileges=(
        "VcIntegrity.lifecycleDepots.Delete",
    ),
    status=204,
    since="7.0.0.0",
    routes=(
        Route("DELETE", "/esx/settings/depots/online/{depot}", body="spec"),
    ),
)

delete_task = Operation(
    service="com.vmware.esx.settings.depots.online",
    operation_id="delete$task",
    inputs=(
        Input("depot", parse("id<com.vmware.esx.settings.depots.online>")),
        Input("spec", parse("optional<struct:com.vmware.esx.settings.depots.online.delete_spec>"), "9.0.0.0"),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.resource_in_use",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.error",
    ),
    privileges=(
        "VcIntegrity.lifecycleDepots.Delete",
    ),
    status=202,
    since="7.0.0.0",
    routes=(
        Route("DELETE", "/esx/settings/depots/online/{depot}", task=True, body="spec"),
    ),
)

flush = Operation(
    service="com.vmware.esx.settings.depots.online",
    operation_id="flush$task",
    inputs=(
        Input("depot", parse("id<com.vmware.esx.settings.depots.online>")),
        Input("spec", parse("optional<struct:com.vmware.esx.settings.depots.online.delete_spec>"), "9.0.0.0"),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.resource_in_use",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.error",
    ),
    privileges=(
        "VcIntegrity.lifecycleDepots.Delete",
    ),
    status=202,
    since="7.0.0.0",
    routes=(
        Route("POST", "/esx/settings/depots/online/{depot}", action="flush", task=True, body="spec"),
    ),
)

get = Operation(
    service="com.vmware.esx.settings.depots.online",
    operation_id="get",
    inputs=(
        Input("depot", parse("id<com.vmware.esx.settings.depots.online>")),
    ),
    output=parse("struct:com.vmware.esx.settings.depots.online.info"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.error",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Read",
    ),
    status=200,
    since="7.0.0.0",
    routes=(
        Route("GET", "/esx/settings/depots/online/{depot}"),
    ),
)

list_ = Operation(
    service="com.vmware.esx.settings.depots.online",
    operation_id="list",
    output=parse("map<id,struct:com.vmware.esx.settings.depots.online.summary>"),
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
        Route("GET", "/esx/settings/depots/online"),
    ),
)

update = Operation(
    service="com.vmware.esx.settings.depots.online",
    operation_id="update",
    inputs=(
        Input("depot", parse("id<com.vmware.esx.settings.depots.online>")),
        Input("spec", parse("struct:com.vmware.esx.settings.depots.online.update_spec")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.service_unavailable",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Write",
    ),
    status=204,
    since="7.0.0.0",
    routes=(
        Route("PATCH", "/esx/settings/depots/online/{depot}", body="spec"),
    ),
)

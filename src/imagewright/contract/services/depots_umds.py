"""The service com.vmware.esx.settings.depots.umds: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.umds.info"
    description: str
    enabled: bool
    location: str
    owner: str | None = None


class SetSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.umds.set_spec"
    description: str | None = None
    enabled: bool | None = None
    location: str


class UpdateSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.umds.update_spec"
    enabled: bool | None = None
    description: str | None = None


delete = Operation(
    service="com.vmware.esx.settings.depots.umds",
    operation_id="delete",
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
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
        Route("DELETE", "/esx/settings/depots/umds"),
    ),
)

delete_task = Operation(
    service="com.vmware.esx.settings.depots.umds",
    operation_id="delete$task",
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
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
        Route("DELETE", "/esx/settings/depots/umds", task=True),
    ),
)

get = Operation(
    service="com.vmware.esx.settings.depots.umds",
    operation_id="get",
    output=parse("struct:com.vmware.esx.settings.depots.umds.info"),
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
        Route("GET", "/esx/settings/depots/umds"),
    ),
)

set_ = Operation(
    service="com.vmware.esx.settings.depots.umds",
    operation_id="set",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.depots.umds.set_spec")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.service_unavailable",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Write",
    ),
    status=204,
    since="7.0.0.0",
    routes=(
        Route("PUT", "/esx/settings/depots/umds", body="spec"),
    ),
)

update = Operation(
    service="com.vmware.esx.settings.depots.umds",
    operation_id="update",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.depots.umds.update_spec")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
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
        Route("PATCH", "/esx/settings/depots/umds", body="spec"),
    ),
)

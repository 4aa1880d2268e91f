"""The service com.vmware.esx.settings.depots.offline: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import depots, settings
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class AuthenticationSpecAuthenticationMethod(StrEnum):
    HEADER_AUTH = "HEADER_AUTH"


class ConnectionSpecAuthenticationType(StrEnum):
    USERNAME_PASSWORD = "USERNAME_PASSWORD"
    EXISTING = "EXISTING"


class SourceType(StrEnum):
    PULL = "PULL"
    PUSH = "PUSH"


class AuthenticationSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.offline.authentication_spec"
    method: AuthenticationSpecAuthenticationMethod
    authentication_key: str | None = None
    authentication_value: str | None = None


class ConnectionSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.offline.connection_spec"
    auth_type: ConnectionSpecAuthenticationType
    host_credential: HostCredentials | None = None
    host: str | None = None


class CreateResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.offline.create_result"
    depot: str


class CreateSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.offline.create_spec"
    authentication_spec: AuthenticationSpec | None = None
    description: str | None = None
    source_type: SourceType
    location: str | None = None
    file_id: str | None = None
    ownerdata: str | None = None


class DeleteSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.offline.delete_spec"
    force: bool | None = None


class DepotExtractInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.offline.depot_extract_info"
    notifications: settings.Notifications
    software_spec: settings.SoftwareSpec
    result: CreateResult


class HostCredentials(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.offline.host_credentials"
    host_name: str
    user_name: str
    password: str
    port: int | None = None
    ssl_thumb_print: str | None = None
    ssl_certificate: str | None = None


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.offline.info"
    description: str
    source_type: SourceType
    location: str | None = None
    file_id: str | None = None
    create_time: datetime
    owner: str | None = None
    ownerdata: str | None = None


class PrecheckResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.offline.precheck_result"
    affected_baselines: tuple[depots.AffectedBaselineInfo, ...] | None = None
    affected_desired_states: tuple[depots.AffectedDesiredStateInfo, ...] | None = None


class Summary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.offline.summary"
    description: str
    source_type: SourceType
    location: str | None = None
    file_id: str | None = None
    owner: str | None = None
    ownerdata: str | None = None


create = Operation(
    service="com.vmware.esx.settings.depots.offline",
    operation_id="create$task",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.depots.offline.create_spec")),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("struct:com.vmware.esx.settings.depots.offline.create_result"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.already_exists",
        "com.vmware.vapi.std.errors.error",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Write",
    ),
    status=202,
    since="7.0.0.0",
    routes=(
        Route("POST", "/esx/settings/depots/offline", task=True, body="spec"),
    ),
)

create_from_host = Operation(
    service="com.vmware.esx.settings.depots.offline",
    operation_id="create_from_host$task",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.depots.offline.connection_spec")),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("struct:com.vmware.esx.settings.depots.offline.depot_extract_info"),
    errors=(
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unverified_peer",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Write",
    ),
    status=202,
    since="7.0.2.0",
    routes=(
        Route("POST", "/esx/settings/depots/offline", action="createFromHost", task=True, body="spec"),
    ),
)

delete = Operation(
    service="com.vmware.esx.settings.depots.offline",
    operation_id="delete",
    inputs=(
        Input("depot", parse("id<com.vmware.esx.settings.depots.offline>")),
        Input("spec", parse("optional<struct:com.vmware.esx.settings.depots.offline.delete_spec>"), "9.0.0.0"),
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
        Route("DELETE", "/esx/settings/depots/offline/{depot}", body="spec"),
    ),
)

delete_task = Operation(
    service="com.vmware.esx.settings.depots.offline",
    operation_id="delete$task",
    inputs=(
        Input("depot", parse("id<com.vmware.esx.settings.depots.offline>")),
        Input("spec", parse("optional<struct:com.vmware.esx.settings.depots.offline.delete_spec>"), "9.0.0.0"),
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
        Route("DELETE", "/esx/settings/depots/offline/{depot}", task=True, body="spec"),
    ),
)

get = Operation(
    service="com.vmware.esx.settings.depots.offline",
    operation_id="get",
    inputs=(
        Input("depot", parse("id<com.vmware.esx.settings.depots.offline>")),
    ),
    output=parse("struct:com.vmware.esx.settings.depots.offline.info"),
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
        Route("GET", "/esx/settings/depots/offline/{depot}"),
    ),
)

list_ = Operation(
    service="com.vmware.esx.settings.depots.offline",
    operation_id="list",
    output=parse("map<id,struct:com.vmware.esx.settings.depots.offline.summary>"),
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
        Route("GET", "/esx/settings/depots/offline"),
    ),
)

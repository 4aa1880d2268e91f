"""The service com.vmware.esx.settings.repository.software: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import settings
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class ExportType(StrEnum):
    SOFTWARE_SPEC = "SOFTWARE_SPEC"
    ISO_IMAGE = "ISO_IMAGE"
    OFFLINE_BUNDLE = "OFFLINE_BUNDLE"


class MatchResultMatchType(StrEnum):
    NAME_MATCH = "NAME_MATCH"
    SOFTWARE_SPEC_MATCH = "SOFTWARE_SPEC_MATCH"


class SoftwareType(StrEnum):
    SINGLE = "SINGLE"
    COMPOSITE = "COMPOSITE"


class AssignedEntities(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.assigned_entities"
    clusters: tuple[ClusterInfo, ...]
    hosts: tuple[HostInfo, ...]


class CheckResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.check_result"
    matches: tuple[MatchResult, ...]


class CheckSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.check_spec"
    display_name: str | None = None
    software_spec: settings.SoftwareSpec | None = None


class ClusterInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.cluster_info"
    id: str
    name: str


class CopySpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.copy_spec"
    delete_existing_draft: bool | None = None


class EditSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.edit_spec"
    delete_existing_draft: bool | None = None


class ExportSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.export_spec"
    export_software_spec: bool
    export_iso_image: bool
    export_offline_bundle: bool
    export_only_default_image: bool
    skip_reserved_vibs_export: bool | None = None


class FilterSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.filter_spec"
    owners: frozenset[str] | None = None
    display_names: frozenset[str] | None = None


class HostInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.host_info"
    id: str
    name: str


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.info"
    display_name: str
    type: SoftwareType
    software_info: settings.SoftwareInfo
    software_spec: settings.SoftwareSpec
    assigned_entities: AssignedEntities
    editable: bool
    creation_time: datetime
    modified_time: datetime
    orchestrator_info: settings.OrchestratorInfo | None = None
    image_hash: str | None = None


class IterationSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.iteration_spec"


class ListResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.list_result"
    records: tuple[Record, ...]


class MatchResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.match_result"
    match_types: frozenset[MatchResultMatchType]
    record: Record


class Record(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.record"
    id: str
    display_name: str
    type: SoftwareType
    software_info: settings.SoftwareInfo
    software_spec: settings.SoftwareSpec
    assigned_entities: AssignedEntities
    editable: bool
    creation_time: datetime
    modified_time: datetime
    orchestrator_info: settings.OrchestratorInfo | None = None
    image_hash: str | None = None


class SortCriteria(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.sort_criteria"


class UpdateSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.update_spec"
    display_name: str | None = None
    orchestrator: settings.OrchestratorSpec | None = None


check_repository = Operation(
    service="com.vmware.esx.settings.repository.software",
    operation_id="check_repository",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.repository.software.check_spec")),
    ),
    output=parse("struct:com.vmware.esx.settings.repository.software.check_result"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    status=200,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/repository/software", action="check-repository", body="spec"),
    ),
)

copy = Operation(
    service="com.vmware.esx.settings.repository.software",
    operation_id="copy",
    inputs=(
        Input("software_spec", parse("id<com.vmware.esx.settings.repository.software_spec>")),
        Input("spec", parse("struct:com.vmware.esx.settings.repository.software.copy_spec")),
    ),
    output=parse("id<com.vmware.esx.settings.draft>"),
    errors=(
        "com.vmware.vapi.std.errors.already_exists",
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Write",
    ),
    status=200,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/repository/software/{software_spec}", action="copy", body="spec"),
    ),
)

delete = Operation(
    service="com.vmware.esx.settings.repository.software",
    operation_id="delete",
    inputs=(
        Input("software_spec", parse("id<com.vmware.esx.settings.repository.software_spec>")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.resource_in_use",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Write",
    ),
    status=204,
    since="9.0.0.0",
    routes=(
        Route("DELETE", "/esx/settings/repository/software/{software_spec}"),
    ),
)

edit = Operation(
    service="com.vmware.esx.settings.repository.software",
    operation_id="edit",
    inputs=(
        Input("software_spec", parse("id<com.vmware.esx.settings.repository.software_spec>")),
        Input("spec", parse("struct:com.vmware.esx.settings.repository.software.edit_spec")),
    ),
    output=parse("id<com.vmware.esx.settings.draft>"),
    errors=(
        "com.vmware.vapi.std.errors.already_exists",
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.resource_in_use",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Write",
    ),
    status=200,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/repository/software/{software_spec}", action="edit", body="spec"),
    ),
)

export = Operation(
    service="com.vmware.esx.settings.repository.software",
    operation_id="export",
    inputs=(
        Input("software_spec", parse("id<com.vmware.esx.settings.repository.software_spec>")),
        Input("spec", parse("struct:com.vmware.esx.settings.repository.software.export_spec")),
    ),
    output=parse("map<enum:com.vmware.esx.settings.repository.software.export_type,uri>"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Read",
    ),
    status=200,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/repository/software/{software_spec}", action="export", body="spec"),
    ),
)

get = Operation(
    service="com.vmware.esx.settings.repository.software",
    operation_id="get",
    inputs=(
        Input("software_spec", parse("id<com.vmware.esx.settings.repository.software_spec>")),
    ),
    output=parse("struct:com.vmware.esx.settings.repository.software.info"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Read",
    ),
    status=200,
    since="9.0.0.0",
    routes=(
        Route("GET", "/esx/settings/repository/software/{software_spec}"),
    ),
)

list_ = Operation(
    service="com.vmware.esx.settings.repository.software",
    operation_id="list",
    inputs=(
        Input("filter", parse("optional<struct:com.vmware.esx.settings.repository.software.filter_spec>")),
        Input("iterate", parse("optional<struct:com.vmware.esx.settings.repository.software.iteration_spec>")),
        Input("sort", parse("optional<struct:com.vmware.esx.settings.repository.software.sort_criteria>")),
    ),
    output=parse("struct:com.vmware.esx.settings.repository.software.list_result"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Read",
    ),
    status=200,
    since="9.0.0.0",
    routes=(
        Route("GET", "/esx/settings/repository/software", query=("filter", "iterate", "sort")),
    ),
)

update = Operation(
    service="com.vmware.esx.settings.repository.software",
    operation_id="update",
    inputs=(
        Input("software_spec", parse("id<com.vmware.esx.settings.repository.software_spec>")),
        Input("spec", parse("struct:com.vmware.esx.settings.repository.software.update_spec")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Write",
    ),
    status=204,
    since="9.0.0.0",
    routes=(
        Route("PATCH", "/esx/settings/repository/software/{software_spec}", body="spec"),
    ),
)

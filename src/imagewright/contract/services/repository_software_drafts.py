"""The service com.vmware.esx.settings.repository.software.drafts: its types and its operations.

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


class SourceType(StrEnum):
    PULL = "PULL"
    PUSH = "PUSH"
    JSON_STRING = "JSON_STRING"


class StatusType(StrEnum):
    VALID = "VALID"
    INVALID = "INVALID"


class CommitSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.drafts.commit_spec"
    message: str | None = None
    orchestrator: settings.OrchestratorSpec | None = None


class CreateSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.drafts.create_spec"
    delete_existing_draft: bool | None = None


class FilterSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.drafts.filter_spec"
    software_spec_ids: frozenset[str] | None = None
    owners: frozenset[str] | None = None


class ImportSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.drafts.import_spec"
    display_name: str
    source_type: SourceType
    location: str | None = None
    file_id: str | None = None
    software_spec: str | None = None
    delete_existing_draft: bool | None = None


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.drafts.info"
    metadata: Metadata
    display_name: str
    software_spec: str
    software_info: settings.SoftwareInfo


class Metadata(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.drafts.metadata"
    owner: str
    status: StatusType
    creation_time: datetime


class ValidateResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.drafts.validate_result"
    notifications: settings.Notifications


commit = Operation(
    service="com.vmware.esx.settings.repository.software.drafts",
    operation_id="commit$task",
    inputs=(
        Input("draft", parse("id<com.vmware.esx.settings.draft>")),
        Input("spec", parse("struct:com.vmware.esx.settings.repository.software.drafts.commit_spec")),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("id<com.vmware.esx.settings.commit>"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Write",
    ),
    status=202,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/repository/software/drafts/{draft}", action="commit", task=True, body="spec"),
    ),
)

create = Operation(
    service="com.vmware.esx.settings.repository.software.drafts",
    operation_id="create",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.repository.software.drafts.create_spec")),
    ),
    output=parse("id<com.vmware.esx.settings.draft>"),
    errors=(
        "com.vmware.vapi.std.errors.already_exists",
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Write",
    ),
    status=201,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/repository/software/drafts", body="spec"),
    ),
)

delete = Operation(
    service="com.vmware.esx.settings.repository.software.drafts",
    operation_id="delete",
    inputs=(
        Input("draft", parse("id<com.vmware.esx.settings.draft>")),
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
        Route("DELETE", "/esx/settings/repository/software/drafts/{draft}"),
    ),
)

get = Operation(
    service="com.vmware.esx.settings.repository.software.drafts",
    operation_id="get",
    inputs=(
        Input("draft", parse("id<com.vmware.esx.settings.draft>")),
    ),
    output=parse("struct:com.vmware.esx.settings.repository.software.drafts.info"),
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
        Route("GET", "/esx/settings/repository/software/drafts/{draft}"),
    ),
)

import_software_spec = Operation(
    service="com.vmware.esx.settings.repository.software.drafts",
    operation_id="import_software_spec",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.repository.software.drafts.import_spec")),
    ),
    output=parse("id<com.vmware.esx.settings.draft>"),
    errors=(
        "com.vmware.vapi.std.errors.error",
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
        Route("POST", "/esx/settings/repository/software/drafts", action="import-software-spec", body="spec"),
    ),
)

list_ = Operation(
    service="com.vmware.esx.settings.repository.software.drafts",
    operation_id="list",
    inputs=(
        Input("filter", parse("optional<struct:com.vmware.esx.settings.repository.software.drafts.filter_spec>")),
    ),
    output=parse("map<id,struct:com.vmware.esx.settings.repository.software.drafts.info>"),
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
        Route("GET", "/esx/settings/repository/software/drafts", query=("filter",)),
    ),
)

validate = Operation(
    service="com.vmware.esx.settings.repository.software.drafts",
    operation_id="validate$task",
    inputs=(
        Input("draft", parse("id<com.vmware.esx.settings.draft>")),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("struct:com.vmware.esx.settings.repository.software.drafts.validate_result"),
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
    status=202,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/repository/software/drafts/{draft}", action="validate", task=True),
    ),
)

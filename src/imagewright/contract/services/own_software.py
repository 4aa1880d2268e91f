"""The service imagewright.v1.software: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import own_diff, own_drafts_report, settings
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Change(StrEnum):
    NONE = "NONE"
    CREATE = "CREATE"
    UPDATE = "UPDATE"


class DraftSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.software.draft_spec"
    display_name: str
    software_spec: settings.SoftwareSpec
    delete_existing_draft: bool | None = None


class Plan(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.software.plan"
    change: Change
    software_spec: str | None = None
    version: int | None = None
    obstacle: str | None = None
    pinned: settings.SoftwareSpec
    findings: tuple[own_drafts_report.Finding, ...]
    difference: own_diff.Info


class PlanSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.software.plan_spec"
    display_name: str
    software_spec: settings.SoftwareSpec


draft = Operation(
    service="imagewright.v1.software",
    operation_id="draft",
    inputs=(
        Input("spec", parse("struct:imagewright.v1.software.draft_spec")),
    ),
    output=parse("id<com.vmware.esx.settings.draft>"),
    errors=(
        "com.vmware.vapi.std.errors.already_exists",
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.resource_in_use",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Write",
    ),
    status=201,
    routes=(
        Route("POST", "/software", action="draft", body="spec"),
    ),
)

plan = Operation(
    service="imagewright.v1.software",
    operation_id="plan",
    inputs=(
        Input("spec", parse("struct:imagewright.v1.software.plan_spec")),
    ),
    output=parse("struct:imagewright.v1.software.plan"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Read",
    ),
    status=200,
    routes=(
        Route("POST", "/software", action="plan", body="spec"),
    ),
)

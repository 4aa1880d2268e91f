"""The service com.vmware.esx.settings.depot_content.components: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class CategoryType(StrEnum):
    SECURITY = "SECURITY"
    ENHANCEMENT = "ENHANCEMENT"
    BUGFIX = "BUGFIX"
    RECALL = "RECALL"
    RECALL_FIX = "RECALL_FIX"
    INFO = "INFO"
    MISC = "MISC"
    GENERAL = "GENERAL"


class ComponentBundleType(StrEnum):
    INDEPENDENT = "INDEPENDENT"
    BASE_IMAGE = "BASE_IMAGE"
    ADD_ON = "ADD_ON"


class UrgencyType(StrEnum):
    CRITICAL = "CRITICAL"
    IMPORTANT = "IMPORTANT"
    MODERATE = "MODERATE"
    LOW = "LOW"
    GENERAL = "GENERAL"


class ComponentVersionSummary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.components.component_version_summary"
    version: str
    display_version: str
    summary: str
    category: CategoryType
    urgency: UrgencyType
    kb: str
    release_date: datetime


class FilterSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.components.filter_spec"
    vendors: frozenset[str] | None = None
    names: frozenset[str] | None = None
    versions: frozenset[str] | None = None
    min_version: str | None = None
    bundle_types: frozenset[ComponentBundleType] | None = None


class Summary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.components.summary"
    name: str
    display_name: str
    vendor: str
    versions: tuple[ComponentVersionSummary, ...]


list_ = Operation(
    service="com.vmware.esx.settings.depot_content.components",
    operation_id="list",
    inputs=(
        Input("filter", parse("optional<struct:com.vmware.esx.settings.depot_content.components.filter_spec>")),
    ),
    output=parse("list<struct:com.vmware.esx.settings.depot_content.components.summary>"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Read",
    ),
    status=200,
    since="7.0.0.0",
    routes=(
        Route("GET", "/esx/settings/depot-content/components", query=("filter",)),
    ),
)

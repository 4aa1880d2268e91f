"""The service com.vmware.esx.settings.depot_content.add_ons: its types and its operations.

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


class AddOnVersionSummary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.add_ons.add_on_version_summary"
    version: str
    display_version: str
    summary: str
    category: CategoryType
    kb: str
    release_date: datetime


class FilterSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.add_ons.filter_spec"
    vendors: frozenset[str] | None = None
    names: frozenset[str] | None = None
    versions: frozenset[str] | None = None
    min_version: str | None = None


class Summary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.add_ons.summary"
    name: str
    display_name: str
    vendor: str
    versions: tuple[AddOnVersionSummary, ...]


list_ = Operation(
    service="com.vmware.esx.settings.depot_content.add_ons",
    operation_id="list",
    inputs=(
        Input("filter", parse("optional<struct:com.vmware.esx.settings.depot_content.add_ons.filter_spec>")),
    ),
    output=parse("list<struct:com.vmware.esx.settings.depot_content.add_ons.summary>"),
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
        Route("GET", "/esx/settings/depot-content/add-ons", query=("filter",)),
    ),
)

"""The service com.vmware.esx.settings.depot_content.base_images: its types and its operations.

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


class FilterSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.base_images.filter_spec"
    min_version: str | None = None


class Summary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.base_images.summary"
    display_name: str
    version: str
    display_version: str
    summary: str
    category: CategoryType
    kb: str
    release_date: datetime
    quick_patch_compatible_versions: dict[str, str] | None = None


list_ = Operation(
    service="com.vmware.esx.settings.depot_content.base_images",
    operation_id="list",
    inputs=(
        Input("filter", parse("optional<struct:com.vmware.esx.settings.depot_content.base_images.filter_spec>")),
    ),
    output=parse("list<struct:com.vmware.esx.settings.depot_content.base_images.summary>"),
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
        Route("GET", "/esx/settings/depot-content/base-images", query=("filter",)),
    ),
)

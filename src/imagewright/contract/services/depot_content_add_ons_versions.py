"""The service com.vmware.esx.settings.depot_content.add_ons.versions: its types and its operations.

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


class ComponentInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.add_ons.versions.component_info"
    name: str
    display_name: str
    version: str
    display_version: str


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.add_ons.versions.info"
    display_name: str
    vendor: str
    display_version: str
    summary: str
    description: str
    category: CategoryType
    kb: str
    release_date: datetime
    components: tuple[ComponentInfo, ...]
    removed_components: tuple[RemovedComponentInfo, ...]


class RemovedComponentInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.add_ons.versions.removed_component_info"
    name: str
    display_name: str


get = Operation(
    service="com.vmware.esx.settings.depot_content.add_ons.versions",
    operation_id="get",
    inputs=(
        Input("name", parse("id<com.vmware.esx.settings.add_on>")),
        Input("version", parse("string")),
    ),
    output=parse("struct:com.vmware.esx.settings.depot_content.add_ons.versions.info"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Read",
    ),
    status=200,
    since="7.0.0.0",
    routes=(
        Route("GET", "/esx/settings/depot-content/add-ons/{name}/versions/{version}"),
    ),
)

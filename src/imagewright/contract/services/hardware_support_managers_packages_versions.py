"""The service com.vmware.esx.settings.hardware_support.managers.packages.versions: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class ComponentInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.hardware_support.managers.packages.versions.component_info"
    name: str
    display_name: str
    version: str
    display_version: str


class FilterSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.hardware_support.managers.packages.versions.filter_spec"
    base_image_version: str | None = None


class PackageInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.hardware_support.managers.packages.versions.package_info"
    pkg: str
    version: str
    description: str
    supported_releases: frozenset[str]
    components: tuple[ComponentInfo, ...]
    removed_components: tuple[RemovedComponentInfo, ...]


class RemovedComponentInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.hardware_support.managers.packages.versions.removed_component_info"
    name: str
    display_name: str


get = Operation(
    service="com.vmware.esx.settings.hardware_support.managers.packages.versions",
    operation_id="get",
    inputs=(
        Input("manager", parse("id<com.vmware.esx.setting.hardware_support.manager>")),
        Input("pkg", parse("id<com.vmware.esx.setting.hardware_support.package>")),
        Input("version", parse("string")),
        Input("filter", parse("optional<struct:com.vmware.esx.settings.hardware_support.managers.packages.versions.filter_spec>")),
    ),
    output=parse("struct:com.vmware.esx.settings.hardware_support.managers.packages.versions.package_info"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Read",
    ),
    status=200,
    since="7.0.0.0",
    routes=(
        Route("GET", "/esx/settings/hardware-support/managers/{manager}/packages/{pkg}/versions/{version}", query=("filter",)),
    ),
)

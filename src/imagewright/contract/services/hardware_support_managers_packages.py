"""The service com.vmware.esx.settings.hardware_support.managers.packages: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class FilterSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.hardware_support.managers.packages.filter_spec"
    base_image_version: str | None = None


class HardwareSupportPackageInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.hardware_support.managers.packages.hardware_support_package_info"
    pkg: str
    version: str
    description: str
    supported_releases: frozenset[str]


list_ = Operation(
    service="com.vmware.esx.settings.hardware_support.managers.packages",
    operation_id="list",
    inputs=(
        Input("manager", parse("id<com.vmware.esx.setting.hardware_support.manager>")),
        Input("filter", parse("optional<struct:com.vmware.esx.settings.hardware_support.managers.packages.filter_spec>")),
    ),
    output=parse("list<struct:com.vmware.esx.settings.hardware_support.managers.packages.hardware_support_package_info>"),
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
        Route("GET", "/esx/settings/hardware-support/managers/{manager}/packages", query=("filter",)),
    ),
)

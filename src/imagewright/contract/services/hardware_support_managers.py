"""The service com.vmware.esx.settings.hardware_support.managers: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class HardwareSupportManagerInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.hardware_support.managers.hardware_support_manager_info"
    manager: str
    description: str
    display_name: str
    vendor: str


list_ = Operation(
    service="com.vmware.esx.settings.hardware_support.managers",
    operation_id="list",
    output=parse("list<struct:com.vmware.esx.settings.hardware_support.managers.hardware_support_manager_info>"),
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
        Route("GET", "/esx/settings/hardware-support/managers"),
    ),
)

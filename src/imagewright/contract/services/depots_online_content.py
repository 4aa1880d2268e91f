"""The service com.vmware.esx.settings.depots.online.content: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import depots
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.online.content.info"
    metadata_bundles: dict[str, tuple[depots.MetadataInfo, ...]]


get = Operation(
    service="com.vmware.esx.settings.depots.online.content",
    operation_id="get",
    inputs=(
        Input("depot", parse("id<com.vmware.esx.settings.depots.online>")),
    ),
    output=parse("struct:com.vmware.esx.settings.depots.online.content.info"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.error",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Read",
    ),
    status=200,
    since="7.0.3.0",
    routes=(
        Route("GET", "/esx/settings/depots/online/{depot}/content"),
    ),
)

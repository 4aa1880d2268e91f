"""The service imagewright.v1.depots.notes: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.depots.notes.info"
    path: str
    reason: str


list_ = Operation(
    service="imagewright.v1.depots.notes",
    operation_id="list",
    inputs=(
        Input("depot", parse("id<com.vmware.esx.settings.depots.offline>")),
    ),
    output=parse("list<struct:imagewright.v1.depots.notes.info>"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Read",
    ),
    status=200,
    routes=(
        Route("GET", "/depots/{depot}/notes"),
    ),
)

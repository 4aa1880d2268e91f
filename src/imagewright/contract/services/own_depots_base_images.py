"""The service imagewright.v1.depots.base_images: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class DeclareSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.depots.base_images.declare_spec"
    version: str
    components: dict[str, str] | None = None
    vibs: frozenset[str] | None = None
    display_name: str | None = None
    display_version: str | None = None
    vendor: str | None = None
    summary: str | None = None
    description: str | None = None
    release_date: datetime | None = None


declare = Operation(
    service="imagewright.v1.depots.base_images",
    operation_id="declare",
    inputs=(
        Input("depot", parse("id<com.vmware.esx.settings.depots.offline>")),
        Input("spec", parse("struct:imagewright.v1.depots.base_images.declare_spec")),
    ),
    output=parse("id<com.vmware.esx.settings.depots.offline>"),
    errors=(
        "com.vmware.vapi.std.errors.already_exists",
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Write",
    ),
    status=201,
    routes=(
        Route("POST", "/depots/{depot}/base-images", body="spec"),
    ),
)

"""The service com.vmware.esx.settings.repository.software.alternative_images.effective_components: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class FilterSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.alternative_images.effective_components.filter_spec"
    with_removed_components: bool | None = None


list_ = Operation(
    service="com.vmware.esx.settings.repository.software.alternative_images.effective_components",
    operation_id="list",
    inputs=(
        Input("software_spec", parse("id<com.vmware.esx.settings.repository.software_spec>")),
        Input("image", parse("id<com.vmware.esx.settings.image>")),
        Input("spec", parse("optional<struct:com.vmware.esx.settings.repository.software.alternative_images.effective_components.filter_spec>")),
    ),
    output=parse("map<id,struct:com.vmware.esx.settings.effective_component_info>"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Read",
    ),
    status=200,
    since="9.0.0.0",
    routes=(
        Route("GET", "/esx/settings/repository/software/{software_spec}/alternative-images/{image}/effective-components", query=("spec",)),
    ),
)

"""The service com.vmware.esx.settings.repository.software.drafts.alternative_images.display_name: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.drafts.alternative_images.display_name.info"
    display_name: str


class SetSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.drafts.alternative_images.display_name.set_spec"
    display_name: str


get = Operation(
    service="com.vmware.esx.settings.repository.software.drafts.alternative_images.display_name",
    operation_id="get",
    inputs=(
        Input("draft", parse("id<com.vmware.esx.settings.draft>")),
        Input("image", parse("id<com.vmware.esx.settings.image>")),
    ),
    output=parse("struct:com.vmware.esx.settings.repository.software.drafts.alternative_images.display_name.info"),
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
        Route("GET", "/esx/settings/repository/software/drafts/{draft}/alternative-images/{image}/display-name"),
    ),
)

set_ = Operation(
    service="com.vmware.esx.settings.repository.software.drafts.alternative_images.display_name",
    operation_id="set",
    inputs=(
        Input("draft", parse("id<com.vmware.esx.settings.draft>")),
        Input("image", parse("id<com.vmware.esx.settings.image>")),
        Input("spec", parse("struct:com.vmware.esx.settings.repository.software.drafts.alternative_images.display_name.set_spec")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Write",
    ),
    status=204,
    since="9.0.0.0",
    routes=(
        Route("PUT", "/esx/settings/repository/software/drafts/{draft}/alternative-images/{image}/display-name", body="spec"),
    ),
)

"""The service com.vmware.esx.settings.repository.software.drafts.alternative_images: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import settings
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class CreateSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.drafts.alternative_images.create_spec"
    display_name: str


class ListResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.repository.software.drafts.alternative_images.list_result"
    alternative_images: dict[str, settings.ImageInfo]


create = Operation(
    service="com.vmware.esx.settings.repository.software.drafts.alternative_images",
    operation_id="create",
    inputs=(
        Input("draft", parse("id<com.vmware.esx.settings.draft>")),
        Input("spec", parse("struct:com.vmware.esx.settings.repository.software.drafts.alternative_images.create_spec")),
    ),
    output=parse("id<com.vmware.esx.settings.image>"),
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
    status=201,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/repository/software/drafts/{draft}/alternative-images", body="spec"),
    ),
)

delete = Operation(
    service="com.vmware.esx.settings.repository.software.drafts.alternative_images",
    operation_id="delete",
    inputs=(
        Input("draft", parse("id<com.vmware.esx.settings.draft>")),
        Input("image", parse("id<com.vmware.esx.settings.image>")),
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
        Route("DELETE", "/esx/settings/repository/software/drafts/{draft}/alternative-images/{image}"),
    ),
)

get = Operation(
    service="com.vmware.esx.settings.repository.software.drafts.alternative_images",
    operation_id="get",
    inputs=(
        Input("draft", parse("id<com.vmware.esx.settings.draft>")),
        Input("image", parse("id<com.vmware.esx.settings.image>")),
    ),
    output=parse("struct:com.vmware.esx.settings.alternative_image_info"),
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
        Route("GET", "/esx/settings/repository/software/drafts/{draft}/alternative-images/{image}"),
    ),
)

list_ = Operation(
    service="com.vmware.esx.settings.repository.software.drafts.alternative_images",
    operation_id="list",
    inputs=(
        Input("draft", parse("id<com.vmware.esx.settings.draft>")),
    ),
    output=parse("struct:com.vmware.esx.settings.repository.software.drafts.alternative_images.list_result"),
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
        Route("GET", "/esx/settings/repository/software/drafts/{draft}/alternative-images"),
    ),
)

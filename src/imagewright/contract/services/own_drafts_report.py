"""The service imagewright.v1.drafts.report: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import settings
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Component(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.drafts.report.component"
    name: str
    version: str | None = None
    source: settings.ComponentSource
    origin: str
    overridden: tuple[Overridden, ...]


class Edit(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.drafts.report.edit"
    path: str
    value: str | None = None
    text: str


class Finding(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.drafts.report.finding"
    id: str
    severity: settings.NotificationType
    path: str
    text: str
    resolution: str
    because: tuple[str, ...]
    args: dict[str, str]
    ways: tuple[Way, ...]


class Image(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.drafts.report.image"
    components: tuple[Component, ...]
    removed_components: tuple[Component, ...]
    vibs: tuple[Vib, ...]
    reserved_vibs: tuple[Vib, ...]


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.drafts.report.info"
    findings: tuple[Finding, ...]
    image: Image
    alternative_images: dict[str, Image]


class Overridden(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.drafts.report.overridden"
    version: str
    source: settings.ComponentSource
    note: str


class Vib(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.drafts.report.vib"
    id: str
    name: str
    version: str
    vendor: str
    component: str
    component_version: str
    product_lines: tuple[str, ...]
    acceptance_level: str
    size: int
    sha256: str
    reboot_required: bool


class Way(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.drafts.report.way"
    text: str
    edits: tuple[Edit, ...]


get = Operation(
    service="imagewright.v1.drafts.report",
    operation_id="get",
    inputs=(
        Input("draft", parse("id<com.vmware.esx.settings.draft>")),
    ),
    output=parse("struct:imagewright.v1.drafts.report.info"),
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
    routes=(
        Route("GET", "/drafts/{draft}/report"),
    ),
)

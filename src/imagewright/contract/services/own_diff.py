"""The service imagewright.v1.diff: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import own_drafts_report, settings
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Kind(StrEnum):
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    UP = "UP"
    DOWN = "DOWN"
    CHANGED = "CHANGED"


class AlternativeImage(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.diff.alternative_image"
    id: str
    before: str | None = None
    after: str | None = None
    selection_criteria_changed: bool
    image: Image | None = None


class AskedChange(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.diff.asked_change"
    name: str
    before: str | None = None
    after: str | None = None


class Change(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.diff.change"
    name: str
    kind: Kind
    before: str | None = None
    after: str | None = None


class ComponentChange(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.diff.component_change"
    name: str
    kind: Kind
    before: str | None = None
    after: str | None = None
    before_source: settings.ComponentSource | None = None
    after_source: settings.ComponentSource | None = None


class Figures(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.diff.figures"
    components: int
    vibs: int
    size: int
    acceptance_level: str | None = None
    unknown: tuple[str, ...]


class Image(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.diff.image"
    before: Figures
    after: Figures
    base_images: tuple[Change, ...]
    add_ons: tuple[Change, ...]
    hardware_support: tuple[Change, ...]
    solutions: tuple[Change, ...]
    asked: tuple[AskedChange, ...]
    components: tuple[ComponentChange, ...]
    vibs: tuple[VibChange, ...]
    reboot_required: bool
    maintenance_mode_required: bool


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.diff.info"
    equal: bool
    image: Image
    alternative_images: tuple[AlternativeImage, ...]


class VibChange(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.diff.vib_change"
    name: str
    kind: Kind
    product_lines: tuple[str, ...]
    before: own_drafts_report.Vib | None = None
    after: own_drafts_report.Vib | None = None
    reboot_required: bool
    maintenance_mode_required: bool


get = Operation(
    service="imagewright.v1.diff",
    operation_id="get",
    inputs=(
        Input("from", parse("id")),
        Input("to", parse("id")),
    ),
    output=parse("struct:imagewright.v1.diff.info"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
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
        Route("GET", "/diff", query=("from", "to")),
    ),
)

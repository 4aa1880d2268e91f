"""Findings, images and differences as documents: plain values that JSON can hold.

Our own operations and the commands that work without a server give out the same documents. What is unset is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from imagewright.model.diff import (
    AlternativeChange,
    Change,
    ComponentChange,
    Figures,
    ImageDiff,
    SpecDiff,
    VibChange,
    kind_of,
)
from imagewright.model.effective import EffectiveComponent, EffectiveImage, EffectiveSpec
from imagewright.model.finding import Finding
from imagewright.model.parts import ImageVib

Document = dict[str, Any]


def finding_document(found: Finding) -> Document:
    """A finding with everything that is known of it."""
    return {
        "id": found.id,
        "severity": found.severity.value,
        "path": found.path,
        "text": found.text,
        "resolution": found.resolution,
        "because": list(found.because),
        "args": dict(found.args),
        "ways": [
            {
                "text": way.text,
                "edits": [_set(path=edit.path, value=edit.value, text=edit.text) for edit in way.edits],
            }
            for way in found.ways
        ],
    }


def report_document(findings: Iterable[Finding], effective: EffectiveSpec) -> Document:
    """What is wrong with a specification, and what comes out of it."""
    return {"findings": [finding_document(found) for found in findings], **effective_document(effective)}


def effective_document(effective: EffectiveSpec) -> Document:
    """What comes out of a specification."""
    return {
        "image": image_document(effective.image),
        "alternative_images": {
            image_id: image_document(image) for image_id, image in sorted(effective.alternative_images.items())
        },
    }


def image_document(image: EffectiveImage) -> Document:
    """An image: its components, what was removed from it, its installed VIBs, and the reserved ones."""
    return {
        "components": [_component(each) for each in image.components.values()],
        "removed_components": [_component(each) for each in image.removed.values()],
        "vibs": [vib_document(item) for item in image.installed],
        "reserved_vibs": [vib_document(item) for item in image.reserved],
    }


def vib_document(item: ImageVib) -> Document:
    """A VIB and the component that brings it."""
    vib = item.vib
    return {
        "id": vib.id,
        "name": vib.name,
        "version": vib.version,
        "vendor": vib.vendor,
        "component": item.component.name,
        "component_version": item.component.version,
        "product_lines": list(item.lines),
        "acceptance_level": vib.acceptance_level.value,
        "size": vib.size,
        "sha256": vib.sha256,
        "reboot_required": vib.reboot_required,
    }


def _component(effective: EffectiveComponent) -> Document:
    return {
        "name": effective.name,
        **({"version": effective.version} if effective.version else {}),
        "source": effective.source.value,
        "origin": effective.origin.label,
        "overridden": [
            {"version": loser.version, "source": loser.source.value, "note": loser.note}
            for loser in effective.overridden
        ],
    }


def diff_document(difference: SpecDiff) -> Document:
    """What differs between two specifications."""
    return {
        "equal": difference.is_empty,
        "image": image_diff_document(difference.image),
        "alternative_images": [_alternative(change) for change in difference.alternative_images],
    }


def image_diff_document(difference: ImageDiff) -> Document:
    """What differs between two images."""
    return {
        "before": _figures(difference.before),
        "after": _figures(difference.after),
        "base_images": _changes(difference.base_images),
        "add_ons": _changes(difference.add_ons),
        "hardware_support": _changes(difference.hardware_support),
        "solutions": _changes(difference.solutions),
        "asked": [_set(name=each.name, before=each.before, after=each.after) for each in difference.asked],
        "components": [_component_change(each) for each in difference.components],
        "vibs": [_vib_change(each) for each in difference.vibs],
        "reboot_required": bool(difference.rebooting),
        "maintenance_mode_required": bool(difference.needing_maintenance_mode),
    }


def _figures(figures: Figures) -> Document:
    return _set(
        components=figures.components,
        vibs=figures.vibs,
        size=figures.size,
        acceptance_level=figures.acceptance_level.value if figures.acceptance_level else None,
        unknown=list(figures.unknown),
    )


def _changes(changes: Iterable[Change]) -> list[Document]:
    return [_change(change) for change in changes]


def _change(change: Change | ComponentChange | VibChange) -> Document:
    return _set(name=change.name, kind=kind_of(change).value, before=change.before_version, after=change.after_version)


def _component_change(change: ComponentChange) -> Document:
    return {
        **_change(change),
        **_set(
            before_source=change.before.source.value if change.before else None,
            after_source=change.after.source.value if change.after else None,
        ),
    }


def _vib_change(change: VibChange) -> Document:
    return _set(
        name=change.name,
        kind=kind_of(change).value,
        product_lines=list(change.lines),
        before=vib_document(change.before) if change.before else None,
        after=vib_document(change.after) if change.after else None,
        reboot_required=change.reboots,
        maintenance_mode_required=change.needs_maintenance_mode,
    )


def _alternative(change: AlternativeChange) -> Document:
    return _set(
        id=change.image_id,
        before=change.before,
        after=change.after,
        selection_criteria_changed=change.criteria_changed,
        image=image_diff_document(change.image) if change.image else None,
    )


def _set(**fields: Any) -> Document:
    """A document without what is unset."""
    return {name: value for name, value in fields.items() if value is not None}

"""A component with its VIBs found: what composition and validation work with, made once for each component."""

from __future__ import annotations

from dataclasses import dataclass

from imagewright.model.content import Component, ComponentRef, Vib, VibRef

DEFAULT_PRODUCT_LINE = "embeddedEsx"
"""What a VIB is made for that names no product line, in a bulletin that names none either."""

# The kinds of payload that a host boots from. An image that lost them would not start.
_BOOT_PAYLOADS = frozenset({"boot", "bootloader", "bootisobios", "bootisoefi"})


@dataclass(frozen=True, slots=True)
class ImageVib:
    """A VIB, the component that brings it, and the product lines that it is made for."""

    vib: Vib
    ref: VibRef
    component: ComponentRef
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComponentParts:
    """The VIBs of a component that a depot describes, and those that none does.

    `starts_the_host` is True when one of them holds what a host boots from.
    """

    component: Component
    vibs: tuple[ImageVib, ...]
    missing: tuple[VibRef, ...]
    starts_the_host: bool


def component_parts(component: Component, vibs: tuple[Vib | None, ...]) -> ComponentParts:
    """The parts of a component; `vibs` are what its references lead to, in their order, or None."""
    found = [vib for vib in vibs if vib is not None]
    ref = component.ref
    return ComponentParts(
        component=component,
        vibs=tuple(ImageVib(vib, vib.ref, ref, _product_lines(vib, component)) for vib in found),
        missing=tuple(ref for ref, vib in zip(component.bulletin.vibs, vibs, strict=True) if vib is None),
        starts_the_host=any(payload.kind in _BOOT_PAYLOADS for vib in found for payload in vib.payloads),
    )


def _product_lines(vib: Vib, component: Component) -> tuple[str, ...]:
    # Many VIBs name no product line. Their bulletin does, and what neither names was made before there was a second.
    platforms = vib.platforms or component.bulletin.platforms
    return tuple(dict.fromkeys(platform.product_line for platform in platforms)) or (DEFAULT_PRODUCT_LINE,)

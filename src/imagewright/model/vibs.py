"""Which VIBs of an image are installed, and which are only carried along as reserved VIBs.

Base images from 8.0 on are made for two product lines, `embeddedEsx` for the host and `esxio` for a DPU. Each has its
own set of VIBs: of several VIBs of one name the highest version is installed, and the others are reserved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from imagewright.model.catalog import Catalog
from imagewright.model.content import Component, ComponentRef, Vib, VibRef
from imagewright.model.effective import EffectiveComponent, ImageVib
from imagewright.model.version import VersionKey, sort_key

DEFAULT_PRODUCT_LINE = "embeddedEsx"
"""What a VIB is made for that names no product line, in a bulletin that names none either."""

# The kinds of payload that a host boots from. An image that lost them would not start.
_BOOT_PAYLOADS = frozenset({"boot", "bootloader", "bootisobios", "bootisoefi"})


def product_lines(vib: Vib, component: Component) -> tuple[str, ...]:
    """The product lines that a VIB is made for: those that it names, else those of its bulletin, else the host's."""
    platforms = vib.platforms or component.bulletin.platforms
    return tuple(dict.fromkeys(platform.product_line for platform in platforms)) or (DEFAULT_PRODUCT_LINE,)


def lines_of(components: Iterable[Component], catalog: Catalog) -> frozenset[str]:
    """The product lines that these components have VIBs for."""
    return frozenset(
        line for component in components for vib in catalog.vibs_of(component) for line in product_lines(vib, component)
    )


def starts_the_host(component: Component, catalog: Catalog) -> bool:
    """True when one of the component's VIBs holds what the host boots from."""
    return any(payload.kind in _BOOT_PAYLOADS for vib in catalog.vibs_of(component) for payload in vib.payloads)


def installed_vibs(
    components: Mapping[str, EffectiveComponent], lines: frozenset[str], catalog: Catalog
) -> dict[str, tuple[ImageVib, ...]]:
    """For each of the product lines, the VIBs that are installed there, by VIB name."""
    winners: dict[str, dict[str, tuple[tuple[VersionKey, str, str], ImageVib]]] = {line: {} for line in sorted(lines)}
    for name in sorted(components):
        component = components[name].component
        if component is None:
            continue
        for vib in catalog.vibs_of(component):
            item = ImageVib(vib, component.ref)
            # Id and content decide between VIBs of one version, so that the outcome is always the same.
            rank = (sort_key(vib.version), vib.id, vib.sha256)
            for line in product_lines(vib, component):
                on_line = winners.get(line)
                if on_line is not None and (vib.name not in on_line or on_line[vib.name][0] < rank):
                    on_line[vib.name] = (rank, item)
    return {line: tuple(on_line[name][1] for name in sorted(on_line)) for line, on_line in winners.items()}


def reserved_vibs(
    everything: Iterable[EffectiveComponent], installed: Iterable[ImageVib], catalog: Catalog
) -> tuple[ImageVib, ...]:
    """The VIBs of these components, and of those that they overrode, that are not among the installed ones."""
    in_use = {item.vib.ref for item in installed}
    found: dict[VibRef, ImageVib] = {}
    for effective in everything:
        for component in (effective.component, *(loser.component for loser in effective.overridden)):
            if component is None:
                continue
            for vib in catalog.vibs_of(component):
                if vib.ref not in in_use:
                    found.setdefault(vib.ref, ImageVib(vib, ComponentRef(component.name, component.version)))
    return tuple(
        sorted(found.values(), key=lambda item: (item.vib.name, sort_key(item.vib.version), item.vib.ref.sha256))
    )

"""Which VIBs of an image are installed, and which are only carried along as reserved VIBs.

Base images from 8.0 on are made for two product lines, `embeddedEsx` for the host and `esxio` for a DPU. Each has its
own set of VIBs: of several VIBs of one name the highest version is installed, and the others are reserved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from imagewright.model.catalog import Catalog
from imagewright.model.content import Component, VibRef
from imagewright.model.effective import EffectiveComponent
from imagewright.model.parts import ImageVib
from imagewright.model.version import VersionKey, sort_key


def lines_of(components: Iterable[Component], catalog: Catalog) -> frozenset[str]:
    """The product lines that these components have VIBs for."""
    return frozenset(line for part in components for item in catalog.parts_of(part).vibs for line in item.lines)


def installed_vibs(
    components: Mapping[str, EffectiveComponent], lines: frozenset[str], catalog: Catalog
) -> dict[str, tuple[ImageVib, ...]]:
    """For each of the product lines, the VIBs that are installed there, by VIB name."""
    winners: dict[str, dict[str, ImageVib]] = {line: {} for line in sorted(lines)}
    for name in sorted(components):
        component = components[name].component
        if component is None:
            continue
        for item in catalog.parts_of(component).vibs:
            for line in item.lines:
                if line in winners:
                    on_line = winners[line]
                    rival = on_line.setdefault(item.vib.name, item)
                    if rival is not item and _rank(item) > _rank(rival):
                        on_line[item.vib.name] = item
    return {line: tuple(on_line[name] for name in sorted(on_line)) for line, on_line in winners.items()}


def reserved_vibs(
    everything: Iterable[EffectiveComponent], installed: Iterable[ImageVib], catalog: Catalog
) -> tuple[ImageVib, ...]:
    """The VIBs of these components, and of those that they overrode, that are not among the installed ones."""
    in_use = {item.ref for item in installed}
    found: dict[VibRef, ImageVib] = {}
    for effective in everything:
        for component in (effective.component, *(loser.component for loser in effective.overridden)):
            if component is None:
                continue
            for item in catalog.parts_of(component).vibs:
                if item.ref not in in_use:
                    found.setdefault(item.ref, item)
    return tuple(sorted(found.values(), key=lambda item: (item.vib.name, _rank(item))))


def _rank(item: ImageVib) -> tuple[VersionKey, str, str]:
    # Id and content decide between VIBs of one version, so that the outcome is always the same.
    return sort_key(item.vib.version), item.ref.id, item.ref.sha256

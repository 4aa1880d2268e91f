"""Which VIBs of an image are installed, and which are only carried along as reserved VIBs.

Base images from 8.0 on are made for two product lines, `embeddedEsx` for the host and `esxio` for a DPU. Each has its
own set of VIBs: of several VIBs of one name the highest version is installed, and the others are reserved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from imagewright.model.catalog import Catalog
from imagewright.model.effective import EffectiveComponent
from imagewright.model.parts import ImageVib
from imagewright.model.version import VersionKey


def installed_vibs(
    components: Mapping[str, EffectiveComponent], lines: Iterable[str]
) -> dict[str, tuple[ImageVib, ...]]:
    """For each of the product lines, the VIBs that are installed there, by VIB name."""
    winners: dict[str, dict[str, ImageVib]] = {line: {} for line in sorted(lines)}
    for name in sorted(components):
        parts = components[name].parts
        for item in parts.vibs if parts else ():
            for line in item.lines:
                if line in winners:
                    on_line = winners[line]
                    rival = on_line.setdefault(item.vib.name, item)
                    if rival is not item and _rank(item) > _rank(rival):
                        on_line[item.vib.name] = item
    return {line: tuple(on_line[name] for name in sorted(on_line)) for line, on_line in winners.items()}


def reserved_vibs(
    everything: Iterable[EffectiveComponent], installed: Collection[ImageVib], catalog: Catalog
) -> tuple[ImageVib, ...]:
    """The VIBs of these components, and of those that they overrode, that are not among the installed ones."""
    # Most VIBs are installed as they are, which is cheap to see. The others may still be installed, from elsewhere.
    as_they_are = {id(item) for item in installed}
    left = [item for item in _all_vibs(everything, catalog) if id(item) not in as_they_are]
    in_use = {item.ref for item in installed} if left else set()
    found = {item.ref: item for item in reversed(left) if item.ref not in in_use}
    return tuple(sorted(found.values(), key=lambda item: (item.vib.name, _rank(item))))


def _all_vibs(everything: Iterable[EffectiveComponent], catalog: Catalog) -> Iterator[ImageVib]:
    for effective in everything:
        if effective.parts:
            yield from effective.parts.vibs
        for loser in effective.overridden:
            if loser.component is not None:
                yield from catalog.parts_of(loser.component).vibs


def _rank(item: ImageVib) -> tuple[VersionKey, str, str]:
    # Id and content decide between VIBs of one version, so that the outcome is always the same.
    return item.key, item.ref.id, item.ref.sha256

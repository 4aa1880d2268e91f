"""Which VIBs of an image are installed, and which are only carried along as reserved VIBs.

Base images from 8.0 on are made for two product lines, `embeddedEsx` for the host and `esxio` for a DPU. Each has its
own set of VIBs: of several VIBs of one name the highest version is installed, and the others are reserved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from imagewright.model.catalog import Catalog
from imagewright.model.effective import EffectiveComponent
from imagewright.model.parts import ImageVib
from imagewright.model.version import VersionKey

_NAME = attrgetter("name")


@dataclass(frozen=True, slots=True)
class Shares:
    """The VIBs that are installed, by product line and name; `left` lost their place on a line, or are for none."""

    installed: Mapping[str, Mapping[str, ImageVib]]
    left: Sequence[ImageVib]

    def in_order(self) -> dict[str, tuple[ImageVib, ...]]:
        """The installed ones of each product line, by VIB name."""
        return {line: tuple(sorted(on_line.values(), key=_NAME)) for line, on_line in self.installed.items()}

    def holds(self, item: ImageVib) -> bool:
        """True when this very VIB is installed on any product line, whichever component brings it."""
        rivals = (on_line.get(item.name) for on_line in self.installed.values())
        return any(rival is not None and rival.ref == item.ref for rival in rivals)


def shares_of(
    components: Iterable[EffectiveComponent], lines: Iterable[str], begin: Mapping[str, Mapping[str, ImageVib]] = {}
) -> Shares:
    """Shares the VIBs of these components out over the product lines, beside those that are there to begin with."""
    winners: dict[str, dict[str, ImageVib]] = {line: dict(begin.get(line, ())) for line in sorted(lines)}
    left = []
    for effective in components:
        parts = effective.parts
        for item in parts.vibs if parts else ():
            is_for_none = True
            for line in item.lines:
                on_line = winners.get(line)
                if on_line is None:
                    continue
                is_for_none = False
                rival = on_line.setdefault(item.name, item)
                if rival is not item:
                    is_higher = _precedes(item, rival)
                    on_line[item.name] = item if is_higher else rival
                    left.append(rival if is_higher else item)
            if is_for_none:
                left.append(item)
    return Shares(winners, left)


def without(shares: Shares, gone: Iterable[EffectiveComponent]) -> dict[str, dict[str, ImageVib]]:
    """What is installed without these components, of shares in which no VIB had to give way to another."""
    installed = {line: dict(on_line) for line, on_line in shares.installed.items()}
    for effective in gone:
        for item in effective.parts.vibs if effective.parts else ():
            for line in item.lines:
                del installed[line][item.name]
    return installed


def reserved_vibs(shares: Shares, overriding: Iterable[EffectiveComponent], catalog: Catalog) -> tuple[ImageVib, ...]:
    """What comes with an image and is not installed: those that are left, and the VIBs of what was overridden or
    removed, unless they are installed from elsewhere or on another product line."""
    candidates = [*shares.left, *_overridden(overriding, catalog)]
    found = {item.ref: item for item in reversed(candidates) if not shares.holds(item)}
    return tuple(sorted(found.values(), key=lambda item: (item.name, _rank(item))))


def _overridden(everything: Iterable[EffectiveComponent], catalog: Catalog) -> Iterator[ImageVib]:
    for effective in everything:
        # A removed component has no version; its parts are those of what was removed.
        if effective.parts and not effective.version:
            yield from effective.parts.vibs
        for loser in effective.overridden:
            if loser.component is not None:
                yield from catalog.parts_of(loser.component).vibs


def _precedes(item: ImageVib, rival: ImageVib) -> bool:
    """True when it is installed rather than the rival. One VIB in two components is that of the first by name."""
    rank, other = _rank(item), _rank(rival)
    return rank > other or (rank == other and item.component.name < rival.component.name)


def _rank(item: ImageVib) -> tuple[VersionKey, str, str]:
    # Id and content decide between VIBs of one version, so that the outcome is always the same.
    return item.key, item.ref.id, item.ref.sha256

"""Which PCI devices an image drives, and which lose their driver when it takes the place of another.

Drivers say it themselves, in tags of their VIBs: `PCIID 10ec8125` is a vendor and a device, eight more digits are those
of the subsystem, and six more are class, subclass and programming interface. A dot stands for any digit. Hosts are on
the product line `embeddedEsx`; what drives the devices of a DPU is another matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose
from imagewright.model.content import ComponentRef
from imagewright.model.diff import Side
from imagewright.model.edit import Way, component, no_removal
from imagewright.model.effective import EffectiveImage
from imagewright.model.finding import Finding, finding, listed
from imagewright.model.parts import DEFAULT_PRODUCT_LINE, ImageVib
from imagewright.model.relations import problems
from imagewright.model.version import sort_key

TRIALS = 24
"""How many images are composed at most to find a way out for one device."""

_TAG = re.compile(r"PCIID\s+([0-9a-f.]{8}|[0-9a-f.]{16}|[0-9a-f.]{22})", re.IGNORECASE)
_ALL_DIGITS = 22
_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Device:
    """A PCI device of a host. Ids are lower-case hexadecimal of four digits, and empty where they are not known.

    `device_class` has four digits, or six with the programming interface. `address` is where it sits in its host.
    """

    host: str
    vendor: str
    device: str
    subvendor: str = ""
    subdevice: str = ""
    device_class: str = ""
    address: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """The device for people, without its host: name and ids."""
        ids = f"{self.vendor}:{self.device}"
        if self.subvendor and self.subdevice:
            ids += f", subsystem {self.subvendor}:{self.subdevice}"
        return f"{self.name} [{ids}]" if self.name else f"[{ids}]"

    @property
    def digits(self) -> str:
        """All ids in one row, as tags have them, with a question mark for each digit that is not known."""
        ids = (self.vendor, self.device, self.subvendor, self.subdevice)
        return "".join(part or 4 * _UNKNOWN for part in ids) + self.device_class.ljust(6, _UNKNOWN)


@dataclass(frozen=True, slots=True)
class Driving:
    """A VIB that drives a device by this pattern. Where it is not `certain`, that depends on ids that are not known."""

    vib: ImageVib
    pattern: str
    certain: bool


class Drivers:
    """The drivers among some VIBs, found by device."""

    def __init__(self, vibs: Iterable[ImageVib]) -> None:
        self._by_id: dict[str, list[tuple[str, ImageVib]]] = {}
        self._by_class: list[tuple[str, ImageVib]] = []
        for item in vibs:
            for pattern in pci_patterns(item.vib.tags):
                exact = "." not in pattern[:8]
                group = self._by_id.setdefault(pattern[:8], []) if exact else self._by_class
                group.append((pattern, item))

    def of(self, device: Device) -> tuple[Driving, ...]:
        """What drives the device, the most specific first."""
        digits = device.digits
        candidates = (*self._by_id.get(digits[:8], ()), *self._by_class)
        found = [
            Driving(item, pattern, certain)
            for pattern, item in candidates
            if (certain := _fits(pattern, digits)) is not None
        ]
        return tuple(sorted(found, key=lambda each: (not each.certain, each.pattern.count("."), each.vib.vib.id)))


def pci_patterns(tags: Iterable[str]) -> tuple[str, ...]:
    """The PCI patterns in the tags of a VIB, all of 22 digits and dots; a tag of another form is passed over."""
    found = (_TAG.fullmatch(tag.strip()) for tag in tags)
    return tuple(match[1].lower().ljust(_ALL_DIGITS, ".") for match in found if match)


def drivers_of(image: EffectiveImage) -> Drivers:
    """The drivers that hosts get with an image."""
    return Drivers(image.vibs.get(DEFAULT_PRODUCT_LINE, ()))


def _fits(pattern: str, digits: str) -> bool | None:
    """True when the device is one that the pattern means, False when it may be, None when it is not."""
    certain = True
    for wanted, has in zip(pattern, digits, strict=True):
        if wanted in (".", has):
            continue
        if has != _UNKNOWN:
            return None
        certain = False
    return certain


# --- between two images ----------------------------------------------------------------------------------------------


def spec_driver_findings(devices: Sequence[Device], before: Side, after: Side, catalog: Catalog) -> tuple[Finding, ...]:
    """What happens to the drivers of these devices when hosts go from one specification to the other.

    A list of devices does not say which host takes which alternative image. So each image is looked at as if all of
    them took it: against the alternative image of the same id before, or else the default one. Of an alternative image
    is told what is not true of the default image anyway.
    """
    default = driver_findings(devices, before.effective.image, after.effective.image, catalog)
    known = {(each.id, tuple(each.args.items())) for each in default}
    found = list(default)
    for image_id in sorted({**before.effective.alternative_images, **after.effective.alternative_images}):
        old, new = (side.effective.alternative_images.get(image_id, side.effective.image) for side in (before, after))
        alternative = after.spec.alternative_images.get(image_id) or before.spec.alternative_images[image_id]
        inner = driver_findings(devices, old, new, catalog)
        told = (each for each in inner if (each.id, tuple(each.args.items())) not in known)
        found += (each.within(image_id, alternative.display_name) for each in told)
    return tuple(sorted(found))


def driver_findings(
    devices: Iterable[Device], before: EffectiveImage, after: EffectiveImage, catalog: Catalog
) -> tuple[Finding, ...]:
    """What happens to the drivers of these devices when hosts go from one image to the other.

    One finding tells of all hosts that have the same device. A device that has no driver before has none to lose.
    `catalog` is where ways out are looked for: what `after` was composed over.
    """
    coverage = _Coverage(before, after, catalog)
    return tuple(sorted(found for alike in _alike(devices) if (found := coverage.finding(alike)) is not None))


def _alike(devices: Iterable[Device]) -> list[list[Device]]:
    """The devices, those with equal ids together, on whatever host."""
    groups: dict[str, list[Device]] = {}
    for device in devices:
        groups.setdefault(device.digits, []).append(device)
    return [groups[digits] for digits in sorted(groups)]


class _Coverage:
    """The drivers of two images beside each other."""

    def __init__(self, before: EffectiveImage, after: EffectiveImage, catalog: Catalog) -> None:
        self._before, self._after, self._catalog = before, after, catalog
        self._old, self._new = drivers_of(before), drivers_of(after)
        self._offered: Drivers | None = None
        self._sound: dict[ComponentRef, EffectiveImage | None] = {}

    def finding(self, alike: list[Device]) -> Finding | None:
        device = alike[0]
        old, new = self._old.of(device), self._new.of(device)
        if not old:
            return None
        if not new:
            return self._told("lost", alike, old[0], self._ways(device))
        if not new[0].certain and {each.pattern for each in old} - {each.pattern for each in new}:
            return self._told("unclear", alike, old[0])
        if {each.vib.vib.name for each in old}.isdisjoint(each.vib.vib.name for each in new):
            other = new[0].vib
            names = {"other": other.vib.name, "other_version": other.vib.version, "component": other.component.name}
            return self._told("other", alike, old[0], (), **names)
        return None

    def _told(self, kind: str, alike: list[Device], old: Driving, ways: tuple[Way, ...] = (), **args: str) -> Finding:
        name = old.vib.component.name
        there = self._after.components.get(name) or self._after.removed.get(name) or self._before.components[name]
        hosts = list(_places(alike))
        values = {
            "device": alike[0].label,
            "hosts": listed(hosts, "and"),
            "all_hosts": ", ".join(hosts),
            "vib": old.vib.vib.name,
            "version": old.vib.vib.version,
            "component": name,
        }
        because, texts = tuple(self._because(old.vib)), [_text(way) for way in ways]
        told = finding(f"imagewright.driver.{kind}", there.origin.path, because, texts, **{**values, **args})
        return replace(told, ways=ways)

    def _because(self, old: ImageVib) -> Iterator[str]:
        name = old.component.name
        yield f"before, {self._before.components[name].origin.label} brings {name} {old.component.version}"
        now, gone = self._after.components.get(name), self._after.removed.get(name)
        if now is not None:
            yield f"after, {now.origin.label} brings {name} {now.version}"
        elif gone is not None:
            yield f"after, {name} is removed by {gone.origin.label}"
        else:
            yield f"after, nothing brings {name}"

    # --- ways out ----------------------------------------------------------------------------------------------------

    def _ways(self, device: Device) -> tuple[Way, ...]:
        """The components that drive the device in the new image, tried; of each name the highest version that does."""
        if self._offered is None:
            parts = (self._catalog.parts_of(offered) for offered in self._catalog.components)
            self._offered = Drivers(item for part in parts for item in part.vibs)
        refs = {each.vib.component for each in self._offered.of(device)}
        ways: dict[str, Way] = {}
        for ref in sorted(refs, key=lambda ref: (sort_key(ref.version), ref.name), reverse=True)[:TRIALS]:
            if ref.name not in ways:
                way = self._way(ref)
                image = self._sound_with(ref, way)
                if image is not None and drivers_of(image).of(device):
                    ways[ref.name] = way
        return tuple(ways[name] for name in sorted(ways))

    def _way(self, ref: ComponentRef) -> Way:
        marked = ref.name in self._after.spec.removed_components
        return Way((component(ref.name, ref.version), *([no_removal(ref.name, ref.version)] if marked else [])))

    def _sound_with(self, ref: ComponentRef, way: Way) -> EffectiveImage | None:
        """The new image with this component as well; None when that brings a problem which was not there."""
        if ref not in self._sound:
            image = compose(way.applied(self._after.spec), self._catalog)
            known = {problem.key for problem in problems(self._after)}
            is_sound = all(problem.key in known for problem in problems(image))
            self._sound[ref] = image if is_sound else None
        return self._sound[ref]


def _text(way: Way) -> str:
    return f"{way.edits[0].text}{', no longer marked as removed' if len(way.edits) > 1 else ''}"


def _places(alike: list[Device]) -> Iterator[str]:
    """The hosts of these devices, each with the addresses there."""
    addresses: dict[str, list[str]] = {}
    for device in alike:
        addresses.setdefault(device.host, []).extend([device.address] if device.address else [])
    for host in sorted(addresses):
        at = listed(sorted(addresses[host]), "and")
        yield f"{host} (at {at})" if at else host

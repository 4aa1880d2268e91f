"""What differs between two images: at the level of base image and add-on, of components, and of VIBs.

A difference is data about two images, the one *before* and the one *after*. It is empty exactly when both are asked for
alike and come out alike, and the difference the other way round is its mirror image. What no depot holds is compared
by name and version only; `Figures.unknown` names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from imagewright.model.content import AcceptanceLevel, VibRef
from imagewright.model.effective import EffectiveComponent, EffectiveImage, EffectiveSpec
from imagewright.model.parts import ImageVib
from imagewright.model.spec import AlternativeImage, ImageSpec, SoftwareSpec
from imagewright.model.version import compare

ANY_VERSION = "any version"
MARKED_REMOVED = "marked as removed"
"""What stands for a version where a component is asked for without one, or is marked as removed."""


class Kind(StrEnum):
    """What happened to a thing. CHANGED has equal versions before and after, and something else differs."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    UP = "UP"
    DOWN = "DOWN"
    CHANGED = "CHANGED"


class _Versioned(Protocol):
    """Something that was there before, or is there after, or both."""

    @property
    def before_version(self) -> str | None: ...
    @property
    def after_version(self) -> str | None: ...


def kind_of(change: _Versioned) -> Kind:
    """What happened, judged by the versions."""
    return kind_of_versions(change.before_version, change.after_version)


def kind_of_versions(before: str | None, after: str | None) -> Kind:
    """What happened, given the versions; None where there is none."""
    if before is None:
        return Kind.ADDED
    if after is None:
        return Kind.REMOVED
    order = compare(after, before)
    return Kind.UP if order > 0 else Kind.DOWN if order < 0 else Kind.CHANGED


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that has versions and no content of its own to look into; None where it is not there."""

    name: str
    before: str | None
    after: str | None

    @property
    def before_version(self) -> str | None:
        """The version before."""
        return self.before

    @property
    def after_version(self) -> str | None:
        """The version after."""
        return self.after


@dataclass(frozen=True, slots=True)
class ComponentChange:
    """A component that came, went, or has another version or other VIBs."""

    name: str
    before: EffectiveComponent | None
    after: EffectiveComponent | None

    @property
    def before_version(self) -> str | None:
        """The version before."""
        return self.before.version if self.before else None

    @property
    def after_version(self) -> str | None:
        """The version after."""
        return self.after.version if self.after else None


@dataclass(frozen=True, slots=True)
class VibChange:
    """A VIB that came, went, or is another, on these product lines."""

    name: str
    lines: tuple[str, ...]
    before: ImageVib | None
    after: ImageVib | None

    @property
    def before_version(self) -> str | None:
        """The version before."""
        return self.before.vib.version if self.before else None

    @property
    def after_version(self) -> str | None:
        """The version after."""
        return self.after.vib.version if self.after else None

    @property
    def reboots(self) -> bool:
        """True when what goes cannot be removed, or what comes not be installed, on a running host."""
        goes = self.before is not None and not self.before.vib.live_remove_allowed
        return goes or (self.after is not None and not self.after.vib.live_install_allowed)

    @property
    def needs_maintenance_mode(self) -> bool:
        """True when the host has to be in maintenance mode for it."""
        goes = self.before is not None and self.before.vib.maintenance_mode_on_remove
        return goes or (self.after is not None and self.after.vib.maintenance_mode_on_install)


@dataclass(frozen=True, slots=True)
class Figures:
    """An image in figures. `size` is in bytes, of the files of the installed VIBs.

    `acceptance_level` is that of the image: the weakest of its VIBs, and None without any. `unknown` names what no
    depot holds, so that its content is in no figure and in no comparison.
    """

    components: int
    vibs: int
    size: int
    acceptance_level: AcceptanceLevel | None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageDiff:
    """The difference of two images. `asked` is about the user's own components and removals."""

    before: Figures
    after: Figures
    base_images: tuple[Change, ...] = ()
    add_ons: tuple[Change, ...] = ()
    hardware_support: tuple[Change, ...] = ()
    solutions: tuple[Change, ...] = ()
    asked: tuple[Change, ...] = ()
    components: tuple[ComponentChange, ...] = ()
    vibs: tuple[VibChange, ...] = ()

    @property
    def layers(self) -> tuple[Change, ...]:
        """What changed above the components: base image, add-on, hardware support, solutions."""
        return (*self.base_images, *self.add_ons, *self.hardware_support, *self.solutions)

    @property
    def is_empty(self) -> bool:
        """True when the two images are asked for alike and come out alike."""
        return not (self.layers or self.asked or self.components or self.vibs)

    @property
    def rebooting(self) -> tuple[VibChange, ...]:
        """The changes of VIBs for which a host reboots."""
        return tuple(change for change in self.vibs if change.reboots)

    @property
    def needing_maintenance_mode(self) -> tuple[VibChange, ...]:
        """The changes of VIBs for which a host has to be in maintenance mode."""
        return tuple(change for change in self.vibs if change.needs_maintenance_mode)


@dataclass(frozen=True, slots=True)
class AlternativeChange:
    """An alternative image that came, went or differs. `image` is set when it is there both before and after."""

    image_id: str
    before: str | None
    after: str | None
    criteria_changed: bool = False
    image: ImageDiff | None = None


@dataclass(frozen=True, slots=True)
class SpecDiff:
    """The difference of two specifications."""

    image: ImageDiff
    alternative_images: tuple[AlternativeChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when the two are asked for alike and come out alike."""
        return self.image.is_empty and not self.alternative_images


@dataclass(frozen=True, slots=True)
class Side:
    """A specification with what comes out of it."""

    spec: SoftwareSpec
    effective: EffectiveSpec


def diff(before: Side, after: Side) -> SpecDiff:
    """What differs between two specifications, each composed over the depots that it belongs to."""
    image_ids = sorted({*before.spec.alternative_images, *after.spec.alternative_images})
    changes = (_alternative(image_id, before, after) for image_id in image_ids)
    return SpecDiff(
        image=diff_images(before.effective.image, after.effective.image),
        alternative_images=tuple(change for change in changes if change is not None),
    )


def diff_images(before: EffectiveImage, after: EffectiveImage) -> ImageDiff:
    """What differs between two images."""
    return ImageDiff(
        before=figures_of(before),
        after=figures_of(after),
        base_images=_changes(_base_images(before), _base_images(after)),
        add_ons=_changes(_add_ons(before.spec), _add_ons(after.spec)),
        hardware_support=_changes(_packages(before), _packages(after)),
        solutions=_changes(_solutions(before.spec), _solutions(after.spec)),
        asked=_changes(_asked(before.spec), _asked(after.spec)),
        components=tuple(_component_changes(before, after)),
        vibs=_vib_changes(before, after),
    )


def figures_of(image: EffectiveImage) -> Figures:
    """An image in figures."""
    vibs = [item.vib for item in image.installed]
    levels = list(AcceptanceLevel)
    return Figures(
        components=len(image.components),
        vibs=len(vibs),
        size=sum(vib.size for vib in vibs),
        acceptance_level=max((vib.acceptance_level for vib in vibs), key=levels.index, default=None),
        unknown=tuple(_unknown(image)),
    )


def _alternative(image_id: str, before: Side, after: Side) -> AlternativeChange | None:
    old, new = before.spec.alternative_images.get(image_id), after.spec.alternative_images.get(image_id)
    if old is None or new is None:
        return AlternativeChange(image_id, _name(old), _name(new))
    images = before.effective.alternative_images[image_id], after.effective.alternative_images[image_id]
    change = AlternativeChange(
        image_id, old.display_name, new.display_name, old.selection != new.selection, diff_images(*images)
    )
    is_equal = change.before == change.after and not change.criteria_changed
    return None if is_equal and change.image and change.image.is_empty else change


def _name(alternative: AlternativeImage | None) -> str | None:
    return alternative.display_name if alternative else None


# --- what is asked for -----------------------------------------------------------------------------------------------


def _base_images(image: EffectiveImage) -> dict[str, str]:
    version = image.spec.base_image
    return {"ESXi": version} if version else {}


def _add_ons(spec: ImageSpec) -> dict[str, str]:
    return {spec.add_on.name: spec.add_on.version} if spec.add_on else {}


def _packages(image: EffectiveImage) -> dict[str, str]:
    found = {}
    for manager, asked in image.spec.hardware_support.items():
        chosen = image.hardware_support.get(manager)
        found_version = f"{chosen.version}, as {ANY_VERSION}" if chosen else ANY_VERSION
        found[f"{asked.package} ({manager})"] = asked.version or found_version
    return found


def _solutions(spec: ImageSpec) -> dict[str, str]:
    return {
        f"{name} ({', '.join(asked.components)})" if asked.components else name: asked.version
        for name, asked in spec.solutions.items()
    }


def _asked(spec: ImageSpec) -> dict[str, str]:
    wanted = {name: version or ANY_VERSION for name, version in spec.components.items()}
    # What is both wanted and marked as removed is told as both, because that is what the user has to undo.
    removed = {
        name: f"{wanted[name]}, {MARKED_REMOVED}" if name in wanted else MARKED_REMOVED
        for name in spec.removed_components
    }
    return {**wanted, **removed}


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    return tuple(
        Change(name, before.get(name), after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


# --- what comes out --------------------------------------------------------------------------------------------------

T = TypeVar("T")


def _pairs(
    before: Mapping[str, T], after: Mapping[str, T], same: Callable[[T, T], bool]
) -> Iterator[tuple[str, T | None, T | None]]:
    """What is on one side only, or not the same on both, by name."""
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old is None or new is None or not same(old, new):
            yield name, old, new


def _component_changes(before: EffectiveImage, after: EffectiveImage) -> Iterator[ComponentChange]:
    for name, old, new in _pairs(before.components, after.components, _is_same_component):
        yield ComponentChange(name, old, new)


def _is_same_component(one: EffectiveComponent, other: EffectiveComponent) -> bool:
    if one.version != other.version:
        return False
    if one.component is None or other.component is None:
        return True
    return set(one.component.bulletin.vibs) == set(other.component.bulletin.vibs)


def _vib_changes(before: EffectiveImage, after: EffectiveImage) -> tuple[VibChange, ...]:
    """What changes on several product lines in the same way is told once."""
    found: dict[tuple[str, VibRef | None, VibRef | None], VibChange] = {}
    for line in sorted({*before.vibs, *after.vibs}):
        for name, old, new in _pairs(_on(line, before), _on(line, after), lambda one, other: one.ref == other.ref):
            key = name, old.ref if old else None, new.ref if new else None
            known = found.get(key)
            found[key] = VibChange(name, (*known.lines, line) if known else (line,), old, new)
    return tuple(sorted(found.values(), key=lambda change: (change.name, change.lines)))


def _on(line: str, image: EffectiveImage) -> dict[str, ImageVib]:
    return {item.vib.name: item for item in image.vibs.get(line, ())}


def _unknown(image: EffectiveImage) -> Iterator[str]:
    spec = image.spec
    if spec.base_image and image.base_image is None:
        yield f"the base image {spec.base_image}"
    if spec.add_on and image.add_on is None:
        yield f"the add-on {spec.add_on.name} {spec.add_on.version}"
    for manager, asked in sorted(spec.hardware_support.items()):
        if manager not in image.hardware_support:
            yield f"the hardware support package {asked.package} of {manager}"
    for name, solution in sorted(spec.solutions.items()):
        if name not in image.solutions:
            yield f"the solution {name} {solution.version}"
    missing = {name: f" {one.version}" for name, one in image.components.items() if one.component is None}
    never_found = {name: f" in {ANY_VERSION}" for name in spec.components if name not in image.components}
    for name, version in sorted({**missing, **never_found}.items()):
        yield f"the component {name}{version}"

"""What comes out of a specification: the components and VIBs of an image, and where each of them comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from imagewright.model.content import (
    AddOn,
    BaseImage,
    Component,
    ComponentRef,
    HardwareSupportPackage,
    Solution,
    VibRef,
)
from imagewright.model.parts import ComponentParts, ImageVib
from imagewright.model.spec import ImageSpec
from imagewright.model.version import supports

if TYPE_CHECKING:
    from imagewright.model.relations import SettledNeeds


class Source(StrEnum):
    """What a component comes from, in the words of the API."""

    BASE_IMAGE = "BASE_IMAGE"
    ADD_ON = "ADD_ON"
    HARDWARE_SUPPORT_PACKAGE = "HARDWARE_SUPPORT_PACKAGE"
    SOLUTION = "SOLUTION"
    USER = "USER"
    USER_REMOVED = "USER_REMOVED"

    @property
    def noun(self) -> str:
        """How people call it: `base image`."""
        return "add-on" if self is Source.ADD_ON else self.value.lower().replace("_", " ")


class Customization(StrEnum):
    """What the user changed: kept at a lower version, or removed."""

    RETAINED = "RETAINED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True)
class Origin:
    """The choice that brought, or removed, a component.

    `label` is what a sentence calls it (`the add-on DEL-ESXi 803.24280767-A02`), `path` its place in the image's
    document (`add_on`).
    """

    source: Source
    label: str
    path: str


@dataclass(frozen=True, slots=True)
class Overridden:
    """A component that lost its place to another of the same name, or that was removed; `note` says to what."""

    version: str
    display_version: str
    source: Source
    note: str
    origin: Origin
    component: Component | None = None
    was_removed: bool = False


@dataclass(frozen=True, slots=True)
class EffectiveComponent:
    """One component of an image, or one that was removed from it; `version` is empty for a removed one.

    `parts` is what the depots say about it, and None if no depot holds it. `overridden` holds the losers, from the
    base image upwards. `chosen` is True when the specification left the version open.
    """

    name: str
    version: str
    origin: Origin
    parts: ComponentParts | None = None
    overridden: tuple[Overridden, ...] = ()
    removable: bool = True
    customization: Customization | None = None
    chosen: bool = False

    @property
    def component(self) -> Component | None:
        """The component as a depot has it."""
        return self.parts.component if self.parts else None

    @property
    def source(self) -> Source:
        """What this component comes from."""
        return self.origin.source

    @property
    def ref(self) -> ComponentRef:
        """The component by name and version."""
        return ComponentRef(self.name, self.version)


@dataclass(frozen=True, slots=True)
class EffectiveImage:
    """One image as it would be installed.

    `components` are in it and `removed` are not, by name; USER_REMOVED tells what the user removed from what an add-on
    or a hardware support package did. `vibs` holds the installed VIBs of each product line, by VIB name. `reserved`
    VIBs come with the image and are not installed: those of overridden and removed components, those with a higher
    version of the same name beside them, and those for product lines that the base image does not have. Every VIB of
    every component is in one of the two.

    `chosen` are the versions that were found for components without one; `unresolved` names those for which no version
    in the depots leaves the image without errors. `base_is_whole` is True when the depots hold all of the base image.
    `settled` is what is known of the needs of the base image's VIBs, by product line.
    """

    spec: ImageSpec
    base_image: BaseImage | None = None
    base_is_whole: bool = False
    add_on: AddOn | None = None
    hardware_support: Mapping[str, HardwareSupportPackage] = field(default_factory=dict)
    solutions: Mapping[str, Solution] = field(default_factory=dict)
    components: Mapping[str, EffectiveComponent] = field(default_factory=dict)
    removed: Mapping[str, EffectiveComponent] = field(default_factory=dict)
    vibs: Mapping[str, tuple[ImageVib, ...]] = field(default_factory=dict)
    reserved: tuple[ImageVib, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    unresolved: frozenset[str] = frozenset()
    settled: Mapping[str, SettledNeeds] = field(default_factory=dict, compare=False, repr=False)

    @property
    def installed(self) -> tuple[ImageVib, ...]:
        """The VIBs that are installed on any product line, each once."""
        found: dict[VibRef, ImageVib] = {}
        for on_line in self.vibs.values():
            for item in on_line:
                found.setdefault(item.ref, item)
        return tuple(found.values())

    @property
    def unsupported(self) -> tuple[str, ...]:
        """The paths of the add-on and the hardware support packages that do not support the base image."""
        version = self.spec.base_image
        if not version:
            return ()
        add_on = [("add_on", self.add_on.supported_base_images)] if self.add_on else []
        packages = [
            (f"hardware_support.packages.{manager}", package.supported_releases)
            for manager, package in self.hardware_support.items()
        ]
        return tuple(path for path, releases in (*add_on, *packages) if not supports(releases, version))

    @property
    def removed_by_user(self) -> Mapping[str, EffectiveComponent]:
        """What the user removed: the API shows these beside the components when asked to."""
        return {name: gone for name, gone in self.removed.items() if gone.source is Source.USER_REMOVED}


@dataclass(frozen=True, slots=True)
class EffectiveSpec:
    """What comes out of a whole specification: the default image and, by image id, the alternative ones."""

    image: EffectiveImage
    alternative_images: Mapping[str, EffectiveImage] = field(default_factory=dict)

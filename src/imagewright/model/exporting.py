"""What belongs to an exported image: the parts of the depots that it needs, put together as one depot.

Equal images make equal depots, wherever their parts came from, and a depot made so gives the same image again when
nothing else is there. That is why exporting, importing and exporting once more changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from imagewright.model.catalog import Catalog
from imagewright.model.content import (
    AddOn,
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    DepotContent,
    HardwareSupportPackage,
    MetadataBundle,
    Solution,
    Vib,
    VibRef,
)
from imagewright.model.effective import EffectiveImage, EffectiveSpec
from imagewright.model.spec import SoftwareSpec

K = TypeVar("K", bound=Any)
T = TypeVar("T")

VENDOR = "imagewright"
VENDOR_CODE = "IMW"
"""Who delivers an exported bundle. The vendors of what is in it stand in the bulletins and VIBs."""


def exported_spec(spec: SoftwareSpec, *, only_default_image: bool) -> SoftwareSpec:
    """The part of a specification that is exported."""
    return replace(spec, alternative_images={}) if only_default_image else spec


def only_default(effective: EffectiveSpec) -> EffectiveSpec:
    """What comes out of a specification, without its alternative images."""
    return replace(effective, alternative_images={})


def lacking(effective: EffectiveSpec) -> tuple[str, ...]:
    """What an export would need and no depot holds, each as the subject and verb of a sentence; empty when all is
    there. What only comes along as a reserved VIB is not needed."""
    found: dict[str, None] = {}
    for image in _images(effective):
        found.update(dict.fromkeys(_lacking(image)))
    return tuple(found)


def installed_vibs(effective: EffectiveSpec) -> frozenset[VibRef]:
    """The VIBs that any of the images installs."""
    return frozenset(item.ref for image in _images(effective) for item in image.installed)


def image_depot(effective: EffectiveSpec, catalog: Catalog, *, skip_reserved: bool) -> DepotContent:
    """The images as one depot: base image, add-ons, hardware support, solutions, components and VIBs.

    Reserved VIBs, with the components that only they belong to, are left out when `skip_reserved` is set: the depot is
    then a part of what the base image speaks of. VIBs have no path: the writer gives them one.
    """
    packs = _packed(effective, catalog, skip_reserved, None)
    return DepotContent(tuple(pack.bundle(number) for number, pack in enumerate(packs, start=1)))


def image_depots(
    effective: EffectiveSpec, catalog: Catalog, *, skip_reserved: bool, limit: int
) -> tuple[DepotContent, ...]:
    """The same as several depots, none of which has more than `limit` bytes of VIBs, as far as components allow.

    A component is in one of them as a whole, so each can be imported by itself. What is larger than the limit is alone.
    Base image, add-ons and the like are in the first one. Together they hold what the one depot would hold.
    """
    return tuple(DepotContent((pack.bundle(1),)) for pack in _packed(effective, catalog, skip_reserved, limit))


# --- what is there, and what is not ----------------------------------------------------------------------------------


def _images(effective: EffectiveSpec) -> tuple[EffectiveImage, ...]:
    return effective.image, *(image for _id, image in sorted(effective.alternative_images.items()))


def _lacking(image: EffectiveImage) -> Iterator[str]:
    spec = image.spec
    if spec.base_image is None:
        yield "the specification names no base image"
    elif image.base_image is None:
        yield f"the base image {spec.base_image} is in no depot"
    if spec.add_on is not None and image.add_on is None:
        yield f"the add-on {spec.add_on.name} {spec.add_on.version} is in no depot"
    for manager in sorted(spec.hardware_support.keys() - image.hardware_support.keys()):
        package = spec.hardware_support[manager]
        yield f"the hardware support package {package.package} {package.version} of {manager} is in no depot"
    for name in sorted(spec.solutions.keys() - image.solutions.keys()):
        yield f"the solution {name} {spec.solutions[name].version} is in no depot"
    yield from _lacking_components(image)


def _lacking_components(image: EffectiveImage) -> Iterator[str]:
    for name in sorted(image.unresolved - image.components.keys()):
        yield f"no version of the component {name} in the depots fits"
    for component in image.components.values():
        if component.parts is None:
            yield f"the component {component.name} {component.version} is in no depot"
        else:
            for ref in component.parts.missing:
                yield f"the VIB {ref.id} of the component {component.name} {component.version} is in no depot"


def _components(images: Iterable[EffectiveImage], catalog: Catalog, skip_reserved: bool) -> tuple[Component, ...]:
    found = {_place(each): each for image in images for each in _components_of(image, catalog, skip_reserved)}
    return tuple(component for _, component in sorted(found.items()))


def _place(component: Component) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return component.name, component.version, tuple(sorted((ref.id, ref.sha256) for ref in component.bulletin.vibs))


def _components_of(image: EffectiveImage, catalog: Catalog, skip_reserved: bool) -> Iterator[Component]:
    for present in image.components.values():
        if present.component is not None:
            yield present.component
    if skip_reserved:
        return
    for effective in (*image.components.values(), *image.removed.values()):
        if effective.component is not None:
            yield effective.component
        for loser in effective.overridden:
            if loser.component is not None and not catalog.missing_vibs(loser.component):
                yield loser.component


# --- packing ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Pack:
    """One metadata archive in the making: in it, an id means one thing."""

    components: dict[ComponentRef, Component] = field(default_factory=dict)
    bulletins: dict[str, Bulletin] = field(default_factory=dict)
    vibs: dict[str, Vib] = field(default_factory=dict)
    layers: _Layers = field(default_factory=lambda: _Layers())

    def takes(self, component: Component, vibs: Iterable[Vib], limit: int | None) -> bool:
        clashes = component.ref in self.components or component.bulletin.id in self.bulletins
        clashes = clashes or any(self.vibs.get(vib.id, vib).sha256 != vib.sha256 for vib in vibs)
        if clashes or limit is None or not self.components:
            return not clashes
        return sum(vib.size for vib in {**self.vibs, **{vib.id: vib for vib in vibs}}.values()) <= limit

    def put(self, component: Component, vibs: Iterable[Vib]) -> None:
        self.components[component.ref] = component
        self.bulletins[component.bulletin.id] = component.bulletin
        self.vibs.update((vib.id, vib) for vib in vibs)

    def bundle(self, number: int) -> MetadataBundle:
        platforms = {platform for vib in self.vibs.values() for platform in vib.platforms}
        platforms = platforms or {platform for each in self.bulletins.values() for platform in each.platforms}
        return MetadataBundle(
            file_name="metadata.zip" if number == 1 else f"metadata-{number}.zip",
            vendor=VENDOR,
            vendor_code=VENDOR_CODE,
            platforms=tuple(sorted(platforms, key=lambda each: (each.product_line, each.version, each.locale))),
            vibs=_by_key(self.vibs),
            bulletins=_by_key(self.bulletins),
            components=tuple(sorted(self.components.values(), key=lambda each: (each.name, each.version))),
            base_images=_by_key(self.layers.base_images),
            add_ons=_by_key(self.layers.add_ons),
            hardware_support=_by_key(self.layers.packages),
            solutions=_by_key(self.layers.solutions),
        )


@dataclass(slots=True)
class _Layers:
    """What the images are laid down of, by name and version."""

    base_images: dict[str, BaseImage] = field(default_factory=dict)
    add_ons: dict[tuple[str, str], AddOn] = field(default_factory=dict)
    packages: dict[tuple[str, str, str], HardwareSupportPackage] = field(default_factory=dict)
    solutions: dict[tuple[str, str], Solution] = field(default_factory=dict)

    @classmethod
    def of(cls, images: Iterable[EffectiveImage]) -> _Layers:
        """Those of all images."""
        found = cls()
        for image in images:
            if image.base_image:
                found.base_images[image.base_image.version] = image.base_image
            if image.add_on:
                found.add_ons[image.add_on.name, image.add_on.version] = image.add_on
            for package in image.hardware_support.values():
                found.packages[package.manager, package.package, package.version] = package
            for solution in image.solutions.values():
                found.solutions[solution.name, solution.version] = solution
        return found


def _packed(effective: EffectiveSpec, catalog: Catalog, skip_reserved: bool, limit: int | None) -> list[_Pack]:
    """The archives, as few as can be: without a limit, more than one only where one id has two contents."""
    images = _images(effective)
    installed = installed_vibs(effective)
    packs = [_Pack(layers=_Layers.of(images))]
    for component in _components(images, catalog, skip_reserved):
        vibs = [item.vib for item in catalog.parts_of(component).vibs]
        kept = [replace(vib, relative_path="") for vib in vibs if not skip_reserved or vib.ref in installed]
        component = _referring_to(component, kept)
        pack = next((pack for pack in packs if pack.takes(component, kept, limit)), None)
        if pack is None:
            pack = _Pack()
            packs.append(pack)
        pack.put(component, kept)
    return packs


def _referring_to(component: Component, vibs: Iterable[Vib]) -> Component:
    """The component with the content of these VIBs named, so that it cannot come to mean others; of those that are
    left out it names the id alone."""
    meant = {vib.id: vib.ref for vib in vibs}
    refs = tuple(meant.get(ref.id, VibRef(ref.id)) for ref in component.bulletin.vibs)
    return replace(component, bulletin=replace(component.bulletin, vibs=refs))


def _by_key(things: Mapping[K, T]) -> tuple[T, ...]:
    return tuple(thing for _, thing in sorted(things.items(), key=lambda each: each[0]))

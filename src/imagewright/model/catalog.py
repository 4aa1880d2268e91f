"""What all depots together offer.

A catalogue is an immutable value made of the contents of depots. The order of the depots does not matter: where two of
them hold the same thing, one is taken by what it says and not by where it lies, and where they hold *different* content
under one name and version, both stay, as variants.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from imagewright.model.content import (
    AddOn,
    BaseImage,
    Component,
    ComponentRef,
    DepotContent,
    HardwareSupportPackage,
    MetadataBundle,
    Solution,
    Vib,
    VibRef,
)
from imagewright.model.parts import ComponentParts, ImageVib, Meetings, component_parts
from imagewright.model.version import ascending, sort_key

Carrier = BaseImage | AddOn | HardwareSupportPackage | Solution
Thing = Carrier | Component | Vib

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V", Component, BaseImage, AddOn, HardwareSupportPackage, Solution)


class BundleType(StrEnum):
    """Where a component comes from, in the words of the API's filter; INDEPENDENT is in nothing larger."""

    INDEPENDENT = "INDEPENDENT"
    BASE_IMAGE = "BASE_IMAGE"
    ADD_ON = "ADD_ON"


@dataclass(frozen=True, eq=False)
class Catalog:
    """Everything that can be put into an image, found by name and version without a search.

    Made by `Catalog.of`. What is asked for and not there is None or empty, never an error. Lists are sorted by name and
    then by version, lowest first.
    """

    depots: Mapping[str, DepotContent]
    _vibs: Mapping[VibRef, Vib]
    _vibs_by_id: Mapping[str, tuple[Vib, ...]]
    _components: Mapping[tuple[str, str], tuple[Component, ...]]
    _component_versions: Mapping[str, tuple[str, ...]]
    _base_images: Mapping[str, tuple[BaseImage, ...]]
    _add_ons: Mapping[tuple[str, str], tuple[AddOn, ...]]
    _hardware_support: Mapping[tuple[str, str, str], tuple[HardwareSupportPackage, ...]]
    _solutions: Mapping[tuple[str, str], tuple[Solution, ...]]
    _parts: dict[tuple[str, str], ComponentParts] = field(default_factory=dict)
    _derived: dict[Hashable, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, depots: Mapping[str, DepotContent]) -> Catalog:
        """The catalogue of these depots, by depot id."""
        bundles = [bundle for depot in depots.values() for bundle in depot.bundles]
        vibs = _best_of_each(_each(bundles, lambda bundle: bundle.vibs))
        components = _variants(_each(bundles, lambda bundle: bundle.components), _name_and_version, _vibs_within)
        return cls(
            depots=dict(depots),
            _vibs=vibs,
            _vibs_by_id=_variants(vibs.values(), lambda vib: vib.id, lambda vib: vib.sha256),
            _components=components,
            _component_versions=_versions_by_name(components),
            _base_images=_variants(
                _each(bundles, lambda bundle: bundle.base_images), lambda image: image.version, _components_within
            ),
            _add_ons=_variants(_each(bundles, lambda bundle: bundle.add_ons), _name_and_version, _layer_within),
            _hardware_support=_variants(
                _each(bundles, lambda bundle: bundle.hardware_support),
                lambda package: (package.manager, package.package, package.version),
                _layer_within,
            ),
            _solutions=_variants(
                _each(bundles, lambda bundle: bundle.solutions), _name_and_version, _components_within
            ),
        )

    # --- by name and version -----------------------------------------------------------------------------------------

    def base_image(self, version: str) -> BaseImage | None:
        """The base image of this version; of several variants the first."""
        return _first(self._base_images.get(version, ()))

    def base_image_variants(self, version: str) -> tuple[BaseImage, ...]:
        """The base images of this version that differ in their components."""
        return self._base_images.get(version, ())

    def add_on(self, name: str, version: str) -> AddOn | None:
        """The add-on of this name and version; of several variants the first."""
        return _first(self._add_ons.get((name, version), ()))

    def add_on_variants(self, name: str, version: str) -> tuple[AddOn, ...]:
        """The add-ons of this name and version that differ in what they bring or remove."""
        return self._add_ons.get((name, version), ())

    def add_on_versions(self, name: str) -> tuple[str, ...]:
        """The versions of this add-on, lowest first."""
        return ascending(version for known, version in self._add_ons if known == name)

    def component(self, name: str, version: str) -> Component | None:
        """The component of this name and version; of several variants the first."""
        return _first(self._components.get((name, version), ()))

    def component_variants(self, name: str, version: str) -> tuple[Component, ...]:
        """The components of this name and version that differ in their VIBs; more than one is ambiguous."""
        return self._components.get((name, version), ())

    def is_sound(self, name: str, version: str) -> bool:
        """True when it is clear which component is meant, and the depots describe all of its VIBs."""
        variants = self.component_variants(name, version)
        return len(variants) == 1 and not self.missing_vibs(variants[0])

    def component_versions(self, name: str) -> tuple[str, ...]:
        """The versions of this component, lowest first."""
        return self._component_versions.get(name, ())

    def vib(self, ref: VibRef) -> Vib | None:
        """The VIB that is meant. A reference without SHA-256 means the one of that id, and of several the first."""
        return self._vibs.get(ref) if ref.sha256 else _first(self._vibs_by_id.get(ref.id, ()))

    def vibs_of(self, component: Component) -> tuple[Vib, ...]:
        """The VIBs of a component, as far as a depot describes them."""
        return tuple(item.vib for item in self.parts_of(component).vibs)

    def missing_vibs(self, component: Component) -> tuple[VibRef, ...]:
        """The VIBs of a component that no depot describes."""
        return self.parts_of(component).missing

    def parts(self, ref: ComponentRef) -> ComponentParts | None:
        """The component of this name and version with its VIBs found; of several variants the first."""
        key = ref.name, ref.version
        known = self._parts.get(key)
        if known is not None:
            return known
        component = self.component(*key)
        return self._parts.setdefault(key, self._parts_of(component)) if component else None

    def parts_of(self, component: Component) -> ComponentParts:
        """A component, which may be any variant, with its VIBs found."""
        known = self.parts(component.ref)
        return known if known is not None and known.component is component else self._parts_of(component)

    @property
    def looked_into(self) -> frozenset[ComponentRef]:
        """The components whose VIBs somebody has asked for so far."""
        return frozenset(ComponentRef(*key) for key in self._parts)

    def _parts_of(self, component: Component) -> ComponentParts:
        vibs = [self.vib(ref) for ref in component.bulletin.vibs]
        variants = self.component_variants(component.name, component.version)
        return component_parts(component, vibs, self._meetings, is_ambiguous=len(variants) > 1)

    def derived(self, key: Hashable, make: Callable[[], T]) -> T:
        """What follows from the catalogue alone, made when it is first asked for."""
        known: T | None = self._derived.get(key)
        return known if known is not None else self._derived.setdefault(key, make())

    @cached_property
    def _meetings(self) -> Meetings:
        return Meetings.of(self._vibs.values())

    def hardware_support(self, manager: str, package: str, version: str) -> HardwareSupportPackage | None:
        """The hardware support package of this manager, name and version; of several variants the first."""
        return _first(self._hardware_support.get((manager, package, version), ()))

    def hardware_support_variants(self, manager: str, package: str, version: str) -> tuple[HardwareSupportPackage, ...]:
        """The packages of this manager, name and version that differ in what they bring or remove."""
        return self._hardware_support.get((manager, package, version), ())

    def hardware_support_versions(self, manager: str, package: str) -> tuple[str, ...]:
        """The versions of this hardware support package, lowest first."""
        known = self._hardware_support
        return ascending(version for by, name, version in known if (by, name) == (manager, package))

    def solution(self, name: str, version: str) -> Solution | None:
        """The solution of this name and version; of several variants the first."""
        return _first(self._solutions.get((name, version), ()))

    def solution_variants(self, name: str, version: str) -> tuple[Solution, ...]:
        """The solutions of this name and version that differ in their components."""
        return self._solutions.get((name, version), ())

    def solution_versions(self, name: str) -> tuple[str, ...]:
        """The versions of this solution, lowest first."""
        return ascending(version for known, version in self._solutions if known == name)

    # --- lists -------------------------------------------------------------------------------------------------------

    @cached_property
    def base_images(self) -> tuple[BaseImage, ...]:
        """All base images, by version."""
        return _listed(self._base_images, lambda image: ())

    @cached_property
    def add_ons(self) -> tuple[AddOn, ...]:
        """All add-ons, by name and version."""
        return _listed(self._add_ons, lambda add_on: (add_on.name,))

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """All components, by name and version; of several variants the first."""
        return _listed(self._components, lambda component: (component.name,))

    @cached_property
    def hardware_support_packages(self) -> tuple[HardwareSupportPackage, ...]:
        """All hardware support packages, by manager, name and version."""
        return _listed(self._hardware_support, lambda package: (package.manager, package.package))

    @cached_property
    def solutions(self) -> tuple[Solution, ...]:
        """All solutions, by name and version."""
        return _listed(self._solutions, lambda solution: (solution.name,))

    @cached_property
    def vibs(self) -> tuple[Vib, ...]:
        """All VIBs, by name, version and content."""
        return tuple(sorted(self._vibs.values(), key=lambda vib: (vib.name, sort_key(vib.version), vib.id, vib.sha256)))

    # --- what belongs to what ----------------------------------------------------------------------------------------

    def carriers_of(self, component: ComponentRef) -> tuple[Carrier, ...]:
        """The base images, add-ons, hardware support packages and solutions that this component is a part of."""
        return self._carriers.get(component, ())

    def not_held(self, carrier: Carrier) -> tuple[ComponentRef, ...]:
        """The components that it lists and that no depot holds."""

        def found() -> tuple[ComponentRef, ...]:
            return tuple(ref for ref in carrier.components if self.component(ref.name, ref.version) is None)

        # Of a base image, which lists most of what there is, this is asked with every validation.
        return self.derived(("not held", carrier.version), found) if isinstance(carrier, BaseImage) else found()

    def kinds_of(self, component: Component) -> frozenset[BundleType]:
        """The bundle types that the API's filter finds this component under.

        INDEPENDENT is a component that is inside no base image, add-on, hardware support package or solution. One that
        is only inside the last two is of no kind.
        """
        carriers = self.carriers_of(component.ref)
        if not carriers:
            return frozenset({BundleType.INDEPENDENT})
        kinds = {BaseImage: BundleType.BASE_IMAGE, AddOn: BundleType.ADD_ON}
        return frozenset(kinds[type(carrier)] for carrier in carriers if type(carrier) in kinds)

    def providers_of(self, name: str) -> tuple[ImageVib, ...]:
        """The VIBs that can satisfy a relation to `name`, being so called or providing it, with their components."""
        return tuple(
            item
            for component in self._providers.get(name, ())
            for item in self.parts_of(component).vibs
            if item.vib.name == name or any(provided.name == name for provided in item.vib.provides)
        )

    def depots_of(self, thing: Thing) -> tuple[str, ...]:
        """The ids of the depots that hold this, sorted; of a component, those that hold it with the same VIBs.

        A depot that describes a VIB without its file does not hold it.
        """
        return tuple(sorted(self._holders.get(_identity(thing), ())))

    @cached_property
    def _carriers(self) -> dict[ComponentRef, tuple[Carrier, ...]]:
        found: dict[ComponentRef, tuple[Carrier, ...]] = {}
        everything: tuple[Carrier, ...] = (
            *self.base_images,
            *self.add_ons,
            *self.hardware_support_packages,
            *self.solutions,
        )
        for carrier in everything:
            for ref in dict.fromkeys(carrier.components):
                found[ref] = (*found.get(ref, ()), carrier)
        return found

    @cached_property
    def _providers(self) -> dict[str, list[Component]]:
        found: dict[str, list[Component]] = {}
        for component in self.components:
            vibs = [vib for ref in component.bulletin.vibs if (vib := self.vib(ref)) is not None]
            for name in {vib.name for vib in vibs}.union(given.name for vib in vibs for given in vib.provides):
                found.setdefault(name, []).append(component)
        return found

    @cached_property
    def _holders(self) -> dict[Hashable, set[str]]:
        found: dict[Hashable, set[str]] = {}
        for depot, content in self.depots.items():
            for bundle in content.bundles:
                for thing in _everything_in(bundle):
                    found.setdefault(_identity(thing), set()).add(depot)
        return found


# --- how things are told apart ---------------------------------------------------------------------------------------


def _name_and_version(thing: AddOn | Component | Solution) -> tuple[str, str]:
    return thing.name, thing.version


def _vibs_within(component: Component) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((ref.id, ref.sha256) for ref in component.bulletin.vibs))


def _components_within(carrier: Carrier) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((ref.name, ref.version) for ref in carrier.components))


def _layer_within(layer: AddOn | HardwareSupportPackage) -> tuple[object, ...]:
    return _components_within(layer), tuple(sorted(layer.removed_components))


def _identity(thing: Thing) -> Hashable:
    match thing:
        case Vib():
            return Vib, thing.ref
        case Component():
            return Component, thing.name, thing.version, _vibs_within(thing)
        case BaseImage():
            return BaseImage, thing.version
        case HardwareSupportPackage():
            return HardwareSupportPackage, thing.manager, thing.package, thing.version
        case AddOn() | Solution():
            return type(thing), thing.name, thing.version


# --- building the indexes --------------------------------------------------------------------------------------------


def _each(bundles: Iterable[MetadataBundle], part: Callable[[MetadataBundle], tuple[T, ...]]) -> Iterator[T]:
    return (thing for bundle in bundles for thing in part(bundle))


def _everything_in(bundle: MetadataBundle) -> Iterator[Thing]:
    yield from (vib for vib in bundle.vibs if not vib.file_missing)
    yield from bundle.components
    yield from bundle.base_images
    yield from bundle.add_ons
    yield from bundle.hardware_support
    yield from bundle.solutions


def _variants(things: Iterable[T], key: Callable[[T], K], content: Callable[[T], Any]) -> dict[K, tuple[T, ...]]:
    """Groups things by key, and keeps in each group one thing for each content, in the order of the contents."""
    groups: dict[K, list[T]] = {}
    for thing in things:
        groups.setdefault(key(thing), []).append(thing)
    return {of: tuple(group) if len(group) == 1 else _distinct(group, content) for of, group in groups.items()}


def _distinct(group: list[T], content: Callable[[T], Any]) -> tuple[T, ...]:
    first = group[0]
    if all(other == first for other in group):
        return (first,)
    # Things of one content may still differ in what is only shown, such as a description. Their written form decides,
    # so that it is the same one whatever the order of the depots.
    chosen: dict[Any, T] = {}
    for thing in sorted(group, key=repr):
        chosen.setdefault(content(thing), thing)
    return tuple(chosen[key] for key in sorted(chosen))


def _best_of_each(vibs: Iterable[Vib]) -> dict[VibRef, Vib]:
    """The VIBs by reference, which names their content. One depot can know more of a VIB than another."""
    groups: dict[VibRef, list[Vib]] = {}
    for vib in vibs:
        groups.setdefault(vib.ref, []).append(vib)
    return {ref: group[0] if len(group) == 1 else min(group, key=_ignorance) for ref, group in groups.items()}


def _ignorance(vib: Vib) -> tuple[object, ...]:
    return vib.file_missing, vib.signature is None, repr(vib)


def _first(group: tuple[T, ...]) -> T | None:
    return group[0] if group else None


def _versions_by_name(keys: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, version in keys:
        found.setdefault(name, []).append(version)
    return {name: ascending(versions) for name, versions in found.items()}


def _listed(groups: Mapping[Any, tuple[V, ...]], names: Callable[[V], tuple[str, ...]]) -> tuple[V, ...]:
    def place(thing: V) -> tuple[Any, ...]:
        return (*names(thing), sort_key(thing.version), thing.version)

    return tuple(sorted((group[0] for group in groups.values()), key=place))

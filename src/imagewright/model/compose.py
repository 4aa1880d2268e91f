"""From a specification and the depots to exactly what would be installed.

An image is laid down in layers, each of which has the last word over those below it, whatever the versions:

    base image → add-on → hardware support packages → solutions → components of the user → removed components

An add-on or a hardware support package first removes what it lists and then puts its own components. What is in no
depot is left out or shown without details, and it is for validation to say so: composing never fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from imagewright.model.catalog import Catalog
from imagewright.model.content import AddOn, BaseImage, ComponentRef, HardwareSupportPackage, Solution
from imagewright.model.effective import (
    Customization,
    EffectiveComponent,
    EffectiveImage,
    EffectiveSpec,
    Origin,
    Overridden,
    Source,
)
from imagewright.model.parts import ComponentParts
from imagewright.model.policy import DEFAULT_POLICY, Policy
from imagewright.model.relations import SettledNeeds
from imagewright.model.resolve import choose_versions
from imagewright.model.spec import AlternativeImage, ImageSpec, PackageSpec, SoftwareSpec
from imagewright.model.version import compare, supports
from imagewright.model.vibs import Shares, reserved_vibs, shares_of, without


def compose_spec(spec: SoftwareSpec, catalog: Catalog, policy: Policy = DEFAULT_POLICY) -> EffectiveSpec:
    """Composes the default image and every alternative one. They all stand on the base image of the default image."""
    return EffectiveSpec(
        image=compose(spec.image, catalog, policy),
        alternative_images={
            image_id: compose(replace(alternative.image, base_image=spec.image.base_image), catalog, policy)
            for image_id, alternative in sorted(spec.alternative_images.items())
        },
    )


def compose(image: ImageSpec, catalog: Catalog, policy: Policy = DEFAULT_POLICY) -> EffectiveImage:
    """Composes one image. Components without a version get the highest one that leaves the image without errors.

    The policy takes part in nothing else.
    """
    open_names = sorted(name for name, version in image.components.items() if version is None)
    candidates = {name: catalog.component_versions(name)[::-1] for name in open_names}
    candidates = {name: versions for name, versions in candidates.items() if versions}
    if not candidates:
        return replace(_composed(image, {}, catalog), unresolved=frozenset(open_names))
    choice = choose_versions(candidates, lambda chosen: _composed(image, chosen, catalog), catalog, policy)
    not_offered = frozenset(open_names) - candidates.keys()
    return replace(_composed(image, choice.versions, catalog), unresolved=choice.unresolved | not_offered)


def pinned(spec: SoftwareSpec, catalog: Catalog, policy: Policy = DEFAULT_POLICY) -> SoftwareSpec:
    """The specification with every open version set to what composition finds, so that it always gives one image."""
    return pin(spec, compose_spec(spec, catalog, policy))


def pin(spec: SoftwareSpec, effective: EffectiveSpec) -> SoftwareSpec:
    """Like `pinned`, for a specification that was composed already. What no depot offers stays open."""

    def pin_alternative(image_id: str, alternative: AlternativeImage) -> AlternativeImage:
        return replace(alternative, image=pin_image(alternative.image, effective.alternative_images[image_id]))

    return SoftwareSpec(
        image=pin_image(spec.image, effective.image),
        alternative_images={
            image_id: pin_alternative(image_id, alternative)
            for image_id, alternative in spec.alternative_images.items()
        },
    )


def pin_image(image: ImageSpec, effective: EffectiveImage) -> ImageSpec:
    """The same for one image."""

    def package(manager: str, asked: PackageSpec) -> PackageSpec:
        found = effective.hardware_support.get(manager)
        return PackageSpec(found.package, found.version) if found else asked

    return replace(
        image,
        components={name: version or effective.chosen.get(name) for name, version in image.components.items()},
        hardware_support={manager: package(manager, asked) for manager, asked in image.hardware_support.items()},
    )


# --- one image whose versions are all set ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """What the depots hold of the layers that a specification asks for."""

    base: BaseImage | None
    add_on: AddOn | None
    packages: Mapping[str, HardwareSupportPackage]
    solutions: Mapping[str, Solution]


def _composed(image: ImageSpec, chosen: Mapping[str, str], catalog: Catalog) -> EffectiveImage:
    found = _found(image, catalog)
    layers = _laid_down(image, found, chosen, catalog)
    present = {name: layers.present[name] for name in sorted(layers.present)}
    base = _base_layer(found.base, catalog) if found.base else None
    if base is not None and base.lines and not base.shares.left:
        new = [one for name, one in present.items() if base.components.get(name) is not one]
        gone = (one for name, one in base.components.items() if present.get(name) is not one)
        shares = shares_of(new, base.lines, without(base.shares, gone))
    else:
        # The base image decides what the image is made for; where it is not known, the other components do.
        lines = (base.lines if base else None) or _lines(one.parts for one in present.values() if one.parts)
        shares = shares_of(present.values(), lines)
    overridden = (one for one in (*present.values(), *layers.removed.values()) if one.overridden)
    return EffectiveImage(
        spec=image,
        base_image=found.base,
        base_is_whole=base is not None and base.is_whole,
        add_on=found.add_on,
        hardware_support=found.packages,
        solutions=found.solutions,
        components=present,
        removed=dict(sorted(layers.removed.items())),
        vibs=shares.in_order(),
        reserved=reserved_vibs(shares, overridden, catalog),
        chosen=dict(chosen),
        settled=base.settled if base else {},
    )


def _found(image: ImageSpec, catalog: Catalog) -> _Found:
    solutions = ((name, catalog.solution(name, asked.version)) for name, asked in sorted(image.solutions.items()))
    return _Found(
        base=catalog.base_image(image.base_image) if image.base_image else None,
        add_on=catalog.add_on(image.add_on.name, image.add_on.version) if image.add_on else None,
        packages=_packages(image, catalog),
        solutions={name: solution for name, solution in solutions if solution is not None},
    )


def _laid_down(image: ImageSpec, found: _Found, chosen: Mapping[str, str], catalog: Catalog) -> _Layers:
    layers = _Layers(catalog)
    if found.base:
        layers.present.update(_base_layer(found.base, catalog).components)
    if found.add_on:
        layers.lay(found.add_on, _add_on_origin(found.add_on))
    for package in found.packages.values():
        layers.lay(package, _package_origin(package))
    for name, solution in found.solutions.items():
        wanted = image.solutions[name].components
        layers.put_all((ref for ref in solution.components if ref.name in wanted), _solution_origin(solution))
    layers.put_users(image, chosen)
    layers.remove_users(image)
    return layers


@dataclass(frozen=True, slots=True)
class _BaseLayer:
    """What a base image lays down, by name; the product lines that it is for; whether the depots hold all of it.

    `shares` is how its VIBs are shared out when nothing else is there, `settled` what is known of their needs then.
    """

    components: Mapping[str, EffectiveComponent]
    lines: frozenset[str]
    is_whole: bool
    shares: Shares
    settled: Mapping[str, SettledNeeds]


def _base_layer(base: BaseImage, catalog: Catalog) -> _BaseLayer:
    """The lowest layer, which is most of an image and the same in all that stand on this base image."""

    def make() -> _BaseLayer:
        layers = _Layers(catalog)
        layers.put_all(base.components, _base_origin(base))
        found = [catalog.parts(ref) for ref in base.components]
        known = [parts for parts in found if parts is not None]
        is_whole = len(known) == len(found) and not any(part.missing for part in known)
        components, lines = dict(sorted(layers.present.items())), _lines(known)
        shares = shares_of(components.values(), lines)
        settled = {line: SettledNeeds.of(on_line, base.version) for line, on_line in shares.installed.items()}
        sound = {line: needs for line, needs in settled.items() if needs is not None}
        return _BaseLayer(components, lines, is_whole, shares, sound)

    return catalog.derived(("base layer", base.version), make)


def _lines(parts: Iterable[ComponentParts]) -> frozenset[str]:
    return frozenset(line for part in parts for line in part.lines)


def _packages(image: ImageSpec, catalog: Catalog) -> dict[str, HardwareSupportPackage]:
    found = {
        manager: _package(manager, asked, image.base_image, catalog)
        for manager, asked in sorted(image.hardware_support.items())
    }
    return {manager: package for manager, package in found.items() if package is not None}


def _package(manager: str, asked: PackageSpec, release: str | None, catalog: Catalog) -> HardwareSupportPackage | None:
    """The package that is asked for; without a version the highest that supports the base image, else the highest."""
    if asked.version:
        return catalog.hardware_support(manager, asked.package, asked.version)
    versions = catalog.hardware_support_versions(manager, asked.package)
    offered = [catalog.hardware_support(manager, asked.package, version) for version in reversed(versions)]
    packages = [package for package in offered if package is not None]
    fitting = (package for package in packages if release and supports(package.supported_releases, release))
    return next(fitting, packages[0] if packages else None)


@dataclass(slots=True)
class _Layers:
    """The image while it is being laid down."""

    catalog: Catalog
    present: dict[str, EffectiveComponent] = field(default_factory=dict)
    removed: dict[str, EffectiveComponent] = field(default_factory=dict)

    def lay(self, layer: AddOn | HardwareSupportPackage, origin: Origin) -> None:
        for name in layer.removed_components:
            self.remove(name, origin)
        self.put_all(layer.components, origin)

    def put_all(self, refs: Iterable[ComponentRef], origin: Origin) -> None:
        for ref in refs:
            self.put(ref, origin)

    def put(self, ref: ComponentRef, origin: Origin, chosen: bool = False) -> None:
        below = self.present.get(ref.name) or self.removed.pop(ref.name, None)
        retained = (
            origin.source is Source.USER
            and below is not None
            and below.version != ""
            and compare(ref.version, below.version) < 0
        )
        parts = self.catalog.parts(ref)
        self.present[ref.name] = EffectiveComponent(
            name=ref.name,
            version=ref.version,
            origin=origin,
            parts=parts,
            overridden=_losers(below, f"Replaced by version {ref.version} from {origin.label}.") if below else (),
            removable=_is_removable(origin.source, parts),
            customization=Customization.RETAINED if retained else None,
            chosen=chosen,
        )

    def remove(self, name: str, origin: Origin) -> None:
        below = self.present.pop(name, None)
        if below is None:
            return
        by_user = origin.source is Source.USER_REMOVED
        self.removed[name] = EffectiveComponent(
            name=name,
            version="",
            origin=origin,
            parts=below.parts,
            overridden=_losers(below, f"Removed by {origin.label}.", was_removed=True),
            removable=below.removable,
            customization=Customization.REMOVED if by_user else None,
        )

    def put_users(self, image: ImageSpec, chosen: Mapping[str, str]) -> None:
        for name, asked in sorted(image.components.items()):
            version = asked or chosen.get(name)
            if version:
                self.put(ComponentRef(name, version), _user_origin(name), chosen=asked is None)

    def remove_users(self, image: ImageSpec) -> None:
        # A component that the user both wants and removes stays: a user's component always wins. Validation objects.
        for name in sorted(image.removed_components - image.components.keys()):
            self.remove(name, _removal_origin(name))


def _is_removable(source: Source, parts: ComponentParts | None) -> bool:
    """False for what a solution or the user asks for, and for what the host boots from."""
    return source not in _ASKED_FOR and (parts is None or not parts.starts_the_host)


_ASKED_FOR = (Source.SOLUTION, Source.USER)


def _losers(below: EffectiveComponent, note: str, was_removed: bool = False) -> tuple[Overridden, ...]:
    if not below.version:
        return below.overridden
    shown = below.component.display_version if below.component else ""
    loser = Overridden(below.version, shown, below.source, note, below.origin, below.component, was_removed)
    return (*below.overridden, loser)


# --- what the choices are called -------------------------------------------------------------------------------------


def _base_origin(base: BaseImage) -> Origin:
    return Origin(Source.BASE_IMAGE, f"the base image {base.version}", "base_image")


def _add_on_origin(add_on: AddOn) -> Origin:
    return Origin(Source.ADD_ON, f"the add-on {add_on.name} {add_on.version}", "add_on")


def _package_origin(package: HardwareSupportPackage) -> Origin:
    label = f"the hardware support package {package.package} {package.version} of {package.manager}"
    return Origin(Source.HARDWARE_SUPPORT_PACKAGE, label, f"hardware_support.packages.{package.manager}")


def _solution_origin(solution: Solution) -> Origin:
    return Origin(Source.SOLUTION, f"the solution {solution.name} {solution.version}", f"solutions.{solution.name}")


def _user_origin(name: str) -> Origin:
    return Origin(Source.USER, "the user's components", f"components.{name}")


def _removal_origin(name: str) -> Origin:
    return Origin(Source.USER_REMOVED, "the user", f"removed_components.{name}")

"""Everything that is wrong with a specification, as findings.

Validation is a function of values: the same specification, catalogue and library give the same findings in the same
order. An error is what makes the image impossible to install, ambiguous, or breaks a rule of the library; only errors
keep a draft from being committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from imagewright.model.catalog import Carrier, Catalog, Thing
from imagewright.model.compose import pin
from imagewright.model.content import ComponentRef
from imagewright.model.criteria import criteria_findings
from imagewright.model.effective import EffectiveComponent, EffectiveImage, EffectiveSpec, Overridden, Source
from imagewright.model.explain import chain_to, explained
from imagewright.model.finding import Finding, Severity, finding, listed
from imagewright.model.machines import machine_findings
from imagewright.model.policy import DEFAULT_POLICY, Policy, policy_findings
from imagewright.model.remedies import Remedies
from imagewright.model.spec import AddOnSpec, HostHardware, ImageSpec, PackageSpec, SoftwareSpec, SolutionSpec
from imagewright.model.version import compare, supports


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """A committed specification, as far as the rules of the library look at it."""

    id: str
    display_name: str
    image_hash: str


@dataclass(frozen=True, slots=True)
class LibraryView:
    """What the rules of the library need to know about a draft and the specifications beside it.

    `entries` are the committed specifications; those that share neither name nor hash with the draft may be left out.
    `base_spec` is the id of the specification that the draft edits, which the draft is not compared with, and
    `copied_from` the id of the one that it was copied from, if that is known.
    """

    display_name: str | None = None
    entries: tuple[LibraryEntry, ...] = ()
    base_spec: str | None = None
    copied_from: str | None = None


def validate(
    spec: SoftwareSpec,
    effective: EffectiveSpec,
    catalog: Catalog,
    library: LibraryView | None,
    policy: Policy = DEFAULT_POLICY,
) -> tuple[Finding, ...]:
    """All findings about a specification, errors first.

    `effective` is what composing `spec` over `catalog` gave. Without a library (None) nothing is asked of the display
    name and nothing is compared.
    """
    found = [*_image_findings(effective.image, None, catalog, policy), *criteria_findings(spec)]
    for image_id, image in effective.alternative_images.items():
        alternative = spec.alternative_images[image_id]
        inner = _image_findings(image, alternative.selection.hardware, catalog, policy)
        found += (each.within(image_id, alternative.display_name) for each in inner)
    if library is not None:
        found += _library_findings(spec, effective, library)
    return tuple(sorted(found))


def has_errors(findings: Iterable[Finding]) -> bool:
    """True when a draft with these findings cannot be committed."""
    return any(found.severity is Severity.ERROR for found in findings)


def _image_findings(
    image: EffectiveImage, hosts: HostHardware | None, catalog: Catalog, policy: Policy
) -> Iterator[Finding]:
    """The findings about one image, each with a chain that begins at a choice of the user, and errors with ways out."""

    def judge(changed: EffectiveImage) -> Iterator[Finding]:
        return _about_parts(changed, hosts, catalog, policy)

    of_parts = [
        each if each.because else replace(each, because=(_choice_at(each.path, image.spec),)) for each in judge(image)
    ]
    if has_errors(of_parts):
        remedies = Remedies(image, catalog, policy, judge, of_parts)
        of_parts = [remedies.with_ways(each) for each in of_parts]
    yield from of_parts
    yield from explained(image, catalog, policy)


def _choice_at(path: str, spec: ImageSpec) -> str:
    """What the user chose at a path of the image's document."""
    area, _, name = path.partition(".")
    if area == "add_on" and spec.add_on:
        return f"you chose the add-on {spec.add_on.name} {spec.add_on.version}"
    if area == "hardware_support":
        manager = name.removeprefix("packages.")
        asked = spec.hardware_support[manager]
        return f"you chose the hardware support package {asked.package} {asked.version} of {manager}"
    if area == "solutions":
        return f"you chose the solution {name} {spec.solutions[name].version}"
    if area == "components":
        return f"you chose the component {name} {spec.components[name] or 'without a version'}"
    if area == "removed_components":
        return f"you marked the component {name} as removed"
    return f"you chose the base image {spec.base_image}" if spec.base_image else "you chose no base image"


def _about_parts(
    image: EffectiveImage, hosts: HostHardware | None, catalog: Catalog, policy: Policy
) -> Iterator[Finding]:
    yield from _base_image_findings(image, catalog)
    if image.spec.add_on is not None:
        yield from _add_on_findings(image.spec.add_on, image, catalog)
    for manager, package in sorted(image.spec.hardware_support.items()):
        yield from _package_findings(manager, package, image, catalog)
    for name, solution in sorted(image.spec.solutions.items()):
        yield from _solution_findings(name, solution, image, catalog)
    for name, version in sorted(image.spec.components.items()):
        yield from _user_component_findings(name, version, image, catalog)
    for name in sorted(image.spec.removed_components):
        yield from _removed_component_findings(name, image)
    # Of most components there is nothing to say, which one look at them has to show.
    marked = [each for each in image.components.values() if each.parts is not None and not each.parts.plain]
    for effective in marked:
        yield from _content_findings(effective, catalog)
    for effective in [each for each in image.components.values() if each.origin.source is not Source.BASE_IMAGE]:
        yield from _override_findings(effective)
        yield from _platform_findings(effective, image)
    yield from policy_findings(image.components.values() if policy.asks_of_all else marked, policy)
    yield from machine_findings(image, marked, hosts)


# --- the library -----------------------------------------------------------------------------------------------------


def _library_findings(spec: SoftwareSpec, effective: EffectiveSpec, library: LibraryView) -> Iterator[Finding]:
    if not library.display_name:
        yield finding("imagewright.draft.no_name", "display_name")
    others = [entry for entry in library.entries if entry.id != library.base_spec]
    if not others:
        return
    # What would be committed is the specification with its versions pinned, so that is what is compared.
    image_hash = pin(spec, effective).image_hash
    for entry in others:
        because = [f"the draft is a copy of {entry.id}"] if entry.id == library.copied_from else []
        if entry.display_name == library.display_name:
            yield finding(
                "imagewright.draft.duplicate_name",
                "display_name",
                because,
                spec=entry.id,
                name=entry.display_name,
            )
        if entry.image_hash == image_hash:
            yield finding("imagewright.draft.duplicate_content", "", because, spec=entry.id, name=entry.display_name)


# --- the parts of an image -------------------------------------------------------------------------------------------


def _base_image_findings(image: EffectiveImage, catalog: Catalog) -> Iterator[Finding]:
    version = image.spec.base_image
    offered = [base.version for base in reversed(catalog.base_images)]
    if not version:
        yield finding("imagewright.base_image.missing", "base_image", ways=offered)
    elif image.base_image is None:
        yield finding("imagewright.base_image.unknown", "base_image", ways=offered, version=version)
    else:
        yield from _ambiguity(
            "base_image", "base_image", catalog.base_image_variants(version), catalog, version=version
        )
        yield from _not_in_depot(image.base_image, f"The base image {version}", "base_image", catalog)


def _ambiguity(
    area: str, path: str, variants: Sequence[Thing], catalog: Catalog, because: Sequence[str] = (), **args: str
) -> Iterator[Finding]:
    if len(variants) > 1:
        depots = sorted({depot for variant in variants for depot in catalog.depots_of(variant)})
        ways = depots if len(depots) > 1 else ()
        yield finding(f"imagewright.{area}.ambiguous", path, because, ways, count=str(len(variants)), **args)


def _not_in_depot(carrier: Carrier, label: str, path: str, catalog: Catalog) -> Iterator[Finding]:
    missing = catalog.not_held(carrier)
    if missing:
        yield finding("imagewright.component.not_in_depot", path, source=label, components=_refs(missing))


def _refs(refs: Iterable[ComponentRef]) -> str:
    return listed((f"{ref.name} {ref.version}" for ref in refs), "and")


def _add_on_findings(asked: AddOnSpec, image: EffectiveImage, catalog: Catalog) -> Iterator[Finding]:
    versions = catalog.add_on_versions(asked.name)[::-1]
    if not versions:
        names = dict.fromkeys(add_on.name for add_on in catalog.add_ons)
        yield finding("imagewright.add_on.unknown", "add_on", ways=list(names), name=asked.name)
        return
    add_on = image.add_on
    if add_on is None:
        yield finding(
            "imagewright.add_on.unknown_version", "add_on", ways=versions, name=asked.name, version=asked.version
        )
        return
    variants = catalog.add_on_variants(asked.name, asked.version)
    yield from _ambiguity("add_on", "add_on", variants, catalog, name=asked.name, version=asked.version)
    base = image.spec.base_image
    if base and "add_on" in image.unsupported:
        known = [found for version in versions if (found := catalog.add_on(asked.name, version)) is not None]
        yield finding(
            "imagewright.add_on.unsupported_base_image",
            "add_on",
            because=[f"you chose the add-on {asked.name} {asked.version}", f"and you chose the base image {base}"],
            ways=[found.version for found in known if supports(found.supported_base_images, base)],
            name=asked.name,
            version=asked.version,
            base_image=base,
            supported=listed(add_on.supported_base_images, "and"),
            bases=_supported(add_on.supported_base_images, catalog),
        )
    yield from _not_in_depot(add_on, f"The add-on {asked.name} {asked.version}", "add_on", catalog)


def _supported(releases: Sequence[str], catalog: Catalog) -> str:
    """The base images that releases mean, as the end of a sentence."""
    known = [base.version for base in reversed(catalog.base_images) if supports(releases, base.version)]
    return f"the base image {listed(known)}" if known else "a base image that it supports, of which no depot holds any"


def _package_findings(manager: str, asked: PackageSpec, image: EffectiveImage, catalog: Catalog) -> Iterator[Finding]:
    path = f"hardware_support.packages.{manager}"
    versions = catalog.hardware_support_versions(manager, asked.package)[::-1]
    if not versions:
        offered = (found.package for found in catalog.hardware_support_packages if found.manager == manager)
        ways = list(dict.fromkeys(offered))
        yield finding("imagewright.hardware_support.unknown", path, ways=ways, manager=manager, package=asked.package)
        return
    package = image.hardware_support.get(manager)
    if package is None:
        yield finding(
            "imagewright.hardware_support.unknown_version",
            path,
            ways=versions,
            manager=manager,
            package=asked.package,
            version=asked.version,
        )
        return
    named = {"package": package.package, "version": package.version}
    variants = catalog.hardware_support_variants(manager, package.package, package.version)
    yield from _ambiguity("hardware_support", path, variants, catalog, manager=manager, **named)
    label = f"the hardware support package {package.package} {package.version}"
    base = image.spec.base_image
    if base and path in image.unsupported:
        known = [catalog.hardware_support(manager, asked.package, version) for version in versions]
        yield finding(
            "imagewright.hardware_support.unsupported_base_image",
            path,
            because=[f"you chose {label} of {manager}", f"and you chose the base image {base}"],
            ways=[found.version for found in known if found and supports(found.supported_releases, base)],
            **named,
            base_image=base,
            supported=listed(package.supported_releases, "and"),
            bases=_supported(package.supported_releases, catalog),
        )
    yield from _not_in_depot(package, label.replace("the", "The", 1), path, catalog)


def _solution_findings(name: str, asked: SolutionSpec, image: EffectiveImage, catalog: Catalog) -> Iterator[Finding]:
    path = f"solutions.{name}"
    solution = image.solutions.get(name)
    if solution is None:
        versions = catalog.solution_versions(name)[::-1]
        unknown = "unknown_version" if versions else "unknown"
        yield finding(f"imagewright.solution.{unknown}", path, ways=versions, name=name, version=asked.version)
        return
    variants = catalog.solution_variants(name, asked.version)
    yield from _ambiguity("solution", path, variants, catalog, name=name, version=asked.version)
    offered = {ref.name for ref in solution.components}
    for component in sorted(set(asked.components) - offered):
        yield finding(
            "imagewright.solution.unknown_component",
            path,
            ways=sorted(offered),
            name=name,
            version=asked.version,
            component=component,
        )
    wanted = replace(solution, components=tuple(ref for ref in solution.components if ref.name in asked.components))
    yield from _not_in_depot(wanted, f"The solution {name} {asked.version}", path, catalog)


# --- components ------------------------------------------------------------------------------------------------------


def _user_component_findings(
    name: str, version: str | None, image: EffectiveImage, catalog: Catalog
) -> Iterator[Finding]:
    path = f"components.{name}"
    if name in image.spec.removed_components:
        yield finding("imagewright.component.also_removed", path, name=name)
    versions = catalog.component_versions(name)[::-1]
    if not versions:
        yield finding("imagewright.component.unknown", path, name=name)
    elif version is not None and version not in versions:
        yield finding("imagewright.component.unknown_version", path, ways=versions, name=name, version=version)
    elif name in image.unresolved:
        yield finding("imagewright.component.unresolved", path, name=name, version=image.chosen[name])


def _removed_component_findings(name: str, image: EffectiveImage) -> Iterator[Finding]:
    path = f"removed_components.{name}"
    if name in image.spec.components:
        # Told at the component: it is both asked for and removed.
        return
    gone = image.removed_by_user.get(name)
    if gone is None:
        yield finding("imagewright.removed_component.not_present", path, name=name)
    elif not gone.removable:
        last = gone.overridden[-1]
        by_solution = last.source is Source.SOLUTION
        yield finding(
            "imagewright.removed_component.not_removable",
            path,
            name=name,
            source=last.origin.label,
            reason="the solution asks for it" if by_solution else "hosts start from it",
        )


def _content_findings(effective: EffectiveComponent, catalog: Catalog) -> Iterator[Finding]:
    path, named = effective.origin.path, {"name": effective.name, "version": effective.version}
    variants = catalog.component_variants(effective.name, effective.version)
    if len(variants) > 1:
        yield from _ambiguity("component", path, variants, catalog, chain_to(effective), **named)
    missing = effective.parts.missing if effective.parts else ()
    if missing:
        yield finding(
            "imagewright.component.incomplete",
            path,
            because=chain_to(effective),
            vibs=listed((ref.id for ref in missing), "and"),
            **named,
        )


def _platform_findings(effective: EffectiveComponent, image: EffectiveImage) -> Iterator[Finding]:
    base = image.spec.base_image
    oldest = effective.parts.oldest_platform if effective.parts else ""
    if not base or not oldest:
        return
    # A platform names a release (8.0), and only in some files the build behind it.
    if compare(oldest.partition("-")[0], base.partition("-")[0]) > 0:
        yield finding(
            "imagewright.component.newer_platform",
            effective.origin.path,
            because=chain_to(effective),
            name=effective.name,
            version=effective.version,
            made_for=oldest,
            base_image=base,
        )


def _override_findings(effective: EffectiveComponent) -> Iterator[Finding]:
    below = _directly_below(effective)
    if below is None or compare(effective.version, below.version) >= 0:
        return
    name, version = effective.name, effective.version
    lower = {"name": name, "version": version, "overridden": below.version, "below": below.origin.label}
    if effective.source is Source.USER:
        yield finding("imagewright.component.retained", effective.origin.path, **lower)
    else:
        source = effective.origin.label.replace("the", "The", 1)
        yield finding("imagewright.component.lowered", effective.origin.path, source=source, **lower)


def _directly_below(effective: EffectiveComponent) -> Overridden | None:
    """What the component took the place of; nothing, if that had been removed before."""
    last = effective.overridden[-1] if effective.overridden else None
    return last if last is not None and not last.was_removed else None

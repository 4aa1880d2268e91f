"""Parts of depots as several operations show and filter them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from imagewright.app.answers import UNKNOWN_DATE
from imagewright.contract.services import depots
from imagewright.model.catalog import Catalog
from imagewright.model.content import (
    AddOn,
    BaseImage,
    Component,
    ComponentRef,
    DepotContent,
    HardwareSupportPackage,
    MetadataBundle,
    Solution,
)
from imagewright.model.version import compare, sort_key

V = TypeVar("V", BaseImage, AddOn, Component, HardwareSupportPackage, Solution)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of the API: all its parts must fit, and one that is unset or empty fits everything."""

    vendors: Collection[str] | None
    names: Collection[str] | None
    versions: Collection[str] | None
    min_version: str | None

    def fits(self, vendor: str, name: str, version: str) -> bool:
        """True when this version of something is to be shown; the lowest version asked for is."""
        return (
            (not self.names or name in self.names)
            and (not self.vendors or vendor in self.vendors)
            and (not self.versions or version in self.versions)
            and at_least(version, self.min_version)
        )


def at_least(version: str, lowest: str | None) -> bool:
    """True when the version is not below `lowest`, or when nothing is asked for."""
    return not lowest or compare(version, lowest) >= 0


class Label(NamedTuple):
    """How people call a component and its version."""

    name: str
    version: str


def label_of(ref: ComponentRef, catalog: Catalog) -> Label:
    """The label of a component; one that is in no depot is called as it is referred to."""
    known = catalog.component(ref.name, ref.version)
    return Label(known.display_name, known.display_version) if known else Label(ref.name, ref.version)


def display_name_of(name: str, catalog: Catalog) -> str:
    """How people call a component whatever its version, after the highest one that there is."""
    versions = catalog.component_versions(name)
    return label_of(ComponentRef(name, versions[-1]), catalog).name if versions else name


def metadata_infos(content: DepotContent, catalog: Catalog) -> dict[str, tuple[depots.MetadataInfo, ...]]:
    """The metadata bundles of a depot by vendor, each with what it describes."""
    by_vendor: dict[str, list[depots.MetadataInfo]] = {}
    for bundle in content.bundles:
        by_vendor.setdefault(bundle.vendor, []).append(metadata_info(bundle, catalog))
    return {vendor: tuple(bundles) for vendor, bundles in by_vendor.items()}


def metadata_info(bundle: MetadataBundle, catalog: Catalog) -> depots.MetadataInfo:
    """All that a metadata bundle describes. Independent are those components that no depot has inside of another part.

    Lists of versions begin with the lowest; what there is nothing of is unset.
    """
    independent = (component for component in bundle.components if not catalog.carriers_of(component.ref))
    return depots.MetadataInfo(
        file_name=bundle.file_name,
        base_images=tuple(base_image_version(image) for image in _ascending(bundle.base_images)) or None,
        addons=add_on_summaries(_ascending(bundle.add_ons)) or None,
        solutions=solution_summaries(_ascending(bundle.solutions), catalog) or None,
        hardware_support=hardware_support_summaries(_ascending(bundle.hardware_support)) or None,
        independent_components=component_summaries(_ascending(independent)) or None,
        updates={bulletin.id: depots.UpdateSummary(summary=bulletin.summary) for bulletin in bundle.bulletins} or None,
    )


def base_image_version(image: BaseImage) -> depots.BaseImageVersion:
    """A base image by its version."""
    return depots.BaseImageVersion(
        version=image.version, display_name=image.display_name, display_version=image.display_version
    )


def add_on_summaries(add_ons: Iterable[AddOn]) -> dict[str, depots.AddonSummary]:
    """Add-ons by name, each with its versions in the order given; what all versions share is that of the last one."""
    found: dict[str, depots.AddonSummary] = {}
    for each in add_ons:
        version = depots.AddonVersion(version=each.version, display_version=each.display_version)
        found[each.name] = depots.AddonSummary(
            display_name=each.display_name,
            vendor=each.vendor,
            versions=(*(found[each.name].versions if each.name in found else ()), version),
        )
    return found


def component_summaries(components: Iterable[Component]) -> dict[str, depots.ComponentSummary]:
    """Components in the same way."""
    found: dict[str, depots.ComponentSummary] = {}
    for each in components:
        found[each.name] = depots.ComponentSummary(
            display_name=each.display_name,
            versions=(*(found[each.name].versions if each.name in found else ()), _component_version(each)),
        )
    return found


def solution_summaries(solutions: Iterable[Solution], catalog: Catalog) -> dict[str, depots.SolutionSummary]:
    """Solutions in the same way, with their components."""
    found: dict[str, depots.SolutionSummary] = {}
    for each in solutions:
        version = depots.SolutionVersion(version=each.version, display_version=each.display_version)
        found[each.name] = depots.SolutionSummary(
            display_name=each.display_name,
            versions=(*(found[each.name].versions if each.name in found else ()), version),
            components=_solution_components(each, catalog) or None,
        )
    return found


def hardware_support_summaries(
    packages: Iterable[HardwareSupportPackage],
) -> dict[str, depots.HardwareSupportManagerSummary]:
    """Hardware support packages by manager and name, each with its versions in the order given."""
    found: dict[str, depots.HardwareSupportManagerSummary] = {}
    for each in packages:
        known = found[each.manager].packages if each.manager in found else {}
        version = depots.HardwareSupportPackageVersion(version=each.version)
        versions = (*(known[each.package].versions if each.package in known else ()), version)
        found[each.manager] = depots.HardwareSupportManagerSummary(
            display_name=each.manager_display_name or each.manager,
            packages={**known, each.package: depots.HardwareSupportPackageSummary(versions=versions)},
        )
    return found


def _ascending(things: Iterable[V]) -> list[V]:
    return sorted(things, key=lambda thing: (sort_key(thing.version), thing.version))


def _component_version(component: Component) -> depots.ComponentVersion:
    return depots.ComponentVersion(version=component.version, display_version=component.display_version)


def _solution_components(solution: Solution, catalog: Catalog) -> dict[str, depots.SolutionComponentSummary]:
    components = (catalog.component(ref.name, ref.version) for ref in solution.components)
    return {
        component.name: depots.SolutionComponentSummary(
            release_date=component.bulletin.release_date or UNKNOWN_DATE,
            version=_component_version(component),
            vib_informations={vib.id: depots.VibInfo(software_tags=vib.tags) for vib in catalog.vibs_of(component)}
            or None,
        )
        for component in components
        if component is not None
    }

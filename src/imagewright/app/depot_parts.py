"""Parts of depots in the short form that the API uses for the content of a depot and for what its removal affects."""

from __future__ import annotations

from collections.abc import Iterable

from imagewright.app.answers import UNKNOWN_DATE
from imagewright.contract.services import depots
from imagewright.model.catalog import Catalog
from imagewright.model.content import AddOn, BaseImage, Component, HardwareSupportPackage, Solution


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

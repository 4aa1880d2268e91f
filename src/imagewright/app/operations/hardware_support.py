"""Hardware support: the managers that depots have packages of, and these packages.

No manager is registered here and asked; what they would offer comes as manifests in imported depots.
"""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.depot_parts import display_name_of, label_of
from imagewright.contract.binding import implements
from imagewright.contract.services import hardware_support_managers as managers
from imagewright.contract.services import hardware_support_managers_packages as packages
from imagewright.contract.services import hardware_support_managers_packages_versions as versions
from imagewright.model.catalog import Catalog
from imagewright.model.content import HardwareSupportPackage
from imagewright.model.errors import InvalidArgument, NotFound
from imagewright.model.version import supports


@implements(managers.list_)
def list_managers(call: Call) -> tuple[managers.HardwareSupportManagerInfo, ...]:
    """The managers, by name."""
    # Sorted by manager, name and version: the last one of each manager speaks for it.
    newest = {package.manager: package for package in call.uow.depots.catalog().hardware_support_packages}
    return tuple(
        managers.HardwareSupportManagerInfo(
            manager=manager,
            description="Its hardware support packages come from imported depots.",
            display_name=package.manager_display_name or manager,
            vendor=package.vendor,
        )
        for manager, package in newest.items()
    )


@implements(packages.list_)
def list_packages(
    call: Call, manager: str, filter_: packages.FilterSpec | None
) -> tuple[packages.HardwareSupportPackageInfo, ...]:
    """The packages of a manager, by name and version, or those for one base image; NotFound for an unknown manager.

    A package that names a truncated release is for every base image whose version begins with it.
    """
    release = filter_.base_image_version if filter_ else None
    return tuple(
        packages.HardwareSupportPackageInfo(
            pkg=each.package,
            version=each.version,
            description=each.description,
            supported_releases=frozenset(each.supported_releases),
        )
        for each in _packages_of(manager, call.uow.depots.catalog())
        if not release or supports(each.supported_releases, release)
    )


@implements(versions.get)
def get_version(
    call: Call, manager: str, pkg: str, version: str, filter_: versions.FilterSpec | None
) -> versions.PackageInfo:
    """One version of a package. Its components are told only for a base image, which the package must support.

    NotFound for an unknown manager, package or version; InvalidArgument for a base image that is not supported.
    """
    catalog = call.uow.depots.catalog()
    package = _package(manager, pkg, version, catalog)
    release = filter_.base_image_version if filter_ else None
    if release and not supports(package.supported_releases, release):
        raise InvalidArgument.because(
            "imagewright.hardware_support.release_not_supported",
            "The hardware support package {0} {1} does not support the base image {2}; it supports: {3}.",
            pkg,
            version,
            release,
            ", ".join(package.supported_releases),
        )
    return versions.PackageInfo(
        pkg=package.package,
        version=package.version,
        description=package.description,
        supported_releases=frozenset(package.supported_releases),
        components=_components(package, catalog) if release else (),
        removed_components=_removed_components(package, catalog) if release else (),
    )


def _packages_of(manager: str, catalog: Catalog) -> list[HardwareSupportPackage]:
    found = [each for each in catalog.hardware_support_packages if each.manager == manager]
    if not found:
        known = dict.fromkeys(each.manager for each in catalog.hardware_support_packages)
        raise NotFound.because(
            "imagewright.hardware_support.no_manager",
            "There is no hardware support manager '{0}' in the depots. Those there are: {1}.",
            manager,
            ", ".join(known) or "none",
        )
    return found


def _package(manager: str, name: str, version: str, catalog: Catalog) -> HardwareSupportPackage:
    offered = _packages_of(manager, catalog)
    found = catalog.hardware_support(manager, name, version)
    if found is None:
        raise NotFound.because(
            "imagewright.hardware_support.no_package",
            "The hardware support manager {0} has no package {1} {2}; it has: {3}.",
            manager,
            name,
            version,
            ", ".join(f"{each.package} {each.version}" for each in offered),
        )
    return found


def _components(package: HardwareSupportPackage, catalog: Catalog) -> tuple[versions.ComponentInfo, ...]:
    labels = ((ref, label_of(ref, catalog)) for ref in package.components)
    return tuple(
        versions.ComponentInfo(
            name=ref.name, display_name=label.name, version=ref.version, display_version=label.version
        )
        for ref, label in labels
    )


def _removed_components(package: HardwareSupportPackage, catalog: Catalog) -> tuple[versions.RemovedComponentInfo, ...]:
    return tuple(
        versions.RemovedComponentInfo(name=name, display_name=display_name_of(name, catalog))
        for name in package.removed_components
    )

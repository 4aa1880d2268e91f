"""The parts that the default image of a draft and its alternative images have in common."""

from __future__ import annotations

from collections.abc import Iterator

from repository_site import ADD_ON, FULL, REMOVED, Place
from rows import Row, constant, of_a_draft, of_both

from imagewright.cli import sample_depot as sample
from imagewright.contract.services import repository_software_drafts_add_on as add_on
from imagewright.contract.services import repository_software_drafts_alternative_images_add_on as alternative_add_on
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_components as alternative_components,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_hardware_support as alternative_hardware,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_removed_components as alternative_removed,
)
from imagewright.contract.services import repository_software_drafts_components as components
from imagewright.contract.services import repository_software_drafts_hardware_support as hardware
from imagewright.contract.services import repository_software_drafts_removed_components as removed
from imagewright.contract.services import settings

NET_DRIVER, NET_AGENT = sample.NET_DRIVER, sample.NET_AGENT


def _versions(infos: dict[str, settings.ComponentInfo]) -> dict[str, str | None]:
    return {name: info.version for name, info in infos.items()}


def _add_on_and_hardware_rows() -> Iterator[Row]:
    add_ons, packages = (add_on, alternative_add_on), (hardware, alternative_hardware)
    yield from of_both(
        add_ons,
        "get",
        see=lambda info: (info.name, info.version, info.details.vendor),
        seen=constant((ADD_ON.name, ADD_ON.version, "Sample Alpha Systems")),
    )
    yield from of_both(
        add_ons,
        "set_",
        lambda _: {"spec": settings.AddOnSpec(name=sample.ALPHA, version=sample.ALPHA_OLD)},
        part=lambda image: image.add_on.version,
        found=constant(sample.ALPHA_OLD),
    )
    yield from of_both(add_ons, "delete", part=lambda image: image.add_on)
    yield of_a_draft(add_on.delete, use="none is set", place=Place.EMPTY)
    there = settings.HardwareSupportPackageInfo(pkg=sample.PACKAGE, version=sample.PACKAGE_VERSION)
    yield from of_both(packages, "get", see=lambda info: info.packages, seen=constant({sample.MANAGER: there}))
    yield from of_both(
        packages,
        "set_",
        lambda _: {
            "spec": settings.HardwareSupportSpec(packages={"other": settings.HardwareSupportPackageSpec(pkg="p")})
        },
        part=lambda image: image.hardware_support.packages,
        # A package without a version has the empty string.
        found=constant({"other": settings.HardwareSupportPackageInfo(pkg="p", version="")}),
    )
    yield from of_both(packages, "delete", part=lambda image: image.hardware_support)


def _component_rows() -> Iterator[Row]:
    services = (components, alternative_components)
    yield from of_both(
        services,
        "get",
        lambda _: {"component": NET_DRIVER},
        see=lambda info: (info.version, info.details.vendor),
        seen=constant((sample.NET_DRIVER_GOOD, "Sample Drivers")),
    )
    yield from of_both(services, "get", lambda _: {"component": NET_AGENT}, use="without a version")
    yield from of_both(
        services,
        "list_",
        see=lambda infos: {name: info.version for name, info in infos.items()},
        seen=constant(FULL.components),
    )


def _changed_component_rows() -> Iterator[Row]:
    services = (components, alternative_components)
    yield from of_both(
        services,
        "set_",
        lambda _: {"component": NET_AGENT, "version": sample.NET_AGENT_VERSION},
        part=lambda image: image.components[NET_AGENT].version,
        found=constant(sample.NET_AGENT_VERSION),
    )
    yield from of_both(
        services,
        "set_",
        lambda _: {"component": NET_DRIVER},
        use="without a version",
        part=lambda image: image.components[NET_DRIVER].version,
    )


def _deleted_component_rows() -> Iterator[Row]:
    services = (components, alternative_components)
    yield from of_both(
        services,
        "delete",
        lambda _: {"component": NET_AGENT},
        part=lambda image: image.components.keys(),
        found=constant({NET_DRIVER}),
    )
    yield of_a_draft(
        components.delete,
        lambda: {"component": "not in the draft"},
        use="not there",
        look=lambda site: site.draft().software_info.components.keys(),
        found=constant({NET_DRIVER, NET_AGENT}),
    )
    yield from of_both(
        services,
        "update",
        lambda service: {
            "spec": service.UpdateSpec(
                components_to_set={NET_DRIVER: None, "New": "1.0"}, components_to_delete=frozenset({NET_AGENT})
            )
        },
        part=lambda image: _versions(image.components),
        found=constant({NET_DRIVER: None, "New": "1.0"}),
    )


def _removed_rows() -> Iterator[Row]:
    services = (removed, alternative_removed)
    yield from of_both(
        services, "get", lambda _: {"component": REMOVED}, see=lambda info: info.version, seen=constant(None)
    )
    yield from of_both(services, "list_", see=_versions, seen=constant({REMOVED: None}))
    yield from of_both(
        services,
        "set_",
        lambda _: {"component": "VMware-vmkfcoe"},
        part=lambda image: image.removed_components.keys(),
        found=constant({REMOVED, "VMware-vmkfcoe"}),
    )
    yield from of_both(
        services,
        "delete",
        lambda _: {"component": REMOVED},
        part=lambda image: image.removed_components or {},
        found=constant({}),
    )
    yield of_a_draft(
        removed.delete,
        lambda: {"component": NET_DRIVER},
        use="not there",
        look=lambda site: (site.draft().software_info.removed_components or {}).keys(),
        found=constant({REMOVED}),
    )


PART_ROWS = (
    *_add_on_and_hardware_rows(),
    *_component_rows(),
    *_changed_component_rows(),
    *_deleted_component_rows(),
    *_removed_rows(),
)

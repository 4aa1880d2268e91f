"""A row for each operation of `com.vmware.esx.settings.repository`, and more where an operation has several uses.

To add an operation is to add its row. What is expected follows from the contract, from the decisions on what it leaves
open, and from the sample depots; `Place` says what there is when the row begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import msgspec
from repository_site import (
    ADD_ON,
    ASSIGNED_NAME,
    BASE,
    BLADES,
    DRAFT_NAME,
    FULL,
    HOST,
    IMAGE,
    REMOVED,
    SHARED_NAME,
    SINGLE,
    SINGLE_NAME,
    Given,
    Place,
    Site,
    import_spec,
)
from server_process import ALICE, Account

from imagewright.cli import sample_depot as sample
from imagewright.contract.operations import Operation
from imagewright.contract.services import repository_software as software
from imagewright.contract.services import (
    repository_software_alternative_images_effective_components as of_alternative,
)
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_add_on as add_on
from imagewright.contract.services import repository_software_drafts_alternative_images as alternative_images
from imagewright.contract.services import repository_software_drafts_alternative_images_add_on as alternative_add_on
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_base_image as alternative_base_image,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_components as alternative_components,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_display_name as alternative_display_name,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_effective_components as of_drafts_alternative,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_hardware_support as alternative_hardware,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_removed_components as alternative_removed,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_selection_criteria as selection_criteria,
)
from imagewright.contract.services import repository_software_drafts_base_image as base_image
from imagewright.contract.services import repository_software_drafts_components as components
from imagewright.contract.services import repository_software_drafts_display_name as display_name
from imagewright.contract.services import repository_software_drafts_effective_components as of_draft
from imagewright.contract.services import repository_software_drafts_hardware_support as hardware
from imagewright.contract.services import repository_software_drafts_removed_components as removed
from imagewright.contract.services import repository_software_effective_components as of_software
from imagewright.contract.services import settings

NET_DRIVER, NET_AGENT = sample.NET_DRIVER, sample.NET_AGENT
PREFIX = "com.vmware."
Make = Callable[[Given], Any]


def name_of(operation: Operation) -> str:
    """The operation without what all have in common."""
    return operation.key.removeprefix(PREFIX).removeprefix("esx.settings.").removeprefix("repository.")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One use of an operation that succeeds.

    `see` is the part of the result that is compared with what `seen` makes of the ids; of a task, the result is what
    it ended with. `look` is what has changed afterwards, and `found` what that must be.
    """

    operation: Operation
    arguments: Make
    caller: Account = ALICE
    place: Place = Place.FULL
    use: str = ""
    see: Callable[[Any], Any] = field(default=lambda result: result)
    seen: Make = field(default=lambda _: None)
    look: Callable[[Site], Any] | None = None
    found: Make = field(default=lambda _: None)

    @property
    def name(self) -> str:
        """The operation without what all have in common, and the use."""
        return f"{name_of(self.operation)} {self.use}".strip()


def constant(value: Any) -> Make:
    """What does not depend on any id."""
    return lambda _: value


def of_spec(operation: Operation, arguments: Callable[[], dict[str, Any]] = dict, **checks: Any) -> Row:
    """A row about the specification of the place."""
    return Row(operation=operation, arguments=lambda given: {"software_spec": given.spec, **arguments()}, **checks)


def of_a_draft(operation: Operation, arguments: Callable[[], dict[str, Any]] = dict, **checks: Any) -> Row:
    """A row about the draft of the place."""
    return Row(operation=operation, arguments=lambda given: {"draft": given.draft, **arguments()}, **checks)


def of_an_image(operation: Operation, arguments: Callable[[], dict[str, Any]] = dict, **checks: Any) -> Row:
    """A row about the alternative image of the draft of the place."""
    return Row(
        operation=operation,
        arguments=lambda given: {"draft": given.draft, "image": given.image, **arguments()},
        **checks,
    )


Part = Callable[[Any], Any]


def of_both(
    services: tuple[ModuleType, ModuleType],
    name: str,
    arguments: Callable[[ModuleType], dict[str, Any]] = lambda _: {},
    *,
    part: Part | None = None,
    **checks: Any,
) -> Iterator[Row]:
    """The same row for the default image and for the alternative one, where their services have the same operation.

    `part` is what has changed in the image afterwards, whichever it is.
    """
    default, alternative = services

    def of_default(site: Site) -> Any:
        return part and part(site.draft().software_info)

    def of_alternative_image(site: Site) -> Any:
        return part and part((site.draft().software_info.alternative_images or {})[IMAGE])

    looks: tuple[Any, Any] = (of_default, of_alternative_image) if part else (None, None)
    yield of_a_draft(getattr(default, name), lambda: arguments(default), look=looks[0], **checks)
    yield of_an_image(getattr(alternative, name), lambda: arguments(alternative), look=looks[1], **checks)


def _versions(infos: dict[str, settings.ComponentInfo]) -> dict[str, str | None]:
    return {name: info.version for name, info in infos.items()}


def _sources(found: dict[str, settings.EffectiveComponentInfo]) -> dict[str, Any]:
    """Version and source of some components, as far as the image has them."""
    asked = (NET_DRIVER, "Sample-Alpha-Agent", "Sample-Firmware-Agent", REMOVED)
    return {
        name: (found[name].version, found[name].details and found[name].details.source.value)
        for name in asked
        if name in found
    }


EFFECTIVE = {
    NET_DRIVER: (sample.NET_DRIVER_GOOD, "USER"),
    "Sample-Alpha-Agent": ("1.1.0-99000102", "ADD_ON"),
    "Sample-Firmware-Agent": ("2.4.0-99000301", "HARDWARE_SUPPORT_PACKAGE"),
}
WITH_REMOVED = EFFECTIVE | {REMOVED: ("", "USER_REMOVED")}
MATCHES = software.MatchResultMatchType


def _software_rows() -> Iterator[Row]:
    yield of_spec(
        software.get,
        see=lambda info: (
            info.display_name,
            info.type.value,
            info.software_spec,
            info.editable,
        ),
        seen=constant((SHARED_NAME, "COMPOSITE", _pinned(), True)),
    )
    yield of_spec(
        software.get,
        use="assigned",
        place=Place.ASSIGNED,
        see=lambda info: (info.type.value, info.editable, info.assigned_entities),
        seen=constant(
            ("SINGLE", False, software.AssignedEntities(clusters=(), hosts=(software.HostInfo(id=HOST, name="edge"),)))
        ),
    )
    yield Row(
        operation=software.list_,
        arguments=constant({}),
        see=lambda result: [each.display_name for each in result.records],
        seen=constant([SHARED_NAME, ASSIGNED_NAME]),
    )
    yield Row(
        operation=software.list_,
        arguments=constant({"filter": software.FilterSpec(display_names=frozenset({SHARED_NAME, "no such name"}))}),
        use="by name",
        see=lambda result: [each.id for each in result.records],
        seen=lambda given: [given.spec],
    )
    yield Row(
        operation=software.check_repository,
        arguments=constant({"spec": software.CheckSpec(display_name=ASSIGNED_NAME, software_spec=_pinned())}),
        see=lambda result: {each.record.display_name: each.match_types for each in result.matches},
        seen=constant(
            {SHARED_NAME: {MATCHES.SOFTWARE_SPEC_MATCH}, ASSIGNED_NAME: {MATCHES.NAME_MATCH}},
        ),
    )
    yield of_spec(
        software.export,
        lambda: {
            "spec": software.ExportSpec(
                export_software_spec=True,
                export_iso_image=False,
                export_offline_bundle=False,
                export_only_default_image=False,
            )
        },
        see=lambda urls: {kind.value: url.partition("://")[0] for kind, url in urls.items()},
        seen=constant({"SOFTWARE_SPEC": "https"}),
    )
    yield from _software_changes()


def _pinned() -> settings.SoftwareSpec:
    """The specification with everything, as a commit leaves it: the only version of the agent is the one chosen."""
    chosen = {NET_DRIVER: sample.NET_DRIVER_GOOD, NET_AGENT: sample.NET_AGENT_VERSION}
    image = (FULL.alternative_images or {})[IMAGE]
    images = {IMAGE: msgspec.structs.replace(image, components=chosen)}
    return msgspec.structs.replace(FULL, components=chosen, alternative_images=images)


def _software_changes() -> Iterator[Row]:
    yield of_spec(
        software.update,
        lambda: {"spec": software.UpdateSpec(display_name="Renamed")},
        place=Place.SINGLE,
        look=lambda site: sorted(site.names().values()),
        found=constant(sorted([SHARED_NAME, ASSIGNED_NAME, "Renamed"])),
    )
    yield of_spec(
        software.delete,
        place=Place.SINGLE,
        look=lambda site: sorted(site.names().values()),
        found=constant(sorted([SHARED_NAME, ASSIGNED_NAME])),
    )
    for operation, spec, base in (
        (software.copy, software.CopySpec(), lambda _: "-1"),
        (software.edit, software.EditSpec(delete_existing_draft=False), lambda given: given.spec),
    ):
        yield of_spec(
            operation,
            lambda spec=spec: {"spec": spec},
            place=Place.SINGLE,
            see=type,
            seen=constant(str),
            look=lambda site: (site.draft().software_spec, site.draft().display_name),
            found=lambda given, base=base: (base(given), SINGLE_NAME),
        )
    yield of_spec(
        software.copy,
        lambda: {"spec": software.CopySpec(delete_existing_draft=True)},
        use="in place of a draft",
        see=type,
        seen=constant(str),
        look=lambda site: site.draft().display_name,
        found=constant(SHARED_NAME),
    )


def _effective_rows() -> Iterator[Row]:
    rows = (
        (of_software, of_spec),
        (of_draft, of_a_draft),
        (of_drafts_alternative, of_an_image),
    )
    for service, about in rows:
        yield about(service.list_, see=_sources, seen=constant(EFFECTIVE))
        yield about(
            service.list_,
            lambda service=service: {"spec": service.FilterSpec(with_removed_components=True)},
            use="with removed",
            see=_sources,
            seen=constant(WITH_REMOVED),
        )
    yield Row(
        operation=of_alternative.list_,
        arguments=lambda given: {"software_spec": given.spec, "image": given.image},
        see=_sources,
        seen=constant(EFFECTIVE),
    )


def _draft_rows() -> Iterator[Row]:
    yield Row(
        operation=drafts.create,
        arguments=constant({"spec": drafts.CreateSpec()}),
        place=Place.NO_DRAFT,
        see=type,
        seen=constant(str),
        look=lambda site: (site.draft().display_name, site.draft().software_info.base_image.version),
        found=constant(("", "")),
    )
    yield Row(
        operation=drafts.import_software_spec,
        arguments=constant({"spec": import_spec("Imported", SINGLE, delete=True)}),
        see=type,
        seen=constant(str),
        look=lambda site: (site.draft().display_name, site.draft().software_info.base_image.version),
        found=constant(("Imported", sample.BASE_9_1_0)),
    )
    yield of_a_draft(
        drafts.get,
        see=lambda info: (info.metadata.owner, info.metadata.status.value, info.display_name, info.software_spec),
        seen=constant((ALICE.name, "VALID", DRAFT_NAME, "-1")),
    )
    yield Row(
        operation=drafts.list_,
        arguments=constant({"filter": drafts.FilterSpec(owners=frozenset({ALICE.name}))}),
        see=lambda found: found.keys(),
        seen=lambda given: {given.draft},
    )
    yield Row(
        operation=drafts.list_,
        arguments=lambda given: {"filter": drafts.FilterSpec(software_spec_ids=frozenset({given.spec}))},
        use="of a specification",
        seen=constant({}),
    )
    yield of_a_draft(drafts.delete, look=lambda site: len(site.drafts()), found=constant(0))
    yield of_a_draft(
        drafts.validate,
        see=lambda result: [each.id for each in result.notifications.errors],
        seen=constant(["imagewright.draft.duplicate_content"]),
    )
    yield of_a_draft(
        drafts.commit,
        lambda: {"spec": drafts.CommitSpec(message="first")},
        place=Place.COMMITTABLE,
        see=type,
        seen=constant(str),
        look=lambda site: (len(site.drafts()), sorted(site.names().values())),
        found=constant((0, sorted([SHARED_NAME, ASSIGNED_NAME, DRAFT_NAME]))),
    )


def _name_and_base_rows() -> Iterator[Row]:
    yield of_a_draft(display_name.get, seen=constant(display_name.Info(display_name=DRAFT_NAME)))
    yield of_a_draft(
        display_name.set_,
        lambda: {"spec": display_name.SetSpec(display_name="Új név 名")},
        look=lambda site: site.draft().display_name,
        found=constant("Új név 名"),
    )
    yield of_an_image(alternative_display_name.get, seen=constant(alternative_display_name.Info(display_name="Blades")))
    yield of_an_image(
        alternative_display_name.set_,
        lambda: {"spec": alternative_display_name.SetSpec(display_name="Towers")},
        look=_alternative(lambda image: image.display_name),
        found=constant("Towers"),
    )
    base = {
        "see": lambda info: (info.version, info.details.display_name),
        "seen": constant((BASE.version, "ESXi (sample)")),
    }
    yield of_a_draft(base_image.get, **base)
    yield of_an_image(alternative_base_image.get, **base)
    yield of_a_draft(
        base_image.set_,
        lambda: {"spec": settings.BaseImageSpec(version=sample.BASE_9_1_0)},
        look=lambda site: _bases(site.draft().software_info),
        found=constant([sample.BASE_9_1_0] * 2),
    )


def _bases(info: settings.SoftwareInfo) -> list[str]:
    """The base image of each image; there is only one choice for all."""
    return [each.base_image.version for each in (info, *(info.alternative_images or {}).values())]


def _alternative(part: Part) -> Callable[[Site], Any]:
    return lambda site: part((site.draft().software_info.alternative_images or {})[IMAGE])


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


def _alternative_rows() -> Iterator[Row]:
    yield of_a_draft(
        alternative_images.create,
        lambda: {"spec": alternative_images.CreateSpec(display_name="Towers")},
        # Ids have only these letters in them.
        see=lambda image: image.replace("-", "").isascii() and image.replace("-", "").isalnum(),
        seen=constant(True),
        look=lambda site: {
            each.display_name: each.selection_criteria.selection_type.value
            for each in (site.draft().software_info.alternative_images or {}).values()
        },
        found=constant({"Blades": "HOST_UUID", "Towers": "UNKNOWN"}),
    )
    yield of_an_image(
        alternative_images.get,
        see=lambda info: (info.display_name, info.base_image.version, info.selection_criteria.host_uuids),
        seen=constant(("Blades", BASE.version, BLADES.host_uuids)),
    )
    yield of_a_draft(
        alternative_images.list_,
        see=lambda result: result.alternative_images,
        seen=constant({IMAGE: settings.ImageInfo(display_name="Blades")}),
    )
    yield of_an_image(
        alternative_images.delete,
        look=lambda site: site.draft().software_info.alternative_images or {},
        found=constant({}),
    )
    yield of_an_image(
        selection_criteria.get,
        see=lambda info: (info.selection_type.value, info.host_uuids, info.host_hardware_spec),
        seen=constant(("HOST_UUID", BLADES.host_uuids, None)),
    )
    for case, spec in SELECTIONS.items():
        yield of_an_image(
            selection_criteria.set_,
            lambda spec=spec: {"spec": spec},
            use=case,
            look=_alternative(
                lambda image: (image.selection_criteria.selection_type.value, image.selection_criteria.host_uuids)
            ),
            found=constant((case, spec.host_uuids)),
        )


_TYPES = settings.ImageSelectionSpecSelectionType
SELECTIONS = {
    "HOST_UUID": settings.ImageSelectionSpec(
        selection_type=_TYPES.HOST_UUID, host_uuids=frozenset({"4c4c4544-0002", "4c4c4544-0003"})
    ),
    "HOST_HARDWARE_SPEC": settings.ImageSelectionSpec(
        selection_type=_TYPES.HOST_HARDWARE_SPEC,
        host_hardware_spec=settings.HostHardwareSpec(vendor="Sample, Inc.", models=frozenset({"S1", "S2"})),
    ),
    "UNKNOWN": settings.ImageSelectionSpec(selection_type=_TYPES.UNKNOWN),
}

ROWS = (
    *_software_rows(),
    *_effective_rows(),
    *_draft_rows(),
    *_name_and_base_rows(),
    *_add_on_and_hardware_rows(),
    *_component_rows(),
    *_removed_rows(),
    *_alternative_rows(),
)

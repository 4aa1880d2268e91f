"""Specifications in the library, and the components that images really have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from repository_site import ASSIGNED_NAME, FULL, HOST, IMAGE, REMOVED, SHARED_NAME, SINGLE_NAME, Place
from rows import Row, constant, of_a_draft, of_an_image, of_spec

from imagewright.cli import sample_depot as sample
from imagewright.contract.services import repository_software as software
from imagewright.contract.services import repository_software_alternative_images_effective_components as of_alternative
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_effective_components as of_drafts_alternative,
)
from imagewright.contract.services import repository_software_drafts_effective_components as of_draft
from imagewright.contract.services import repository_software_effective_components as of_software
from imagewright.contract.services import settings

NET_DRIVER, NET_AGENT = sample.NET_DRIVER, sample.NET_AGENT


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


def _reading_rows() -> Iterator[Row]:
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


def _finding_rows() -> Iterator[Row]:
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
    for use, spec, bundle, default, skip, files in (
        ("", True, False, False, None, ["software-spec.json"]),
        ("of the default image", True, False, True, None, ["default-image.json"]),
        ("of a bundle", False, True, False, False, ["offline-bundle.zip"]),
        ("of all at once", True, True, False, None, ["offline-bundle.zip", "software-spec.json"]),
        ("without reserved VIBs", False, True, False, True, ["offline-bundle-without-reserved-vibs.zip"]),
        (
            "of the default image without reserved VIBs", True, True, True, True,
            ["default-image.json", "offline-bundle-default-image-without-reserved-vibs.zip"],
        ),
    ):  # fmt: skip
        wanted = software.ExportSpec(
            export_software_spec=spec,
            export_iso_image=False,
            export_offline_bundle=bundle,
            export_only_default_image=default,
            skip_reserved_vibs_export=skip,
        )
        yield of_spec(
            software.export,
            lambda wanted=wanted: {"spec": wanted},
            use=use,
            see=lambda urls: sorted((kind.value, url.rpartition("/")[2]) for kind, url in urls.items()),
            seen=constant(sorted(("OFFLINE_BUNDLE" if ".zip" in file else "SOFTWARE_SPEC", file) for file in files)),
        )


def _pinned() -> settings.SoftwareSpec:
    """The specification with everything, as a commit leaves it: the only version of the agent is the one chosen."""
    chosen = {NET_DRIVER: sample.NET_DRIVER_GOOD, NET_AGENT: sample.NET_AGENT_VERSION}
    image = (FULL.alternative_images or {})[IMAGE]
    images = {IMAGE: msgspec.structs.replace(image, components=chosen)}
    return msgspec.structs.replace(FULL, components=chosen, alternative_images=images)


def _changing_rows() -> Iterator[Row]:
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


LIBRARY_ROWS = (*_reading_rows(), *_finding_rows(), *_changing_rows(), *_effective_rows())

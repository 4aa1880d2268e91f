"""Rows for online depots, and what is refused of them."""

from __future__ import annotations

from typing import Any

from repository_site import ONLINE_INDEX, Given, Place, Site
from rows import Row, constant
from server_process import ADMINISTRATOR, ALICE

from imagewright.cli import sample_depot as sample
from imagewright.contract.operations import Operation
from imagewright.contract.services import depot_content_components_versions as component_versions
from imagewright.contract.services import depots
from imagewright.contract.services import depots_online as online
from imagewright.contract.services import depots_online_content as content


def create_spec(given: Given) -> dict[str, Any]:
    spec = online.CreateSpec(
        location=f"{given.files}/{ONLINE_INDEX}", description="ours", enabled=False, ownerdata="theirs"
    )
    return {"spec": spec}


def of_online(given: Given) -> dict[str, Any]:
    return {"depot": given.online}


def _updating(given: Given) -> dict[str, Any]:
    return {**of_online(given), "spec": online.UpdateSpec(enabled=False, description="theirs")}


def _named(site: Site) -> list[tuple[str, bool]]:
    return [(each.description, each.enabled) for each in site.online_depots().values() if not each.system_defined]


def _enabled_of_the_system(site: Site) -> list[bool]:
    return [each.enabled for each in site.online_depots().values() if each.system_defined]


def knows_the_agent(site: Site) -> str:
    version = {"name": sample.SOLUTION_COMPONENT, "version": sample.SOLUTION_VERSION}
    found: component_versions.Info = site.alice.result(component_versions.get, version)
    return found.vendor


def components_in(info: content.Info) -> set[str]:
    bundles: Any = info.metadata_bundles.values()
    return {
        name
        for bundle in bundles
        for metadata in bundle
        for each in (metadata.solutions or {}).values()
        for name in each.components or {}
    }


def _deletion(operation: Operation) -> Row:
    return Row(
        operation=operation,
        arguments=of_online,
        place=Place.ONLINE,
        caller=ADMINISTRATOR,
        look=_named,
        found=constant([]),
    )


ONLINE_ROWS = (
    Row(
        operation=online.create,
        arguments=create_spec,
        place=Place.NO_DRAFT,
        see=str.isdecimal,
        seen=constant(True),
        look=_named,
        found=constant([("ours", False)]),
    ),
    Row(
        operation=online.get,
        arguments=of_online,
        place=Place.ONLINE,
        seen=lambda given: online.Info(
            description="ours",
            location=f"{given.files}/{ONLINE_INDEX}",
            enabled=True,
            system_defined=False,
            owner=ALICE.name,
        ),
    ),
    Row(
        operation=online.list_,
        arguments=constant({}),
        place=Place.ONLINE,
        see=lambda found: sorted((each.description, each.system_defined) for each in found.values()),
        seen=constant([("", True), ("ours", False)]),
    ),
    Row(
        operation=online.update,
        arguments=_updating,
        place=Place.ONLINE,
        look=_named,
        found=constant([("theirs", False)]),
    ),
    Row(
        operation=content.get,
        arguments=of_online,
        place=Place.ONLINE,
        see=components_in,
        seen=constant({sample.SOLUTION_COMPONENT}),
    ),
    Row(
        operation=depots.sync,
        arguments=constant({"spec": depots.SyncSpec(cleanup=True)}),
        place=Place.ONLINE,
        look=knows_the_agent,
        found=constant("Sample Replication"),
    ),
    *map(_deletion, (online.delete, online.delete_task)),
    Row(
        operation=online.flush,
        arguments=of_online,
        place=Place.SYSTEM,
        caller=ADMINISTRATOR,
        look=_enabled_of_the_system,
        found=constant([False]),
    ),
)

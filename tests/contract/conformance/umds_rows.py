"""Rows for the UMDS depot."""

from __future__ import annotations

from typing import Any

from online_rows import components_in, knows_the_agent
from repository_site import ONLINE_INDEX, SYSTEM_INDEX, Given, Place, Site
from rows import Row, constant
from server_process import ADMINISTRATOR, ALICE

from imagewright.cli import sample_depot as sample
from imagewright.contract.operations import Operation
from imagewright.contract.services import depots
from imagewright.contract.services import depots_umds as umds
from imagewright.contract.services import depots_umds_content as content


def location(given: Given, index: str = ONLINE_INDEX) -> str:
    return f"{given.files}/{index}"


def _now(site: Site) -> tuple[str, bool, str] | None:
    found = site.umds()
    return None if found is None else (found.description, found.enabled, found.location)


def _setting(use: str, place: Place, index: str) -> Row:
    return Row(
        operation=umds.set_,
        use=use,
        arguments=lambda given: {
            "spec": umds.SetSpec(location=location(given, index), description="ours", enabled=False)
        },
        place=place,
        look=_now,
        found=lambda given: ("ours", False, location(given, index)),
    )


def _deletion(operation: Operation) -> Row:
    return Row(
        operation=operation,
        arguments=constant({}),
        place=Place.UMDS,
        caller=ADMINISTRATOR,
        look=_now,
        found=constant(None),
    )


UMDS_ROWS = (
    Row(
        operation=umds.get,
        arguments=constant({}),
        place=Place.UMDS,
        seen=lambda given: umds.Info(description="fetched", enabled=True, location=location(given), owner=ALICE.name),
    ),
    _setting("the first", Place.NO_DRAFT, ONLINE_INDEX),
    _setting("in place of another", Place.UMDS, SYSTEM_INDEX),
    Row(
        operation=umds.update,
        arguments=constant({"spec": umds.UpdateSpec(enabled=False)}),
        place=Place.UMDS,
        look=_now,
        found=lambda given: ("fetched", False, location(given)),
    ),
    Row(
        operation=content.get,
        arguments=constant({}),
        place=Place.UMDS,
        see=components_in,
        seen=constant({sample.SOLUTION_COMPONENT}),
    ),
    Row(
        operation=depots.sync,
        use="of the UMDS depot",
        arguments=constant({}),
        place=Place.UMDS,
        look=knows_the_agent,
        found=constant("Sample Replication"),
    ),
    *map(_deletion, (umds.delete, umds.delete_task)),
)


def wrong_location(given: Given) -> dict[str, Any]:
    return {"spec": umds.SetSpec(location=f"{given.files}/")}

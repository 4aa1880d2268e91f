"""What a draft composes to depends on what was asked for, and not on the order in which it was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from depot_calls import Reader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whole_site import Site

from imagewright.cli import sample_depot as sample
from imagewright.cli.sample_depot import write_sample_depots
from imagewright.contract.operations import Operation
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_add_on as add_on
from imagewright.contract.services import repository_software_drafts_base_image as base_image
from imagewright.contract.services import repository_software_drafts_components as components
from imagewright.contract.services import repository_software_drafts_effective_components as effective
from imagewright.contract.services import repository_software_drafts_removed_components as removed_components
from imagewright.contract.services import settings as parts

EDITS: list[tuple[Operation, dict[str, Any]]] = [
    (base_image.set_, {"spec": parts.BaseImageSpec(version=sample.BASE_9_1_0)}),
    (add_on.set_, {"spec": parts.AddOnSpec(name=sample.BETA, version=sample.BETA_VERSION)}),
    (components.set_, {"component": sample.NET_DRIVER, "version": None}),
    (components.set_, {"component": sample.NET_AGENT, "version": sample.NET_AGENT_VERSION}),
    (components.update, {"spec": components.UpdateSpec(components_to_set={"Intel-icen": None})}),
    (removed_components.set_, {"component": "VMware-VM-Tools"}),
    (removed_components.set_, {"component": "Intel-igbn"}),
]


@pytest.fixture
def stocked(site: Site, tmp_path: Path) -> Site:
    """The application with all sample depots."""
    reader = Reader(site.running.storage)
    for path in write_sample_depots(tmp_path)[3:-1]:
        reader.add(path.read_bytes(), description=path.name)
    return site


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=st.lists(st.permutations(EDITS), min_size=2, max_size=2))
def test_edits_in_any_order_give_one_image(stocked: Site, orders: list[list[tuple[Operation, dict[str, Any]]]]) -> None:
    images = []
    for edits in orders:
        draft = stocked.alice(drafts.create, spec=drafts.CreateSpec(delete_existing_draft=True))
        for operation, arguments in edits:
            stocked.alice(operation, draft=draft, **arguments)
        images.append(
            stocked.alice(effective.list_, draft=draft, spec=effective.FilterSpec(with_removed_components=True))
        )

    assert images[0] == images[1]
    assert len(images[0]) > 10

"""Real bundles and VIBs, made by others with the vendor's tools, through the main job. Base images are our own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server_process import ALICE, ServerProcess, allowing, serving
from wire_clients import DRAFTS, OFFLINE, SOFTWARE, Rest, rest_session

from imagewright.cli import sample_depot as sample

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "samples"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real samples are not beside the repository: {REAL}")

TASK = {"vmw-task": "true"}
DRIVER, OLDER, NEWER = "thgpio", "1.0-0.00001", "1.0-0.00010"
"""A real component: its two versions lie in two bundles each, of different builds."""
BUNDLES = (
    "VMW-esx-7.0.1-thgpio-1.0-0.00001.zip",
    "VMW-esx-7.0.1-thgpio-1.0-0.00010.zip",
    "vghetto-ghettoVCB-offline-bundle.zip",
)
OTHER_BUILD = "a2a2ff-VMW-esx-7.0.1-thgpio-1.0-0.00010.zip"


@pytest.fixture(scope="module")
def alice(stocked_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rest]:
    """An editor on a server with base images, to which the real bundles have come."""
    data = Path(shutil.copytree(stocked_data, tmp_path_factory.mktemp("real") / "data"))
    with serving(data, settings=allowing(REAL)) as server, session(server) as rest:
        for name in BUNDLES:
            assert imported(rest, REAL / "depots" / name)["status"] == "SUCCEEDED"
        yield rest


def session(server: ServerProcess) -> Any:
    return rest_session(server, ALICE)


def imported(rest: Rest, path: Path) -> dict[str, Any]:
    spec = {"source_type": "PULL", "location": path.as_uri(), "description": path.name}
    return rest.task("POST", OFFLINE, params=TASK, json=spec)


def findings(rest: Rest, draft: str) -> dict[str, list[str]]:
    info = rest.task("POST", f"{DRAFTS}/{draft}", params={"action": "validate"} | TASK)
    assert info["status"] == "SUCCEEDED", info
    notifications = info["result"]["notifications"]
    return {kind: [each["id"] for each in listed] for kind, listed in notifications.items()}


def test_the_components_of_real_bundles_are_offered(alice: Rest) -> None:
    offered = alice.result("GET", "/esx/settings/depot-content/components", 200, params={"names": DRIVER})
    ((versions),) = [each["versions"] for each in offered]
    assert [each["version"] for each in versions] == [OLDER, NEWER]
    info = alice.result("GET", f"/esx/settings/depot-content/components/{DRIVER}/versions/{NEWER}", 200)
    assert info["vendor"] == "Tom Hebel"


def test_a_bulletin_without_a_component_is_listed_as_an_update(alice: Rest) -> None:
    depots = alice.result("GET", OFFLINE, 200)
    (depot,) = [each for each, info in depots.items() if info["description"] == BUNDLES[2]]
    bundles = alice.result("GET", f"{OFFLINE}/{depot}/content", 200)["metadata_bundles"]
    (metadata,) = [each for listed in bundles.values() for each in listed]
    assert list(metadata["updates"]) == ["ghettoVCB"]
    assert "independent_components" not in metadata


def test_a_real_component_becomes_part_of_a_committed_image(alice: Rest) -> None:
    draft = alice.result("POST", DRAFTS, 201, json={"delete_existing_draft": True})
    path = f"{DRAFTS}/{draft}"
    alice.result("PUT", f"{path}/display-name", 204, json={"display_name": "With a real driver"})
    alice.result("PUT", f"{path}/base-image", 204, json={"version": sample.BASE_8_0_3})
    alice.result("PUT", f"{path}/components/{DRIVER}", 204, json=None)
    assert "errors" not in findings(alice, draft)
    effective = alice.result("GET", f"{path}/effective-components", 200)[DRIVER]
    assert (effective["version"], effective["details"]["source"]) == (NEWER, "USER")
    task = alice.task("POST", path, params={"action": "commit"} | TASK, json={"message": "the driver"})
    spec = alice.result("GET", f"{SOFTWARE}/{task['result']}", 200)["software_spec"]
    assert spec["components"] == {DRIVER: NEWER}


@pytest.mark.parametrize("name", sorted(path.name for path in REAL.glob("depots/*.zip") if path.name not in BUNDLES))
def test_every_other_build_is_taken_too(alice: Rest, name: str) -> None:
    assert imported(alice, REAL / "depots" / name)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("name", sorted(path.name for path in REAL.glob("vibs/*.vib")))
def test_a_vib_alone_is_a_depot_without_components(alice: Rest, name: str) -> None:
    assert imported(alice, REAL / "vibs" / name)["status"] == "SUCCEEDED"


def test_two_builds_of_one_component_make_an_image_ambiguous(alice: Rest) -> None:
    depots = alice.result("GET", OFFLINE, 200).values()
    if OTHER_BUILD not in {info["description"] for info in depots}:
        assert imported(alice, REAL / "depots" / OTHER_BUILD)["status"] == "SUCCEEDED"
    draft = alice.result("POST", DRAFTS, 201, json={"delete_existing_draft": True})
    alice.result("PUT", f"{DRAFTS}/{draft}/base-image", 204, json={"version": sample.BASE_8_0_3})
    alice.result("PUT", f"{DRAFTS}/{draft}/components/{DRIVER}", 204, json=NEWER)
    assert "imagewright.component.ambiguous" in findings(alice, draft)["errors"]

"""What an update manager download service has fetched, laid out as it lays it out, on a server of this machine."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server_process import ADMINISTRATOR, ALICE, VICTOR, ServerProcess, serving
from vendor_site import READS_FROM_IT, VendorSite, vendor_site
from wire_clients import Rest, rest_session

from imagewright.cli import sample_depot as sample

UMDS, ONLINE = "/esx/settings/depots/umds", "/esx/settings/depots/online"
BASE_IMAGES = "/esx/settings/depot-content/base-images"
TOKEN = "q7Xw2ZpL0vR9tK4mB8nD"
INDEX = f"{TOKEN}/hostupdate/__hostupdate20-consolidated-index__.xml"
VENDORS = """<vendorList><vendor><name>VMware</name><code>VMW</code>
<indexfile>__hostupdate20-consolidated-metadata-index__.xml</indexfile><relativePath>vmw</relativePath></vendor></vendorList>"""
METADATA = """<metadataList><metadata><productId>embeddedEsx</productId><version>9.1</version>
<url>{metadata}</url><channelName>default</channelName></metadata></metadataList>"""


def unpack(bundle: Path, folder: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)


@pytest.fixture(scope="module")
def site(depot_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VendorSite]:
    """A store of UMDS with base image 9.1.0, and an online depot with 8.0.3."""
    folder = tmp_path_factory.mktemp("store")
    store = folder / Path(INDEX).parent
    unpack(depot_folder / sample.BASE_9_1_0_FILE, store / "vmw")
    (metadata,) = (store / "vmw").glob("*metadata.zip")
    shutil.rmtree(store / "vmw" / "vib20")
    for name in ("index.xml", "vendor-index.xml"):
        (store / "vmw" / name).unlink()
    (folder / INDEX).write_text(VENDORS)
    index = store / "vmw" / "__hostupdate20-consolidated-metadata-index__.xml"
    index.write_text(METADATA.format(metadata=metadata.name))
    unpack(depot_folder / sample.BASE_8_0_3_FILE, folder / "online")
    with vendor_site(folder) as running:
        yield running


@pytest.fixture
def server(fresh_users: Path) -> Iterator[ServerProcess]:
    with serving(fresh_users, settings=READS_FROM_IT) as running:
        yield running


@pytest.fixture
def alice(server: ServerProcess) -> Iterator[Rest]:
    with rest_session(server, ALICE) as rest:
        yield rest


def sync(rest: Rest, **spec: bool) -> dict[str, Any]:
    params = {"action": "sync", "vmw-task": "true"}
    return rest.task("POST", "/esx/settings/depots", params=params, json=spec)


def offered(rest: Rest) -> list[str]:
    return [each["version"] for each in rest.result("GET", BASE_IMAGES, 200)]


def test_it_is_read_in_the_place_of_all_online_depots(server: ServerProcess, alice: Rest, site: VendorSite) -> None:
    alice.refused("GET", UMDS, 404, "NOT_FOUND").says("no UMDS depot")
    alice.result("POST", ONLINE, 201, json={"location": f"{site.url}/online/index.xml"})
    alice.result("PUT", UMDS, 204, json={"location": f"{site.url}/{INDEX}", "description": "the store"})
    assert sync(alice)["status"] == "SUCCEEDED"
    assert offered(alice) == [sample.BASE_9_1_0]
    content = alice.result("GET", f"{UMDS}/content", 200)["metadata_bundles"]
    assert [each["version"] for each in content["VMware"][0]["base_images"]] == [sample.BASE_9_1_0]

    with rest_session(server, ADMINISTRATOR) as administrator:
        administrator.result("DELETE", UMDS, 204)
    assert offered(alice) == []
    assert sync(alice)["status"] == "SUCCEEDED"
    assert offered(alice) == [sample.BASE_8_0_3]


def test_a_disabled_one_is_not_read_and_neither_is_any_other(alice: Rest, site: VendorSite) -> None:
    alice.result("POST", ONLINE, 201, json={"location": f"{site.url}/online/index.xml"})
    alice.result("PUT", UMDS, 204, json={"location": f"{site.url}/{INDEX}"})
    assert sync(alice)["status"] == "SUCCEEDED"
    alice.result("PATCH", UMDS, 204, json={"enabled": False})
    assert sync(alice, cleanup=True)["status"] == "SUCCEEDED"
    assert offered(alice) == [], "the content is kept, and not offered"
    alice.result("PATCH", UMDS, 204, json={"enabled": True})
    assert offered(alice) == [sample.BASE_9_1_0]


def test_one_in_the_place_of_another_is_read_anew(alice: Rest, site: VendorSite) -> None:
    alice.result("PUT", UMDS, 204, json={"location": f"{site.url}/{INDEX}"})
    assert sync(alice)["status"] == "SUCCEEDED"
    alice.result("PUT", UMDS, 204, json={"location": f"{site.url}/online/index.xml"})
    assert offered(alice) == [sample.BASE_9_1_0], "until the next sync"
    assert sync(alice)["status"] == "SUCCEEDED"
    assert offered(alice) == [sample.BASE_8_0_3]


def test_one_that_cannot_be_read_keeps_what_it_has(alice: Rest, site: VendorSite) -> None:
    alice.result("PUT", UMDS, 204, json={"location": f"{site.url}/{INDEX}"})
    assert sync(alice)["status"] == "SUCCEEDED"
    alice.result("PUT", UMDS, 204, json={"location": f"{site.url}/{TOKEN}/gone/index.xml"})
    failed = sync(alice)
    said = " ".join(message["default_message"] for message in failed["error"]["messages"])
    assert failed["status"] == "FAILED"
    assert "answered 404 Not Found" in said
    assert TOKEN not in said
    assert offered(alice) == [sample.BASE_9_1_0]


def test_its_location_is_for_those_who_may_change_it(server: ServerProcess, alice: Rest, site: VendorSite) -> None:
    alice.result("PUT", UMDS, 204, json={"location": f"{site.url}/{INDEX}"})
    assert alice.result("GET", UMDS, 200)["location"] == f"{site.url}/{INDEX}"
    with rest_session(server, VICTOR) as victor:
        assert TOKEN not in victor.result("GET", UMDS, 200)["location"]

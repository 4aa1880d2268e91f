"""Online depots as vendors serve them, with an access token in the location: from naming one to an image made of it."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from exporting import bundle_url, committed, downloaded
from moody_site import MoodySite, moody_site
from server_process import ADMINISTRATOR, ALICE, VICTOR, ServerProcess, eventually, serving
from site_proxy import make_authority, proxy
from vendor_site import READS_FROM_IT, vendor_site
from wire_clients import OFFLINE, JsonRpc, Rest, connection, login, rest_session, session_context

from imagewright.cli import sample_depot as sample

ONLINE = "/esx/settings/depots/online"
DEPOTS = "/esx/settings/depots"
STATES = "/imagewright/v1/depots/online"
SYNC = {"action": "sync", "vmw-task": "true"}
PULL = {"vmw-task": "true"}
TOKEN = "Q7xR2mVb9KpL4sTn8WzY3cFd"
INDEX = f"{TOKEN}/main/index.xml"


@pytest.fixture
def vendor(depot_folder: Path, tmp_path: Path) -> Iterator[MoodySite]:
    """A depot with a base image, whose location has a token in its path."""
    folder = unpacked(depot_folder / sample.BASE_9_1_0_FILE, tmp_path / "online")
    with moody_site() as site:
        site.put_folder(folder, below=f"{TOKEN}/main/")
        yield site


@pytest.fixture
def server(fresh_users: Path) -> Iterator[ServerProcess]:
    settings = {**READS_FROM_IT, "IMAGEWRIGHT_LOG_LEVEL": "debug", "IMAGEWRIGHT_FETCH_RETRIES": "0"}
    with serving(fresh_users, settings=settings) as running:
        yield running


@pytest.fixture
def http(server: ServerProcess) -> Iterator[httpx.Client]:
    with connection(server) as client:
        yield client


@pytest.fixture
def alice(http: httpx.Client) -> Rest:
    return Rest(http, login(http, ALICE))


@pytest.fixture
def victor(http: httpx.Client) -> Rest:
    return Rest(http, login(http, VICTOR))


def unpacked(bundle: Path, folder: Path) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    return folder


def named(rest: Rest, location: str) -> str:
    return str(rest.result("POST", ONLINE, 201, json={"location": location, "description": "the vendor's"}))


def synchronised(rest: Rest) -> dict[str, Any]:
    return rest.task("POST", DEPOTS, params=SYNC)


def states(rest: Rest) -> Any:
    answer = rest.http.get(STATES, headers={"vmware-api-session-id": rest.token or ""})
    assert answer.status_code == 200, answer.text
    return answer.json()


def base_images(rest: Rest) -> list[str]:
    return [each["version"] for each in rest.result("GET", "/esx/settings/depot-content/base-images", 200)]


def test_an_image_is_made_of_an_online_depot_and_only_its_vibs_are_fetched(
    alice: Rest, vendor: MoodySite, server: ServerProcess
) -> None:
    depot = named(alice, vendor.url(INDEX))
    assert base_images(alice) == []
    assert synchronised(alice)["status"] == "SUCCEEDED"
    assert base_images(alice) == [sample.BASE_9_1_0]
    assert not [request for request in vendor.requests if request.path.endswith(".vib")]
    before = states(alice)[depot]
    assert (before["source"], before["vibs_fetched"]) == ("ONLINE", 0)

    spec = committed(alice, "Gold", {"base_image": {"version": sample.BASE_9_1_0}})
    bundle = downloaded(alice, bundle_url(alice, spec))

    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        exported = {name: archive.read(name) for name in archive.namelist() if name.endswith(".vib")}
    offered = {path.rpartition("/")[2]: data for path, data in vendor.files.items() if path.endswith(".vib")}
    assert exported
    assert {path.rpartition("/")[2]: data for path, data in exported.items()}.items() <= offered.items()
    after = states(alice)[depot]
    assert (after["vibs"], after["vibs_fetched"]) == (before["vibs"], len(exported))


def test_a_vib_that_cannot_be_fetched_is_named_by_the_export(alice: Rest, vendor: MoodySite) -> None:
    named(alice, vendor.url(INDEX))
    assert synchronised(alice)["status"] == "SUCCEEDED"
    for path in [path for path in vendor.files if path.endswith(".vib")]:
        vendor.files[path] += b"x"
    spec = committed(alice, "Gold", {"base_image": {"version": sample.BASE_9_1_0}})
    answer = alice.http.get(
        bundle_url(alice, spec), headers={"vmware-api-session-id": alice.token or ""}, follow_redirects=True
    )
    assert answer.status_code >= 400
    assert "cannot be fetched from depot" in answer.text
    assert TOKEN not in answer.text


def test_a_site_that_requires_signatures_looks_at_each_file_before_it_exports_it(
    fresh_users: Path, vendor: MoodySite
) -> None:
    """The metadata say nothing of signatures: a specification can be committed with a warning, and not be exported."""
    settings = {**READS_FROM_IT, "IMAGEWRIGHT_REQUIRE_SIGNATURES": "true"}
    with serving(fresh_users, settings=settings) as server, rest_session(server, ALICE) as alice:
        named(alice, vendor.url(INDEX))
        assert synchronised(alice)["status"] == "SUCCEEDED"
        spec = committed(alice, "Gold", {"base_image": {"version": sample.BASE_9_1_0}})
        answer = alice.http.get(
            bundle_url(alice, spec), headers={"vmware-api-session-id": alice.token or ""}, follow_redirects=True
        )
    assert answer.status_code >= 400
    assert "without a signature, which" in answer.text


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_a_token_is_for_those_who_may_change_depots(
    alice: Rest, victor: Rest, http: httpx.Client, vendor: MoodySite
) -> None:
    location, shown = vendor.url(INDEX), vendor.url("***/index.xml")
    depot = named(alice, location)
    for rest, seen in ((alice, location), (victor, shown)):
        assert rest.result("GET", f"{ONLINE}/{depot}", 200)["location"] == seen
        assert rest.result("GET", ONLINE, 200)[depot]["location"] == seen
        assert states(rest)[depot]["location"] == seen
        rpc = JsonRpc(http, session_context(rest.token or ""))
        service = "com.vmware.esx.settings.depots.online"
        assert seen in str(rpc.output(service, "list"))
        assert seen in str(rpc.output(service, "get", depot=depot))


def test_a_token_is_nowhere_in_what_is_told_of_a_failure(
    server: ServerProcess, alice: Rest, victor: Rest, vendor: MoodySite
) -> None:
    """Not in errors and descriptions of tasks, in states, in the audit record, or in a log that tells everything."""
    depot = named(alice, vendor.url(INDEX))
    offline = vendor.url(f"{TOKEN}/main/nothing.zip")
    troubles: list[str] = []
    for path, data in list(vendor.files.items()):
        if path.endswith(("index.xml", "metadata.zip")) and "vendor" not in path:
            del vendor.files[path]
            troubles.append(str(synchronised(alice)))
            vendor.files[path] = b"<html/>"
            troubles.append(str(synchronised(alice)))
            vendor.files[path] = data
    troubles.append(str(alice.task("POST", OFFLINE, params=PULL, json={"source_type": "PULL", "location": offline})))
    troubles.append(alice.request("POST", ONLINE, json={"location": vendor.url(INDEX)}).text)
    troubles.append(alice.request("POST", ONLINE, json={"location": vendor.url(f"{TOKEN}/")}).text)
    troubles.append(alice.request("POST", ONLINE, json={"location": f"http://169.254.169.254/{TOKEN}/index.xml"}).text)
    troubles.append(str(states(victor)))
    tasks = {"filter_spec": {"services": ["com.vmware.esx.settings.depots", "com.vmware.esx.settings.depots.offline"]}}
    troubles.append(str(victor.result("POST", "/cis/tasks", 200, params={"action": "list"}, json=tasks)))
    with rest_session(server, ADMINISTRATOR) as administrator:
        audit = administrator.http.get(
            "/imagewright/v1/audit", headers={"vmware-api-session-id": administrator.token or ""}
        )
        assert depot in audit.text
        troubles.append(audit.text)

    assert sum("***" in trouble for trouble in troubles) >= 4, "the locations are told, but for the token"
    assert not [trouble for trouble in troubles if TOKEN in trouble]
    assert not [line for line in (*server.log.seen, *server.output.seen) if TOKEN in line]


# --- the state after trouble -----------------------------------------------------------------------------------------


def test_what_has_failed_is_in_the_task_and_in_the_state_until_it_is_repaired(alice: Rest, vendor: MoodySite) -> None:
    depot = named(alice, vendor.url(INDEX))
    vendor.moods[INDEX].append("404")
    task = synchronised(alice)
    assert (task["status"], task["error"]["error_type"]) == ("FAILED", "ERROR")
    summary, told = (message["default_message"] for message in task["error"]["messages"])
    assert summary.startswith("1 of 1 depots could not be synchronised.")
    state = states(alice)[depot]
    assert told == f"Depot {depot}: {state['trouble']}"
    assert "answered 404 Not Found" in state["trouble"]
    assert "synchronised" not in state

    assert synchronised(alice)["status"] == "SUCCEEDED"
    state = states(alice)[depot]
    assert "trouble" not in state
    assert state["synchronised"] == state["attempted"]


def test_a_sync_of_a_server_that_was_killed_is_taken_up_again(fresh_users: Path, vendor: MoodySite) -> None:
    settings = {**READS_FROM_IT, "IMAGEWRIGHT_TASK_LEASE": "1"}
    (archive,) = (path for path in vendor.files if path.endswith(".zip"))
    vendor.moods[archive].append("slow")
    with serving(fresh_users, settings=settings) as server, rest_session(server, ALICE) as alice:
        named(alice, vendor.url(INDEX))
        task = alice.result("POST", DEPOTS, 202, params=SYNC)
        eventually("the archive is half here", vendor.halfway.is_set)
        server.kill()
    vendor.go_on.set()
    with serving(fresh_users, settings=settings) as server, rest_session(server, ALICE) as alice:
        ended = alice.wait(task)
        assert ended["status"] == "SUCCEEDED", ended
        assert base_images(alice) == [sample.BASE_9_1_0]
        assert list((server.data / "blobs" / "incoming").iterdir()) == []


# --- the site's own way out ------------------------------------------------------------------------------------------


def test_depots_are_read_through_the_proxy_of_the_site_with_its_own_authority(
    fresh_users: Path, depot_folder: Path, tmp_path: Path
) -> None:
    host = "depots.example.test"
    (tmp_path / "authority").mkdir()
    authority, issued = make_authority(tmp_path / "authority", host)
    folder = unpacked(depot_folder / sample.BASE_9_1_0_FILE, tmp_path / "online")
    with vendor_site(folder, issued) as site, proxy(("127.0.0.1", site.web.server_port)) as way_out:
        settings = {"IMAGEWRIGHT_PROXY": way_out.url(), "IMAGEWRIGHT_CA_BUNDLE": str(authority)}
        with serving(fresh_users, settings=settings) as server, rest_session(server, ALICE) as alice:
            named(alice, f"https://{host}/index.xml")
            assert synchronised(alice)["status"] == "SUCCEEDED"
            assert base_images(alice) == [sample.BASE_9_1_0]
            spec = committed(alice, "Gold", {"base_image": {"version": sample.BASE_9_1_0}})
            assert downloaded(alice, bundle_url(alice, spec))
    assert set(way_out.asked) == {f"{host}:443"}


def test_a_server_follows_what_another_one_offers(fresh_users: Path, stocked_data: Path, tmp_path: Path) -> None:
    stock = Path(shutil.copytree(stocked_data, tmp_path / "stock" / "data"))
    offers = {"IMAGEWRIGHT_OFFER_DEPOT": "true", "IMAGEWRIGHT_DEPOT_TOKEN": TOKEN}
    with serving(stock, settings=offers) as first:
        settings = {**READS_FROM_IT, "IMAGEWRIGHT_CA_BUNDLE": str(first.certificate)}
        with serving(fresh_users, settings=settings) as second, rest_session(second, ALICE) as alice:
            named(alice, f"{first.url}/depot/{TOKEN}/index.xml")
            assert synchronised(alice)["status"] == "SUCCEEDED"
            assert base_images(alice) == [sample.BASE_8_0_3, sample.BASE_9_1_0]
            spec = committed(alice, "Gold", {"base_image": {"version": sample.BASE_9_1_0}})
            assert downloaded(alice, bundle_url(alice, spec))

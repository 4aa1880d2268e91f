"""The whole main job by plain HTTP, from bundles to an exported image, with every answer looked at as a whole."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server_process import ADMINISTRATOR, ALICE, VICTOR, ServerProcess, allowing, serving
from wire_clients import DRAFTS, DRAFTS_SERVICE, OFFLINE, SOFTWARE, Rest, body_of, login, refusal_in, rest_session

from imagewright.cli import sample_depot as sample

CONTENT = "/esx/settings/depot-content"
TASK = {"vmw-task": "true"}
VALIDATE = {"action": "validate"} | TASK
COMMIT = {"action": "commit"} | TASK
EXPORT = {"action": "export"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
NAME = "Racks 1 to 7, spring"
WANTED = {
    "base_image": {"version": sample.BASE_9_1_0},
    "add_on": {"name": sample.BETA, "version": sample.BETA_VERSION},
    "components": {sample.NET_DRIVER: sample.NET_DRIVER_GOOD},
}


@pytest.fixture
def empty_server(fresh_users: Path, depot_folder: Path) -> Iterator[ServerProcess]:
    with serving(fresh_users, settings=allowing(depot_folder)) as server:
        yield server


def test_the_main_job(empty_server: ServerProcess, depot_folder: Path) -> None:
    with rest_session(empty_server, ALICE) as alice:
        depots = _import_bundles(alice, depot_folder)
        _look_at_the_depots(alice, depots)
        draft = _create_draft(alice)
        _set_name_base_image_and_add_on(alice, draft)
        _work_on_components(alice, draft)
        _find_the_draft(alice, draft)
        _see_the_effective_components(alice, f"{DRAFTS}/{draft}", sample.NET_DRIVER_UNMET)
        _see_what_is_wrong(alice, draft)
        spec = _correct_and_commit(alice, draft)
        _see_the_effective_components(alice, f"{SOFTWARE}/{spec}", sample.NET_DRIVER_GOOD)
        _look_at_the_library(alice, spec)
        _export(alice, spec)
        _edit(alice, spec)
        _rename_and_delete(alice, spec)
    with rest_session(empty_server, ADMINISTRATOR) as administrator:
        _delete_a_depot(administrator, depots[sample.DRIVERS_FILE])


def _import_bundles(alice: Rest, folder: Path) -> dict[str, str]:
    """One by location, one by location with a percent-encoded name, one by upload. Gives the depots by file name."""
    spaced = folder / "with blanks and ümlaut.zip"
    shutil.copyfile(folder / sample.BETA_FILE, spaced)
    upload = _upload(alice, folder / sample.DRIVERS_FILE)
    sources: dict[str, dict[str, Any]] = {
        sample.BASE_9_1_0_FILE: {"source_type": "PULL", "location": (folder / sample.BASE_9_1_0_FILE).as_uri()},
        sample.BETA_FILE: {"source_type": "PULL", "location": spaced.as_uri()},
        sample.DRIVERS_FILE: {"source_type": "PUSH", "file_id": upload},
    }
    depots = {}
    for name, source in sources.items():
        source |= {"description": f"the {name}", "ownerdata": '{"rack": 7}'}
        task = alice.task("POST", OFFLINE, params=TASK, json=source)
        assert task["status"] == "SUCCEEDED", task
        assert (task["operation"], task["user"]) == ("create$task", ALICE.name)
        depots[name] = task["result"]["depot"]
        assert task["result"].keys() == {"depot"}
        info = alice.result("GET", f"{OFFLINE}/{depots[name]}", 200)
        assert MOMENT.fullmatch(info.pop("create_time"))
        assert info == source | {"owner": ALICE.name}
    return depots


def _upload(alice: Rest, file: Path) -> str:
    with file.open("rb") as content:
        answer = alice.http.post(
            "/vum-fileupload", files={"file": (file.name, content)}, headers={"vmware-api-session-id": str(alice.token)}
        )
    assert answer.status_code == 200
    file_id = body_of(answer)
    assert isinstance(file_id, str)
    return file_id


def _look_at_the_depots(alice: Rest, depots: dict[str, str]) -> None:
    assert alice.result("GET", OFFLINE, 200).keys() == set(depots.values())
    (base,) = alice.result("GET", f"{CONTENT}/base-images", 200)
    assert base["version"] == sample.BASE_9_1_0
    assert base.keys() >= {"display_name", "display_version", "summary", "category", "kb", "release_date"}
    (add_on,) = alice.result("GET", f"{CONTENT}/add-ons", 200)
    assert (add_on["name"], [each["version"] for each in add_on["versions"]]) == (sample.BETA, [sample.BETA_VERSION])
    independent = alice.result("GET", f"{CONTENT}/components", 200, params={"bundle_types": "INDEPENDENT"})
    versions = {each["name"]: [version["version"] for version in each["versions"]] for each in independent}
    assert versions == {
        sample.NET_DRIVER: [sample.NET_DRIVER_GOOD, sample.NET_DRIVER_UNMET],
        sample.STORAGE_DRIVER: [sample.STORAGE_DRIVER_VERSION],
        sample.NET_AGENT: [sample.NET_AGENT_VERSION],
    }
    bundles = alice.result("GET", f"{OFFLINE}/{depots[sample.BASE_9_1_0_FILE]}/content", 200)["metadata_bundles"]
    found = [image["version"] for metadata in bundles.values() for each in metadata for image in each["base_images"]]
    assert found == [sample.BASE_9_1_0]


def _create_draft(alice: Rest) -> str:
    response = alice.request("POST", DRAFTS, json={})
    assert response.status_code == 201
    draft = body_of(response)
    assert isinstance(draft, str)
    for part in ("display-name", "add-on"):
        alice.refused("GET", f"{DRAFTS}/{draft}/{part}", 404, "NOT_FOUND")
    assert alice.result("GET", f"{DRAFTS}/{draft}/base-image", 200) == {"version": ""}
    return draft


def _set_name_base_image_and_add_on(alice: Rest, draft: str) -> None:
    here = f"{DRAFTS}/{draft}"
    alice.result("PUT", f"{here}/display-name", 204, json={"display_name": NAME})
    assert alice.result("GET", f"{here}/display-name", 200) == {"display_name": NAME}
    alice.result("PUT", f"{here}/base-image", 204, json={"version": sample.BASE_9_1_0})
    base = alice.result("GET", f"{here}/base-image", 200)
    assert base["version"] == sample.BASE_9_1_0
    assert base["details"].keys() >= {"display_name", "display_version", "release_date"}
    alice.result("PUT", f"{here}/add-on", 204, json=WANTED["add_on"])
    add_on = alice.result("GET", f"{here}/add-on", 200)
    assert {name: add_on[name] for name in ("name", "version")} == WANTED["add_on"]
    assert add_on["details"]["vendor"] == "Sample Beta Computers"
    alice.result("DELETE", f"{here}/add-on", 204)
    alice.result("DELETE", f"{here}/add-on", 204)
    alice.refused("GET", f"{here}/add-on", 404, "NOT_FOUND")
    alice.result("PUT", f"{here}/add-on", 204, json=WANTED["add_on"])


def _work_on_components(alice: Rest, draft: str) -> None:
    here = f"{DRAFTS}/{draft}/components"
    assert alice.result("GET", here, 200) == {}
    alice.refused("GET", f"{here}/{sample.NET_DRIVER}", 404, "NOT_FOUND")
    alice.result("PUT", f"{here}/{sample.NET_DRIVER}", 204, json=sample.NET_DRIVER_GOOD)
    info = alice.result("GET", f"{here}/{sample.NET_DRIVER}", 200)
    assert info["version"] == sample.NET_DRIVER_GOOD
    assert info["details"].keys() == {"display_name", "display_version", "vendor"}
    batch: dict[str, Any] = {
        "components_to_set": {sample.NET_DRIVER: sample.NET_DRIVER_UNMET, sample.NET_AGENT: None, "Name/with ?#": "1"},
        "components_to_delete": ["never there"],
    }
    alice.result("PATCH", here, 204, json=batch)
    listed = alice.result("GET", here, 200)
    assert {name: each.get("version") for name, each in listed.items()} == batch["components_to_set"]
    assert listed[sample.NET_DRIVER]["details"]["vendor"] == "Sample Drivers"
    assert listed["Name/with ?#"] == {"version": "1"}, "what is in no depot has no details"
    left_open = alice.request("GET", f"{here}/{sample.NET_AGENT}")
    assert (left_open.status_code, left_open.content) == (200, b"null")
    alice.result("DELETE", f"{here}/Name%2Fwith%20%3F%23", 204)
    alice.result("DELETE", f"{here}/{sample.NET_AGENT}", 204)
    alice.result("DELETE", f"{here}/{sample.NET_AGENT}", 204)
    assert alice.result("GET", here, 200).keys() == {sample.NET_DRIVER}


def _find_the_draft(alice: Rest, draft: str) -> None:
    (whole,) = alice.result("GET", DRAFTS, 200).values()
    assert whole == alice.result("GET", f"{DRAFTS}/{draft}", 200)
    assert MOMENT.fullmatch(whole["metadata"].pop("creation_time"))
    assert whole["metadata"] == {"owner": ALICE.name, "status": "VALID"}
    assert (whole["display_name"], whole["software_spec"]) == (NAME, "-1")
    assert whole["software_info"].keys() == {"base_image", "add_on", "components", "solutions"}
    found = {"software_spec_ids": "-1"}, {"owners": ALICE.name}, {"owners": [VICTOR.name, ALICE.name]}
    joined = {"owners": f"{VICTOR.name},{ALICE.name}", "software_spec_ids": ["x", "-1"]}
    for fits in (*found, joined, {}):
        assert alice.result("GET", DRAFTS, 200, params=fits).keys() == {draft}, fits
    for fits_not in ({"owners": VICTOR.name}, {"software_spec_ids": "software-spec-1"}, found[0] | {"owners": "x"}):
        assert alice.result("GET", DRAFTS, 200, params=fits_not) == {}


def _see_the_effective_components(alice: Rest, image: str, net_driver: str) -> None:
    effective = alice.result("GET", f"{image}/effective-components", 200)
    assert len(effective) > 60
    chosen = effective[sample.NET_DRIVER]
    assert (chosen["version"], chosen["details"]["source"]) == (net_driver, "USER")
    overriding = effective["Intel-icen"]
    assert overriding["details"]["source"] == "ADD_ON"
    (overridden,) = overriding["details"]["overridden_components"]
    assert overridden["source"] == "BASE_IMAGE"
    assert overridden["version"] != overriding["version"]
    assert "HPE-nhpsa" not in effective, "the add-on removes it"
    assert effective["Intel-i40en"]["details"]["source"] == "BASE_IMAGE"


def _see_what_is_wrong(alice: Rest, draft: str) -> None:
    """Validation says what and why; a commit fails with the same findings and changes nothing."""
    before = alice.result("GET", f"{DRAFTS}/{draft}", 200)
    task = alice.task("POST", f"{DRAFTS}/{draft}", params=VALIDATE)
    assert task["status"] == "SUCCEEDED"
    found = task["result"]["notifications"]
    (error,) = found["errors"]
    for word in ("sample-net-driver", sample.NET_DRIVER, "vmkapi_2_99_0_0"):
        assert word in error["message"]["default_message"]
    assert f"take {sample.NET_DRIVER} out" in error["resolution"]["default_message"]
    assert (error["type"], error["retriable"]) == ("ERROR", False)
    assert MOMENT.fullmatch(error["time"])
    assert any("Intel-icen" in each["message"]["default_message"] for each in found["warnings"])
    assert all("retriable" not in each for each in found["warnings"])
    failed = alice.task("POST", f"{DRAFTS}/{draft}", params=COMMIT, json={"message": "too early"})
    assert failed["status"] == "FAILED"
    assert "result" not in failed
    assert failed["error"]["error_type"] == "INVALID_ARGUMENT"
    assert failed["error"]["data"]["notifications"]["errors"][0]["message"] == error["message"]
    assert alice.result("GET", f"{DRAFTS}/{draft}", 200) == before
    assert alice.result("GET", SOFTWARE, 200) == {"records": []}


def _correct_and_commit(alice: Rest, draft: str) -> str:
    alice.result("PUT", f"{DRAFTS}/{draft}/components/{sample.NET_DRIVER}", 204, json=sample.NET_DRIVER_GOOD)
    task = alice.task("POST", f"{DRAFTS}/{draft}", params=VALIDATE)
    assert task["status"] == "SUCCEEDED"
    assert "errors" not in task["result"]["notifications"]
    task = alice.task("POST", f"{DRAFTS}/{draft}", params=COMMIT, json={"message": "the first one"})
    assert task["status"] == "SUCCEEDED", task
    assert (task["service"], task["operation"]) == (DRAFTS_SERVICE, "commit$task")
    assert task["target"] == {"type": "com.vmware.esx.settings.draft", "id": draft}
    alice.refused("GET", f"{DRAFTS}/{draft}", 404, "NOT_FOUND")
    assert alice.result("GET", DRAFTS, 200) == {}
    return str(task["result"])


def _look_at_the_library(alice: Rest, spec: str) -> None:
    (record,) = alice.result("GET", SOFTWARE, 200)["records"]
    info = alice.result("GET", f"{SOFTWARE}/{spec}", 200)
    assert record == info | {"id": spec}
    assert (info["display_name"], info["type"], info["editable"]) == (NAME, "SINGLE", True)
    assert info["assigned_entities"] == {"clusters": [], "hosts": []}
    assert info["creation_time"] == info["modified_time"]
    assert re.fullmatch(r"[0-9a-f]{64}", info["image_hash"])
    assert {name: info["software_spec"][name] for name in WANTED} == WANTED
    assert "orchestrator_info" not in info
    for filters, count in ({"display_names": NAME}, 1), ({"display_names": NAME.lower()}, 0), ({"owners": "sddc"}, 0):
        assert len(alice.result("GET", SOFTWARE, 200, params=filters)["records"]) == count


def _export(alice: Rest, spec: str) -> None:
    urls = alice.result("POST", f"{SOFTWARE}/{spec}", 200, params=EXPORT, json=_wanted_files(software_spec=True))
    assert urls.keys() == {"SOFTWARE_SPEC"}
    url = urls["SOFTWARE_SPEC"]
    assert url.startswith(str(alice.http.base_url))
    file = alice.http.get(url, headers={"vmware-api-session-id": str(alice.token)})
    assert (file.status_code, file.json()) == (200, WANTED)
    assert file.headers["content-type"] == "application/json"
    assert file.headers["content-disposition"].startswith('attachment; filename="Racks-1-to-7-spring-v1.json"; ')
    refusal_in(alice.http.get(url), 401, "UNAUTHENTICATED")
    viewer = {"vmware-api-session-id": login(alice.http, VICTOR)}
    assert alice.http.get(url, headers=viewer).content == file.content
    refusal_in(alice.http.get(url.replace(f"{spec}/1/", f"{spec}/2/"), headers=viewer), 404, "NOT_FOUND")
    nothing = _wanted_files(software_spec=False)
    refusal = alice.refused("POST", f"{SOFTWARE}/{spec}", 400, "INVALID_ARGUMENT", params=EXPORT, json=nothing)
    assert "export_software_spec" in refusal.text


def _wanted_files(*, software_spec: bool) -> dict[str, bool]:
    others = ("export_iso_image", "export_offline_bundle", "export_only_default_image")
    return {"export_software_spec": software_spec} | dict.fromkeys(others, False)


def _edit(alice: Rest, spec: str) -> None:
    """The draft of an edit belongs to its specification; its commit is the next version of it."""
    draft = alice.result("POST", f"{SOFTWARE}/{spec}", 200, params={"action": "edit"}, json={})
    assert alice.result("GET", f"{DRAFTS}/{draft}", 200)["software_spec"] == spec
    assert alice.result("GET", DRAFTS, 200, params={"software_spec_ids": spec}).keys() == {draft}
    assert alice.result("GET", DRAFTS, 200, params={"software_spec_ids": "-1"}) == {}
    alice.result("DELETE", f"{DRAFTS}/{draft}/components/{sample.NET_DRIVER}", 204)
    before = alice.result("GET", f"{SOFTWARE}/{spec}", 200)
    task = alice.task("POST", f"{DRAFTS}/{draft}", params=COMMIT, json={})
    assert (task["status"], task["result"]) == ("SUCCEEDED", spec)
    after = alice.result("GET", f"{SOFTWARE}/{spec}", 200)
    assert after["modified_time"] > before["modified_time"]
    assert after["creation_time"] == before["creation_time"]
    assert after["image_hash"] != before["image_hash"]
    assert "components" not in after["software_spec"] or after["software_spec"]["components"] == {}


def _rename_and_delete(alice: Rest, spec: str) -> None:
    alice.result("PATCH", f"{SOFTWARE}/{spec}", 204, json={"display_name": "Racks 1 to 9"})
    assert alice.result("GET", f"{SOFTWARE}/{spec}", 200)["display_name"] == "Racks 1 to 9"
    alice.result("PATCH", f"{SOFTWARE}/{spec}", 204, json={})
    assert alice.result("GET", f"{SOFTWARE}/{spec}", 200)["display_name"] == "Racks 1 to 9"
    alice.result("DELETE", f"{SOFTWARE}/{spec}", 204)
    assert spec in alice.refused("DELETE", f"{SOFTWARE}/{spec}", 404, "NOT_FOUND").text
    assert alice.result("GET", SOFTWARE, 200) == {"records": []}


def _delete_a_depot(administrator: Rest, depot: str) -> None:
    task = administrator.task("DELETE", f"{OFFLINE}/{depot}", params=TASK)
    assert task["status"] == "SUCCEEDED", task
    assert "result" not in task
    administrator.refused("GET", f"{OFFLINE}/{depot}", 404, "NOT_FOUND")
    assert depot not in administrator.result("GET", OFFLINE, 200)
    names = {each["name"] for each in administrator.result("GET", f"{CONTENT}/components", 200)}
    assert sample.NET_DRIVER not in names
    assert "Intel-icen" in names

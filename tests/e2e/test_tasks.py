"""Tasks: what is shown of them while they run and when they have ended, finding them, and stopping them.

The server has one thread for tasks, and a vendor that stops in the middle of a file, so that a task runs as long as a
test wants it to.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from official_sdk import Drafts, Offline, StubConfiguration, Tasks, configuration, ended, errors, logged_in
from server_process import ALICE, BOB, ServerProcess, eventually, serving
from vendor_site import READS_FROM_IT, VendorSite, vendor_site
from wire_clients import DRAFTS, DRAFTS_SERVICE, OFFLINE, JsonRpc, Rest, optional, session_context, structure

from imagewright.cli import sample_depot as sample

TASKS = "com.vmware.cis.tasks"
OFFLINE_SERVICE = "com.vmware.esx.settings.depots.offline"
TASK = {"vmw-task": "true"}
LIST = {"action": "list"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ALWAYS = {"description", "service", "operation", "status", "cancelable", "progress", "start_time", "user"}


@pytest.fixture(scope="module")
def server(users_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    data = Path(shutil.copytree(users_data, tmp_path_factory.mktemp("tasks") / "data"))
    with serving(data, settings=READS_FROM_IT | {"IMAGEWRIGHT_TASK_THREADS": "1"}) as running:
        yield running


@pytest.fixture
def alice(user: Callable[[str], Rest]) -> Rest:
    return user("alice")


@pytest.fixture
def rpc(http: httpx.Client, alice: Rest) -> JsonRpc:
    return JsonRpc(http, session_context(str(alice.token)))


@pytest.fixture
def sdk(server: ServerProcess) -> Iterator[StubConfiguration]:
    with logged_in(server, ALICE) as client:
        yield configuration(client)


@dataclass(frozen=True)
class Import:
    """An import that has come to the middle of its file, and goes on when the site is told so."""

    task: str
    site: VendorSite


@pytest.fixture
def running(alice: Rest, depot_folder: Path) -> Iterator[Import]:
    """The import of a bundle that cannot be imported in the end, so that no test meets the depot of another."""
    with vendor_site(depot_folder) as site:
        spec = {"source_type": "PULL", "location": f"{site.url}/slow/{sample.BROKEN_FILE}"}
        task = alice.result("POST", OFFLINE, 202, params=TASK, json=spec)
        eventually("the import is in the middle", site.halfway.is_set)
        yield Import(task, site)
        site.go_on.set()
        alice.wait(task)


@pytest.fixture(scope="module")
def validated(http: httpx.Client, tokens: dict[str, str]) -> str:
    """A task of Alice that has succeeded."""
    alice = Rest(http, tokens["alice"])
    draft = alice.result("POST", DRAFTS, 201, json={"delete_existing_draft": True})
    task = alice.result("POST", f"{DRAFTS}/{draft}", 202, params={"action": "validate"} | TASK)
    alice.wait(task)
    return str(task)


def _listed(rest: Rest, **filter_: Any) -> dict[str, Any]:
    found = rest.result("POST", "/cis/tasks", 200, params=LIST, json={"filter_spec": filter_})
    assert isinstance(found, dict)
    return found


def test_a_running_task(alice: Rest, sdk: StubConfiguration, running: Import) -> None:
    assert re.fullmatch(rf"[0-9a-f-]{{36}}:{re.escape(OFFLINE_SERVICE)}", running.task)
    info = alice.result("GET", f"/cis/tasks/{running.task}", 200)
    assert info.keys() == ALWAYS
    assert (info["status"], info["cancelable"], info["user"]) == ("RUNNING", True, ALICE.name)
    assert (info["service"], info["operation"]) == (OFFLINE_SERVICE, "create$task")
    assert MOMENT.fullmatch(info["start_time"])
    assert 0 <= info["progress"]["completed"] < info["progress"]["total"]
    assert info["progress"]["message"]["default_message"].startswith("Fetching")
    by_sdk = Tasks(sdk).get(running.task)
    assert (by_sdk.status, by_sdk.end_time, by_sdk.error, by_sdk.result) == ("RUNNING", None, None, None)
    assert by_sdk.progress.total == info["progress"]["total"]


def test_progress_never_goes_back(alice: Rest, running: Import) -> None:
    running.site.go_on.set()
    seen: list[int] = []

    def over() -> bool:
        info = alice.result("GET", f"/cis/tasks/{running.task}", 200)
        seen.append(info["progress"]["completed"])
        return bool(info["status"] != "RUNNING")

    eventually("the import has ended", over)
    assert seen == sorted(seen)


def test_a_task_that_waits_is_shown_as_running_with_nothing_done(
    alice: Rest, sdk: StubConfiguration, running: Import
) -> None:
    """Some clients take any other status for the end."""
    draft = alice.result("POST", DRAFTS, 201)
    waiting = alice.result("POST", f"{DRAFTS}/{draft}", 202, params={"action": "validate"} | TASK)
    info = alice.result("GET", f"/cis/tasks/{waiting}", 200)
    assert info.keys() == ALWAYS | {"target"}
    assert (info["status"], info["progress"]["completed"]) == ("RUNNING", 0)
    assert Tasks(sdk).get(waiting).status == "RUNNING"
    running.site.go_on.set()
    assert alice.wait(waiting)["status"] == "SUCCEEDED"


def test_a_check_can_be_cancelled_and_a_commit_cannot(alice: Rest, sdk: StubConfiguration, running: Import) -> None:
    draft = alice.result("POST", DRAFTS, 201, json={"delete_existing_draft": True})
    check, commit = (
        alice.result("POST", f"{DRAFTS}/{draft}", 202, params={"action": action} | TASK)
        for action in ("validate", "commit")
    )
    refusal = alice.refused("POST", f"/cis/tasks/{commit}", 400, "UNSUPPORTED", params={"action": "cancel"})
    refusal.says("cannot be cancelled")
    with pytest.raises(errors.Unsupported):
        Tasks(sdk).cancel(commit)
    alice.result("POST", f"/cis/tasks/{check}", 204, params={"action": "cancel"})
    running.site.go_on.set()
    ended = alice.wait(check)
    assert (ended["status"], ended["error"]["error_type"]) == ("FAILED", "CANCELED")
    assert alice.wait(commit)["error"]["error_type"] == "INVALID_ARGUMENT"


def test_a_task_that_succeeded(alice: Rest, sdk: StubConfiguration, validated: str) -> None:
    info = alice.result("GET", f"/cis/tasks/{validated}", 200)
    assert info.keys() == ALWAYS | {"end_time", "result", "target"}
    assert (info["status"], info["cancelable"]) == ("SUCCEEDED", False)
    assert info["start_time"] <= info["end_time"]
    assert info["progress"]["completed"] == info["progress"]["total"]
    assert info["result"]["notifications"]["errors"]
    by_sdk = Tasks(sdk).get(validated)
    assert (by_sdk.status, by_sdk.error) == ("SUCCEEDED", None)
    assert by_sdk.result is not None
    assert by_sdk.target.id == info["target"]["id"]


def test_a_task_that_failed(alice: Rest, sdk: StubConfiguration, running: Import) -> None:
    running.site.go_on.set()
    info = alice.wait(running.task)
    assert info.keys() == ALWAYS | {"end_time", "error"}
    assert info["status"] == "FAILED"
    assert info["error"].keys() == {"error_type", "messages"}
    by_sdk = Tasks(sdk).get(running.task)
    assert isinstance(by_sdk.error, errors.InvalidArgument)
    assert by_sdk.error.messages[0].default_message == info["error"]["messages"][0]["default_message"]


def test_the_result_can_be_left_out(alice: Rest, sdk: StubConfiguration, rpc: JsonRpc, validated: str) -> None:
    here = f"/cis/tasks/{validated}"
    whole = alice.result("GET", here, 200)
    short = alice.result("GET", here, 200, params={"exclude_result": "true"})
    assert short == {name: value for name, value in whole.items() if name != "result"}
    assert alice.result("GET", here, 200, params={"exclude_result": "false", "return_all": "true"}) == whole
    assert Tasks(sdk).get(validated, Tasks.GetSpec(exclude_result=True)).result is None
    assert Tasks(sdk).get(validated, Tasks.GetSpec(return_all=True)).result is not None
    spec = optional(structure(f"{TASKS}.get_spec", {"exclude_result": optional(True)}))
    raw = rpc.output(TASKS, "get", task=validated, spec=spec)["STRUCTURE"]["com.vmware.cis.task.info"]
    assert raw["result"] == optional()
    assert raw["end_time"] != optional()


def test_the_list_needs_tasks_or_services(alice: Rest, sdk: StubConfiguration, rpc: JsonRpc) -> None:
    for body in ({}, {"filter_spec": {}}, {"filter_spec": {"tasks": [], "services": []}},
                 {"filter_spec": {"users": [ALICE.name]}}):  # fmt: skip
        refusal = alice.refused("POST", "/cis/tasks", 400, "INVALID_ARGUMENT", params=LIST, json=body)
        refusal.says("filter_spec.tasks filter_spec.services")
    alice.refused("GET", "/cis/tasks", 400, "INVALID_ARGUMENT")
    for filter_ in (None, Tasks.FilterSpec(), Tasks.FilterSpec(status={"RUNNING"})):
        with pytest.raises(errors.InvalidArgument):
            Tasks(sdk).list(filter_)
    rpc.refused("invalid_argument", TASKS, "list", filter_spec=optional(), result_spec=optional())


def test_all_parts_of_the_filter_must_fit(alice: Rest, validated: str, running: Import) -> None:
    both = [DRAFTS_SERVICE, OFFLINE_SERVICE]
    target = alice.result("GET", f"/cis/tasks/{validated}", 200)["target"]
    for fits in (
        {"tasks": [validated]},
        {"services": [DRAFTS_SERVICE], "targets": [target]},
        {"services": both, "operations": ["validate$task"], "targets": [target]},
        {"tasks": [validated, running.task], "status": ["SUCCEEDED"]},
        {"tasks": [validated], "services": both, "users": [ALICE.name, BOB.name], "status": ["SUCCEEDED", "FAILED"]},
    ):
        assert _listed(alice, **fits).keys() == {validated}, fits
    for fits_not in (
        {"tasks": ["no such task"]},
        {"services": ["com.vmware.cis.session"]},
        {"tasks": [validated], "services": [OFFLINE_SERVICE]},
        {"tasks": [validated], "users": [BOB.name]},
        {"tasks": [validated], "status": ["FAILED"]},
        {"tasks": [validated], "operations": ["commit$task"]},
        {"tasks": [validated], "status": ["PENDING"]},
        {"tasks": [validated], "targets": [{"type": target["type"], "id": "4711"}]},
    ):
        assert _listed(alice, **fits_not) == {}, fits_not
    assert _listed(alice, services=both, status=["RUNNING"]).keys() == {running.task}


def test_the_list_has_what_get_has(alice: Rest, sdk: StubConfiguration, validated: str) -> None:
    assert _listed(alice, tasks=[validated])[validated] == alice.result("GET", f"/cis/tasks/{validated}", 200)
    without = {"filter_spec": {"tasks": [validated]}, "result_spec": {"exclude_result": True}}
    (short,) = alice.result("POST", "/cis/tasks", 200, params=LIST, json=without).values()
    assert "result" not in short
    assert alice.result("GET", "/cis/tasks", 200, params={"tasks": validated}).keys() == {validated}
    found = Tasks(sdk).list(Tasks.FilterSpec(tasks={validated}), Tasks.GetSpec(exclude_result=True))
    assert (found.keys(), found[validated].result, found[validated].status) == ({validated}, None, "SUCCEEDED")


def test_cancelling_a_running_import(
    alice: Rest, sdk: StubConfiguration, running: Import, user: Callable[[str], Rest]
) -> None:
    here, cancel = f"/cis/tasks/{running.task}", {"action": "cancel"}
    depots = alice.result("GET", OFFLINE, 200)
    user("bob").refused("POST", here, 403, "UNAUTHORIZED", params=cancel).says(ALICE.name)
    alice.result("POST", here, 204, params=cancel)
    running.site.go_on.set()
    info = alice.wait(running.task)
    assert (info["status"], info["error"]["error_type"]) == ("FAILED", "CANCELED")
    assert isinstance(Tasks(sdk).get(running.task).error, errors.Canceled)
    alice.refused("POST", here, 400, "NOT_ALLOWED_IN_CURRENT_STATE", params=cancel).says("FAILED")
    with pytest.raises(errors.NotAllowedInCurrentState):
        Tasks(sdk).cancel(running.task)
    assert alice.result("GET", OFFLINE, 200) == depots


def test_an_administrator_cancels_what_others_started(running: Import, user: Callable[[str], Rest]) -> None:
    administrator = user("administrator")
    administrator.result("POST", f"/cis/tasks/{running.task}", 204, params={"action": "cancel"})
    running.site.go_on.set()
    assert administrator.wait(running.task)["error"]["error_type"] == "CANCELED"


def test_what_has_ended_or_never_was_is_not_cancelled(alice: Rest, sdk: StubConfiguration, validated: str) -> None:
    cancel = {"action": "cancel"}
    refusal = alice.refused("POST", f"/cis/tasks/{validated}", 400, "NOT_ALLOWED_IN_CURRENT_STATE", params=cancel)
    refusal.says("SUCCEEDED nothing to cancel")
    alice.refused("POST", "/cis/tasks/4711", 404, "NOT_FOUND", params=cancel).says("4711")
    with pytest.raises(errors.NotFound):
        Tasks(sdk).cancel("4711")
    with pytest.raises(errors.NotFound):
        Tasks(sdk).get("4711")


def test_every_status_passes_the_checks_of_the_sdk(sdk: StubConfiguration, validated: str, depot_folder: Path) -> None:
    """The SDK refuses a task whose fields do not go with its status; here it follows one from its start to its end."""
    with vendor_site(depot_folder) as site:
        task = Offline(sdk).create_task(
            Offline.CreateSpec(source_type="PULL", location=f"{site.url}/slow/{sample.SOLUTION_FILE}")
        )
        eventually("the import is in the middle", site.halfway.is_set)
        assert task.get_info().status == "RUNNING"
        site.go_on.set()
        assert ended(task).status == "SUCCEEDED"
        depot = task.get_result().depot
    assert Offline(sdk).get(depot).owner == ALICE.name
    assert Drafts(sdk).list() is not None

"""Two users edit one specification: who commits second is told who was first, over every transport."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from official_sdk import Drafts, configuration, ended, errors, logged_in
from server_process import ADMINISTRATOR, ALICE, BOB, ServerProcess
from wire_clients import (
    DRAFTS,
    DRAFTS_SERVICE,
    SOFTWARE,
    JsonRpc,
    Refusal,
    Rest,
    connection,
    login,
    session_context,
    structure,
)

from imagewright.cli import sample_depot as sample

TASK = {"vmw-task": "true"}
COMMIT = {"action": "commit"} | TASK
EDIT = {"action": "edit"}


@pytest.fixture(scope="module")
def web(stocked_server: ServerProcess) -> Iterator[httpx.Client]:
    with connection(stocked_server) as client:
        yield client


@pytest.fixture(scope="module")
def alice(web: httpx.Client) -> Rest:
    return Rest(web, login(web, ALICE))


@pytest.fixture(scope="module")
def bob(web: httpx.Client) -> Rest:
    return Rest(web, login(web, BOB))


@pytest.fixture
def spec(alice: Rest, web: httpx.Client) -> Iterator[str]:
    """A specification that nobody has anything against editing."""
    draft = alice.result("POST", DRAFTS, 201, json={"delete_existing_draft": True})
    alice.result("PUT", f"{DRAFTS}/{draft}/base-image", 204, json={"version": sample.BASE_8_0_3})
    alice.result("PUT", f"{DRAFTS}/{draft}/display-name", 204, json={"display_name": "Edited by two"})
    made = alice.task("POST", f"{DRAFTS}/{draft}", params=COMMIT, json={"message": "first"})
    yield made["result"]
    administrator = Rest(web, login(web, ADMINISTRATOR))
    for each in administrator.result("GET", DRAFTS, 200):
        administrator.result("DELETE", f"{DRAFTS}/{each}", 204)
    for record in administrator.result("GET", SOFTWARE, 200)["records"]:
        administrator.result("DELETE", f"{SOFTWARE}/{record['id']}", 204)


def edited(user: Rest, spec: str, base_image: str) -> str:
    """A draft of a user that edits the specification."""
    draft = user.result("POST", f"{SOFTWARE}/{spec}", 200, params=EDIT, json={})
    user.result("PUT", f"{DRAFTS}/{draft}/base-image", 204, json={"version": base_image})
    return str(draft)


def commit_over_rest(server: ServerProcess, bob: Rest, draft: str) -> Refusal:
    error = bob.task("POST", f"{DRAFTS}/{draft}", params=COMMIT, json={})["error"]
    return Refusal(error["error_type"], error["messages"][0]["default_message"])


def commit_over_json_rpc(server: ServerProcess, bob: Rest, draft: str) -> Refusal:
    rpc = JsonRpc(bob.http, session_context(str(bob.token)))
    spec = structure(f"{DRAFTS_SERVICE}.commit_spec", {})
    error = bob.wait(rpc.output(DRAFTS_SERVICE, "commit$task", draft=draft, spec=spec))["error"]
    return Refusal(error["error_type"], error["messages"][0]["default_message"])


def commit_with_the_sdk(server: ServerProcess, bob: Rest, draft: str) -> Refusal:
    with logged_in(server, BOB) as client:
        info = ended(Drafts(configuration(client)).commit_task(draft, Drafts.CommitSpec()))
        assert info.status == "FAILED"
        assert isinstance(info.error, errors.InvalidArgument)
        return Refusal(info.error.error_type, info.error.messages[0].default_message)


@pytest.mark.parametrize("commit", [commit_over_rest, commit_over_json_rpc, commit_with_the_sdk])
def test_who_commits_second_is_told_who_was_first(
    stocked_server: ServerProcess,
    alice: Rest,
    bob: Rest,
    spec: str,
    commit: Callable[[ServerProcess, Rest, str], Refusal],
) -> None:
    of_alice, of_bob = edited(alice, spec, sample.BASE_9_1_0), edited(bob, spec, sample.BASE_9_1_0)
    assert statuses(stocked_server, bob, of_alice) == statuses(stocked_server, bob, of_bob) == {"VALID"}

    done = alice.task("POST", f"{DRAFTS}/{of_alice}", params=COMMIT, json={"message": "security update"})
    assert (done["status"], done["result"]) == ("SUCCEEDED", spec)
    assert statuses(stocked_server, bob, of_bob) == {"INVALID"}
    before = bob.result("GET", f"{SOFTWARE}/{spec}", 200)

    refusal = commit(stocked_server, bob, of_bob)
    assert refusal.error_type == "INVALID_ARGUMENT"
    refusal.says(f'{of_bob} INVALID {ALICE.name} committed version 2 {spec} "security update"')
    # Bob's work is still there, and the library has what Alice committed.
    assert bob.result("GET", f"{DRAFTS}/{of_bob}", 200)["metadata"]["owner"] == BOB.name
    assert bob.result("GET", f"{SOFTWARE}/{spec}", 200) == before

    again = bob.result("POST", f"{SOFTWARE}/{spec}", 200, params=EDIT, json={"delete_existing_draft": True})
    bob.result("PUT", f"{DRAFTS}/{again}/base-image", 204, json={"version": sample.BASE_8_0_3})
    assert bob.task("POST", f"{DRAFTS}/{again}", params=COMMIT, json={})["result"] == spec


def test_the_draft_of_a_new_specification_is_not_overtaken(
    stocked_server: ServerProcess, alice: Rest, bob: Rest, spec: str
) -> None:
    """A copy is bound to no specification, so nothing that is committed makes it INVALID."""
    copied = bob.result("POST", f"{SOFTWARE}/{spec}", 200, params={"action": "copy"}, json={})
    draft = edited(alice, spec, sample.BASE_9_1_0)
    assert alice.task("POST", f"{DRAFTS}/{draft}", params=COMMIT, json={})["status"] == "SUCCEEDED"
    assert statuses(stocked_server, bob, copied) == {"VALID"}


def test_renaming_does_not_overtake_and_deleting_does(
    stocked_server: ServerProcess, alice: Rest, bob: Rest, spec: str
) -> None:
    draft = edited(bob, spec, sample.BASE_9_1_0)
    alice.result("PATCH", f"{SOFTWARE}/{spec}", 204, json={"display_name": "Another name"})
    assert statuses(stocked_server, bob, draft) == {"VALID"}
    alice.result("DELETE", f"{SOFTWARE}/{spec}", 204)
    assert statuses(stocked_server, bob, draft) == {"INVALID"}
    refusal = commit_over_rest(stocked_server, bob, draft)
    assert refusal.error_type == "INVALID_ARGUMENT"
    refusal.says(f"{draft} {spec} deleted")


def statuses(server: ServerProcess, user: Rest, draft: str) -> set[Any]:
    """The status of a draft as get and list tell it, over both transports and through the SDK."""
    rpc = JsonRpc(user.http, session_context(str(user.token)))
    fields = rpc.output(DRAFTS_SERVICE, "get", draft=draft)["STRUCTURE"][f"{DRAFTS_SERVICE}.info"]
    listed = {
        entry["STRUCTURE"]["map-entry"]["key"]: entry["STRUCTURE"]["map-entry"]["value"]
        for entry in rpc.output(DRAFTS_SERVICE, "list")
    }
    with logged_in(server, BOB) as client:
        drafts = Drafts(configuration(client))
        sdk = {str(drafts.get(draft).metadata.status), str(drafts.list()[draft].metadata.status)}
    return sdk | {
        user.result("GET", f"{DRAFTS}/{draft}", 200)["metadata"]["status"],
        user.result("GET", DRAFTS, 200)[draft]["metadata"]["status"],
        _status_in(fields),
        _status_in(listed[draft]["STRUCTURE"][f"{DRAFTS_SERVICE}.info"]),
    }


def _status_in(fields: dict[str, Any]) -> str:
    return str(fields["metadata"]["STRUCTURE"][f"{DRAFTS_SERVICE}.metadata"]["status"])

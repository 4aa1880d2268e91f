"""Two users, each with a draft of their own: all see both, each works on his own, an administrator may clear up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from official_sdk import Components, DisplayName, Drafts, StubConfiguration, configuration, errors, logged_in
from server_process import ALICE, BOB, VICTOR, ServerProcess
from wire_clients import DRAFTS, DRAFTS_SERVICE, JsonRpc, Rest, optional, session_context, structure

TASK = {"vmw-task": "true"}

# Everything that changes a draft, or starts something with it: method, path below the draft, parameters, body.
CHANGES: list[tuple[str, str, dict[str, str], Any]] = [
    ("PUT", "/display-name", {}, {"display_name": "taken over"}),
    ("PUT", "/base-image", {}, {"version": "1.0"}),
    ("PUT", "/add-on", {}, {"name": "A", "version": "1.0"}),
    ("DELETE", "/add-on", {}, None),
    ("PUT", "/components/C", {}, "1.0"),
    ("DELETE", "/components/C", {}, None),
    ("PATCH", "/components", {}, {"components_to_set": {"C": "1.0"}}),
    ("PUT", "/removed-components/C", {}, None),
    ("DELETE", "/removed-components/C", {}, None),
    ("PUT", "/hardware-support", {}, {"packages": {"m": {"pkg": "p", "version": "1"}}}),
    ("POST", "/alternative-images", {}, {"display_name": "A"}),
    ("POST", "", {"action": "validate"} | TASK, None),
    ("POST", "", {"action": "commit"} | TASK, {}),
    ("DELETE", "", {}, None),
]


@pytest.fixture
def alice(user: Callable[[str], Rest]) -> Rest:
    return user("alice")


@pytest.fixture
def bob(user: Callable[[str], Rest]) -> Rest:
    return user("bob")


@pytest.fixture
def both(alice: Rest, bob: Rest) -> tuple[str, str]:
    """The draft of Alice and the draft of Bob, named after them."""
    drafts = []
    for each, name in (alice, "of Alice"), (bob, "of Bob"):
        draft = each.result("POST", DRAFTS, 201)
        each.result("PUT", f"{DRAFTS}/{draft}/display-name", 204, json={"display_name": name})
        drafts.append(draft)
    return drafts[0], drafts[1]


def test_each_holds_a_draft_and_everybody_sees_both(
    alice: Rest, bob: Rest, both: tuple[str, str], user: Callable[[str], Rest]
) -> None:
    seen = [each.result("GET", DRAFTS, 200) for each in (alice, bob, user("victor"), user("administrator"))]
    assert all(each == seen[0] for each in seen)
    assert {draft: (info["metadata"]["owner"], info["display_name"]) for draft, info in seen[0].items()} == {
        both[0]: (ALICE.name, "of Alice"),
        both[1]: (BOB.name, "of Bob"),
    }


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change[0]} {change[1]}{change[2].get('action', '')}")
def test_nobody_changes_the_draft_of_another(
    alice: Rest, bob: Rest, both: tuple[str, str], change: tuple[str, str, dict[str, str], Any]
) -> None:
    method, path, params, body = change
    before = alice.result("GET", DRAFTS, 200)
    for other, draft, owner in (alice, both[1], BOB), (bob, both[0], ALICE):
        refusal = other.refused(method, f"{DRAFTS}/{draft}{path}", 403, "UNAUTHORIZED", params=params, json=body)
        assert f"The draft {draft} belongs to {owner.name}" in refusal.text
        assert "only its owner" in refusal.text
    assert alice.result("GET", DRAFTS, 200) == before


def test_an_administrator_neither_changes_nor_commits_but_may_delete(
    both: tuple[str, str], user: Callable[[str], Rest]
) -> None:
    administrator = user("administrator")
    for method, path, params, body in CHANGES[:-1]:
        here = f"{DRAFTS}/{both[0]}{path}"
        assert ALICE.name in administrator.refused(method, here, 403, "UNAUTHORIZED", params=params, json=body).text
    administrator.result("DELETE", f"{DRAFTS}/{both[0]}", 204)
    assert administrator.result("GET", DRAFTS, 200).keys() == {both[1]}


def test_each_goes_on_with_his_own(alice: Rest, bob: Rest, both: tuple[str, str]) -> None:
    for each, draft in (alice, both[0]), (bob, both[1]):
        each.result("PUT", f"{DRAFTS}/{draft}/components/C", 204, json=f"of {draft}")
    for each, draft in (alice, both[0]), (bob, both[1]):
        assert each.result("GET", f"{DRAFTS}/{draft}/components/C", 200) == {"version": f"of {draft}"}
    alice.result("DELETE", f"{DRAFTS}/{both[0]}", 204)
    assert bob.result("GET", DRAFTS, 200).keys() == {both[1]}
    assert alice.result("POST", DRAFTS, 201) not in both


def test_replacing_takes_only_the_own_draft(alice: Rest, both: tuple[str, str]) -> None:
    new = alice.result("POST", DRAFTS, 201, json={"delete_existing_draft": True})
    assert alice.result("GET", DRAFTS, 200).keys() == {new, both[1]}


def test_over_json_rpc(http: httpx.Client, bob: Rest, both: tuple[str, str]) -> None:
    rpc = JsonRpc(http, session_context(str(bob.token)))
    spec = structure(f"{DRAFTS_SERVICE}.commit_spec", {"message": optional("mine")})
    named = structure(f"{DRAFTS_SERVICE}.display_name.set_spec", {"display_name": "mine"})
    for service, operation, fields in (
        (DRAFTS_SERVICE, "validate$task", {}),
        (DRAFTS_SERVICE, "commit$task", {"spec": spec}),
        (DRAFTS_SERVICE, "delete", {}),
        (f"{DRAFTS_SERVICE}.display_name", "set", {"spec": named}),
        (f"{DRAFTS_SERVICE}.components", "set", {"component": "C", "version": optional("1")}),
    ):
        assert ALICE.name in rpc.refused("unauthorized", service, operation, draft=both[0], **fields).text
    assert bob.result("GET", f"{DRAFTS}/{both[0]}", 200)["display_name"] == "of Alice"


def test_through_the_sdk(server: ServerProcess, both: tuple[str, str]) -> None:
    with logged_in(server, BOB) as client:
        sdk = configuration(client)
        assert Drafts(sdk).list(Drafts.FilterSpec(owners={ALICE.name})).keys() == {both[0]}
        for change in _changes(sdk, both[0]):
            with pytest.raises(errors.Unauthorized) as refused:
                change()
            assert ALICE.name in refused.value.messages[0].default_message
    with logged_in(server, VICTOR) as client, pytest.raises(errors.Unauthorized):
        Drafts(configuration(client)).delete(both[0])


def _changes(sdk: StubConfiguration, draft: str) -> list[Callable[[], object]]:
    return [
        lambda: DisplayName(sdk).set(draft, DisplayName.SetSpec(display_name="x")),
        lambda: Components(sdk).set(draft, "C", "1"),
        lambda: Components(sdk).update(draft, Components.UpdateSpec()),
        lambda: Drafts(sdk).validate_task(draft),
        lambda: Drafts(sdk).commit_task(draft, Drafts.CommitSpec()),
        lambda: Drafts(sdk).delete(draft),
    ]

"""Whoever asks again is told what is true now: after every change, by whomever, and not after his session has ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
from server_process import ALICE, serving
from wire_clients import DRAFTS, DRAFTS_SERVICE, JsonRpc, Rest, connection, login, session_context


def test_every_change_is_in_the_next_answer(user: Callable[[str], Rest], http: httpx.Client) -> None:
    alice, bob = user("alice"), user("bob")
    draft = alice.result("POST", DRAFTS, 201)
    rpc = JsonRpc(http, session_context(alice.token or ""))
    for name in ("first", "second", "third"):
        alice.result("PUT", f"{DRAFTS}/{draft}/display-name", 204, json={"display_name": name})
        for each in (alice, bob, alice, bob):
            assert each.result("GET", f"{DRAFTS}/{draft}/display-name", 200) == {"display_name": name}
    rpc.output(DRAFTS_SERVICE, "delete", draft=draft)
    for each in (bob, alice):
        each.refused("GET", f"{DRAFTS}/{draft}/display-name", 404, "NOT_FOUND")


def test_a_session_that_was_closed_gets_nothing_any_more(http: httpx.Client) -> None:
    poller, other = Rest(http, login(http, ALICE)), Rest(http, login(http, ALICE))
    draft = poller.result("POST", DRAFTS, 201)
    try:
        seen = [poller.result("GET", f"{DRAFTS}/{draft}", 200) for _ in range(3)]
        assert seen[0] == seen[1] == seen[2] == other.result("GET", f"{DRAFTS}/{draft}", 200)
        poller.result("DELETE", "/session", 204)
        poller.refused("GET", f"{DRAFTS}/{draft}", 401, "UNAUTHENTICATED")
        assert other.result("GET", f"{DRAFTS}/{draft}", 200) == seen[0]
        # Neither is one session's answer another one's, nor anybody's without a session.
        assert http.get(f"/api{DRAFTS}/{draft}").status_code == 401
    finally:
        other.result("DELETE", f"{DRAFTS}/{draft}", 204)


def test_a_head_and_another_host_are_other_questions(user: Callable[[str], Rest]) -> None:
    alice = user("alice")
    draft = alice.result("POST", DRAFTS, 201)
    path = f"{DRAFTS}/{draft}"
    assert alice.result("GET", path, 200) == alice.result("GET", path, 200)
    assert alice.request("GET", path, headers={"host": "elsewhere.example"}).status_code == 200
    assert alice.request("PUT", path).status_code in (404, 405)
    alice.refused("GET", f"{path}x", 404, "NOT_FOUND")
    alice.result("DELETE", path, 204)


def test_what_another_server_on_the_same_data_changes_is_seen(fresh_users: Path) -> None:
    with serving(fresh_users) as one, serving(fresh_users) as two, connection(one) as here, connection(two) as there:
        _changes_are_seen(Rest(here, login(here, ALICE)), there)


def _changes_are_seen(alice: Rest, there: httpx.Client) -> None:
    elsewhere = Rest(there, alice.token)
    draft = alice.result("POST", DRAFTS, 201)
    path = f"{DRAFTS}/{draft}/display-name"
    for name in ("first", "second"):
        elsewhere.result("PUT", path, 204, json={"display_name": name})
        assert [alice.result("GET", path, 200) for _ in range(2)] == [{"display_name": name}] * 2
    elsewhere.result("DELETE", "/session", 204)
    alice.refused("GET", path, 401, "UNAUTHENTICATED")

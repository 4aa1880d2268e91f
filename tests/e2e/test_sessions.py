"""Logging in and out, over REST and JSON-RPC: what a session is, and how it ends."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from official_sdk import (
    Session,
    configuration,
    create_session_security_context,
    create_user_password_security_context,
    errors,
    logged_in,
    with_security,
)
from server_process import ADMINISTRATOR, ALICE, BOB, VICTOR, Account, ServerProcess, eventually, serving
from wire_clients import (
    DRAFTS,
    SECURITY,
    JsonRpc,
    Rest,
    basic,
    body_of,
    connection,
    login,
    password_context,
    refusal_in,
    session_context,
)

SESSION = "com.vmware.cis.session"


def test_login_look_logout_over_rest(http: httpx.Client) -> None:
    created = http.post("/api/session", headers={"Authorization": basic(ALICE)})
    assert created.status_code == 201
    token = body_of(created)
    assert isinstance(token, str)
    assert "set-cookie" not in created.headers
    rest = Rest(http, token)
    info = rest.result("GET", "/session", 200)
    assert info.keys() == {"user", "created_time", "last_accessed_time"}
    assert info["user"] == ALICE.name
    for moment in ("created_time", "last_accessed_time"):
        assert datetime.strptime(info[moment], "%Y-%m-%dT%H:%M:%S.%f%z").tzinfo
    ended = rest.request("DELETE", "/session")
    assert (ended.status_code, ended.content) == (204, b"")
    for method in ("GET", "DELETE"):
        assert "Log in again" in rest.refused(method, "/session", 401, "UNAUTHENTICATED").text


def test_login_look_logout_over_json_rpc(http: httpx.Client) -> None:
    token = JsonRpc(http, password_context(ALICE)).output(SESSION, "create")
    assert token.keys() == {"SECRET"}
    session = JsonRpc(http, session_context(token["SECRET"]))
    info = session.output(SESSION, "get")["STRUCTURE"][f"{SESSION}.info"]
    assert info["user"] == ALICE.name
    assert session.output(SESSION, "delete") is None
    assert "Log in again" in session.refused("unauthenticated", SESSION, "get").text


def test_one_session_serves_both_dialects(http: httpx.Client) -> None:
    token = JsonRpc(http, password_context(ALICE)).output(SESSION, "create")["SECRET"]
    assert Rest(http, token).result("GET", "/session", 200)["user"] == ALICE.name
    token = login(http, BOB)
    info = JsonRpc(http, session_context(token)).output(SESSION, "get")
    assert info["STRUCTURE"][f"{SESSION}.info"]["user"] == BOB.name


def test_every_login_is_a_session_of_its_own(http: httpx.Client) -> None:
    first, second = login(http, ALICE), login(http, ALICE)
    assert first != second
    Rest(http, first).result("DELETE", "/session", 204)
    assert Rest(http, second).result("GET", "/session", 200)["user"] == ALICE.name


@pytest.mark.parametrize(
    "account",
    [
        Account(ALICE.name, "wrong"),
        Account(ALICE.name, ""),
        Account(ALICE.name, ALICE.password + " "),
        Account("nobody@example.test", "x"),
    ],
    ids=["wrong password", "no password", "a blank too many", "unknown user"],
)
def test_wrong_password_or_user_are_told_alike(http: httpx.Client, account: Account) -> None:
    """Nobody can find out which users there are."""
    answer = refusal_in(http.post("/api/session", headers={"Authorization": basic(account)}), 401, "UNAUTHENTICATED")
    raw = JsonRpc(http, password_context(account)).refused("unauthenticated", SESSION, "create")
    assert answer.text == raw.text
    assert "User name or password is wrong" in answer.text
    assert account.name == "nobody@example.test" or account.name not in answer.text
    assert (answer.challenge or "").startswith("Basic realm=")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Basic", "colon"),
        ("Basic !!!", "base64"),
        ("Basic bm9jb2xvbg==", "colon"),
        ("Basic /////w==", "base64"),
        (b"Basic \xe9", "base64"),
        ("Digest username=alice", "'Digest'"),
        ("Bearer", "not valid"),
        ("Bearer nonsense", "not valid"),
        ("nonsense", "'nonsense'"),
    ],
)
def test_malformed_authorization(http: httpx.Client, header: str | bytes, told: str) -> None:
    for method, path in (("POST", "/session"), ("GET", DRAFTS)):
        answer = Rest(http).refused(method, path, 401, "UNAUTHENTICATED", headers={"Authorization": header})
        assert told in answer.text


def test_password_with_a_colon_and_letters_beyond_ascii(http: httpx.Client) -> None:
    assert ":" in VICTOR.password
    assert not VICTOR.password.isascii()
    assert Rest(http, login(http, VICTOR)).result("GET", "/session", 200)["user"] == VICTOR.name


def test_no_credentials(http: httpx.Client) -> None:
    assert "Authentication required" in Rest(http).refused("POST", "/session", 401, "UNAUTHENTICATED").text
    assert "Authentication required" in Rest(http).refused("GET", "/session", 401, "UNAUTHENTICATED").text
    for operation in ("create", "get", "delete"):
        assert "Authentication required" in JsonRpc(http).refused("unauthenticated", SESSION, operation).text


def test_a_session_cannot_make_a_session(http: httpx.Client) -> None:
    token = login(http, ALICE)
    assert "password" in Rest(http, token).refused("POST", "/session", 401, "UNAUTHENTICATED").text
    assert "password" in JsonRpc(http, session_context(token)).refused("unauthenticated", SESSION, "create").text


def test_logging_in_again_while_still_sending_the_old_session(http: httpx.Client) -> None:
    rest = Rest(http, "long-dead")
    again = rest.result("POST", "/session", 201, headers={"Authorization": basic(ALICE)})
    assert Rest(http, again).result("GET", "/session", 200)["user"] == ALICE.name


@pytest.mark.parametrize("over", ["header", "cookie", "security context"])
def test_nobody_can_choose_the_session_of_another(http: httpx.Client, over: str) -> None:
    """Session fixation: a token that came with a login, made up or stolen, is not what the login gives."""
    bobs = login(http, BOB)
    for chosen in ("0" * 32, bobs):
        if over == "security context":
            rpc = JsonRpc(http, password_context(ALICE))
            body = rpc.body(SESSION, "create", {})
            body["params"]["ctx"]["securityCtx"] |= {"sessionId": chosen}
            given = rpc.send(body)["result"]["output"]["SECRET"]
        elif over == "header":
            headers = {"vmware-api-session-id": chosen, "Authorization": basic(ALICE)}
            given = body_of(http.post("/api/session", headers=headers))
        else:
            cookies = {"Cookie": f"vmware-api-session-id={chosen}", "Authorization": basic(ALICE)}
            given = body_of(http.post("/api/session", headers=cookies))
        assert given != chosen
        assert Rest(http, given).result("GET", "/session", 200)["user"] == ALICE.name
    Rest(http, "0" * 32).refused("GET", "/session", 401, "UNAUTHENTICATED")
    assert Rest(http, bobs).result("GET", "/session", 200)["user"] == BOB.name


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_cannot_use_the_password_that_a_browser_knows(http: httpx.Client, site: str) -> None:
    headers = {"Authorization": basic(ALICE), "Sec-Fetch-Site": site}
    Rest(http).refused("POST", DRAFTS, 401, "UNAUTHENTICATED", headers=headers).says("another site")
    answer = http.post("/api", content=b"{}", headers=headers | {"content-type": "text/plain"})
    assert "access-control-allow-origin" not in answer.headers
    for own in ("none", "same-origin"):
        assert Rest(http).result("GET", DRAFTS, 200, headers=headers | {"Sec-Fetch-Site": own}) == {}
    # What the page itself has to add is out of its reach: the server answers no question of another origin.
    preflight = http.request("OPTIONS", f"/api{DRAFTS}", headers={"Origin": "https://elsewhere.test"})
    assert preflight.status_code in (404, 405)
    assert not [name for name in preflight.headers if name.startswith("access-control")]


def test_another_password_or_role_and_the_removal_end_all_sessions_in_every_process(fresh_users: Path) -> None:
    users = f"/imagewright/v1/users/{ALICE.name}"
    with ExitStack() as stack:
        here, there = (stack.enter_context(connection(stack.enter_context(serving(fresh_users)))) for _ in range(2))
        administrator = {"vmware-api-session-id": login(here, ADMINISTRATOR)}
        bob = Rest(there, login(here, BOB))
        password = ALICE.password
        for method, change in (
            ("PATCH", {"password": "another one"}), ("PATCH", {"role": "viewer"}), ("DELETE", None)
        ):  # fmt: skip
            alice = [Rest(http, login(here, Account(ALICE.name, password))) for http in (here, there)]
            for each in alice:
                # Twice, because what was answered before may be answered again.
                assert each.result("GET", DRAFTS, 200) == each.result("GET", DRAFTS, 200) == {}
            done = here.request(method, users, headers=administrator, json=change)
            assert done.status_code == 204, done.text
            for each in alice:
                each.refused("GET", DRAFTS, 401, "UNAUTHENTICATED")
            password = "another one"
            assert bob.result("GET", DRAFTS, 200) == {}
        refusal_in(
            there.post("/api/session", headers={"Authorization": basic(Account(ALICE.name, password))}),
            401, "UNAUTHENTICATED",
        )  # fmt: skip


def test_session_header_wins_over_the_security_context(http: httpx.Client) -> None:
    token = login(http, BOB)
    rpc = JsonRpc(http, password_context(ALICE))
    answer = rpc.send(rpc.body(SESSION, "get", {}), {"vmware-api-session-id": token})
    assert answer["result"]["output"]["STRUCTURE"][f"{SESSION}.info"]["user"] == BOB.name


@pytest.mark.parametrize("scheme", [f"{SECURITY}saml_bearer_token", f"{SECURITY}oauth", "com.example.unheard_of"])
def test_other_security_schemes_are_refused_by_name(http: httpx.Client, scheme: str) -> None:
    answer = JsonRpc(http, {"schemeId": scheme}).refused("unauthenticated", SESSION, "get")
    assert scheme in answer.text


def test_authorization_works_on_every_call(user: Callable[[str], Rest], http: httpx.Client) -> None:
    draft = Rest(http).result("POST", DRAFTS, 201, headers={"Authorization": basic(ALICE)})
    token = login(http, BOB)
    found = Rest(http).result("GET", f"{DRAFTS}/{draft}", 200, headers={"Authorization": f"Bearer {token}"})
    assert found["metadata"]["owner"] == ALICE.name
    assert user("bob").result("GET", DRAFTS, 200).keys() == {draft}


def test_sdk_logs_in_and_out(server: ServerProcess) -> None:
    with logged_in(server, ALICE) as client:
        session = Session(configuration(client))
        assert session.get().user == ALICE.name
    with pytest.raises(errors.Unauthenticated):
        session.get()


def test_sdk_ends_a_dead_session_a_second_time(server: ServerProcess, http: httpx.Client) -> None:
    """The SDK deletes on leaving its block and again when it is collected; the second is answered and not a crash."""
    with logged_in(server, ALICE) as client:
        session = Session(configuration(client))
        session.delete()
    with pytest.raises(errors.Unauthenticated) as refused:
        session.delete()
    assert refused.value.error_type == "UNAUTHENTICATED"
    assert refused.value.challenge.startswith("Basic realm=")
    del client
    gc.collect()
    assert Rest(http, login(http, ALICE)).result("GET", "/session", 200)["user"] == ALICE.name


def test_sdk_with_a_wrong_password(server: ServerProcess) -> None:
    wrong = create_user_password_security_context(ALICE.name, "wrong")
    with with_security(server, wrong) as sdk, pytest.raises(errors.Unauthenticated) as refused:
        Session(sdk).create()
    assert "User name or password is wrong" in refused.value.messages[0].default_message


def test_sdk_with_a_borrowed_session(server: ServerProcess, http: httpx.Client) -> None:
    with with_security(server, create_session_security_context(login(http, BOB))) as sdk:
        assert Session(sdk).get().user == BOB.name


def test_an_idle_session_expires_and_a_used_one_does_not(fresh_users: Path) -> None:
    with serving(fresh_users, settings={"IMAGEWRIGHT_SESSION_IDLE": "0.6"}) as server, connection(server) as http:
        used, idle = Rest(http, login(http, ALICE)), Rest(http, login(http, ALICE))
        created = datetime.fromisoformat(idle.result("GET", "/session", 200)["created_time"])

        def older_than_the_limit() -> bool:
            info = used.result("GET", "/session", 200)
            return (datetime.fromisoformat(info["last_accessed_time"]) - created).total_seconds() > 1.2

        eventually("the used session outlives the limit", older_than_the_limit)
        answer = idle.refused("GET", "/session", 401, "UNAUTHENTICATED")
        assert "expired" in answer.text
        assert "Log in again" in answer.text
        raw = JsonRpc(http, session_context(str(idle.token))).refused("unauthenticated", SESSION, "get")
        assert raw.text == answer.text


def test_a_session_ends_at_its_absolute_limit_however_much_it_is_used(fresh_users: Path) -> None:
    with serving(fresh_users, settings={"IMAGEWRIGHT_SESSION_ABSOLUTE": "2.5"}) as server, connection(server) as http:
        rest = Rest(http, login(http, ALICE))
        rest.result("GET", "/session", 200)
        eventually("the session ends", lambda: rest.request("GET", "/session").status_code == 401)
        rest.refused("POST", DRAFTS, 401, "UNAUTHENTICATED")
        assert Rest(http, login(http, ALICE)).result("GET", DRAFTS, 200) == {}

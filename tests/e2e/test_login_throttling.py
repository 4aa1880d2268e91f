"""Wrong passwords over HTTP: counted by user and address, in every process, and told alike over both dialects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from server_process import ADMINISTRATOR, ALICE, BOB, Account, ServerProcess, eventually, run_command, serving
from wire_clients import DRAFTS, JsonRpc, Rest, basic, connection, login, password_context, refusal_in

SESSION = "com.vmware.cis.session"
WRONG = Account(ALICE.name, "wrong")
FEW = {"IMAGEWRIGHT_LOGIN_FAILURES_OF_USER": "3", "IMAGEWRIGHT_LOGIN_FAILURES_FROM_ADDRESS": "8"}


@pytest.fixture
def strict(fresh_users: Path) -> Iterator[ServerProcess]:
    with serving(fresh_users, settings=FEW) as server:
        yield server


def fails(http: httpx.Client, account: Account) -> None:
    refusal_in(http.post("/api/session", headers={"Authorization": basic(account)}), 401, "UNAUTHENTICATED")


def refused(http: httpx.Client, account: Account) -> int:
    """The seconds after which this login may be tried again."""
    answer = http.post("/api/session", headers={"Authorization": basic(account)})
    refusal_in(answer, 503, "SERVICE_UNAVAILABLE").says("Too many wrong passwords")
    assert f"in {answer.headers['retry-after']} seconds" in answer.text
    return int(answer.headers["retry-after"])


def test_wrong_passwords_of_a_user(strict: ServerProcess) -> None:
    with connection(strict) as http:
        open_session = Rest(http, login(http, ALICE))
        # A call that carries its own password is a guess as well.
        fails(http, WRONG)
        Rest(http).refused("GET", DRAFTS, 401, "UNAUTHENTICATED", headers={"Authorization": basic(WRONG)})
        JsonRpc(http, password_context(WRONG)).refused("unauthenticated", SESSION, "create")
        assert 290 < refused(http, ALICE) <= 300, "also with the right password"
        JsonRpc(http, password_context(ALICE)).refused("service_unavailable", SESSION, "create").says("Too many")
        Rest(http).refused("GET", DRAFTS, 503, "SERVICE_UNAVAILABLE", headers={"Authorization": basic(ALICE)})
        assert open_session.result("GET", "/session", 200)["user"] == ALICE.name
        assert login(http, BOB)


def test_nobody_learns_from_it_which_users_there_are(strict: ServerProcess) -> None:
    with connection(strict) as http:
        for name in ("nobody@example.test", ALICE.name):
            for _ in range(3):
                fails(http, Account(name, "wrong"))
            refused(http, Account(name, "wrong"))


def test_many_names_from_one_address(strict: ServerProcess) -> None:
    with connection(strict) as http:
        for number in range(8):
            # An address that the client makes up is not believed.
            http.headers["X-Forwarded-For"] = f"192.0.2.{number}"
            fails(http, Account(f"guess-{number}", "wrong"))
        refused(http, BOB)


def test_the_address_that_a_trusted_proxy_tells(fresh_users: Path) -> None:
    with (
        serving(fresh_users, settings=FEW | {"IMAGEWRIGHT_TRUSTED_PROXIES": "127.0.0.0/8"}) as server,
        connection(server) as http,
    ):
        http.headers["X-Forwarded-For"] = "192.0.2.7"
        for number in range(8):
            fails(http, Account(f"guess-{number}", "wrong"))
        refused(http, BOB)
        http.headers["X-Forwarded-For"] = "192.0.2.8"
        assert login(http, BOB)


def test_every_process_counts_and_a_restart_does_not_forget(strict: ServerProcess) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(serving(strict.data, settings=FEW))
        here, there = (stack.enter_context(connection(each)) for each in (strict, other))
        for http in (here, there, here):
            fails(http, WRONG)
        refused(here, ALICE)
        refused(there, ALICE)
    strict.stop()
    with serving(strict.data, settings=FEW) as again, connection(again) as http:
        refused(http, ALICE)


def test_it_is_over_when_the_window_is(fresh_users: Path) -> None:
    short = FEW | {"IMAGEWRIGHT_LOGIN_FAILURES_WINDOW": "10"}
    with serving(fresh_users, settings=short) as server, connection(server) as http:
        for _ in range(3):
            fails(http, WRONG)
        assert refused(http, ALICE) <= 10
        headers = {"Authorization": basic(ALICE)}
        eventually("Alice is let in", lambda: http.post("/api/session", headers=headers).status_code == 201)


def test_wrong_passwords_are_in_the_audit_record_and_what_was_typed_as_a_name_is_not(strict: ServerProcess) -> None:
    typed = "the password, typed too early"
    with connection(strict) as http:
        fails(http, WRONG)
        fails(http, Account(typed, ""))
        token = login(http, ADMINISTRATOR)
        found = http.get(
            "/imagewright/v1/audit", params={"outcomes": "UNAUTHENTICATED"}, headers={"vmware-api-session-id": token}
        ).json()["records"]
    assert [(each["user"], each["operation"], each["address"]) for each in found] == [
        ("", f"{SESSION}.create", "127.0.0.1"),
        (ALICE.name, f"{SESSION}.create", "127.0.0.1"),
    ]
    assert typed not in json.dumps(found)
    lines = run_command("audit", "--data", str(strict.data), folder=strict.data.parent).stdout
    assert typed not in lines

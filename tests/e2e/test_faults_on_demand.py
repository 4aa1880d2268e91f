"""Faults on demand, as somebody uses them who tests his own program: through HTTP, and met by the official SDK."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import official_sdk
import pytest
from official_sdk import Drafts, configuration, logged_in
from server_process import ADMINISTRATOR, ALICE, ServerProcess, serving
from wire_clients import DRAFTS, DRAFTS_SERVICE, JsonRpc, Rest, basic, connection, login, refusal_in, session_context

with official_sdk.warnings.catch_warnings():
    official_sdk.warnings.simplefilter("ignore", DeprecationWarning)
    from com.vmware.vapi.std.errors_client import ServiceUnavailable

FAULTS = "/imagewright/v1/faults"
BUSY = {"effect": "ERROR", "error_type": "SERVICE_UNAVAILABLE"}


@pytest.fixture
def faulty(fresh_users: Path) -> Iterator[ServerProcess]:
    with serving(fresh_users, ["--allow-faults"]) as server:
        yield server


@pytest.fixture
def web(faulty: ServerProcess) -> Iterator[httpx.Client]:
    with connection(faulty) as client:
        yield client


class Administrator:
    """Makes and deletes faults, with name and password on each call."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.headers = {"Authorization": basic(ADMINISTRATOR)}

    def create(self, **spec: object) -> str:
        response = self.http.post(FAULTS, json=spec, headers=self.headers)
        assert response.status_code == 201, response.text
        return str(response.json())

    def list(self) -> list[dict[str, object]]:
        return list(self.http.get(FAULTS, headers=self.headers).json())

    def delete(self, fault: str) -> None:
        assert self.http.delete(f"{FAULTS}/{fault}", headers=self.headers).status_code == 204


def test_an_error_over_every_transport(faulty: ServerProcess, web: httpx.Client) -> None:
    administrator, token = Administrator(web), login(web, ALICE)
    fault = administrator.create(**BUSY, operation=f"{DRAFTS_SERVICE}.list", message="out for lunch")

    assert Rest(web, token).refused("GET", DRAFTS, 503, "SERVICE_UNAVAILABLE").text == "out for lunch"
    rpc = JsonRpc(web, session_context(token))
    assert rpc.refused("service_unavailable", DRAFTS_SERVICE, "list").text == "out for lunch"
    with logged_in(faulty, ALICE) as client, pytest.raises(ServiceUnavailable):
        Drafts(configuration(client)).list()
    assert administrator.list()[0]["matched"] == 3

    administrator.delete(fault)
    assert Rest(web, token).result("GET", DRAFTS, 200) == {}


def test_a_call_is_delayed_so_many_times(web: httpx.Client) -> None:
    rest = Rest(web, login(web, ALICE))
    Administrator(web).create(effect="DELAY", milliseconds=300, count=1, user=ALICE.name)
    started = time.monotonic()
    rest.result("GET", DRAFTS, 200)
    assert time.monotonic() - started >= 0.3


def test_a_task_is_held_and_goes_on(faulty: ServerProcess, web: httpx.Client) -> None:
    """The SDK checks for each status what may be set, so it reads the held task only if it is right."""
    administrator = Administrator(web)
    fault = administrator.create(effect="HOLD", state="PENDING", operation="*.validate$task")
    with logged_in(faulty, ALICE) as client:
        drafts = Drafts(configuration(client))
        task = drafts.validate_task(drafts.create(Drafts.CreateSpec()))
        assert task.get_info().status == "PENDING"
        administrator.delete(fault)
        ended = official_sdk.ended(task)
        assert ended.status == "SUCCEEDED", ended.error


def test_whoever_made_every_call_fail_can_take_it_back(web: httpx.Client) -> None:
    administrator = Administrator(web)
    fault = administrator.create(**BUSY)
    refusal_in(web.post("/api/session", headers={"Authorization": basic(ALICE)}), 503, "SERVICE_UNAVAILABLE")
    administrator.delete(fault)
    login(web, ALICE)


@pytest.mark.parametrize(
    "spec",
    [
        {"effect": "ERROR"},
        {"effect": "DELAY", "milliseconds": 5, "state": "RUNNING"},
        {"effect": "HOLD", "state": "SUCCEEDED"},
        {"effect": "DELAY", "milliseconds": -1},
        {**BUSY, "count": 0},
    ],
)
def test_rules_that_make_no_sense(web: httpx.Client, spec: dict[str, object]) -> None:
    answer = web.post(FAULTS, json=spec, headers={"Authorization": basic(ADMINISTRATOR)})
    refusal_in(answer, 400, "INVALID_ARGUMENT")


def test_a_server_that_people_rely_on_has_none(http: httpx.Client, tokens: dict[str, str]) -> None:
    administrator = {"vmware-api-session-id": tokens["administrator"]}
    for answer in (
        http.post(FAULTS, json=BUSY, headers=administrator),
        http.get(FAULTS, headers=administrator),
        http.delete(f"{FAULTS}/fault-1", headers=administrator),
    ):
        assert "--allow-faults" in refusal_in(answer, 400, "UNSUPPORTED").text
    editor = {"vmware-api-session-id": tokens["alice"]}
    refusal_in(http.post(FAULTS, json=BUSY, headers=editor), 403, "UNAUTHORIZED")

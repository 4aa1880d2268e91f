"""Every operation, as every role and as nobody, over both dialects: who is let in follows from the contract alone.

The table is made from the declared operations, so a new one is in it at once. Inputs are empty and ids unknown: the
privilege is checked before either is looked at.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from server_process import ADMINISTRATOR, ALICE, VICTOR, Account, serving
from wire_clients import JsonRpc, basic, connection, login, password_context, session_context

from imagewright.app.privileges import ROLES, Role
from imagewright.contract import registry
from imagewright.contract.operations import Operation, Route
from imagewright.contract.services import cis_session

EVERY = {each.key: each for each in (*registry.operations, *registry.own_operations)}
PUBLISHED = {each.key: each for each in registry.operations}
NOBODY = None
PEOPLE: dict[str, Account | None] = {
    "nobody": NOBODY,
    Role.VIEWER: VICTOR,
    Role.EDITOR: ALICE,
    Role.ADMINISTRATOR: ADMINISTRATOR,
}
STRANGER, REFUSED, LET_IN = "UNAUTHENTICATED", "UNAUTHORIZED", "let in"
ERROR = "com.vmware.vapi.std.errors."


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a call: UNAUTHENTICATED, UNAUTHORIZED, or anything that only those hear who are let in."""

    outcome: str
    text: str

    @classmethod
    def of(cls, error: str, text: str) -> Attempt:
        assert error not in ("ERROR", "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"), text
        return cls(error if error in (STRANGER, REFUSED) else LET_IN, text)


def expected(operation: Operation, person: str) -> str:
    """Who is let in, as the contract and the roles say."""
    if person == "nobody":
        return STRANGER
    return LET_IN if ROLES[Role(person)].issuperset(operation.privileges) else REFUSED


@pytest.fixture(scope="module")
def http(users_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """HTTP to a server that nobody else uses, because those who are let in do things."""
    data = Path(shutil.copytree(users_data, tmp_path_factory.mktemp("roles") / "data"))
    with serving(data) as server, connection(server) as client:
        yield client


def header_of(http: httpx.Client, operation: Operation, account: Account | None) -> dict[str, str]:
    """A session of its own for each call, because ending it is one of them."""
    if account is None:
        return {}
    if operation is cis_session.create:
        return {"Authorization": basic(account)}
    return {"vmware-api-session-id": login(http, account)}


def over_rest(http: httpx.Client, operation: Operation, route: Route, account: Account | None) -> Attempt:
    path = re.sub(r"{\w+}", "1", route.path)
    params = {"action": route.action} if route.action else {}
    params |= {"vmw-task": "true"} if route.task else {}
    root = "/api" if operation.key in PUBLISHED else "/imagewright/v1"
    body = {"json": {}} if route.body or route.body_fields else {}
    answer = http.request(
        route.method, f"{root}{path}", params=params, headers=header_of(http, operation, account), **body
    )
    error = answer.json()["error_type"] if answer.status_code >= 400 else ""
    assert (answer.status_code == 401) == (error == STRANGER)
    assert (answer.status_code == 403) == (error == REFUSED)
    return Attempt.of(error, answer.text)


def over_json_rpc(http: httpx.Client, operation: Operation, account: Account | None) -> Attempt:
    security: dict[str, str] | None = None
    if account is not None:
        by_password = operation is cis_session.create
        security = password_context(account) if by_password else session_context(login(http, account))
    result: Any = JsonRpc(http, security).call(operation.service, operation.operation_id)
    error = next(iter(result["error"]["ERROR"])).removeprefix(ERROR).upper() if "error" in result else ""
    return Attempt.of(error, str(result))


def agrees(operation: Operation, person: str, attempt: Attempt) -> bool:
    if attempt.outcome == REFUSED:
        missing = set(operation.privileges) - ROLES[Role(person)]
        assert all(each in attempt.text for each in missing), attempt.text
    return attempt.outcome == expected(operation, person)


@pytest.mark.parametrize("person", PEOPLE)
def test_over_rest(http: httpx.Client, person: str) -> None:
    wrong = {
        route.line: attempt.text
        for operation in EVERY.values()
        for route in operation.routes
        if not agrees(operation, person, attempt := over_rest(http, operation, route, PEOPLE[person]))
    }
    assert wrong == {}


@pytest.mark.parametrize("person", PEOPLE)
def test_over_json_rpc(http: httpx.Client, person: str) -> None:
    wrong = {
        key: attempt.text
        for key, operation in PUBLISHED.items()
        if not agrees(operation, person, attempt := over_json_rpc(http, operation, PEOPLE[person]))
    }
    assert wrong == {}


def test_the_table_is_not_empty_anywhere() -> None:
    """Each role may something that the one before may not, and every kind of refusal is there to be seen."""
    may = {person: sum(expected(each, person) == LET_IN for each in EVERY.values()) for person in PEOPLE}
    assert 0 == may["nobody"] < may[Role.VIEWER] < may[Role.EDITOR] < may[Role.ADMINISTRATOR] == len(EVERY)


FILES = {
    ("POST", "/vum-fileupload"): {Role.EDITOR, Role.ADMINISTRATOR},
    ("GET", "/imagewright/v1/exports/software-spec-1/1/software-spec.json"): {*Role},
}
"""What is not an operation, and who may do it."""


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("file", FILES, ids=" ".join)
def test_files(http: httpx.Client, file: tuple[str, str], person: str) -> None:
    account = PEOPLE[person]
    headers = {"Authorization": basic(account)} if account else {}
    answer = http.request(*file, headers=headers)
    wanted = STRANGER if account is None else LET_IN if person in FILES[file] else REFUSED
    assert Attempt.of(answer.json()["error_type"], answer.text).outcome == wanted

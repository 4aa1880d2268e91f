"""Users: over the wire as administrators manage them, and on the command line, with and without a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from server_process import ADMINISTRATOR, ALICE, ROLES, VICTOR, Account, ServerProcess, serving
from wire_clients import Rest, body_of, connection, login, refusal_in, rest_session

CAROL = Account("carol@example.test", "carol's password")
PRIVILEGE = "VcIntegrity.lifecycleSettings.Read"
PASSWORD = {"IMAGEWRIGHT_USER_PASSWORD": CAROL.password}


@pytest.fixture
def running(fresh_users: Path) -> Iterator[ServerProcess]:
    with serving(fresh_users) as server:
        yield server


@pytest.fixture
def cli(running: ServerProcess, tmp_path: Path) -> CommandLine:
    home = tmp_path / "home"
    home.mkdir()
    return CommandLine(running, home).log_in(ADMINISTRATOR)


class Users:
    """The operations on the raw wire."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def send(self, method: str, name: str = "", body: Any = None) -> Any:
        path = "/imagewright/v1/users" + (f"/{name}" if name else "")
        headers = {"vmware-api-session-id": self._rest.token} if self._rest.token else {}
        return self._rest.http.request(method, path, json=body, headers=headers)

    def done(self, status: int, *request: Any) -> Any:
        response = self.send(*request)
        assert response.status_code == status, response.text
        return body_of(response)

    def refused(self, status: int, error_type: str, *request: Any) -> str:
        return refusal_in(self.send(*request), status, error_type).text


@pytest.fixture
def users(running: ServerProcess) -> Iterator[Users]:
    with rest_session(running, ADMINISTRATOR) as rest:
        yield Users(rest)


def test_users_are_added_changed_and_removed_over_the_wire(users: Users, running: ServerProcess) -> None:
    spec = {"name": CAROL.name, "password": CAROL.password, "role": "viewer"}
    assert users.done(201, "POST", "", spec) == CAROL.name
    info = users.done(200, "GET", CAROL.name)
    assert (info["name"], info["role"]) == (CAROL.name, "viewer")
    assert PRIVILEGE in info["privileges"]
    assert "password" not in json.dumps(info)
    assert {each["name"] for each in users.done(200, "GET")} == {*(one.name for one in ROLES), CAROL.name}

    with connection(running) as http:
        token = login(http, CAROL)
        users.done(204, "PATCH", CAROL.name, {"privileges": [PRIVILEGE]})
        refusal_in(http.get("/api/session", headers={"vmware-api-session-id": token}), 401, "UNAUTHENTICATED")
        assert users.done(200, "GET", CAROL.name)["privileges"] == [PRIVILEGE]

        users.done(204, "PATCH", CAROL.name, {"password": "another"})
        refusal_in(http.post("/api/session", auth=(CAROL.name, CAROL.password)), 401, "UNAUTHENTICATED")
        token = login(http, Account(CAROL.name, "another"))
        users.done(204, "DELETE", CAROL.name)
        refusal_in(http.get("/api/session", headers={"vmware-api-session-id": token}), 401, "UNAUTHENTICATED")
    users.refused(404, "NOT_FOUND", "GET", CAROL.name)


@pytest.mark.parametrize(
    ("request_", "status", "error_type", "told"),
    [
        (("POST", "", {"name": "x", "password": "p"}), 400, "INVALID_ARGUMENT", "either spec.role or"),
        (("POST", "", {"name": "x", "password": "p", "role": "king"}), 400, "INVALID_ARGUMENT", "'king' is no role"),
        (("POST", "", {"name": "x", "password": "", "role": "viewer"}), 400, "INVALID_ARGUMENT", "is empty"),
        (("POST", "", {"name": " ", "password": "p", "role": "viewer"}), 400, "INVALID_ARGUMENT", "'spec.name'"),
        (("POST", "", {"name": "x", "password": "p", "privileges": ["All"]}), 400, "INVALID_ARGUMENT", "'All'"),
        (("POST", "", {"name": ALICE.name, "password": "p", "role": "viewer"}), 400, "ALREADY_EXISTS", ALICE.name),
        (("PATCH", "nobody", {"role": "viewer"}), 404, "NOT_FOUND", "nobody"),
        (("PATCH", ALICE.name, {"role": "viewer", "privileges": []}), 400, "INVALID_ARGUMENT", "not both"),
        (("DELETE", "nobody"), 404, "NOT_FOUND", "nobody"),
        (("DELETE", ADMINISTRATOR.name), 400, "NOT_ALLOWED_IN_CURRENT_STATE", "last administrator"),
        (("PATCH", ADMINISTRATOR.name, {"role": "editor"}), 400, "NOT_ALLOWED_IN_CURRENT_STATE", "last administrator"),
    ],
)
def test_what_is_wrong_is_refused_and_changes_nothing(
    users: Users, request_: tuple[Any, ...], status: int, error_type: str, told: str
) -> None:
    before = users.done(200, "GET")

    assert told in users.refused(status, error_type, *request_)

    assert users.done(200, "GET") == before


def test_only_administrators_see_and_change_users(running: ServerProcess) -> None:
    with rest_session(running, ALICE) as alice:
        for request in (("GET",), ("POST", "", {}), ("PATCH", ALICE.name, {"role": "administrator"})):
            assert "imagewright.Administer" in Users(alice).refused(403, "UNAUTHORIZED", *request)
        Users(Rest(alice.http)).refused(401, "UNAUTHENTICATED", "GET")


def test_users_are_managed_on_the_command_line(cli: CommandLine) -> None:
    assert cli.told("user", "add", CAROL.name, "--role", "viewer", **PASSWORD) == f"added {CAROL.name}\n"
    assert "viewer" in next(line for line in cli.told("user", "ls").splitlines() if CAROL.name in line)
    cli.told("user", "role", CAROL.name, "editor")
    cli.told("user", "password", CAROL.name, IMAGEWRIGHT_USER_PASSWORD="another")
    listed = {each["name"]: each["role"] for each in cli.answer("user", "ls")}
    assert listed == {account.name: role for account, role in ROLES.items()} | {CAROL.name: "editor"}
    cli.log_in(Account(CAROL.name, "another"))
    assert "imagewright.Administer" in cli.refused(1, "user", "ls")
    cli.log_in(ADMINISTRATOR)
    cli.told("user", "rm", CAROL.name)

    assert cli.refused(1, "user", "rm", CAROL.name).endswith("Try: imagewright user ls")
    assert "last administrator" in cli.refused(1, "user", "rm", ADMINISTRATOR.name)
    assert "give either a role" in cli.refused(2, "user", "role", VICTOR.name)
    assert "'king' is no role" in cli.refused(2, "user", "role", VICTOR.name, "king")


def test_a_forgotten_password_is_replaced_on_the_data_folder(cli: CommandLine) -> None:
    data = str(cli.server.data)

    cli.told("user", "password", ADMINISTRATOR.name, "--data", data, IMAGEWRIGHT_USER_PASSWORD="new")

    assert "session is not valid" in cli.refused(3, "user", "ls")
    cli.log_in(Account(ADMINISTRATOR.name, "new"))
    refused = cli.refused(1, "user", "password", "nobody", "--data", data, IMAGEWRIGHT_USER_PASSWORD="new")
    assert "There is no user nobody" in refused

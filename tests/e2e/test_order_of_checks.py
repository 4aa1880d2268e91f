"""The order of checks in docs/order-of-checks.md, over REST and JSON-RPC: of several mistakes, which one is told.

For each operation one request has everything wrong. One mistake after the other is taken out of it, and each time the
next one in the order is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from server_process import ADMINISTRATOR, ALICE, BOB, VICTOR, Account, ServerProcess, add_user
from stock import delete_all_drafts
from wire_clients import (
    DRAFTS,
    DRAFTS_SERVICE,
    OFFLINE,
    SOFTWARE,
    SOFTWARE_SERVICE,
    JsonRpc,
    Rest,
    connection,
    login,
    optional,
    session_context,
    structure,
)

from imagewright.cli import sample_depot as sample

STRANGER = Account("depots-only@example.test", "p")
"""May read settings and depots, and no specification."""

NOT_JSON = {"content": b'{"not": JSON', "headers": {"content-type": "application/json"}}
UNKNOWN = "no-such-id"
TASK = {"vmw-task": "true"}


@dataclass(frozen=True)
class Operation:
    """One operation in both dialects. `path` has `{}` where the id stands; `fields` are those beside the id.

    `weak` lacks the privilege, None when there is none to lack; `strong` has it. `held` names what there is, as a key
    of the fixture `things`; calling the operation on it meets the wrong state `state` (with its REST status).
    """

    name: str
    method: str
    path: str
    service: str
    operation: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    id_field: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    weak: Account | None = VICTOR
    strong: Account = ALICE
    held: str | None = None
    state: tuple[int, str] | None = None
    served: bool = True

    def rest(self, thing: str) -> tuple[str, str]:
        return self.method, self.path.format(thing)

    def rpc(self, thing: str) -> dict[str, Any]:
        return {**({self.id_field: thing} if self.id_field else {}), **self.fields}


def _spec(name: str, **fields: Any) -> dict[str, Any]:
    return {"spec": structure(name, fields)}


OPERATIONS = [
    Operation(
        "create a draft", "POST", DRAFTS, DRAFTS_SERVICE, "create",
        body={}, fields=_spec(f"{DRAFTS_SERVICE}.create_spec"),
        strong=BOB, held="draft of bob", state=(400, "ALREADY_EXISTS"),
    ),
    Operation(
        "delete a draft", "DELETE", f"{DRAFTS}/{{}}", DRAFTS_SERVICE, "delete",
        id_field="draft", held="draft of bob", state=(403, "UNAUTHORIZED"),
    ),
    Operation(
        "commit a draft", "POST", f"{DRAFTS}/{{}}", DRAFTS_SERVICE, "commit$task",
        params={"action": "commit"} | TASK, body={"message": "m"}, id_field="draft",
        fields=_spec(f"{DRAFTS_SERVICE}.commit_spec", message=optional("m")),
        held="draft of bob", state=(403, "UNAUTHORIZED"),
    ),
    Operation(
        "validate a draft", "POST", f"{DRAFTS}/{{}}", DRAFTS_SERVICE, "validate$task",
        params={"action": "validate"} | TASK, id_field="draft", held="draft of bob", state=(403, "UNAUTHORIZED"),
    ),
    Operation(
        "read a draft", "GET", f"{DRAFTS}/{{}}", DRAFTS_SERVICE, "get",
        id_field="draft", weak=STRANGER, strong=VICTOR,
    ),
    Operation(
        "name a draft", "PUT", f"{DRAFTS}/{{}}/display-name", f"{DRAFTS_SERVICE}.display_name", "set",
        body={"display_name": "n"}, id_field="draft",
        fields=_spec(f"{DRAFTS_SERVICE}.display_name.set_spec", display_name="n"),
        held="draft of bob", state=(403, "UNAUTHORIZED"),
    ),
    Operation(
        "set the components of a draft", "PATCH", f"{DRAFTS}/{{}}/components", f"{DRAFTS_SERVICE}.components", "update",
        body={}, id_field="draft", fields=_spec(f"{DRAFTS_SERVICE}.components.update_spec"),
        held="draft of bob", state=(403, "UNAUTHORIZED"),
    ),
    Operation(
        "edit a specification", "POST", f"{SOFTWARE}/{{}}", SOFTWARE_SERVICE, "edit",
        params={"action": "edit"}, body={}, id_field="software_spec", fields=_spec(f"{SOFTWARE_SERVICE}.edit_spec"),
        strong=BOB, held="specification", state=(400, "ALREADY_EXISTS"),
    ),
    Operation(
        "read a specification", "GET", f"{SOFTWARE}/{{}}", SOFTWARE_SERVICE, "get",
        id_field="software_spec", weak=STRANGER, strong=VICTOR,
    ),
    Operation(
        "delete a depot", "DELETE", f"{OFFLINE}/{{}}", "com.vmware.esx.settings.depots.offline", "delete",
        id_field="depot", fields={"spec": optional()}, weak=ALICE, strong=ADMINISTRATOR,
        held="depot in use", state=(400, "RESOURCE_IN_USE"),
    ),
    Operation(
        "cancel a task", "POST", "/cis/tasks/{}", "com.vmware.cis.tasks", "cancel",
        params={"action": "cancel"}, id_field="task", weak=None,
        held="ended task", state=(400, "NOT_ALLOWED_IN_CURRENT_STATE"),
    ),
    Operation(
        "take the image of a host", "POST", "/esx/settings/depots/offline",
        "com.vmware.esx.settings.depots.offline", "create_from_host$task",
        params={"action": "createFromHost"} | TASK, body=NOT_JSON, fields={"spec": 7}, served=False,
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def stock(stocked_server: ServerProcess) -> Iterator[httpx.Client]:
    add_user(stocked_server.data, STRANGER, "--privilege", "VcIntegrity.lifecycleSettings.Read")
    with connection(stocked_server) as http:
        yield http


@pytest.fixture(scope="module")
def token(stock: httpx.Client) -> Callable[[Account], str]:
    """A session of a user, made once."""
    known: dict[Account, str] = {}

    def of(account: Account) -> str:
        if account not in known:
            known[account] = login(stock, account)
        return known[account]

    return of


@pytest.fixture(scope="module")
def things(stock: httpx.Client, token: Callable[[Account], str]) -> Iterator[dict[str, str]]:
    """What there is: a specification, the depot it needs, an ended task, and a draft of Bob."""
    alice, bob = Rest(stock, token(ALICE)), Rest(stock, token(BOB))
    draft = alice.result("POST", DRAFTS, 201)
    alice.result("PUT", f"{DRAFTS}/{draft}/display-name", 204, json={"display_name": "in the library"})
    alice.result("PUT", f"{DRAFTS}/{draft}/base-image", 204, json={"version": sample.BASE_9_1_0})
    commit = alice.result("POST", f"{DRAFTS}/{draft}", 202, params={"action": "commit"} | TASK, json={})
    spec = alice.wait(commit)["result"]
    depots = {info["description"]: depot for depot, info in alice.result("GET", OFFLINE, 200).items()}
    yield {
        "specification": spec,
        "depot in use": depots[sample.BASE_9_1_0_FILE],
        "ended task": commit,
        "draft of bob": bob.result("POST", DRAFTS, 201),
    }
    delete_all_drafts(Rest(stock, token(ADMINISTRATOR)))


@pytest.fixture(params=OPERATIONS, ids=lambda operation: operation.name)
def operation(request: pytest.FixtureRequest) -> Operation:
    found: Operation = request.param
    return found


def test_over_rest(
    operation: Operation, stock: httpx.Client, token: Callable[[Account], str], things: dict[str, str]
) -> None:
    nobody = Rest(stock)
    method, path = operation.rest(UNKNOWN)
    params = operation.params
    wrong: dict[str, Any] = {"params": params, **NOT_JSON}
    nobody.refused(method, f"{path}/no/such/path", 404, "OPERATION_NOT_FOUND", **wrong)
    nobody.refused(method, path, 404, "OPERATION_NOT_FOUND", **(wrong | {"params": {"action": "no-such-action"}}))
    nobody.refused("TRACE", path, 404, "OPERATION_NOT_FOUND", **wrong)
    nobody.refused(method, path, 401, "UNAUTHENTICATED", **wrong)
    Rest(stock, "dead session").refused(method, path, 401, "UNAUTHENTICATED", **wrong)
    if operation.weak:
        weak = Rest(stock, token(operation.weak))
        weak.refused(method, path, 403, "UNAUTHORIZED", **wrong)
    strong = Rest(stock, token(operation.strong))
    if not operation.served:
        strong.refused(method, path, 400, "UNSUPPORTED", **wrong)
        return
    strong.refused(method, path, 400, "INVALID_ARGUMENT", **wrong)
    right = {"params": params, "json": operation.body}
    if operation.id_field:
        assert UNKNOWN in strong.refused(method, path, 404, "NOT_FOUND", **right).text
    if operation.held and operation.state:
        strong.refused(*operation.rest(things[operation.held]), *operation.state, **right)


def test_over_json_rpc(
    operation: Operation, stock: httpx.Client, token: Callable[[Account], str], things: dict[str, str]
) -> None:
    service, name = operation.service, operation.operation

    def as_(account: Account) -> JsonRpc:
        return JsonRpc(stock, session_context(token(account)))

    nobody = JsonRpc(stock)
    unknown_and_malformed = {"no such field": 1, **operation.rpc(UNKNOWN), "spec": 7}
    assert service + "s" in nobody.refused("operation_not_found", service + "s", name, **unknown_and_malformed).text
    assert "nonsense" in nobody.refused("operation_not_found", service, "nonsense", **unknown_and_malformed).text
    nobody.refused("unauthenticated", service, name, **unknown_and_malformed)
    if operation.weak:
        as_(operation.weak).refused("unauthorized", service, name, **unknown_and_malformed)
    strong = as_(operation.strong)
    if not operation.served:
        strong.refused("unsupported", service, name, **unknown_and_malformed)
        return
    error = "invalid_argument" if "spec" in operation.rpc(UNKNOWN) else "unexpected_input"
    strong.refused(error, service, name, **unknown_and_malformed)
    if operation.id_field:
        assert UNKNOWN in strong.refused("not_found", service, name, **operation.rpc(UNKNOWN)).text
    if operation.held and operation.state:
        strong.refused(operation.state[1].lower(), service, name, **operation.rpc(things[operation.held]))


def test_a_password_is_checked_where_a_session_is(stock: httpx.Client) -> None:
    """Basic authentication is told its mistakes in the same order."""
    wrong = {"Authorization": "Basic YTpi"}
    Rest(stock).refused("POST", f"{DRAFTS}/x/no/such", 404, "OPERATION_NOT_FOUND", headers=wrong)
    Rest(stock).refused("POST", DRAFTS, 401, "UNAUTHENTICATED", content=b"{", headers=wrong)


def test_who_may_not_upload_is_told_before_the_form_is_read(
    stock: httpx.Client, token: Callable[[Account], str]
) -> None:
    no_form = {"content": b"not a form", "headers": {"content-type": "text/plain"}}
    for account, status, error in ((None, 401, "UNAUTHENTICATED"), (VICTOR, 403, "UNAUTHORIZED"), (ALICE, 400, None)):
        headers = dict(no_form["headers"]) | ({"vmware-api-session-id": token(account)} if account else {})
        response = stock.post("/vum-fileupload", content=no_form["content"], headers=headers)
        assert (response.status_code, response.json()["error_type"]) == (status, error or "INVALID_ARGUMENT")

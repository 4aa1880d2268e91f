"""What is our own: reached under `/imagewright/v1` and nowhere else, with clusters from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from server_process import ADMINISTRATOR, ALICE, VICTOR, ServerProcess, run_command
from wire_clients import DRAFTS, SOFTWARE, JsonRpc, Refusal, Rest, body_of, connection, login, refusal_in

from imagewright.cli import sample_depot as sample

OWN = "/imagewright/v1"
ASSIGN = {"action": "assign-entities", "vmw-task": "true"}
COMMIT = {"action": "commit", "vmw-task": "true"}
CLUSTER = {"type": "CLUSTER", "clusters": ["domain-c8"]}


class Own:
    """The own namespace, as one user."""

    def __init__(self, http: httpx.Client, token: str | None) -> None:
        self._http = http
        self._headers = {"vmware-api-session-id": token} if token else {}

    def result(self, method: str, path: str, status: int, **options: Any) -> Any:
        response = self._http.request(method, OWN + path, headers=self._headers, **options)
        assert response.status_code == status, response.text
        return body_of(response)

    def refused(self, method: str, path: str, status: int, error_type: str, **options: Any) -> Refusal:
        return refusal_in(self._http.request(method, OWN + path, headers=self._headers, **options), status, error_type)


@pytest.fixture
def web(stocked_server: ServerProcess) -> Iterator[httpx.Client]:
    with connection(stocked_server) as client:
        yield client


def register(server: ServerProcess, *words: str) -> None:
    done = run_command("inventory", *words, "--data", str(server.data), folder=server.data.parent)
    assert done.returncode == 0, done.stderr


def test_from_the_command_line_to_an_assignment_and_back(stocked_server: ServerProcess, web: httpx.Client) -> None:
    register(stocked_server, "add-cluster", "domain-c8", "Blades, hall 2")
    register(stocked_server, "add-host", "host-1", "esx1.example", "--cluster", "domain-c8")
    alice, own = (kind(web, login(web, ALICE)) for kind in (Rest, Own))
    draft = alice.result("POST", DRAFTS, 201)
    alice.result("PUT", f"{DRAFTS}/{draft}/base-image", 204, json={"version": sample.BASE_9_1_0})
    alice.result("PUT", f"{DRAFTS}/{draft}/display-name", 204, json={"display_name": "Blades"})
    spec = alice.task("POST", f"{DRAFTS}/{draft}", params=COMMIT, json={"message": "first"})["result"]

    body = {"software_spec_id": spec, "entities": CLUSTER}
    assigned = alice.task("POST", "/esx/settings/inventory", params=ASSIGN, json=body)
    assert assigned["result"]["cluster_results"] == {"domain-c8": {"status": "COMPLETED", "notifications": {}}}
    info = alice.result("GET", f"{SOFTWARE}/{spec}", 200)
    assert info["editable"] is False
    assert info["assigned_entities"] == {"clusters": [{"id": "domain-c8", "name": "Blades, hall 2"}], "hosts": []}
    in_use = alice.refused("DELETE", f"{SOFTWARE}/{spec}", 400, "RESOURCE_IN_USE")
    assert in_use.data == info["assigned_entities"]
    listed = run_command(
        "inventory", "ls", "--data", str(stocked_server.data), folder=stocked_server.data.parent
    ).stdout
    assert [line.split() for line in listed.splitlines()[2:]] == [
        ["domain-c8", "cluster", "Blades,", "hall", "2", "-", spec],
        ["host-1", "host", "esx1.example", "domain-c8", "-"],
    ]

    own.result("POST", "/inventory", 204, params={"action": "unassign-entities"}, json=CLUSTER)
    (version,) = own.result("GET", f"/software/{spec}/versions", 200)
    assert (version["version"], version["author"], version["message"]) == (1, ALICE.name, "first")
    whole = own.result("GET", f"/software/{spec}/versions/1", 200)
    assert whole == version | {"software_spec": info["software_spec"]}
    own.refused("GET", f"/software/{spec}/versions/one", 400, "INVALID_ARGUMENT").says("version")
    alice.result("DELETE", f"{SOFTWARE}/{spec}", 204)


def test_the_published_api_knows_nothing_of_it(web: httpx.Client) -> None:
    token = login(web, ADMINISTRATOR)
    rest = Rest(web, token)
    for method, path in (("GET", "/inventory/hosts"), ("GET", "/software/software-spec-1/versions")):
        rest.refused(method, path, 404, "OPERATION_NOT_FOUND")
        assert web.request(method, f"/rest{path}").status_code == 404
    rest.refused("GET", "/imagewright/v1/inventory/hosts", 404, "OPERATION_NOT_FOUND")
    body = JsonRpc(web).body("imagewright.v1.inventory.hosts", "list", {})
    answer = web.post("/api", json=body).json()
    assert "com.vmware.vapi.std.errors.operation_not_found" in str(answer["result"]["error"])


def test_who_may_not_is_refused_in_the_same_order(web: httpx.Client) -> None:
    Own(web, None).refused("GET", "/inventory/hosts", 401, "UNAUTHENTICATED")
    own = Own(web, login(web, VICTOR))
    own.refused("POST", "/inventory/hosts", 403, "UNAUTHORIZED", content=b"{").says("imagewright.Administer")
    own.refused("GET", "/inventory/datacenters", 404, "OPERATION_NOT_FOUND")
    administrator = Own(web, login(web, ADMINISTRATOR))
    administrator.refused("POST", "/inventory/hosts", 400, "INVALID_ARGUMENT", content=b"{").says("line 1")
    assert administrator.result("POST", "/inventory/hosts", 201, json={"id": "host-7", "name": "x"}) == "host-7"
    administrator.refused("POST", "/inventory/hosts", 400, "ALREADY_EXISTS", json={"id": "host-7", "name": "y"})
    administrator.result("DELETE", "/inventory/hosts/host-7", 204)


def test_a_mistake_on_the_command_line_is_one_sentence(stocked_server: ServerProcess) -> None:
    folder = stocked_server.data.parent
    for words, told in (
        (("add-host", "host-9", "x", "--cluster", "nowhere"), "no cluster 'nowhere'"),
        (("add-cluster", " ", "x"), "'id' is empty"),
    ):
        done = run_command("inventory", *words, "--data", str(stocked_server.data), folder=folder)
        assert done.returncode == 1
        assert done.stderr.startswith("imagewright: ")
        assert told in done.stderr
        assert done.stderr.split("Try: ")[0].count("\n") == 1

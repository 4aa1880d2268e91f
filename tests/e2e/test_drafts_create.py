"""The published page of *Drafts Create*, line by line, over both dialects. 503 has a module of its own."""

from __future__ import annotations

import re
import shlex
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import httpx
import pytest
from draft_creation import DIALECTS, Dialect, refused
from official_sdk import Drafts, configuration, errors, logged_in
from server_process import ALICE, PATIENCE, VICTOR, Account, ServerProcess, add_user, surroundings
from wire_clients import DRAFTS, DRAFTS_SERVICE, JsonRpc, Refusal, Rest, basic, body_of, connection, login, refusal_in

WRITE = "VcIntegrity.lifecycleSoftwareSpecification.Write"
# As it is printed. What is in angle brackets and braces is for the reader to fill in.
SAMPLE = (
    "curl -X POST -H 'Authorization: <value>' -H 'Content-Type: application/json' -d '[{}]' "
    "https://{api_host}/esx/settings/repository/software/drafts"
)


@pytest.fixture(params=DIALECTS, ids=["rest", "json-rpc"])
def drafts(request: pytest.FixtureRequest, http: httpx.Client) -> Dialect:
    made: Dialect = request.param(http)
    return made


@pytest.fixture
def alice(user: Callable[[str], Rest]) -> Iterator[Rest]:
    """Alice, who has no draft at the beginning and none at the end."""
    return user("alice")


@pytest.fixture
def viewer(user: Callable[[str], Rest]) -> Rest:
    return user("victor")


def test_201_with_the_id_of_an_empty_global_draft(drafts: Dialect, alice: Rest) -> None:
    created = drafts.create(alice.token)
    found = alice.result("GET", f"{DRAFTS}/{created}", 200)
    assert found["metadata"].pop("creation_time")
    assert found == {
        "metadata": {"owner": ALICE.name, "status": "VALID"},
        "display_name": "",
        "software_spec": "-1",
        "software_info": {"base_image": {"version": ""}, "components": {}, "solutions": {}},
    }


@pytest.mark.parametrize("flag", [None, False])
def test_400_when_this_user_has_a_draft_already(drafts: Dialect, alice: Rest, flag: bool | None) -> None:
    first = drafts.create(alice.token)
    refusal = refused(drafts.create(alice.token, delete_existing=flag), "ALREADY_EXISTS")
    assert f"already a draft created by this user: {first}" in refusal.text
    assert "delete_existing_draft" in refusal.text
    assert alice.result("GET", DRAFTS, 200).keys() == {first}


def test_delete_existing_draft_replaces_it(drafts: Dialect, alice: Rest) -> None:
    first = drafts.create(alice.token)
    alice.result("PUT", f"{DRAFTS}/{first}/display-name", 204, json={"display_name": "to be replaced"})
    second = drafts.create(alice.token, delete_existing=True)
    assert second != first
    ((found, info),) = alice.result("GET", DRAFTS, 200).items()
    assert (found, info["display_name"]) == (second, "")
    assert f"'{first}'" in alice.refused("GET", f"{DRAFTS}/{first}", 404, "NOT_FOUND").text


def test_delete_existing_draft_without_one_is_an_ordinary_create(drafts: Dialect, alice: Rest) -> None:
    assert alice.result("GET", DRAFTS, 200).keys() == set()
    assert alice.result("GET", DRAFTS, 200).keys() ^ {drafts.create(alice.token, delete_existing=True)}
    assert len(alice.result("GET", DRAFTS, 200)) == 1


@pytest.mark.parametrize("token", [None, "0123456789abcdef0123456789abcdef"], ids=["nobody", "unknown session"])
def test_401(drafts: Dialect, alice: Rest, token: str | None) -> None:
    refusal = refused(drafts.create(token), "UNAUTHENTICATED")
    assert "POST /api/session" in refusal.text
    assert (refusal.challenge or "").startswith("Basic realm=")
    assert alice.result("GET", DRAFTS, 200) == {}


def test_403_for_a_viewer_names_the_privilege(drafts: Dialect, viewer: Rest) -> None:
    refusal = refused(drafts.create(viewer.token), "UNAUTHORIZED")
    assert WRITE in refusal.text
    assert VICTOR.name in refusal.text
    assert viewer.result("GET", DRAFTS, 200) == {}


def test_the_one_privilege_is_enough_and_the_others_are_not(
    server: ServerProcess, http: httpx.Client, alice: Rest
) -> None:
    """Users are added while the server runs, and can log in at once."""
    enough, others = Account("enough@example.test", "p1"), Account("others@example.test", "p2")
    add_user(server.data, enough, "--privilege", WRITE)
    add_user(
        server.data, others,
        "--privilege", "VcIntegrity.lifecycleSoftwareSpecification.Read",
        "--privilege", "VcIntegrity.lifecycleSettings.Write",
    )  # fmt: skip
    draft = Rest(http, login(http, enough)).result("POST", DRAFTS, 201, json={})
    assert alice.result("GET", f"{DRAFTS}/{draft}", 200)["metadata"]["owner"] == enough.name
    assert WRITE in Rest(http, login(http, others)).refused("POST", DRAFTS, 403, "UNAUTHORIZED", json={}).text


def test_500_has_a_reference_for_the_log_and_no_detail(drafts: Dialect, server: ServerProcess, alice: Rest) -> None:
    draft = drafts.create(alice.token)
    _execute(server, "UPDATE drafts SET spec = '{\"neither this nor that' WHERE id = ?", draft)
    try:
        refusal = refused(drafts.create(alice.token), "ERROR")
        again = refused(drafts.create(alice.token), "ERROR")
    finally:
        _execute(server, "DELETE FROM drafts WHERE id = ?", draft)
    reference = re.findall(r"\b[0-9a-f]{32}\b", refusal.text)
    assert len(reference) == 1
    assert reference[0] not in again.text, "every incident has a reference of its own"
    assert server.log.first(reference[0]), "the log has the record"
    assert server.log.first("Traceback")
    for detail in ("Traceback", "sqlite", "SQL", "JSON", "column", "spec", str(server.data), ".py", "neither"):
        assert detail not in refusal.text
    assert refusal.data is None
    assert isinstance(drafts.create(alice.token), str), "the server goes on"


def _execute(server: ServerProcess, statement: str, draft: str | Refusal) -> None:
    """Changes the database behind the server's back."""
    with closing(sqlite3.connect(server.data / "imagewright.db", timeout=PATIENCE)) as database, database:
        assert database.execute(statement, (draft,)).rowcount == 1


@pytest.mark.parametrize("dialect", DIALECTS, ids=["rest", "json-rpc"])
def test_two_creates_at_the_same_moment_give_one_draft(
    server: ServerProcess, alice: Rest, dialect: type[Dialect]
) -> None:
    """And with `delete_existing_draft` both succeed, one after the other."""
    moment = Barrier(2)
    with connection(server) as one, connection(server) as other, ThreadPoolExecutor(2) as pool:

        def at_the_same_moment(*, delete_existing: bool) -> list[str | Refusal]:
            def create(http: httpx.Client) -> str | Refusal:
                moment.wait(PATIENCE)
                return dialect(http).create(alice.token, delete_existing=delete_existing)

            return list(pool.map(create, (one, other)))

        for _ in range(12):
            answers = at_the_same_moment(delete_existing=False)
            (created,) = (each for each in answers if isinstance(each, str))
            (refusal,) = (each for each in answers if isinstance(each, Refusal))
            assert created in refused(refusal, "ALREADY_EXISTS").text
            assert alice.result("GET", DRAFTS, 200).keys() == {created}
            replaced = at_the_same_moment(delete_existing=True)
            assert len({*map(str, replaced), created}) == 3
            ((left, _),) = alice.result("GET", DRAFTS, 200).items()
            assert left in replaced
            alice.result("DELETE", f"{DRAFTS}/{left}", 204)


@pytest.mark.parametrize(
    "body", [b"", b"  \n", b"{}", b"null", b'{"delete_existing_draft": null}'], ids=lambda body: repr(body.decode())
)
@pytest.mark.parametrize("kind", ["application/json", None], ids=["json", "no content type"])
def test_everything_unset_can_be_said_in_many_ways(alice: Rest, body: bytes, kind: str | None) -> None:
    headers = {"content-type": kind} if kind else {}
    draft = alice.result("POST", DRAFTS, 201, content=body, headers=headers)
    assert alice.result("GET", DRAFTS, 200).keys() == {draft}


def test_an_empty_body_in_pieces(alice: Rest) -> None:
    """As a client in Go sends it: `Transfer-Encoding: chunked` and no piece at all."""
    assert isinstance(alice.result("POST", DRAFTS, 201, content=iter(())), str)


def test_json_rpc_may_leave_unset_fields_out(http: httpx.Client, alice: Rest) -> None:
    rpc = JsonRpc(http)
    body = rpc.body(DRAFTS_SERVICE, "create", {"spec": {"STRUCTURE": {f"{DRAFTS_SERVICE}.create_spec": {}}}})
    answer = rpc.send(body, {"vmware-api-session-id": str(alice.token)})
    assert alice.result("GET", DRAFTS, 200).keys() == {answer["result"]["output"]}


@pytest.mark.parametrize("scheme", ["Basic", "Bearer"])
def test_the_printed_sample(server: ServerProcess, alice: Rest, scheme: str) -> None:
    value = basic(ALICE) if scheme == "Basic" else f"Bearer {alice.token}"
    status, body = _run_sample(server, SAMPLE.replace("<value>", value))
    assert status == 201
    assert alice.result("GET", DRAFTS, 200).keys() == {body}
    status, body = _run_sample(server, SAMPLE.replace("<value>", value))
    assert (status, body["error_type"]) == (400, "ALREADY_EXISTS")
    assert alice.result("GET", DRAFTS, 200).keys() == {re.search(r"user: (\w+),", str(body))[1]}  # type: ignore[index]


def test_the_printed_sample_as_a_viewer_and_as_nobody(server: ServerProcess, alice: Rest) -> None:
    status, body = _run_sample(server, SAMPLE.replace("<value>", basic(VICTOR)))
    assert (status, body["error_type"]) == (403, "UNAUTHORIZED")
    status, body = _run_sample(server, SAMPLE.replace("<value>", basic(Account(ALICE.name, "wrong"))))
    assert (status, body["error_type"]) == (401, "UNAUTHENTICATED")
    assert alice.result("GET", DRAFTS, 200) == {}


def _run_sample(server: ServerProcess, filled: str) -> tuple[int, object]:
    """The status and the body that the sample is answered with. Only the CA is added, and how to print the status."""
    command = filled.replace("{api_host}", server.host)
    added = f" --cacert {shlex.quote(str(server.certificate))} -sS -w '%{{stderr}}%{{http_code}}'"
    done = subprocess.run(
        command + added, shell=True, env=surroundings(), capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return int(done.stderr), httpx.Response(int(done.stderr), text=done.stdout).json()


@pytest.mark.parametrize("body", ["[]", "[{}, {}]", "[[{}]]", "[null]", '["x"]'])
def test_only_one_object_in_an_array_is_taken_as_that_object(http: httpx.Client, alice: Rest, body: str) -> None:
    response = http.post(DRAFTS, content=body, headers={"vmware-api-session-id": str(alice.token)})
    assert "Expected structure, but found list" in refusal_in(response, 400, "INVALID_ARGUMENT").text
    assert alice.result("GET", DRAFTS, 200) == {}


def test_the_printed_path_takes_an_object_too(http: httpx.Client, alice: Rest) -> None:
    for body in ({"delete_existing_draft": True}, [{"delete_existing_draft": True}]):
        created = http.post(DRAFTS, json=body, headers={"vmware-api-session-id": str(alice.token)})
        assert created.status_code == 201
        assert alice.result("GET", DRAFTS, 200).keys() == {body_of(created)}


def test_below_api_an_array_is_no_object(alice: Rest) -> None:
    refusal = alice.refused("POST", DRAFTS, 400, "INVALID_ARGUMENT", json=[{}])
    assert "Expected structure, but found list" in refusal.text
    assert alice.result("GET", DRAFTS, 200) == {}


def test_the_page_through_the_sdk(server: ServerProcess, alice: Rest) -> None:
    with logged_in(server, ALICE) as client:
        drafts = Drafts(configuration(client))
        first = drafts.create(Drafts.CreateSpec())
        with pytest.raises(errors.AlreadyExists) as refused_again:
            drafts.create(Drafts.CreateSpec())
        assert first in refused_again.value.messages[0].default_message
        assert refused_again.value.error_type == "ALREADY_EXISTS"
        second = drafts.create(Drafts.CreateSpec(delete_existing_draft=True))
        assert alice.result("GET", DRAFTS, 200).keys() == {second}
    with logged_in(server, VICTOR) as client, pytest.raises(errors.Unauthorized) as refused_at_all:
        Drafts(configuration(client)).create(Drafts.CreateSpec())
    assert WRITE in refused_at_all.value.messages[0].default_message

"""The audit record as administrators read it, over HTTP and as JSON lines on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from command_line import CommandLine
from server_process import (
    ADMINISTRATOR,
    ALICE,
    BOB,
    VICTOR,
    Account,
    ServerProcess,
    add_user,
    eventually,
    run_command,
    serving,
)
from wire_clients import (
    DRAFTS,
    DRAFTS_SERVICE,
    OFFLINE,
    JsonRpc,
    Rest,
    connection,
    login,
    refusal_in,
    session_context,
)

PAGE = 1000
AUDIT = "/imagewright/v1/audit"
SESSION = "com.vmware.cis.session"
DEPOTS = "com.vmware.esx.settings.depots.offline"
UNAUTHORIZED = "UNAUTHORIZED"


@pytest.fixture
def audit(http: httpx.Client, tokens: dict[str, str]) -> Callable[..., Any]:
    """What an administrator reads with these parameters."""

    def read(**parameters: Any) -> Any:
        answer = http.get(AUDIT, params=parameters, headers={"vmware-api-session-id": tokens["administrator"]})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return read


@pytest.fixture
def mark(audit: Callable[..., Any]) -> Callable[[], list[dict[str, Any]]]:
    """The records since the beginning of the test, oldest first."""
    newest = audit(limit=1)["records"]
    before = newest[0]["number"] if newest else 0

    def since() -> list[dict[str, Any]]:
        return [each for each in reversed(audit(limit=1000)["records"]) if each["number"] > before]

    return since


Mark = Callable[[], list[dict[str, Any]]]


def brief(records: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    return [(each["user"], each["operation"], each["target"], each["outcome"]) for each in records]


def test_calls_that_change_something_are_written_and_reads_are_not(
    mark: Mark, user: Callable[[str], Rest], http: httpx.Client
) -> None:
    alice = user("alice")
    draft = alice.result("POST", DRAFTS, 201, headers={"X-Request-Id": "given-by-the-client"})
    alice.result("GET", f"{DRAFTS}/{draft}", 200)
    alice.result("PUT", f"{DRAFTS}/{draft}/display-name", 204, json={"display_name": "Blades"})
    alice.result("DELETE", f"{DRAFTS}/{draft}", 204)
    records = mark()
    assert brief(records) == [
        (ALICE.name, f"{DRAFTS_SERVICE}.create", draft, "OK"),
        (ALICE.name, f"{DRAFTS_SERVICE}.display_name.set", draft, "OK"),
        (ALICE.name, f"{DRAFTS_SERVICE}.delete", draft, "OK"),
    ]
    assert {each["address"] for each in records} == {"127.0.0.1"}
    assert records[0]["request_id"] == "given-by-the-client"
    assert len({each["request_id"] for each in records}) == 3


def test_refusals_are_written_with_their_kind(mark: Mark, user: Callable[[str], Rest], http: httpx.Client) -> None:
    draft = user("alice").result("POST", DRAFTS, 201)
    user("bob").refused("PUT", f"{DRAFTS}/{draft}/display-name", 403, UNAUTHORIZED, json={"display_name": "x"})
    user("victor").refused("POST", DRAFTS, 403, UNAUTHORIZED)
    user("alice").refused("DELETE", f"{DRAFTS}/no-such-draft", 404, "NOT_FOUND")
    http.get("/imagewright/v1/users", headers={"vmware-api-session-id": user("victor").token or ""})
    http.post("/vum-fileupload", headers={"vmware-api-session-id": user("victor").token or ""})
    token = user("victor").token or ""
    JsonRpc(http, session_context(token)).refused("unauthorized", DRAFTS_SERVICE, "delete", draft=draft)
    assert brief(mark())[1:] == [
        (BOB.name, f"{DRAFTS_SERVICE}.display_name.set", draft, UNAUTHORIZED),
        (VICTOR.name, f"{DRAFTS_SERVICE}.create", "", UNAUTHORIZED),
        (ALICE.name, f"{DRAFTS_SERVICE}.delete", "no-such-draft", "NOT_FOUND"),
        # A read too, when it is not the caller's to do, and what is no operation.
        (VICTOR.name, "imagewright.v1.users.list", "", UNAUTHORIZED),
        (VICTOR.name, "vum-fileupload", "", UNAUTHORIZED),
        # What a stranger to the operation has sent is not even read.
        (VICTOR.name, f"{DRAFTS_SERVICE}.delete", "", UNAUTHORIZED),
    ]


def test_a_task_is_written_when_it_is_submitted_and_when_it_ends(mark: Mark, user: Callable[[str], Rest]) -> None:
    alice = user("alice")
    draft = alice.result("POST", DRAFTS, 201)
    ended = alice.task("POST", f"{DRAFTS}/{draft}", params={"action": "commit", "vmw-task": "true"}, json={})
    assert ended["status"] == "FAILED"
    submitted, end = mark()[1:]
    assert brief([submitted, end]) == [
        (ALICE.name, f"{DRAFTS_SERVICE}.commit$task", draft, "SUBMITTED"),
        (ALICE.name, f"{DRAFTS_SERVICE}.commit$task", draft, "INVALID_ARGUMENT"),
    ]
    assert submitted["task"] == end["task"]
    assert submitted["task"].endswith(DRAFTS_SERVICE)


def test_secrets_of_urls_and_tokens_do_not_get_there(
    mark: Mark, audit: Callable[..., Any], user: Callable[[str], Rest], http: httpx.Client
) -> None:
    spec = {"source_type": "PULL", "location": "https://me:hunter2@depot.invalid/b.zip?token=hunter3"}
    user("alice").task("POST", OFFLINE, params={"vmw-task": "true"}, json=spec)
    token = login(http, ALICE)
    Rest(http, token).result("DELETE", "/session", 204)
    written = json.dumps(mark())
    for secret in ("hunter2", "hunter3", token, ALICE.password):
        assert secret not in written
    assert f"{SESSION}.create" in written
    assert f"{DEPOTS}.create$task" in written


def test_filters_and_pages(mark: Mark, audit: Callable[..., Any], user: Callable[[str], Rest]) -> None:
    for name in ("alice", "bob", "alice", "bob", "alice"):
        draft = user(name).result("POST", DRAFTS, 201)
        user(name).result("DELETE", f"{DRAFTS}/{draft}", 204)
    mine = mark()
    since = mine[0]["time"]
    only = {"since": since, "users": ALICE.name, "operations": "*.drafts.create"}
    assert [each["number"] for each in audit(**only)["records"]] == [
        mine[8]["number"],
        mine[4]["number"],
        mine[0]["number"],
    ]
    both = audit(since=since, users=[ALICE.name, BOB.name], operations=["*.drafts.create", "*.drafts.delete"])
    assert [each["number"] for each in reversed(both["records"])] == [each["number"] for each in mine]
    pages, following = [], {}
    while True:
        page = audit(since=since, limit=4, **following)
        pages.append([each["number"] for each in page["records"]])
        if "next" not in page:
            break
        following = {"before": page["next"]}
    assert [number for page in pages for number in page] == [each["number"] for each in reversed(mine)]
    assert [len(page) for page in pages] == [4, 4, 2]
    last = datetime.fromisoformat(mine[-1]["time"]) + timedelta(milliseconds=1)
    assert audit(since=last.isoformat(timespec="milliseconds").replace("+00:00", "Z"))["records"] == []
    assert audit(since=since, outcomes="UNAUTHORIZED")["records"] == []


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "1000"),
        ({"since": "yesterday"}, "since"),
        ({"x": "1"}, "x"),
        ({"before": "9", "after": "1"}, "one of them"),
    ],
    ids=str,
)
def test_wrong_parameters(http: httpx.Client, tokens: dict[str, str], parameters: Any, told: str) -> None:
    answer = http.get(AUDIT, params=parameters, headers={"vmware-api-session-id": tokens["administrator"]})
    assert answer.status_code == 400
    assert told in answer.text


def test_for_administrators_only(http: httpx.Client, tokens: dict[str, str]) -> None:
    refusal_in(http.get(AUDIT), 401, "UNAUTHENTICATED")
    for name in ("alice", "victor"):
        answer = http.get(AUDIT, headers={"vmware-api-session-id": tokens[name]})
        refusal_in(answer, 403, UNAUTHORIZED).says("imagewright.Administer")


def test_as_json_lines(mark: Mark, server: ServerProcess, user: Callable[[str], Rest]) -> None:
    """While the server runs; each line is a record as the API shows it."""
    draft = user("alice").result("POST", DRAFTS, 201)
    user("bob").refused("DELETE", f"{DRAFTS}/{draft}", 403, UNAUTHORIZED)
    first, second = mark()
    done = lines(server.data, "--after", str(first["number"] - 1))
    assert done == [first | {"task": None}, second | {"task": None}]
    assert lines(server.data, "--after", str(first["number"] - 1), "--outcome", UNAUTHORIZED) == [done[1]]
    assert lines(server.data, "--user", "nobody@example.test") == []
    assert lines(server.data, "--until", "2020-01-01") == []


def test_as_json_lines_through_the_server(
    mark: Mark, server: ServerProcess, user: Callable[[str], Rest], tmp_path: Path
) -> None:
    """The same lines, for administrators anywhere; also when there are more than fit into one answer."""
    draft = user("alice").result("POST", DRAFTS, 201)
    before = str(mark()[0]["number"])
    for _ in range(PAGE + 1):
        user("bob").refused("DELETE", f"{DRAFTS}/{draft}", 403, UNAUTHORIZED)
    command_line = CommandLine(server, tmp_path).log_in(ADMINISTRATOR)
    words = ("audit", "--after", before, "--user", BOB.name, "--outcome", UNAUTHORIZED)
    found = [json.loads(line) for line in command_line.run(*words).stdout.splitlines()]
    assert found == lines(server.data, *words[1:])
    assert len(found) == PAGE + 1
    assert [each["number"] for each in found] == sorted(each["number"] for each in found)
    others = tmp_path / "alice"
    others.mkdir()
    assert "imagewright.Administer" in CommandLine(server, others).log_in(ALICE).refused(1, "audit")


def test_forwards_and_backwards(audit: Callable[..., Any], user: Callable[[str], Rest]) -> None:
    for _ in range(3):
        user("alice").result("DELETE", f"{DRAFTS}/{user('alice').result('POST', DRAFTS, 201)}", 204)
    newest = audit(limit=4)["records"]
    forwards = audit(after=newest[-1]["number"], limit=2)
    assert forwards["records"] == [newest[2], newest[1]]
    assert forwards["next"] == newest[1]["number"]
    assert audit(after=newest[1]["number"])["records"] == [newest[0]]


def test_changes_on_the_data_folder_are_written_too(mark: Mark, server: ServerProcess) -> None:
    add_user(server.data, Account("carol@example.test", "p"), "--role", "viewer")
    folder = server.data.parent
    done = run_command("inventory", "add-cluster", "domain-c1", "Blades", "--data", str(server.data), folder=folder)
    assert done.returncode == 0
    added, registered = mark()
    assert (added["operation"], added["target"]) == ("imagewright.v1.users.create", "carol@example.test")
    assert (registered["operation"], registered["target"]) == ("imagewright.v1.inventory.clusters.create", "domain-c1")
    for each in (added, registered):
        assert (each["address"], each["outcome"]) == ("data folder", "OK")
        assert each["user"]


def lines(data: Path, *options: str) -> list[dict[str, Any]]:
    done = run_command("audit", *options, "--data", str(data), folder=data.parent)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def forgetful(fresh_users: Path) -> Iterator[ServerProcess]:
    with serving(fresh_users, settings={"IMAGEWRIGHT_AUDIT_RETENTION": "0.001"}) as server:
        yield server


def test_old_records_go(forgetful: ServerProcess) -> None:
    """At the latest when the server stops, which tidies up once more."""
    with connection(forgetful) as http:
        login(http, ADMINISTRATOR)
    assert lines(forgetful.data)
    forgetful.stop()
    eventually("the record is empty", lambda: lines(forgetful.data) == [])

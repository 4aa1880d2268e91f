"""What whoever runs the server sees of it: health, readiness, metrics, and a log that names requests and tasks."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from server_process import ADMINISTRATOR, ALICE, VICTOR, ServerProcess, cold_starts, eventually, serving
from wire_clients import DRAFTS, DRAFTS_SERVICE, JsonRpc, Rest, basic, connection, login, refusal_in, session_context

COMMIT = {"action": "commit", "vmw-task": "true"}
TOKEN = "a token for the metrics"
SESSION = "com.vmware.cis.session"


@pytest.fixture(scope="module")
def watched(users_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with everything on that shows what it does."""
    data = Path(shutil.copytree(users_data, tmp_path_factory.mktemp("watched") / "data"))
    secret = data.parent / "token"
    secret.write_text(f"{TOKEN}\n")
    settings = {
        "IMAGEWRIGHT_METRICS_TOKEN_FILE": str(secret),
        "IMAGEWRIGHT_METRICS_LISTEN": "127.0.0.1:0",
        "IMAGEWRIGHT_LOG_FORMAT": "json",
        "IMAGEWRIGHT_LOG_LEVEL": "debug",
    }
    with serving(data, settings=settings) as server:
        yield server


@pytest.fixture
def web(watched: ServerProcess) -> Iterator[httpx.Client]:
    with connection(watched) as client:
        yield client


Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def read(text: str) -> Samples:
    """The samples by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(web: httpx.Client) -> Samples:
    answer = web.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return read(answer.text)


def calls(samples: Samples, operation: str, outcome: str) -> float:
    key = (("operation", operation), ("outcome", outcome))
    return samples.get(("imagewright_call_duration_seconds_count", key), 0.0)


def stock(samples: Samples, kind: str) -> float:
    return samples["imagewright_stock", (("kind", kind),)]


def failing_commit(rest: Rest) -> tuple[str, str]:
    """A draft, and the task of its commit, which has failed."""
    draft = rest.result("POST", DRAFTS, 201, json={"delete_existing_draft": True})
    task = rest.result("POST", f"{DRAFTS}/{draft}", 202, params=COMMIT, json={})
    assert rest.wait(task)["status"] == "FAILED"
    return draft, task


# Health


def test_alive_and_ready_without_a_session(http: httpx.Client) -> None:
    alive, ready = http.get("/healthz"), http.get("/readyz")
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert ready.json()["parts"] == {"server": "ok", "database": "ok", "runner": "ok"}
    assert alive.headers["cache-control"] == ready.headers["cache-control"] == "no-store"


def test_not_ready_while_the_database_cannot_be_used_but_alive(fresh_users: Path) -> None:
    database = fresh_users / "imagewright.db"
    with serving(fresh_users) as server, connection(server) as http:
        elsewhere = database.with_name("elsewhere")
        database.rename(elsewhere)
        eventually("it is not ready", lambda: http.get("/readyz").status_code == 503)
        assert http.get("/readyz").json() == {
            "status": "not ready",
            "parts": {"server": "ok", "database": "cannot be used", "runner": "ok"},
        }
        assert http.get("/healthz").status_code == 200
        elsewhere.rename(database)
        eventually("it is ready again", lambda: http.get("/readyz").status_code == 200)


def test_alive_and_not_ready_while_it_starts(fresh_users: Path) -> None:
    database = fresh_users / "imagewright.db"
    content = database.read_bytes()
    database.write_bytes(b"no database" * 1000)
    server = ServerProcess(fresh_users)
    try:
        with connection(server.listening()) as http:
            assert http.get("/healthz").status_code == 200
            not_ready = http.get("/readyz")
            assert (not_ready.status_code, not_ready.json()["parts"]) == (503, {"server": "is starting"})
            database.write_bytes(content)
            eventually("it is ready", lambda: http.get("/readyz").status_code == 200)
    finally:
        server.stop()


# Metrics


def test_metrics_are_off_by_default(http: httpx.Client) -> None:
    refusal_in(http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}), 404, "OPERATION_NOT_FOUND")


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer wrong", f"Basic {TOKEN}", basic(ADMINISTRATOR)])
def test_metrics_beside_the_api_want_their_token(web: httpx.Client, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = web.get("/metrics", headers=headers)
    refusal_in(answer, 401, "UNAUTHENTICATED").says("token")
    session = web.get("/metrics", headers={"vmware-api-session-id": login(web, ADMINISTRATOR)})
    assert session.status_code == 401, "a session is no token"


def test_the_own_listener_wants_none_and_has_nothing_else(watched: ServerProcess, web: httpx.Client) -> None:
    found = watched.output.first(r"^metrics on (http://127\.0\.0\.1:\d+)/metrics$")
    assert found
    with httpx.Client(base_url=found[1], trust_env=False) as listener:
        samples = read(listener.get("/metrics").text)
        assert stock(samples, "users") == stock(scraped(web), "users") > 0
        assert "error_type" not in listener.get("/api/session").text, "metrics are all that it has"


def test_calls_are_counted_by_operation_and_outcome_over_every_dialect(web: httpx.Client) -> None:
    before = scraped(web)
    victor = login(web, VICTOR)
    for _ in range(2):
        Rest(web, victor).refused("POST", DRAFTS, 403, "UNAUTHORIZED")
    JsonRpc(web, session_context(victor)).refused("unauthorized", DRAFTS_SERVICE, "create")
    JsonRpc(web, session_context(victor)).output(DRAFTS_SERVICE, "list")
    Rest(web).refused("GET", DRAFTS, 401, "UNAUTHENTICATED")
    after = scraped(web)

    def more(operation: str, outcome: str) -> float:
        return calls(after, operation, outcome) - calls(before, operation, outcome)

    assert more(f"{DRAFTS_SERVICE}.create", "UNAUTHORIZED") == 3
    assert more(f"{DRAFTS_SERVICE}.list", "OK") == 1
    assert more(f"{DRAFTS_SERVICE}.list", "UNAUTHENTICATED") == 1
    assert more(f"{SESSION}.create", "OK") == 1
    assert stock(after, "sessions") == stock(before, "sessions") + 1
    took = after["imagewright_call_duration_seconds_sum", (("operation", f"{SESSION}.create"), ("outcome", "OK"))]
    assert took > 0


def test_tasks_and_what_there_is(web: httpx.Client) -> None:
    before = scraped(web)
    failing_commit(Rest(web, login(web, ALICE)))
    after = scraped(web)
    key = (("operation", f"{DRAFTS_SERVICE}.commit$task"), ("outcome", "INVALID_ARGUMENT"))
    name = "imagewright_task_duration_seconds_count"
    assert after[name, key] == before.get((name, key), 0.0) + 1
    kept = "imagewright_tasks", (("operation", f"{DRAFTS_SERVICE}.commit$task"), ("state", "FAILED"))
    assert after[kept] == before.get(kept, 0.0) + 1
    assert stock(after, "drafts") == 1
    assert after["imagewright_task_longest_wait_seconds", ()] == 0


def test_the_page_about_watching_names_every_series(web: httpx.Client) -> None:
    page = (Path(__file__).parents[2] / "docs" / "watching.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(imagewright_\w+)`", page, re.MULTILINE))
    answer = web.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    families = {each.name for each in text_string_to_metric_families(answer.text)}
    assert named == {each for each in families if each.startswith("imagewright_") and not each.endswith("_created")}
    kinds = {dict(labels)["kind"] for name, labels in read(answer.text) if name == "imagewright_stock"}
    assert [kind for kind in kinds if kind not in page] == []


def test_any_of_several_processes_tells_for_all(fresh_users: Path) -> None:
    settings = {"IMAGEWRIGHT_METRICS_TOKEN": TOKEN}
    # The library that counts looks once whether there will be several processes: when it is loaded.
    with cold_starts(), serving(fresh_users, ["--workers", "2"], settings) as server:
        for _ in range(6):
            # A connection of its own, so that either process may get it.
            with connection(server) as http:
                Rest(http).refused("GET", DRAFTS, 401, "UNAUTHENTICATED")
        seen = set()
        for _ in range(6):
            with connection(server) as http:
                seen.add(calls(scraped(http), f"{DRAFTS_SERVICE}.list", "UNAUTHENTICATED"))
        assert seen == {6.0}


def test_an_answer_that_is_given_again_counts_and_has_an_id_of_its_own(web: httpx.Client) -> None:
    before = scraped(web)
    rest = Rest(web, login(web, ALICE))
    ids = {rest.request("GET", DRAFTS).headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5
    assert calls(scraped(web), f"{DRAFTS_SERVICE}.list", "OK") == calls(before, f"{DRAFTS_SERVICE}.list", "OK") + 5


# The log


def logged(server: ServerProcess) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log.seen]


def test_the_client_gets_the_id_of_its_request_and_the_log_has_it(watched: ServerProcess, web: httpx.Client) -> None:
    token = login(web, ALICE)
    given = web.get(f"/api{DRAFTS}", headers={"vmware-api-session-id": token, "X-Request-Id": "mine-1"})
    of_a_library = web.get(f"/api{DRAFTS}", headers={"vmware-api-session-id": token, "vapi-ctx-opid": "op-1"})
    made = web.get(f"/api{DRAFTS}", headers={"vmware-api-session-id": token, "X-Request-Id": "no blanks"})
    assert given.headers["x-request-id"] == "mine-1"
    assert of_a_library.headers["x-request-id"] == "op-1"
    assert re.fullmatch("[0-9a-f]{32}", made.headers["x-request-id"])
    for answer in (given, of_a_library, made):
        wanted = answer.headers["x-request-id"]
        assert watched.log.first(f'"request_id": "{wanted}"')
    assert web.get("/no-such-path").headers["x-request-id"] != made.headers["x-request-id"]


def test_every_line_is_an_object_and_lines_of_a_task_name_it(watched: ServerProcess, web: httpx.Client) -> None:
    _, task = failing_commit(Rest(web, login(web, ALICE)))
    assert watched.log.first(f'"task": "{task}"')
    for line in logged(watched):
        assert {"time", "level", "logger", "message"} <= line.keys()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])

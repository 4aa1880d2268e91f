"""Tokens and passwords are in nothing that a server writes: not on its outputs, in its files, or in its metrics."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from official_sdk import Drafts, configuration, logged_in
from server_process import ADMINISTRATOR, ALICE, BOB, ROLES, VICTOR, Account, ServerProcess, run_command, serving
from wire_clients import DRAFTS, OFFLINE, JsonRpc, Rest, basic, body_of, connection, password_context, session_context

METRICS_TOKEN = secrets.token_urlsafe(24)
URL_SECRET, QUERY_SECRET = secrets.token_hex(8), secrets.token_hex(8)
WRONG = Account(ALICE.name, secrets.token_hex(8))
LOCATION = f"https://me:{URL_SECRET}@127.0.0.1:9/depot.zip?token={QUERY_SECRET}"
SESSION = "com.vmware.cis.session"


@dataclass
class Run:
    """A server that was used in every way that has to do with secrets, and has ended."""

    server: ServerProcess
    metrics: str = ""
    audit: str = ""
    tokens: set[str] = field(default_factory=set)

    @property
    def said(self) -> str:
        """Everything on its outputs."""
        return "\n".join([*self.server.output.seen, *self.server.log.seen])


@pytest.fixture(scope="module", params=["text", "json"])
def run(request: pytest.FixtureRequest, users_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    data = Path(shutil.copytree(users_data, tmp_path_factory.mktemp("secrets") / "data"))
    settings = {
        "IMAGEWRIGHT_LOG_LEVEL": "debug",
        "IMAGEWRIGHT_LOG_FORMAT": request.param,
        "IMAGEWRIGHT_METRICS_TOKEN": METRICS_TOKEN,
        # So that the location is asked for, in vain.
        "IMAGEWRIGHT_ALLOWED_NETWORKS": "127.0.0.0/8",
    }
    with serving(data, settings=settings) as server, connection(server) as http:
        run = Run(server)
        log_in_and_work(run, http)
        be_refused(run, http)
        break_off(run, http)
        answer = http.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
        assert answer.status_code == 200
        run.metrics = answer.text
        run.audit = run_command("audit", "--data", str(data), folder=data.parent).stdout
    return run


def log_in_and_work(run: Run, http: httpx.Client) -> None:
    for account in ROLES:
        token = body_of(http.post("/api/session", headers={"Authorization": basic(account)}))
        assert Rest(http, token).result("GET", "/session", 200)["user"] == account.name
        rpc = JsonRpc(http, password_context(account)).output(SESSION, "create")["SECRET"]
        JsonRpc(http, session_context(rpc)).output(SESSION, "get")
        run.tokens |= {token, rpc}
    alice = Rest(http, body_of(http.post("/api/session", headers={"Authorization": basic(ALICE)})))
    run.tokens.add(str(alice.token))
    draft = alice.result("POST", DRAFTS, 201)
    alice.result("DELETE", f"{DRAFTS}/{draft}", 204)
    body = {"source_type": "PULL", "location": LOCATION}
    assert alice.task("POST", OFFLINE, params={"vmw-task": "true"}, json=body)["status"] == "FAILED"
    with logged_in(run.server, BOB) as client:
        Drafts(configuration(client)).list()


def be_refused(run: Run, http: httpx.Client) -> None:
    token = next(iter(run.tokens))
    headers = {"vmware-api-session-id": token}
    for _ in range(2):
        assert http.post("/api/session", headers={"Authorization": basic(WRONG)}).status_code == 401
    JsonRpc(http, password_context(WRONG)).refused("unauthenticated", SESSION, "create")
    assert http.get(f"/api{DRAFTS}", params={"session": token}, headers=headers).status_code == 400
    assert http.post(f"/api{DRAFTS}", content=f'{{"x": "{token}"', headers=headers).status_code in (400, 403)
    assert http.get(f"/api/{token}", headers=headers).status_code == 404
    assert http.get(f"/api{DRAFTS}/{token}", headers={"Authorization": basic(VICTOR)}).status_code == 404
    assert http.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}x"}).status_code == 401
    run.tokens.discard(token)  # It was put where no token belongs: into paths, which are not secret.


def break_off(run: Run, http: httpx.Client) -> None:
    """A request that ends in the middle, which the log tells of."""
    token = next(iter(run.tokens))
    headers = {"vmware-api-session-id": token, "content-length": "100"}
    with connection(run.server) as other, pytest.raises(ConnectionAbortedError):
        other.post(f"/api{DRAFTS}", headers=headers, content=half_a_body())
    assert run.server.log.first("a client went away")


def half_a_body() -> Iterator[bytes]:
    yield b'{"x": '
    raise ConnectionAbortedError


def test_the_run_was_one(run: Run) -> None:
    """What is looked for is there under other names: calls, the failed import, refusals."""
    assert f"{SESSION}.create: OK" in run.said
    assert f"{SESSION}.create: UNAUTHENTICATED" in run.said
    assert f"{SESSION}.create" in run.audit
    assert 'operation="com.vmware.esx.settings.depots.offline.create$task"' in run.metrics
    assert len(run.tokens) > 5


def test_no_token_and_no_password_on_the_outputs(run: Run) -> None:
    for secret in (*run.tokens, *(each.password for each in ROLES), WRONG.password, METRICS_TOKEN):
        for text in (run.said, run.metrics, run.audit):
            assert secret not in text


def test_no_secret_of_a_location_on_the_outputs(run: Run) -> None:
    for secret in (URL_SECRET, QUERY_SECRET):
        for text in (run.said, run.metrics, run.audit):
            assert secret not in text


def test_no_token_and_no_password_in_the_files(run: Run) -> None:
    """Not even where it would be safe: of both, digests are kept."""
    files = [path for path in run.server.data.rglob("*") if path.is_file()]
    assert any(path.name == "imagewright.db" for path in files)
    for path in files:
        content = path.read_bytes()
        for secret in (*run.tokens, ADMINISTRATOR.password, ALICE.password, WRONG.password, METRICS_TOKEN):
            assert secret.encode() not in content, path.name

"""Clients that hide nothing: plain HTTP, and JSON-RPC with bodies written by hand."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
from server_process import PATIENCE, Account, ServerProcess

SOFTWARE = "/esx/settings/repository/software"
DRAFTS = f"{SOFTWARE}/drafts"
OFFLINE = "/esx/settings/depots/offline"
SOFTWARE_SERVICE = "com.vmware.esx.settings.repository.software"
DRAFTS_SERVICE = f"{SOFTWARE_SERVICE}.drafts"
SECURITY = "com.vmware.vapi.std.security."


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of the API, as a client reads it."""

    error_type: str
    text: str
    data: Any = None
    challenge: str | None = None

    def says(self, words: str) -> None:
        """Fails unless each of these words is in the sentences."""
        missing = [word for word in words.split(" ") if word not in self.text]
        assert not missing, f"{missing} not in: {self.text}"


def connection(server: ServerProcess, **options: Any) -> httpx.Client:
    """HTTP to the server, trusting its certificate and nothing else."""
    trust = ssl.create_default_context(cafile=server.certificate) if server.url.startswith("https") else False
    return httpx.Client(base_url=server.url, verify=trust, trust_env=False, timeout=PATIENCE, **options)


def basic(account: Account) -> str:
    """The value of `Authorization` for a user."""
    return "Basic " + base64.b64encode(f"{account.name}:{account.password}".encode()).decode()


class Rest:
    """The REST dialect, as one user or as nobody."""

    def __init__(self, http: httpx.Client, token: str | None = None) -> None:
        self.http = http
        self.token = token

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request; `path` is relative to `/api`."""
        headers = ({"vmware-api-session-id": self.token} if self.token else {}) | options.pop("headers", {})
        return self.http.request(method, f"/api{path}", headers=headers, **options)

    def result(self, method: str, path: str, status: int, **options: Any) -> Any:
        """The body of an answer that must be right in every respect, with this status."""
        response = self.request(method, path, **options)
        assert response.status_code == status, response.text
        return body_of(response)

    def refused(self, method: str, path: str, status: int, error_type: str, **options: Any) -> Refusal:
        """What an answer says that must be this error."""
        return refusal_in(self.request(method, path, **options), status, error_type)

    def task(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Starts a task and gives what it is when it has ended."""
        return self.wait(self.result(method, path, 202, **options))

    def wait(self, task: str) -> dict[str, Any]:
        """The task, when it has ended."""
        for _ in patiently():
            info = self.result("GET", f"/cis/tasks/{task}", 200)
            if info["status"] not in ("RUNNING", "PENDING"):
                return dict(info)
        raise AssertionError(f"the task {task} does not end: {info}")


def patiently(pause: float = 0.02) -> Iterator[int]:
    """Turns of a loop that asks for something until it is there: at most so many as take `PATIENCE`."""
    from threading import Event

    waiting = Event()
    for turn in range(int(PATIENCE / pause)):
        yield turn
        waiting.wait(pause)


def body_of(response: httpx.Response) -> Any:
    """The value in a good answer. An answer with content is JSON and says so; one without says nothing."""
    if not response.content:
        assert response.status_code == 204
        assert "content-type" not in response.headers
        return None
    assert response.headers["content-type"] == "application/json"
    assert int(response.headers["content-length"]) == len(response.content)
    return response.json()


def refusal_in(response: httpx.Response, status: int, error_type: str) -> Refusal:
    """The error in an answer: the status, the type, and a sentence in every message."""
    assert response.status_code == status, f"{response.status_code} {response.text}"
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body.keys() <= {"error_type", "messages", "data", "challenge"}
    assert body["error_type"] == error_type
    for each in body["messages"]:
        assert each.keys() == {"id", "default_message", "args"}
        assert each["default_message"].strip()
    assert ("challenge" in body) == (status == 401) == ("www-authenticate" in response.headers)
    assert ("retry-after" in response.headers) == (status == 503)
    text = " ".join(each["default_message"] for each in body["messages"])
    return Refusal(error_type, text, body.get("data"), body.get("challenge"))


class JsonRpc:
    """The JSON-RPC dialect, with bodies as the documentation prints them."""

    def __init__(self, http: httpx.Client, security: Mapping[str, str] | None = None) -> None:
        self.http = http
        self.security = security
        self._ids = count()

    def body(self, service: str, operation: str, fields: Mapping[str, Any], security: Any = None) -> dict[str, Any]:
        """The request, not sent yet."""
        context: dict[str, Any] = {"appCtx": {"opId": "e2e"}}
        if security or self.security:
            context["securityCtx"] = security or self.security
        params = {
            "serviceId": service, "operationId": operation, "input": structure("operation-input", fields),
            "ctx": context,
        }  # fmt: skip
        return {"jsonrpc": "2.0", "method": "invoke", "params": params, "id": str(next(self._ids))}

    def send(self, body: Any, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Any body. The status is 200 whatever the answer, and the id is that of the request."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = self.http.post(
            "/api", content=content, headers={"content-type": "application/json", **(headers or {})}
        )
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "application/json"
        answer = response.json()
        assert answer["jsonrpc"] == "2.0"
        if isinstance(body, dict):
            assert answer["id"] == body.get("id")
        failed = answer.get("result", {}).get("error")
        assert response.headers.get("vapi-error") == (next(iter(failed["ERROR"])) if failed else None)
        return dict(answer)

    def call(self, service: str, operation: str, **fields: Any) -> dict[str, Any]:
        """What stands under `result`."""
        body = self.body(service, operation, fields)
        return dict(self.send(body, {"vapi-service": service, "vapi-operation": operation})["result"])

    def output(self, service: str, operation: str, **fields: Any) -> Any:
        """What stands under `output`, which must be there."""
        result = self.call(service, operation, **fields)
        assert result.keys() == {"output"}, result
        return result["output"]

    def refused(self, error: str, service: str, operation: str, **fields: Any) -> Refusal:
        """What an answer says that must be this standard error."""
        return refusal_under(self.call(service, operation, **fields), error)


def refusal_under(result: Mapping[str, Any], error: str) -> Refusal:
    """The error in the result of a call, with this name."""
    assert result.keys() == {"error"}, result
    ((name, fields),) = result["error"]["ERROR"].items()
    assert name == f"com.vmware.vapi.std.errors.{error}", result
    assert fields["error_type"] == {"OPTIONAL": error.upper()}
    messages = [each["STRUCTURE"]["com.vmware.vapi.std.localizable_message"] for each in fields["messages"]]
    for each in messages:
        assert each.keys() == {"id", "default_message", "args", "params", "localized"}
    text = " ".join(each["default_message"] for each in messages)
    return Refusal(error.upper(), text, fields["data"]["OPTIONAL"], fields.get("challenge", {}).get("OPTIONAL"))


def structure(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A structure as JSON-RPC writes it."""
    return {"STRUCTURE": {name: dict(fields)}}


def optional(value: Any = None) -> dict[str, Any]:
    """An optional as JSON-RPC writes it."""
    return {"OPTIONAL": value}


def password_context(account: Account) -> dict[str, str]:
    """The security context of a call that carries its own password."""
    return {"schemeId": f"{SECURITY}user_pass", "userName": account.name, "password": account.password}


def session_context(token: str) -> dict[str, str]:
    """The security context of a call in a session."""
    return {"schemeId": f"{SECURITY}session_id", "sessionId": token}


def login(http: httpx.Client, account: Account) -> str:
    """A new session; its token."""
    response = http.post("/api/session", headers={"Authorization": basic(account)})
    assert response.status_code == 201, response.text
    token = body_of(response)
    assert isinstance(token, str)
    return token


@contextmanager
def rest_session(server: ServerProcess, account: Account) -> Iterator[Rest]:
    """The REST dialect in a session of a user."""
    with connection(server) as http:
        yield Rest(http, login(http, account))

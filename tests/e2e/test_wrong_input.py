"""Requests that are wrong in every way: each gets the right error with a sentence that helps, and nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from official_sdk import Drafts, configuration, errors, logged_in
from server_process import ALICE, ServerProcess
from wire_clients import (
    DRAFTS,
    DRAFTS_SERVICE,
    OFFLINE,
    SOFTWARE,
    JsonRpc,
    Rest,
    refusal_in,
    refusal_under,
    session_context,
    structure,
)

pytestmark = pytest.mark.usefixtures("nothing_changes")

TASK = {"vmw-task": "true"}
COMPONENTS = f"{DRAFTS}/1/components"


@pytest.fixture
def alice(user: Callable[[str], Rest]) -> Rest:
    return user("alice")


@pytest.fixture
def rpc(http: httpx.Client, alice: Rest) -> JsonRpc:
    return JsonRpc(http, session_context(str(alice.token)))


# --- requests that are not understood --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"delete_existing_draft": tru}', "not JSON line 1 column 27"),
        (b'{\n "delete_existing_draft": true,\n}', "not JSON line 3 column 1"),
        (b"delete_existing_draft=true", "not JSON line 1 column 1"),
        (b'{"delete_existing_draft": true} {}', "not JSON"),
        (b'{"delete_existing_draft": "\xff"}', "UTF-8 byte 27"),
        (b'{"delete_existing_draft": NaN}', "NaN"),
        (b'{"delete_existing_draft": true, "delete_existing_draft": false}', "delete_existing_draft twice"),
        (b"[" * 200_000, "nested"),
        (b'{"delete_existing_draft": ' + b"1" * 5000 + b"}", "digits"),
        (b'{"delete_existing_draft": "\\ud800"}', "half"),
        (b'{"\\uDFFF": true}', "half"),
    ],
    ids=[
        "word cut off",
        "comma too many",
        "form",
        "two values",
        "not UTF-8",
        "not a number",
        "key twice",
        "very deep",
        "thousands of digits",
        "half a character",
        "half a character in a name",
    ],
)
def test_a_body_that_is_not_json(alice: Rest, content: bytes, words: str) -> None:
    refusal = alice.refused("POST", DRAFTS, 400, "INVALID_ARGUMENT", content=content)
    refusal.says(words)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"delete_existing_draft": "yes"}, "spec.delete_existing_draft boolean string"),
        ({"delete_existing_draft": 1}, "spec.delete_existing_draft boolean integer"),
        ([], "structure list"),
        ("x", "structure string"),
        (True, "structure boolean"),
    ],
    ids=repr,
)
def test_json_of_the_wrong_shape(alice: Rest, body: Any, words: str) -> None:
    alice.refused("POST", DRAFTS, 400, "INVALID_ARGUMENT", json=body).says(words)


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("PATCH", COMPONENTS, {"components_to_set": ["a"]}, "spec.components_to_set map list"),
        ("PATCH", COMPONENTS, {"components_to_set": {"a": 1}}, "spec.components_to_set['a'] string integer"),
        ("PATCH", COMPONENTS, {"components_to_delete": ["z", "z"]}, "spec.components_to_delete twice z"),
        ("PUT", f"{COMPONENTS}/c", {"version": "1"}, "version string structure"),
        ("PUT", f"{DRAFTS}/1/base-image", {}, "spec.version missing"),
        ("PUT", f"{DRAFTS}/1/base-image", None, "spec missing"),
        ("PUT", f"{DRAFTS}/1/display-name", {"display_name": None}, "spec.display_name nothing"),
        ("POST", OFFLINE + "?vmw-task=true", {"source_type": "MAIL"}, "spec.source_type MAIL PULL PUSH"),
        ("POST", OFFLINE + "?vmw-task=true", {"source_type": "PULL"}, "location source_type PULL"),
        ("POST", OFFLINE + "?vmw-task=true", {"source_type": "PUSH", "location": "x", "file_id": "f"}, "location"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_other_wrong_shapes_name_the_place(alice: Rest, method: str, path: str, body: Any, words: str) -> None:
    alice.refused(method, path, 400, "INVALID_ARGUMENT", json=body).says(words)


def test_unknown_fields_and_parameters(alice: Rest) -> None:
    alice.refused("POST", DRAFTS, 400, "UNEXPECTED_INPUT", json={"delete_existing": True}).says("delete_existing")
    alice.refused("GET", DRAFTS, 400, "UNEXPECTED_INPUT", params={"owner": "x"}).says("owner")
    alice.refused("GET", f"{DRAFTS}/1", 400, "UNEXPECTED_INPUT", params={"full": "true"}).says("full")


def test_unknown_ids(alice: Rest) -> None:
    for path in (f"{DRAFTS}/4711", f"{SOFTWARE}/software-spec-4711", f"{OFFLINE}/4711", "/cis/tasks/4711:x"):
        alice.refused("GET", path, 404, "NOT_FOUND").says(path.rpartition("/")[2])
    for path in (f"{DRAFTS}/%27%3B%20DROP%20TABLE%20drafts", f"{DRAFTS}/..%2F..%2Fetc", f"{DRAFTS}/a%20b"):
        alice.refused("GET", path, 404, "NOT_FOUND")


def test_unknown_paths_methods_and_actions(alice: Rest, http: httpx.Client) -> None:
    for path in ("/esx/settings/repository/softwares", f"{DRAFTS}/1/nonsense", "/nonsense", f"{DRAFTS}/"):
        alice.refused("GET", path, 404, "OPERATION_NOT_FOUND").says("Not found")
    alice.refused("PUT", DRAFTS, 404, "OPERATION_NOT_FOUND", json={}).says("GET POST import-software-spec")
    action = alice.refused("POST", f"{DRAFTS}/1", 404, "OPERATION_NOT_FOUND", params={"action": "comit"} | TASK)
    action.says("action=commit&vmw-task=true action=validate&vmw-task=true")
    two = [("action", "commit"), ("action", "validate"), ("vmw-task", "true")]
    alice.refused("POST", f"{DRAFTS}/1", 404, "OPERATION_NOT_FOUND", params=two)
    for path in ("/", "/ui", "/api", "/robots.txt", "/vum-fileupload"):
        refusal_in(http.get(path), 404, "OPERATION_NOT_FOUND")


def test_tasks_have_to_be_asked_for_as_tasks(alice: Rest) -> None:
    """Without `vmw-task=true` there is no commit, and any other value is a mistake."""
    missing = alice.refused("POST", f"{DRAFTS}/1", 404, "OPERATION_NOT_FOUND", params={"action": "commit"}, json={})
    missing.says("action=commit&vmw-task=true")
    for value in ("false", "True", "1", ""):
        params = {"action": "commit", "vmw-task": value}
        refusal = alice.refused("POST", f"{DRAFTS}/1", 400, "INVALID_ARGUMENT", params=params, json={})
        refusal.says("vmw-task 'true'")
    extra = alice.refused("POST", DRAFTS, 404, "OPERATION_NOT_FOUND", params=TASK, json={})
    extra.says("POST /esx/settings/repository/software/drafts")


def test_names_that_cannot_be(alice: Rest) -> None:
    draft = alice.result("POST", DRAFTS, 201)
    before = alice.result("GET", f"{DRAFTS}/{draft}", 200)
    try:
        for name in ("", " ", "x" * 5000, "a\nb", "a\u0000b", "\ud800"):
            body = f'{{"display_name": {json.dumps(name)}}}'.encode()
            alice.refused("PUT", f"{DRAFTS}/{draft}/display-name", 400, "INVALID_ARGUMENT", content=body)
        assert alice.result("GET", f"{DRAFTS}/{draft}", 200) == before
    finally:
        alice.result("DELETE", f"{DRAFTS}/{draft}", 204)


def test_a_number_in_a_query_that_is_nested_without_end(user: Callable[[str], Rest]) -> None:
    answer = user("administrator").http.get(
        "/imagewright/v1/audit",
        params={"limit": "[" * 5000},
        headers={"vmware-api-session-id": str(user("administrator").token)},
    )
    assert "limit" in refusal_in(answer, 400, "INVALID_ARGUMENT").text


# --- JSON-RPC --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (b"{nonsense", -32700, "not JSON"),
        (b"\xff\xfe", -32700, "not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, -32700, "nested too deeply"),
        (b'{"jsonrpc": "2.0", "id": 1, "id": 2, "method": "invoke"}', -32700, "the key 'id' twice"),
        (b'{"jsonrpc": "2.0", "id": "\\u0022\\u0022", "params": {"a": 1, "a": 2}}', -32700, "the key 'a' twice"),
        (b"[]", -32600, "one JSON object"),
        ({"jsonrpc": "1.0"}, -32600, "jsonrpc"),
        ({"id": None}, -32600, "id"),
        ({"method": "call"}, -32601, "invoke"),
        ({"params": None}, -32602, "serviceId operationId"),
        ({"params": {"serviceId": 1, "operationId": "x"}}, -32602, "strings"),
        ({"params": {"serviceId": "a", "operationId": "b", "ctx": 5}}, -32602, "ctx"),
    ],
    ids=str,
)
def test_what_is_no_call_is_an_error_of_the_protocol(rpc: JsonRpc, change: Any, code: int, words: str) -> None:
    body = change if isinstance(change, bytes) else rpc.body(DRAFTS_SERVICE, "list", {}) | change
    error = rpc.send(body)["error"]
    assert error["code"] == code
    assert all(word in error["message"] for word in words.split())


def test_headers_that_name_another_operation(rpc: JsonRpc) -> None:
    for header, value in (("vapi-service", "com.vmware.cis.session"), ("vapi-operation", "get")):
        error = rpc.send(rpc.body(DRAFTS_SERVICE, "list", {}), {header: value})["error"]
        assert error["code"] == -31001
        assert header in error["message"]


@pytest.mark.parametrize(
    ("input_", "error", "words"),
    [
        (None, "invalid_argument", "STRUCTURE"),
        ({"spec": {}}, "invalid_argument", "STRUCTURE"),
        (structure("operation-input", {}), "invalid_argument", "missing spec"),
        (structure("operation-input", {"spec": None}), "invalid_argument", "spec STRUCTURE nothing"),
        (structure("operation-input", {"spec": structure("x.y", {})}), "invalid_argument", f"{DRAFTS_SERVICE}. x.y"),
    ],
    ids=str,
)
def test_inputs_of_the_wrong_shape(rpc: JsonRpc, input_: Any, error: str, words: str) -> None:
    body = rpc.body(DRAFTS_SERVICE, "create", {})
    body["params"]["input"] = input_
    refusal_under(rpc.send(body)["result"], error).says(words)


def test_fields_over_json_rpc(rpc: JsonRpc) -> None:
    """Optional values are wrapped; fields that nobody declared are refused when they are set."""
    for fields, error, words in (
        ({"delete_existing_draft": True}, "invalid_argument", "spec.delete_existing_draft OPTIONAL boolean"),
        ({"delete_existing_draft": {"OPTIONAL": "x"}}, "invalid_argument", "spec.delete_existing_draft boolean string"),
        ({"delete_it": {"OPTIONAL": True}}, "unexpected_input", "delete_it"),
    ):
        spec = structure(f"{DRAFTS_SERVICE}.create_spec", fields)
        rpc.refused(error, DRAFTS_SERVICE, "create", spec=spec).says(words)


def test_a_task_operation_without_its_suffix(rpc: JsonRpc) -> None:
    rpc.refused("operation_not_found", DRAFTS_SERVICE, "commit", draft="1").says("commit $task")


def test_through_the_sdk(server: ServerProcess) -> None:
    with logged_in(server, ALICE) as client, pytest.raises(errors.NotFound) as unknown:
        Drafts(configuration(client)).get("4711")
    assert "4711" in unknown.value.messages[0].default_message

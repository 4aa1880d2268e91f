"""The plain-JSON dialect under `/api`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from any_values import structures, values
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from imagewright.contract import registry, rest_values
from imagewright.contract.operations import Operation
from imagewright.contract.routing import Match, UnknownPath, match, match_own
from imagewright.contract.services import cis_session, cis_task, cis_tasks, depot_content_add_ons, std
from imagewright.contract.services import repository_software as software
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_components as components
from imagewright.contract.services import settings as shared
from imagewright.contract.types import StructureRef
from imagewright.model.errors import (
    AlreadyExists,
    ApiError,
    InvalidArgument,
    Message,
    NotFound,
    TimedOut,
    Unauthenticated,
    UnexpectedInput,
)

FEW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
LIBRARY = "/esx/settings/repository/software"


def found(method: str, path: str, query: dict[str, list[str]] | None = None) -> Match:
    outcome = match(method, path, query or {})
    if isinstance(outcome, UnknownPath):
        outcome = match_own(method, path, query or {})
    assert isinstance(outcome, Match)
    return outcome


def decoded(method: str, path: str, query: dict[str, list[str]] | None = None, body: Any = None) -> dict[str, Any]:
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return rest_values.decode_input(found(method, path, query), query or {}, content)


@pytest.mark.parametrize("name", registry.structures)
def test_every_structure_is_read_as_it_was_written(name: str) -> None:
    type_ = StructureRef(name)

    @FEW
    @given(value=structures(registry.structures[name]))
    def check(value: Any) -> None:
        document = rest_values.encode(type_, value)
        assert rest_values.encode(type_, rest_values.decode(type_, json.loads(document))) == document

    check()


@pytest.mark.parametrize(
    "operation",
    [each for each in (*registry.operations, *registry.own_operations) if each.routes],
    ids=lambda each: each.key,
)
def test_the_inputs_of_every_operation_arrive_as_they_were_sent(operation: Operation) -> None:
    route = operation.route

    @FEW
    @given(arguments=st.fixed_dictionaries({each.name: values(each.type) for each in operation.inputs}))
    def check(arguments: dict[str, Any]) -> None:
        request = rest_values.encode_input(operation, arguments)
        # An empty segment of a path is no id, and in a query a comma parts two ids.
        assume(all(arguments[name] for name in route.path_inputs))
        assume(not any("," in value for _, value in request.query))
        query: dict[str, list[str]] = {}
        for name, value in request.query:
            query.setdefault(name, []).append(value)
        read = rest_values.decode_input(found(request.method, request.path, query), query, request.body)
        # A filter in which nothing is set is no filter: that alone may differ.
        assert rest_values.encode_input(operation, read) == request
        assert {name: read[name] for name in read if name not in route.query} == {
            name: value for name, value in arguments.items() if name not in route.query
        }

    check()


def test_a_request_as_a_client_sends_it() -> None:
    spec = drafts.CommitSpec(message="first")

    assert rest_values.encode_input(drafts.commit, {"draft": "a/b", "spec": spec}) == rest_values.Request(
        "POST", f"{LIBRARY}/drafts/a%2Fb", (("action", "commit"), ("vmw-task", "true")), b'{"message":"first"}'
    )
    query = {"filter": drafts.FilterSpec(owners=frozenset("ba"))}
    assert rest_values.encode_input(drafts.list_, query) == rest_values.Request(
        "GET", f"{LIBRARY}/drafts", (("owners", "a"), ("owners", "b")), b""
    )


@pytest.mark.parametrize(
    ("query", "filter_"),
    [
        ({}, None),
        ({"owners": ["a"]}, drafts.FilterSpec(owners=frozenset("a"))),
        ({"owners": ["a", "b"]}, drafts.FilterSpec(owners=frozenset("ab"))),
        ({"owners": ["a,b"]}, drafts.FilterSpec(owners=frozenset("ab"))),
        (
            {"software_spec_ids": ["-1,software-spec-1"], "owners": ["a"]},
            drafts.FilterSpec(software_spec_ids=frozenset(("-1", "software-spec-1")), owners=frozenset("a")),
        ),
    ],
)
def test_a_filter_in_the_query(query, filter_) -> None:
    assert decoded("GET", f"{LIBRARY}/drafts", query) == {"filter": filter_}


def test_names_with_commas_are_not_split() -> None:
    assert decoded("GET", "/esx/settings/depot-content/add-ons", {"vendors": ["VMware, Inc."]}) == {
        "filter": depot_content_add_ons.FilterSpec(vendors=frozenset(("VMware, Inc.",)))
    }
    assert decoded("GET", LIBRARY, {"display_names": ["a,b"]}) == {
        "filter": software.FilterSpec(display_names=frozenset(("a,b",))),
        "iterate": None,
        "sort": None,
    }


def test_tasks_are_listed_with_a_body_and_with_a_query() -> None:
    filter_ = cis_tasks.FilterSpec(services=frozenset(("s",)), status=frozenset((cis_task.Status.RUNNING,)))
    expected = {"filter_spec": filter_, "result_spec": cis_tasks.GetSpec(return_all=True)}
    body = {"filter_spec": {"services": ["s"], "status": ["RUNNING"]}, "result_spec": {"return_all": True}}
    query = {"services": ["s"], "status": ["RUNNING"], "return_all": ["true"]}

    assert decoded("POST", "/cis/tasks", {"action": ["list"]}, body) == expected
    assert decoded("GET", "/cis/tasks", query) == expected


@pytest.mark.parametrize("body", [None, {}, b"null", b" \r\n", {"delete_existing_draft": None}])
def test_an_empty_body_sets_nothing(body: Any) -> None:
    assert decoded("POST", f"{LIBRARY}/drafts", {}, body) == {"spec": drafts.CreateSpec()}


@pytest.mark.parametrize(("body", "version"), [(b'"12.5.2"', "12.5.2"), (b"null", None), (b"", None)])
def test_a_bare_string_as_the_body(body: bytes, version: str | None) -> None:
    arguments = decoded("PUT", f"{LIBRARY}/drafts/1/components/VMware%20VM%2FTools", {}, body)

    assert arguments == {"draft": "1", "component": "VMware VM/Tools", "version": version}


def test_a_map_with_null_values() -> None:
    body = {"components_to_set": {"a": "1", "b": None}, "components_to_delete": ["z"]}

    assert decoded("PATCH", f"{LIBRARY}/drafts/1/components", {}, body)["spec"] == components.UpdateSpec(
        components_to_set={"a": "1", "b": None}, components_to_delete=frozenset("z")
    )


def test_one_object_in_an_array_where_the_printed_sample_is_answered() -> None:
    body = b'[{"delete_existing_draft": true}]'
    create = found("POST", f"{LIBRARY}/drafts")

    arguments = rest_values.decode_input(create, {}, body, unwrap_single=True)
    assert arguments == {"spec": drafts.CreateSpec(delete_existing_draft=True)}
    with pytest.raises(InvalidArgument):
        rest_values.decode_input(create, {}, body)


COMMIT = {"action": ["commit"], "vmw-task": ["true"]}
MISSING = "vapi.data.structure.field.missing"
FIELD_INVALID = "vapi.data.structure.field.invalid"
UNEXPECTED = "vapi.data.structure.field.unexpected"
MISMATCH = "vapi.data.validate.mismatch"


@pytest.mark.parametrize(
    ("request_", "error", "ids", "place"),
    [
        (("PUT", f"{LIBRARY}/drafts/1/base-image", {}, None), InvalidArgument, [MISSING], "spec"),
        (("PUT", f"{LIBRARY}/drafts/1/base-image", {}, {}), InvalidArgument, [FIELD_INVALID, MISSING], "spec.version"),
        (("PUT", f"{LIBRARY}/drafts/1/base-image", {}, []), InvalidArgument, [FIELD_INVALID, MISMATCH], "spec"),
        (
            ("PUT", f"{LIBRARY}/drafts/1/base-image", {}, {"version": "1", "edition": "2"}),
            UnexpectedInput,
            [FIELD_INVALID, UNEXPECTED],
            "spec",
        ),
        (
            ("POST", f"{LIBRARY}/drafts/1", COMMIT, {"mesage": "x"}),
            UnexpectedInput,
            [FIELD_INVALID, UNEXPECTED],
            "spec",
        ),
        (("GET", f"{LIBRARY}/drafts", {"owner": ["a"]}, None), UnexpectedInput, [UNEXPECTED], "the input as a whole"),
        (("DELETE", f"{LIBRARY}/drafts/1", {}, {"a": 1}), UnexpectedInput, [UNEXPECTED], "the input as a whole"),
        (("POST", "/cis/tasks", {"action": ["list"]}, {"x": 1}), UnexpectedInput, [UNEXPECTED], "the input as a whole"),
        # A parameter with the name of an input that has its place elsewhere is none of ours.
        (("GET", f"{LIBRARY}/drafts/1", {"draft": ["2"]}, None), UnexpectedInput, [UNEXPECTED], "the input as a whole"),
        (("POST", "/cis/tasks", {"action": ["list"]}, []), InvalidArgument, [MISMATCH], "the input as a whole"),
        (
            ("GET", f"{LIBRARY}/1/effective-components", {"with_removed_components": ["yes"]}, None),
            InvalidArgument,
            [FIELD_INVALID, FIELD_INVALID, MISMATCH],
            "spec.with_removed_components",
        ),
        (
            ("GET", f"{LIBRARY}/1/effective-components", {"with_removed_components": ["true", "true"]}, None),
            InvalidArgument,
            ["imagewright.rest.parameter_twice"],
            "with_removed_components",
        ),
        (
            ("GET", f"{LIBRARY}/drafts", {"owners": ["a", "a"]}, None),
            InvalidArgument,
            [FIELD_INVALID, FIELD_INVALID, "vapi.bindings.typeconverter.set.duplicate.element"],
            "filter.owners",
        ),
    ],
)
def test_bad_input_is_told_from_the_outside_to_the_inside(request_, error, ids, place) -> None:
    with pytest.raises(ApiError) as caught:
        decoded(*request_)

    assert type(caught.value) is error
    assert [message.id for message in caught.value.messages] == ["vapi.invoke.input.invalid", *ids]
    assert caught.value.messages[0].args[1] == place


@pytest.mark.parametrize(
    ("body", "message_id", "args"),
    [
        (b'{"a": 1,\n "b" x}', "imagewright.rest.malformed_json", ("Expecting ':' delimiter", "2", "6")),
        (b"{", "imagewright.rest.malformed_json", ("Expecting property name enclosed in double quotes", "1", "2")),
        (b'"\xff"', "imagewright.rest.not_utf8", ("1",)),
        (b'{"a": 1, "a": 2}', "imagewright.rest.key_twice", ("a",)),
        (b"NaN", "imagewright.rest.not_a_number", ("NaN",)),
        (b"[" * 100_000, "imagewright.rest.too_deep", ()),
        (b"1" * 5000, "imagewright.rest.number_too_long", ()),
        (b'"\\uD800"', "imagewright.rest.no_character", ()),
    ],
)
def test_a_body_that_is_not_json(body: bytes, message_id: str, args: tuple[str, ...]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        decoded("POST", f"{LIBRARY}/drafts", {}, body)

    assert [(each.id, each.args) for each in caught.value.messages] == [(message_id, args)]


@pytest.mark.parametrize(
    ("operation", "value", "body"),
    [
        (cis_session.create, "token", b'"token"'),
        (cis_session.delete, None, b""),
        (components.get, None, b"null"),
        (components.get, shared.ComponentInfo(version="1"), b'{"version":"1"}'),
        (components.list_, {"b": shared.ComponentInfo(version="1")}, b'{"b":{"version":"1"}}'),
        (software.export, {software.ExportType.ISO_IMAGE: "https://a/b.iso"}, b'{"ISO_IMAGE":"https://a/b.iso"}'),
        (
            cis_session.get,
            cis_session.Info(
                user="a",
                created_time=datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC),
                last_accessed_time=datetime(2026, 1, 2, tzinfo=UTC),
            ),
            b'{"user":"a","created_time":"2026-01-02T03:04:05.678Z","last_accessed_time":"2026-01-02T00:00:00.000Z"}',
        ),
    ],
)
def test_what_an_answer_looks_like(operation: Operation, value: Any, body: bytes) -> None:
    assert rest_values.encode_output(operation, value) == body
    assert rest_values.decode_output(operation, body) == value


def test_an_error_has_the_status_of_the_api_and_leaves_out_what_is_unset() -> None:
    status, body = rest_values.encode_error(NotFound(Message("imagewright.draft.unknown", "No draft 7.", ("7",))))

    assert status == 404
    assert json.loads(body) == {
        "error_type": "NOT_FOUND",
        "messages": [{"id": "imagewright.draft.unknown", "default_message": "No draft 7.", "args": ["7"]}],
    }


@pytest.mark.parametrize(("error", "status"), [(AlreadyExists(), 400), (TimedOut(), 500), (Unauthenticated(), 401)])
def test_statuses_that_are_easily_taken_for_others(error: ApiError, status: int) -> None:
    assert rest_values.encode_error(error)[0] == status


def test_an_error_with_data_and_challenge_is_read_back() -> None:
    error = Unauthenticated(Message("a.b", "Log in.", ()), data=shared.BaseImageSpec(version="1"), challenge="Basic")
    read = rest_values.decode_error(rest_values.encode_error(error)[1])

    assert type(read) is Unauthenticated
    assert (read.messages, read.data, read.challenge) == (error.messages, {"version": "1"}, "Basic")


def test_a_task_with_a_result_and_a_task_with_an_error() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    text = std.LocalizableMessage(id="a", default_message="a", args=())
    result = drafts.ValidateResult(notifications=shared.Notifications())
    common = {
        "progress": cis_task.Progress(total=100, completed=100, message=text),
        "description": text,
        "service": drafts.validate.service,
        "operation": drafts.validate.operation_id,
        "cancelable": False,
        "start_time": now,
        "end_time": now,
    }
    succeeded = cis_task.Info(status=cis_task.Status.SUCCEEDED, result=result, **common)
    failed = cis_task.Info(status=cis_task.Status.FAILED, error=InvalidArgument(data=result), **common)

    answer = json.loads(rest_values.encode_output(cis_tasks.get, succeeded))
    assert answer["result"] == {"notifications": {}}
    assert answer["start_time"] == "2026-01-01T00:00:00.000Z"
    assert "error" not in answer
    assert drafts.validate.task_result is not None
    assert rest_values.decode(drafts.validate.task_result, answer["result"]) == result

    answer = json.loads(rest_values.encode_output(cis_tasks.get, failed))
    assert answer["error"] == {"error_type": "INVALID_ARGUMENT", "messages": [], "data": {"notifications": {}}}
    assert type(rest_values.decode_output(cis_tasks.get, json.dumps(answer).encode()).error) is InvalidArgument

"""The older dialect: which requests it knows, and how its values look."""

from __future__ import annotations

import json

import pytest

from imagewright.contract import old_rest_values
from imagewright.contract.registry import operations
from imagewright.contract.routing import Match, NotInOldDialect, UnknownPath, match_old
from imagewright.contract.services import cis_session
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_components as components
from imagewright.contract.services.settings import ComponentInfo
from imagewright.model.errors import InvalidArgument, NotFound, UnexpectedInput

SESSION = "/com/vmware/cis/session"
DRAFTS = "/esx/settings/repository/software/drafts"


@pytest.mark.parametrize("path", [SESSION, "/session"])
def test_sessions_at_both_paths(path: str) -> None:
    for method, query, operation in (
        ("POST", {}, cis_session.create),
        ("POST", {"~action": ["get"]}, cis_session.get),
        ("GET", {}, cis_session.get),
        ("DELETE", {}, cis_session.delete),
    ):
        found = match_old(method, path, query)
        assert isinstance(found, Match)
        assert found.operation is operation


def test_every_read_and_nothing_else() -> None:
    for operation in operations:
        for route in operation.routes:
            path = route.path.replace("{", "").replace("}", "")
            query = {"action": [route.action]} if route.action else {}
            found = match_old(route.method, path, query | ({"vmw-task": ["true"]} if route.task else {}))
            if route.method == "GET" or operation.service == "com.vmware.cis.session":
                assert isinstance(found, Match), route
            else:
                assert isinstance(found, NotInOldDialect), route
                assert route.line in str(found.error())


@pytest.mark.parametrize(("path", "action"), [(SESSION, "burn"), (DRAFTS, "get")])
def test_unknown_actions_of_the_dialect(path: str, action: str) -> None:
    assert isinstance(match_old("POST", path, {"~action": [action]}), UnknownPath)


def test_a_map_is_an_array_of_keys_and_values() -> None:
    info = ComponentInfo(version="1.0", details=None)
    assert json.loads(old_rest_values.encode_output(components.list_, {"b": info, "a": info})) == {
        "value": [{"key": "b", "value": {"version": "1.0"}}, {"key": "a", "value": {"version": "1.0"}}]
    }


def test_values_that_are_not_there() -> None:
    assert old_rest_values.encode_output(cis_session.delete, None) == b""
    assert old_rest_values.encode_output(components.get, None) == b'{"value":null}'


def test_an_error_says_its_name() -> None:
    status, body = old_rest_values.encode_error(NotFound.because("x.y", "There is no {0}.", "draft"))

    assert status == 404
    assert json.loads(body) == {
        "type": "com.vmware.vapi.std.errors.not_found",
        "value": {
            "error_type": "NOT_FOUND",
            "messages": [{"id": "x.y", "default_message": "There is no draft.", "args": ["draft"]}],
        },
    }


def test_a_filter_in_the_body_of_a_get() -> None:
    found = match_old("GET", DRAFTS, {})
    assert isinstance(found, Match)
    wanted = drafts.FilterSpec(owners=frozenset({"a b"}))

    for query, body in (
        ({}, b'{"filter": {"owners": ["a b"]}}'),
        ({"owners": ["a b"]}, b""),
        ({"owners": ["a b"]}, b"{}"),
    ):
        assert old_rest_values.decode_input(found, query, body) == {"filter": wanted}
    assert old_rest_values.decode_input(found, {}, b"{}") == {"filter": None}
    with pytest.raises(InvalidArgument):
        old_rest_values.decode_input(found, {}, b'{"filter": {"owners": 1}}')
    with pytest.raises(UnexpectedInput):
        old_rest_values.decode_input(found, {}, b'{"owners": ["a"]}')

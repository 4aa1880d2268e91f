"""Which request asks for which operation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imagewright.contract import registry
from imagewright.contract.operations import Operation, Route
from imagewright.contract.routing import (
    BadTaskFlag,
    Match,
    Outcome,
    Router,
    UnknownOperation,
    UnknownPath,
    match,
    match_own,
)
from imagewright.model.errors import InvalidArgument, OperationNotFound

LIBRARY = "/esx/settings/repository/software"
TASK = {"vmw-task": ["true"]}


@pytest.mark.parametrize(
    ("method", "path", "query", "key", "parameters"),
    [
        ("GET", LIBRARY, {"owners": ["a"]}, "software.list", {}),
        ("GET", f"{LIBRARY}/drafts", {}, "software.drafts.list", {}),
        ("GET", f"{LIBRARY}/software-spec-1", {}, "software.get", {"software_spec": "software-spec-1"}),
        ("POST", f"{LIBRARY}/s-1", {"action": ["copy"]}, "software.copy", {"software_spec": "s-1"}),
        ("POST", LIBRARY, {"action": ["check-repository"]}, "software.check_repository", {}),
        ("POST", f"{LIBRARY}/drafts", {}, "software.drafts.create", {}),
        ("POST", f"{LIBRARY}/drafts", {"action": ["import-software-spec"]}, "drafts.import_software_spec", {}),
        ("POST", f"{LIBRARY}/drafts/1", {"action": ["commit"], **TASK}, "drafts.commit$task", {"draft": "1"}),
        ("POST", f"{LIBRARY}/drafts/1", {**TASK, "action": ["commit"]}, "drafts.commit$task", {"draft": "1"}),
        (
            "PUT",
            f"{LIBRARY}/drafts/1/alternative-images/2/components/a%2Fb%20%2541",
            {},
            "alternative_images.components.set",
            {"draft": "1", "image": "2", "component": "a/b %41"},
        ),
        ("DELETE", "/esx/settings/depots/offline/7", {}, "depots.offline.delete", {"depot": "7"}),
        ("DELETE", "/esx/settings/depots/offline/7", TASK, "depots.offline.delete$task", {"depot": "7"}),
        ("POST", "/cis/tasks", {"action": ["list"]}, "cis.tasks.list", {}),
        ("GET", "/cis/tasks", {}, "cis.tasks.list", {}),
        ("POST", "/cis/tasks/t%3Ax", {"action": ["cancel"]}, "cis.tasks.cancel", {"task": "t:x"}),
    ],
)
def test_a_request_finds_its_operation(method, path, query, key, parameters) -> None:
    found = match(method, path, query)

    assert isinstance(found, Match)
    assert found.operation.key.endswith(key)
    assert found.path == parameters


@pytest.mark.parametrize("path", ["/", "", "/esx", "/cis/tasks/", "/cis/tasks/a/b", "/cis//tasks", f"{LIBRARY}/1/2"])
def test_an_unknown_path(path: str) -> None:
    found = match("GET", path, {})

    assert found == UnknownPath()
    assert isinstance(found.error(), OperationNotFound)
    assert found.error().messages[0].id == "com.vmware.vapi.rest.httpNotFound"


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("PUT", LIBRARY, {}),
        ("POST", f"{LIBRARY}/s-1", {}),
        ("POST", f"{LIBRARY}/s-1", {"action": ["fly"]}),
        ("POST", f"{LIBRARY}/s-1", {"action": ["copy", "edit"]}),
        ("POST", f"{LIBRARY}/drafts/1", {"action": ["commit"]}),
        ("POST", f"{LIBRARY}/drafts/1", {"action": ["validate"]}),
        ("POST", f"{LIBRARY}/drafts", TASK),
        # `drafts` is a literal, so this is not an update of a specification with that id.
        ("PATCH", f"{LIBRARY}/drafts", {}),
    ],
)
def test_a_known_path_without_such_a_method_or_action(method: str, path: str, query) -> None:
    found = match(method, path, query)

    assert isinstance(found, UnknownOperation)
    assert isinstance(found.error(), OperationNotFound)


def test_what_would_have_been_right_is_named() -> None:
    found = match("POST", f"{LIBRARY}/drafts/1", {"action": ["commit"]})

    assert isinstance(found, UnknownOperation)
    assert f"POST {LIBRARY}/drafts/{{draft}}?action=commit&vmw-task=true" in found.error().messages[0].text


@pytest.mark.parametrize("flag", ["false", "", "True", "1"])
def test_the_task_flag_is_true_or_absent(flag: str) -> None:
    found = match("POST", f"{LIBRARY}/drafts/1", {"action": ["commit"], "vmw-task": [flag]})

    assert found == BadTaskFlag(flag)
    assert isinstance(found.error(), InvalidArgument)


def request_of(route: Route) -> tuple[str, str, dict[str, list[str]]]:
    path = route.path.replace("{", "x-").replace("}", "")
    return route.method, path, ({"action": [route.action]} if route.action else {}) | (TASK if route.task else {})


@pytest.mark.parametrize(
    ("operations", "matches"),
    [(registry.operations, match), (registry.own_operations, match_own)],
    ids=["published", "own"],
)
def test_every_declared_route_leads_to_its_operation(
    operations: tuple[Operation, ...], matches: Callable[..., Outcome]
) -> None:
    for operation in operations:
        for route in operation.routes:
            found = matches(*request_of(route))
            assert isinstance(found, Match)
            assert (found.operation, found.route) == (operation, route)
            assert found.path == {name: f"x-{name}" for name in route.path_inputs}


def test_nothing_of_ours_is_part_of_the_published_api() -> None:
    for operation in registry.own_operations:
        assert operation.service.startswith("imagewright.v1.")
        assert registry.operation(operation.service, operation.operation_id) is None
        assert not registry.has_service(operation.service)
        assert all(isinstance(match(*request_of(route)), UnknownPath) for route in operation.routes)


def test_two_operations_cannot_share_a_route() -> None:
    with pytest.raises(ValueError, match="Two operations have the route POST /session"):
        Router([registry.operations[0], registry.operations[0]])

"""From the method, the path and the query of a request to the operation. Pure: strings in, a value out.

A literal segment of a path wins over a parameter, at every depth, so that `/software/drafts` is never the software
specification with the id "drafts". "No action" is a value of the key like any other: `POST /software/{x}` does not
exist because `POST /software/{x}?action=copy` does. Operations that are tasks only exist with `vmw-task=true`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from imagewright.contract.operations import Operation, Parameter, Route
from imagewright.contract.registry import operations, own_operations
from imagewright.model.errors import InvalidArgument, OperationNotFound

ACTION: Final = "action"
TASK: Final = "vmw-task"
API_ROOT: Final = "/api"
OWN_ROOT: Final = "/imagewright/v1"
OLD_ACTION: Final = "~action"
SESSION: Final = "/session"
OLD_SESSION: Final = "/com/vmware/cis/session"
ROUTING_KEYS: Final = frozenset((ACTION, TASK))

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Match:
    """The operation, the route of it that was taken, and the path parameters by input name, percent-decoded."""

    operation: Operation
    route: Route
    path: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UnknownPath:
    """No operation has such a path."""

    def error(self) -> OperationNotFound:
        return OperationNotFound.because(
            "com.vmware.vapi.rest.httpNotFound", "Not found: no operation of this API has this path."
        )


@dataclass(frozen=True, slots=True)
class UnknownOperation:
    """The path is one of ours, but not with this method, action and kind; `known` are the lines that would be
    right."""

    known: tuple[str, ...]

    def error(self) -> OperationNotFound:
        return OperationNotFound.because(
            "com.vmware.vapi.rest.httpNotFound",
            "Not found: this path has no such method or action. It has: {0}.",
            ", ".join(self.known),
        )


@dataclass(frozen=True, slots=True)
class BadTaskFlag:
    """`vmw-task` has a value other than `true`."""

    value: str

    def error(self) -> InvalidArgument:
        return InvalidArgument.because(
            "imagewright.rest.vmw_task",
            "The query parameter vmw-task has the value '{0}'; the only value that it may have is 'true'.",
            self.value,
        )


@dataclass(frozen=True, slots=True)
class NotInOldDialect:
    """The operation is one of ours, but the older dialect has sessions and reads only."""

    line: str

    def error(self) -> OperationNotFound:
        return OperationNotFound.because(
            "imagewright.rest.old_dialect",
            "The older dialect under /rest has sessions and reads only. Send {0} to /api.",
            self.line,
        )


Outcome = Match | UnknownPath | UnknownOperation | BadTaskFlag | NotInOldDialect


@dataclass(slots=True)
class _Node:
    """A place in the tree of paths. The name of a parameter belongs to the route: siblings may call it
    differently."""

    literals: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    routes: dict[tuple[str, str | None, bool], tuple[Operation, Route]] = field(default_factory=dict)


class Router:
    """The table of all routes of some operations. Two operations with the same key are a ValueError."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            for route in operation.routes:
                self._add(operation, route)

    def _add(self, operation: Operation, route: Route) -> None:
        node = self._root
        for segment in route.segments:
            if isinstance(segment, Parameter):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        key = (route.method, route.action, route.task)
        if key in node.routes:
            raise ValueError(f"Two operations have the route {route.line}.")
        node.routes[key] = (operation, route)

    def match(self, method: str, path: str, query: Query) -> Outcome:
        """What the request asks for.

        `path` is as it came, percent-encoded and relative to the root of the dialect (`/cis/tasks/x`); `query` maps
        every decoded key to its values, in the order in which they stood. A repeated `action` names no operation.
        """
        found = self._find(self._root, [unquote(part) for part in path.removeprefix("/").split("/")], [])
        if found is None:
            return UnknownPath()
        node, values = found
        flags = query.get(TASK, ())
        for flag in flags:
            if flag != "true":
                return BadTaskFlag(flag)
        actions = query.get(ACTION, ())
        key = (method, actions[0] if actions else None, bool(flags))
        if len(actions) > 1 or key not in node.routes:
            return UnknownOperation(tuple(sorted(route.line for _, route in node.routes.values())))
        operation, route = node.routes[key]
        return Match(operation, route, dict(zip(route.path_inputs, values, strict=True)))

    def _find(self, node: _Node, parts: list[str], values: list[str]) -> tuple[_Node, list[str]] | None:
        """Depth first, literals first: a literal that leads nowhere gives way to the parameter beside it."""
        if not parts:
            return (node, values) if node.routes else None
        part, rest = parts[0], parts[1:]
        if part in node.literals:
            found = self._find(node.literals[part], rest, values)
            if found is not None:
                return found
        if part and node.parameter is not None:
            return self._find(node.parameter, rest, [*values, part])
        return None


match: Final = Router(operations).match
match_own: Final = Router(own_operations).match


def match_old(method: str, path: str, query: Query) -> Outcome:
    """What a request of the older dialect asks for, with `path` relative to its root.

    Sessions are at two paths, that of the dialect and that of `/api`, and are looked at with `POST` and
    `?~action=get`, because this dialect once had no other way to name an operation.
    """
    is_session = path in (OLD_SESSION, SESSION)
    if is_session and method == "POST" and query.get(OLD_ACTION) == ["get"]:
        method = "GET"
    elif OLD_ACTION in query:
        return UnknownPath()
    found = match(method, SESSION if is_session else path, query)
    if isinstance(found, Match) and found.route.method != "GET" and not is_session:
        return NotInOldDialect(found.route.line)
    return found

"""What is known of an operation before anybody writes one.

There is exactly one `Operation` object for each operation; it is compared and hashed by identity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from imagewright.contract.types import Type

TASK_SUFFIX: Final = "$task"


@dataclass(frozen=True, slots=True)
class Input:
    name: str
    type: Type
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A segment of a path that stands for the value of an input."""

    name: str


Segment = str | Parameter


@dataclass(frozen=True, slots=True)
class Route:
    """One way to reach an operation with HTTP.

    `path` is relative to the root of a dialect (`/api`, `/rest`), its parameters are named as the inputs. Every
    input is in exactly one place: the path; `query`, where the fields of the structure are parameters of their own;
    `body`, where the input is the body; or `body_fields`, where the body is an object with these inputs.
    """

    method: str
    path: str
    action: str | None = None
    task: bool = False
    query: tuple[str, ...] = ()
    body: str | None = None
    body_fields: tuple[str, ...] = ()

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(
            Parameter(part[1:-1]) if part.startswith("{") else part for part in self.path.strip("/").split("/")
        )

    @property
    def path_inputs(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def line(self) -> str:
        """The route as people write it: `POST /cis/tasks/{task}?action=cancel`."""
        keys = [f"action={self.action}"] * bool(self.action) + ["vmw-task=true"] * self.task
        return f"{self.method} {self.path}" + ("?" + "&".join(keys) if keys else "")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Operation:
    """One operation. `errors` are wire names; `status` is the HTTP status of success; the first route is the
    canonical one. What is served with JSON-RPC only (introspection) has none, and reads.

    For a task, `output` is the id of the task and `task_result` what the task has as its result when it has
    succeeded.
    """

    service: str
    operation_id: str
    inputs: tuple[Input, ...] = ()
    output: Type
    task_result: Type | None = None
    errors: tuple[str, ...] = ()
    privileges: tuple[str, ...] = ()
    status: int
    since: str | None = None
    routes: tuple[Route, ...] = ()

    def __repr__(self) -> str:
        return f"<Operation {self.key}>"

    @property
    def key(self) -> str:
        """Service and operation in one word, as vendor texts write it; unique."""
        return f"{self.service}.{self.operation_id}"

    @property
    def name(self) -> str:
        """The operation id without the mark of a task."""
        return self.operation_id.removesuffix(TASK_SUFFIX)

    @property
    def is_task(self) -> bool:
        return self.operation_id.endswith(TASK_SUFFIX)

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return all(each.method == "GET" for each in self.routes[:1])

    @property
    def route(self) -> Route:
        return self.routes[0]

    def input(self, name: str) -> Input:
        return next(each for each in self.inputs if each.name == name)

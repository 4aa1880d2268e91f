"""The facts file: what the project knows of the published API, and how it was cut out of a description of all of it.

    python -m imagewright.contract.facts PATH/contract.json

reads a description of the whole API and writes `facts.json` beside this module: the services that are declared
here, every type that they reach, and all errors. Two things are corrected on the way, because the SDK's own REST
metadata of `com.vmware.cis.tasks` is wrong while vendor documentation and the other clients agree:

- `list` is `POST /cis/tasks?action=list` with an object of `filter_spec` and `result_spec` as the body. Clients that
  follow the older form `GET /cis/tasks` with the fields as query parameters exist, so that is a second route.
- `cancel` is `POST /cis/tasks/{task}?action=cancel`; the SDK says it without the action.

Where the runtime and the API description name different HTTP statuses for one error, the API description wins.
Privileges on single inventory objects are counted as privileges of the operation: there is no inventory with rights
of its own here.

What this server offers beyond the published API has the same form, in `own_facts.json`, which is written by hand. Its
services are called `imagewright.v1.…`, its paths are relative to `/imagewright/v1`, and it may use the types and errors
of the API.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

FACTS_PATH = Path(__file__).with_name("facts.json")
OWN_FACTS_PATH = Path(__file__).with_name("own_facts.json")

SERVICES = (
    r"com\.vmware\.cis\.(session|tasks)",
    r"com\.vmware\.esx\.settings\.(depots|depot_content|hardware_support|repository)(\..*)?",
    r"com\.vmware\.esx\.settings\.inventory",
    r"com\.vmware\.vapi\.std\.introspection\.(operation|provider|service)",
)
# The published description of REST does not have these.
JSON_RPC_ONLY = "com.vmware.vapi.std.introspection."
ALWAYS = (
    "struct:com.vmware.vapi.std.localizable_message",
    "enum:com.vmware.vapi.std.errors.error.type",
    # What errors carry as data; only the text of an operation says so, not its signature.
    "struct:com.vmware.esx.settings.depots.offline.precheck_result",
    "struct:com.vmware.esx.settings.depots.online.precheck_result",
)


class _Facts(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, forbid_unknown_fields=True):
    """`python` is, in all facts, where the official SDK keeps the thing; only tests use it. What is ours has none."""


class Named(_Facts, frozen=True, kw_only=True):
    name: str
    type: str
    since: str | None = None


class Union(_Facts, frozen=True, kw_only=True):
    """Which fields go with which value of the discriminant, and whether they must be set (true) or may be (false)."""

    discriminant: str
    cases: dict[str, dict[str, bool]]


class Structure(_Facts, frozen=True, kw_only=True):
    python: str = ""
    fields: tuple[Named, ...]
    unions: tuple[Union, ...] = ()
    since: str | None = None


class Enumeration(_Facts, frozen=True, kw_only=True):
    python: str = ""
    values: tuple[str, ...]
    since: str | None = None


class Error(_Facts, frozen=True, kw_only=True):
    """`challenge` says whether the error has a field of this name besides messages, data and error type."""

    python: str
    error_type: str
    status: int
    challenge: bool = False


class Route(_Facts, frozen=True, kw_only=True):
    """One way to reach an operation with HTTP.

    The path is relative to the root of a dialect, and its parameters are named as the inputs. Every input is in
    exactly one place: the path, `query` (a single value is a parameter, and the fields of a structure are parameters of
    their own), `body` (the input is the body), or `body_fields` (the body is an object with these inputs).
    """

    method: str
    path: str
    action: str | None = None
    task: bool = False
    query: tuple[str, ...] = ()
    body: str | None = None
    body_fields: tuple[str, ...] = ()


class Operation(_Facts, frozen=True, kw_only=True):
    service: str
    operation: str
    python: str = ""
    inputs: tuple[Named, ...] = ()
    output: str
    task_result: str | None = None
    errors: tuple[str, ...]
    privileges: tuple[str, ...] = ()
    status: int
    since: str | None = None
    routes: tuple[Route, ...] = ()


class Facts(_Facts, frozen=True, kw_only=True):
    generated_from: dict[str, str] = msgspec.field(default_factory=dict)
    operations: tuple[Operation, ...]
    structures: dict[str, Structure]
    enumerations: dict[str, Enumeration] = msgspec.field(default_factory=dict)
    errors: dict[str, Error] = msgspec.field(default_factory=dict)


SECOND_ROUTES = {
    ("com.vmware.cis.tasks", "list"): Route(method="GET", path="/cis/tasks", query=("filter_spec", "result_spec")),
}


def load(path: Path = FACTS_PATH) -> Facts:
    return msgspec.json.decode(path.read_bytes(), type=Facts)


def extract(description: dict[str, Any]) -> Facts:
    """The part that is declared here, of a description of the whole API."""
    served = re.compile("|".join(SERVICES))
    raw = [entry for entry in description["operations"] if served.fullmatch(entry["service"])]
    operations = tuple(map(_operation, raw))
    names = _reached([*ALWAYS, *_types_of(operations)], description)
    return Facts(
        generated_from=description["generated_from"],
        operations=operations,
        structures={name: _structure(entry) for name, entry in description["structures"].items() if name in names},
        enumerations={
            name: _enumeration(entry) for name, entry in description["enumerations"].items() if name in names
        },
        errors={name: _error(entry) for name, entry in description["errors"].items()},
    )


def _types_of(operations: Iterable[Operation]) -> Iterator[str]:
    for operation in operations:
        yield operation.output
        yield operation.task_result or "void"
        yield from (each.type for each in operation.inputs)


def _reached(texts: Iterable[str], description: dict[str, Any]) -> set[str]:
    reached: set[str] = set()
    pending = list(texts)
    while pending:
        for kind, name in re.findall(r"(struct|enum):([\w.]+)", pending.pop()):
            if name not in reached:
                reached.add(name)
                if kind == "struct":
                    pending += [field["type"] for field in description["structures"][name]["fields"]]
    return reached


def _named(entry: dict[str, Any]) -> Named:
    return Named(name=entry["name"], type=entry["type"], since=entry.get("since"))


def _structure(entry: dict[str, Any]) -> Structure:
    return Structure(
        python=entry["python"],
        fields=tuple(map(_named, entry["fields"])),
        unions=tuple(map(_union, entry.get("unions", ()))),
        since=entry.get("since"),
    )


def _union(entry: dict[str, Any]) -> Union:
    return Union(
        discriminant=entry["discriminant"],
        cases={
            value: {field["field"]: field["required"] for field in fields} for value, fields in entry["cases"].items()
        },
    )


def _enumeration(entry: dict[str, Any]) -> Enumeration:
    values = tuple(value["value"] for value in entry["values"])
    return Enumeration(python=entry["python"], values=values, since=entry.get("since"))


def _error(entry: dict[str, Any]) -> Error:
    return Error(
        python=entry["python"],
        error_type=entry["error_type"],
        status=entry["http_status_api"] or entry["http_status_runtime_map"],
        challenge=any(field["name"] == "challenge" for field in entry["fields"]),
    )


def _operation(entry: dict[str, Any]) -> Operation:
    privileges = (name for grant in entry["privileges"] for name in grant["privileges"])
    return Operation(
        service=entry["service"],
        operation=entry["operation"],
        python=entry["python"],
        inputs=tuple(map(_named, entry["input"])),
        output=entry["output"],
        task_result=entry.get("task_result"),
        errors=tuple(entry["errors"]),
        privileges=tuple(dict.fromkeys(privileges)),
        status=entry["http"]["api_success_status"],
        since=entry.get("since"),
        routes=() if entry["service"].startswith(JSON_RPC_ONLY) else _routes(entry),
    )


def _routes(entry: dict[str, Any]) -> tuple[Route, ...]:
    second = SECOND_ROUTES.get((entry["service"], entry["operation"]))
    return (_route(entry), second) if second else (_route(entry),)


def _route(entry: dict[str, Any]) -> Route:
    http = entry["http"]
    url = urlsplit(http["api_url"].removeprefix("/api"))
    query = parse_qs(url.query)
    path = url.path
    for input_name, parameter in http["path_variables"].items():
        path = path.replace("{" + parameter + "}", "{" + input_name + "}")
    elsewhere = {*http["path_variables"], http["body_parameter"], *http.get("api_body_fields", ())}
    return Route(
        method=http.get("official_method", http["method"]),
        path=path,
        action=query.get("action", [None])[0],
        task=query.get("vmw-task") == ["true"],
        query=tuple(each["name"] for each in entry["input"] if each["name"] not in elsewhere),
        body=http["body_parameter"],
        body_fields=tuple(http.get("api_body_fields", ())),
    )


def main(source: str) -> None:
    facts = extract(msgspec.json.decode(Path(source).read_bytes()))
    FACTS_PATH.write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=1) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])

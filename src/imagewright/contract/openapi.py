"""The OpenAPI 3.1 document of what is served with REST, as a function of the registry and the functions that are bound.

Where operations share a path and a method they are one operation of the document, because OpenAPI does not look at the
query to tell them apart: `action` is a parameter with the names of all of them, a body fits one of theirs, and the
answer is that of one of them. `x-operations` says which ones they are, with privileges and the results of tasks.

Beyond what an operation declares, every one can be answered with 400 (a parameter that nobody knows is refused), 401,
500 and 503, and one with privileges with 403.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from imagewright.contract import registry
from imagewright.contract.binding import Bindings
from imagewright.contract.openapi_schemas import (
    ERROR,
    Schema,
    components,
    error_schema,
    schema_name,
    schema_of,
)
from imagewright.contract.operations import Operation, Route
from imagewright.contract.rest_values import needs_body, query_fields
from imagewright.contract.routing import ACTION, API_ROOT, OWN_ROOT, TASK
from imagewright.contract.services import cis_session
from imagewright.contract.types import Optional, StructureRef, Type, Void

DESCRIPTION: Final = """Compose, validate, version and export ESX images. Everything under `/api` is the vSphere 9.1
image library API as published; what is ours is under `/imagewright/v1`.

Log in with `POST /api/session` and Basic authentication, and send the answer as the header `vmware-api-session-id`; or
send name and password with every call. The published operations are also served with JSON-RPC at `POST /api`, and reads
in the older dialect under `/rest`."""
ALWAYS: Final = ("INVALID_ARGUMENT", "UNEXPECTED_INPUT", "UNAUTHENTICATED", "ERROR", "SERVICE_UNAVAILABLE")
SECURITY_SCHEMES: Final = {
    "session": {"type": "apiKey", "in": "header", "name": "vmware-api-session-id"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "The token of a session."},
    "basic": {"type": "http", "scheme": "basic"},
}

Describe = Callable[[Operation], str]


@dataclass(frozen=True, slots=True)
class _Choice:
    """One of the operations behind a path and a method, with the route that leads to it."""

    operation: Operation
    route: Route


def document(bindings: Bindings, version: str, further_paths: Mapping[str, Schema]) -> Schema:
    """The document of all operations that are bound; `further_paths` are the path items of what is no operation."""
    served = {
        root: [each for each in operations if bindings.of(each) is not None]
        for root, operations in ((API_ROOT, registry.operations), (OWN_ROOT, registry.own_operations))
    }
    every = [operation for operations in served.values() for operation in operations if operation.routes]
    services = dict.fromkeys(_tag(each) for each in every)

    def describe(operation: Operation) -> str:
        bound = bindings.of(operation)
        return " ".join(inspect.cleandoc((bound and bound.function.__doc__) or "").split())

    paths = {path: item for root, each in served.items() for path, item in _paths(root, each, describe)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "imagewright",
            "version": version,
            "description": DESCRIPTION,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{name: []} for name in SECURITY_SCHEMES],
        "tags": [{"name": each} for each in services],
        "paths": {**paths, **further_paths},
        "components": {
            "schemas": {**components(_inputs(every), _outputs(every)), **_error_schemas()},
            "responses": _error_responses(),
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def error_answers(error_types: Iterable[str]) -> dict[str, Schema]:
    """The answers that are errors of these types, by status."""
    types = sorted({*error_types, *ALWAYS})
    statuses = sorted({registry.error_type(each).status for each in types})
    return {
        str(status): {
            "$ref": f"#/components/responses/{ERROR}{status}",
            "description": ", ".join(each for each in types if registry.error_type(each).status == status),
        }
        for status in statuses
    }


def _inputs(operations: Iterable[Operation]) -> Iterator[Type]:
    return (each.type for operation in operations for each in operation.inputs)


def _outputs(operations: Iterable[Operation]) -> Iterator[Type]:
    for operation in operations:
        yield operation.output
        if operation.task_result is not None:
            yield operation.task_result


def _paths(root: str, operations: Iterable[Operation], describe: Describe) -> Iterator[tuple[str, Schema]]:
    choices: dict[str, dict[str, list[_Choice]]] = {}
    for operation in operations:
        for route in operation.routes:
            methods = choices.setdefault(root + route.path, {})
            methods.setdefault(route.method, []).append(_Choice(operation, route))
    for path, methods in choices.items():
        yield path, {method.lower(): _entry(each, describe) for method, each in methods.items()}


def _entry(choices: Sequence[_Choice], describe: Describe) -> Schema:
    """The operation of the document for all operations behind one path and method."""
    first = choices[0].operation
    entry: Schema = {
        "operationId": _operation_id(choices),
        "tags": [_tag(first)],
        "summary": " or ".join(dict.fromkeys(each.operation.name.replace("_", " ") for each in choices)),
        "description": "\n".join(_described(each, describe, listed=len(choices) > 1) for each in choices),
        "x-operations": [_extension(each) for each in choices],
    }
    parameters = list(_parameters(choices))
    if parameters:
        entry["parameters"] = parameters
    body = _body(choices)
    if body:
        entry["requestBody"] = body
    entry["responses"] = {**_answers(choices), **error_answers(_error_types(choices))}
    if first is cis_session.create:
        entry["security"] = [{"basic": []}]
    return entry


def _tag(operation: Operation) -> str:
    return operation.service.removeprefix("com.vmware.")


def _operation_id(choices: Sequence[_Choice]) -> str:
    """Unique: service and operation, and the method where an operation is reached in a second way."""
    prefix = _tag(choices[0].operation).replace(".", "_")
    names = dict.fromkeys(each.operation.name for each in choices)
    second = any(each.route is not each.operation.route for each in choices)
    return f"{prefix}_{'_or_'.join(names)}" + (f"_by_{choices[0].route.method.lower()}" if second else "")


def _described(choice: _Choice, describe: Describe, *, listed: bool) -> str:
    text = describe(choice.operation)
    _, _, keys = choice.route.line.partition("?")
    return (f"- With `{keys}`: {text}" if keys else f"- Without more: {text}") if listed else text


def _extension(choice: _Choice) -> Schema:
    operation = choice.operation
    found: Schema = {"service": operation.service, "operation": operation.operation_id}
    if choice.route.action:
        found["action"] = choice.route.action
    if operation.privileges:
        found["privileges"] = list(operation.privileges)
    if operation.task_result is not None and not isinstance(operation.task_result, Void):
        found["task_result"] = schema_of(operation.task_result)
    if operation.since:
        found["since"] = operation.since
    return found


def _parameters(choices: Sequence[_Choice]) -> Iterator[Schema]:
    first = choices[0]
    for name in first.route.path_inputs:
        yield {"name": name, "in": "path", "required": True, "schema": schema_of(first.operation.input(name).type)}
    actions = [each.route.action for each in choices]
    names = sorted(set(filter(None, actions)))
    if names:
        yield _query_parameter(ACTION, {"type": "string", "enum": names}, required=None not in actions)
    tasks = [each.route.task for each in choices]
    if any(tasks):
        yield _query_parameter(TASK, {"type": "string", "enum": ["true"]}, required=all(tasks))
    found: dict[str, Schema] = {}
    for choice in choices:
        for parameter in _query_parameters(choice, alone=len(choices) == 1):
            found.setdefault(parameter["name"], parameter)
    yield from found.values()


def _query_parameters(choice: _Choice, *, alone: bool) -> Iterator[Schema]:
    """The fields of filters are parameters of their own, repeated for each value."""
    for name in choice.route.query:
        given = isinstance(choice.operation.input(name).type, Optional)
        for field in query_fields(choice.operation, name):
            type_ = field.type.element if isinstance(field.type, Optional) else field.type
            yield _query_parameter(field.name, schema_of(type_), required=alone and not given and not field.optional)


def _query_parameter(name: str, schema: Schema, *, required: bool) -> Schema:
    parameter: Schema = {"name": name, "in": "query", "schema": schema}
    if required:
        parameter["required"] = True
    if schema.get("type") == "array":
        parameter |= {"style": "form", "explode": True}
    return parameter


def _body(choices: Sequence[_Choice]) -> Schema | None:
    schemas = [schema for each in choices if (schema := _body_schema(each)) is not None]
    if not schemas:
        return None
    body: Schema = {"content": _json(_any_of(schemas))}
    if all(needs_body(each.operation, each.route) for each in choices):
        body["required"] = True
    return body


def _body_schema(choice: _Choice) -> Schema | None:
    operation, route = choice.operation, choice.route
    if route.body is not None:
        match operation.input(route.body).type:
            case Optional(StructureRef() as structure):
                # It can be left out, so it need not also be null; null for a single value has a meaning.
                return schema_of(structure)
            case type_:
                return schema_of(type_)
    if not route.body_fields:
        return None
    types = {name: operation.input(name).type for name in route.body_fields}
    elements = {name: type_.element if isinstance(type_, Optional) else type_ for name, type_ in types.items()}
    schema: Schema = {
        "type": "object",
        "title": schema_name(f"{operation.service}.{operation.name}_inputs"),
        "properties": {name: schema_of(element) for name, element in elements.items()},
        "additionalProperties": False,
    }
    required = [name for name, type_ in types.items() if not isinstance(type_, Optional)]
    return {**schema, "required": required} if required else schema


def _answers(choices: Sequence[_Choice]) -> dict[str, Schema]:
    found: dict[str, list[_Choice]] = {}
    for choice in choices:
        found.setdefault(str(choice.operation.status), []).append(choice)
    return {status: _answer(each) for status, each in found.items()}


def _answer(choices: Sequence[_Choice]) -> Schema:
    operations = [each.operation for each in choices]
    if any(each.is_task for each in operations):
        description = "The id of the task that does it."
    else:
        description = "Done." if all(isinstance(each.output, Void) for each in operations) else "The result."
    schemas = [schema_of(each.output) for each in operations if not isinstance(each.output, Void)]
    return {"description": description, **({"content": _json(_any_of(schemas))} if schemas else {})}


def _error_types(choices: Sequence[_Choice]) -> set[str]:
    found = set()
    for choice in choices:
        found |= {registry.errors[name].error_type for name in choice.operation.errors}
        if choice.operation.privileges:
            found.add("UNAUTHORIZED")
        if choice.route.action or choice.route.task:
            found.add("OPERATION_NOT_FOUND")
    return found


def _any_of(schemas: Sequence[Schema]) -> Schema:
    """One of the schemas. Not `oneOf`: an empty object is right for two operations without required fields."""
    distinct = [each for index, each in enumerate(schemas) if each not in schemas[:index]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _error_schemas() -> dict[str, Schema]:
    statuses = sorted({each.status for each in registry.errors.values()})
    found = {ERROR: error_schema((each.error_type for each in registry.errors.values()), challenge=True)}
    for status in statuses:
        declared = [each for each in registry.errors.values() if each.status == status]
        challenge = any(each.challenge for each in declared)
        found[f"{ERROR}{status}"] = error_schema((each.error_type for each in declared), challenge=challenge)
    return found


def _error_responses() -> dict[str, Schema]:
    headers = {401: "WWW-Authenticate", 503: "Retry-After"}
    found = {}
    for status in sorted({each.status for each in registry.errors.values()}):
        types = sorted(each.error_type for each in registry.errors.values() if each.status == status)
        response: Schema = {
            "description": ", ".join(types),
            "content": _json({"$ref": f"#/components/schemas/{ERROR}{status}"}),
        }
        if status in headers:
            response["headers"] = {headers[status]: {"schema": {"type": "string"}}}
        found[f"{ERROR}{status}"] = response
    return found

"""Wrong input of every operation: other types, what is missing, what nobody declared. It is told before unknown ids."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from every_row import CALLERS, EXAMPLES
from input_mistakes import SURPLUS, Mistake, Plain, Wrapped
from repository_site import Given, Site
from rows import name_of
from three_transports import OverJsonRpc, OverRest, complete, jsonrpc_input, options_of
from wire_clients import refusal_in, refusal_under

from imagewright.contract import registry, rest_values
from imagewright.contract.operations import Operation

of_every_operation = pytest.mark.parametrize("operation", EXAMPLES, ids=name_of)


def _fields(operation: Operation, names: tuple[str, ...] | None = None) -> tuple[registry.Field, ...]:
    return tuple(
        registry.Field(each.name, each.type) for each in operation.inputs if names is None or each.name in names
    )


@of_every_operation
def test_over_json_rpc(site: Site, operation: Operation) -> None:
    caller = site.transport("JSON-RPC", CALLERS[operation])
    assert isinstance(caller, OverJsonRpc)
    right = jsonrpc_input(operation, EXAMPLES[operation](Given()))
    for mistake in Wrapped().of_fields(_fields(operation, right), right, dict):
        answer = caller.answer(operation, mistake.document)
        told = refusal_under(answer, mistake.error_type.lower())
        assert _says_where(told.text, mistake), f"{mistake}: {told.text}"


@of_every_operation
def test_over_rest(site: Site, operation: Operation) -> None:
    caller = site.transport("REST", CALLERS[operation])
    assert isinstance(caller, OverRest)
    request = rest_values.encode_input(operation, complete(operation, EXAMPLES[operation](Given())))
    options = options_of(request)
    for mistake in _in_body(operation, request):
        answer = caller.rest.request(
            request.method, request.path, **(options | {"content": json.dumps(mistake.document), "headers": JSON})
        )
        told = refusal_in(answer, registry.error_type(mistake.error_type).status, mistake.error_type)
        assert _says_where(told.text, mistake), f"{mistake}: {told.text}"
    unknown = options | {"params": [*options["params"], (SURPLUS, "1")]}
    answer = caller.rest.request(request.method, request.path, **unknown)
    refusal_in(answer, registry.error_type("UNEXPECTED_INPUT").status, "UNEXPECTED_INPUT").says(SURPLUS)


JSON = {"content-type": "application/json"}


def _in_body(operation: Operation, request: rest_values.Request) -> Iterator[Mistake]:
    route = operation.route
    if route.body:
        yield from Plain().mistakes(operation.input(route.body).type, json.loads(request.body or b"{}"))
    elif route.body_fields:
        yield from Plain().of_fields(_fields(operation, route.body_fields), json.loads(request.body), dict)
    elif operation.inputs:
        # Nothing belongs into the body.
        yield Mistake(SURPLUS, "unexpected", {SURPLUS: 1}, "UNEXPECTED_INPUT")


def _says_where(text: str, mistake: Mistake) -> bool:
    """The sentence names the field, or, where the input as a whole is wrong, that."""
    if mistake.kind == "unexpected":
        return SURPLUS in text
    return mistake.place.rpartition(".")[2] in text


@of_every_operation
def test_without_a_body_where_one_is_needed(site: Site, operation: Operation) -> None:
    caller = site.transport("REST", CALLERS[operation])
    assert isinstance(caller, OverRest)
    if rest_values.needs_body(operation, operation.route):
        request = rest_values.encode_input(operation, complete(operation, EXAMPLES[operation](Given())))
        answer = caller.rest.request(request.method, request.path, params=list(request.query))
        refusal_in(answer, registry.error_type("INVALID_ARGUMENT").status, "INVALID_ARGUMENT")

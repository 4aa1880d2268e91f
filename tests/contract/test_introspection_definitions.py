"""What introspection tells of an operation is what the official SDK knows of it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import vendor_sdk
from vmware.vapi.data.serializers.introspection import (
    convert_data_def_to_data_value,
    convert_data_value_to_data_def,
)
from vmware.vapi.data.serializers.jsonrpc import JsonRpcDictToVapi, VAPIJsonEncoder

from imagewright.contract import facts, jsonrpc_values, registry
from imagewright.contract.introspection import definition_of, info_of
from imagewright.contract.operations import Operation
from imagewright.contract.services import introspection_operation
from imagewright.contract.services.introspection_operation import DataDefinition
from imagewright.contract.services.introspection_operation import DataDefinitionDataType as Kind
from imagewright.contract.types import StructureRef

PYTHON = {(each.service, each.operation): each.python for each in facts.load().operations}
PARAMETER = "com.vmware.vapi.std.localization_param"


def canonical(definition: Any) -> Any:
    """A definition of the SDK as JSON values, with the fields of every structure in one order."""
    return in_order(json.loads(VAPIJsonEncoder().encode(convert_data_def_to_data_value(definition))))


def in_order(value: Any) -> Any:
    match value:
        case dict():
            return {key: in_order(each) for key, each in value.items()}
        case list():
            return sorted((in_order(each) for each in value), key=json.dumps)
    return value


def as_the_sdk_reads_it(operation: Operation) -> Any:
    document = json.dumps(jsonrpc_values.encode_output(introspection_operation.get, info_of(operation)))
    return JsonRpcDictToVapi.data_value(json.loads(document, parse_float=Decimal))


@pytest.mark.parametrize("operation", registry.operations, ids=lambda each: each.key)
def test_definitions_equal_those_of_the_sdk(operation: Operation) -> None:
    info = as_the_sdk_reads_it(operation)
    declared = vendor_sdk.interface(PYTHON[operation.service, operation.operation_id])._operations[
        operation.operation_id
    ]

    for ours, theirs in (("input_definition", "input_type"), ("output_definition", "output_type")):
        definition = convert_data_value_to_data_def(info.get_field(ours))
        assert canonical(definition) == canonical(declared[theirs].definition), ours


@pytest.mark.parametrize("name", registry.errors)
def test_an_error_equals_that_of_the_sdk(name: str) -> None:
    operation = Operation(
        service="s", operation_id="o", output=registry.operations[0].output, errors=(name,), status=200
    )
    (ours,) = as_the_sdk_reads_it(operation).get_field("error_definitions")
    theirs = vendor_sdk.named(facts.load().errors[name].python).get_binding_type().definition

    assert canonical(convert_data_value_to_data_def(ours)) == canonical(theirs)


def test_a_structure_in_itself_is_a_reference() -> None:
    definition = definition_of(StructureRef(PARAMETER))

    assert (definition.type, definition.name) == (Kind.STRUCTURE, PARAMETER)
    assert DataDefinition(type=Kind.STRUCTURE_REF, name=PARAMETER) in list(everything_in(definition))


def everything_in(definition: DataDefinition) -> Any:
    yield definition
    for each in (*(definition.fields or {}).values(), *filter(None, [definition.element_definition])):
        yield from everything_in(each)

"""Every fact that is declared here is what the installed official SDK says."""

from __future__ import annotations

import re

import msgspec
import pytest
import vendor_sdk

from imagewright.contract import facts, registry, types
from imagewright.contract.operations import TASK_SUFFIX, Operation

FACTS = facts.load()
PYTHON = {(each.service, each.operation): each.python for each in FACTS.operations}

# The SDK's REST metadata of these is wrong; vendor documentation and the other clients agree on ours.
SDK_IS_WRONG = {
    "com.vmware.cis.tasks.list": "GET /cis/tasks",
    "com.vmware.cis.tasks.cancel": "POST /cis/tasks/{task}",
}


def sdk_interface(operation: Operation):
    return vendor_sdk.interface(PYTHON[operation.service, operation.operation_id])


@pytest.mark.parametrize("operation", registry.operations, ids=lambda each: each.key)
def test_operation(operation: Operation) -> None:
    interface = sdk_interface(operation)
    declared = interface._operations[operation.operation_id]

    assert interface._iface_id.get_name() == operation.service
    assert {each.name: types.text_of(each.type) for each in operation.inputs} == {
        name: vendor_sdk.text_of(declared["input_type"].get_field(name))
        for name in declared["input_type"].get_field_names()
    }
    assert set(operation.errors) == set(declared["errors"])
    assert types.text_of(operation.output) == vendor_sdk.text_of(declared["output_type"])


@pytest.mark.parametrize("operation", [each for each in registry.operations if each.is_task], ids=lambda each: each.key)
def test_result_of_a_task(operation: Operation) -> None:
    assert operation.task_result is not None
    assert types.text_of(operation.task_result) == vendor_sdk.task_result(
        PYTHON[operation.service, operation.operation_id], len(operation.inputs)
    )


@pytest.mark.parametrize("operation", [each for each in registry.operations if each.routes], ids=lambda each: each.key)
def test_route(operation: Operation) -> None:
    metadata = sdk_interface(operation)._rest_metadata[operation.operation_id.removesuffix(TASK_SUFFIX)]
    template = metadata._url_template
    for input_name, parameter in metadata._path_variables.items():
        template = template.replace("{" + parameter + "}", "{" + input_name + "}")
    ours = re.sub(r"[?&]vmw-task=true", "", operation.route.line)

    assert f"{metadata.http_method} {template}" == SDK_IS_WRONG.get(operation.key, ours)
    assert metadata.request_body_parameter == operation.route.body
    assert set(metadata._path_variables) == set(operation.route.path_inputs)


def test_every_operation_of_the_declared_services_is_there() -> None:
    for service in {each.service for each in registry.operations}:
        ours = {each.operation_id for each in registry.operations if each.service == service}
        some = next(each for each in registry.operations if each.service == service)
        assert ours == set(sdk_interface(some)._operations)


@pytest.mark.parametrize("name", FACTS.structures)
def test_structure(name: str) -> None:
    sdk_class = vendor_sdk.named(FACTS.structures[name].python)
    sdk_type = sdk_class.get_binding_type()
    ours = registry.structures[name]

    assert sdk_type.name == name == ours.python.canonical_name
    assert [(field.name, types.text_of(field.type)) for field in ours.fields] == [
        (field, vendor_sdk.text_of(sdk_type.get_field(field))) for field in sdk_type.get_field_names()
    ]
    assert ours.python.__struct_fields__ == tuple(field.name for field in ours.fields)
    assert {field.name for field in ours.fields if field.optional} == {
        field.name for field in msgspec.structs.fields(ours.python) if not field.required
    }
    assert {(union.discriminant, _case_set(union.cases)) for union in ours.unions} == {
        (
            validator._discriminant_name,
            _case_set({str(value): dict(fields) for value, fields in validator._case_map.items()}),
        )
        for validator in sdk_class._validator_list or ()
        if hasattr(validator, "_discriminant_name")
    }


def _case_set(cases) -> frozenset:
    return frozenset((value, frozenset(fields.items())) for value, fields in cases.items())


@pytest.mark.parametrize("name", FACTS.enumerations)
def test_enumeration(name: str) -> None:
    sdk_class = vendor_sdk.named(FACTS.enumerations[name].python)

    assert sdk_class.get_binding_type().name == name
    assert [member.value for member in registry.enumerations[name]] == [str(each) for each in sdk_class.get_values()]


@pytest.mark.parametrize("name", registry.errors)
def test_error(name: str) -> None:
    sdk_class = vendor_sdk.named(FACTS.errors[name].python)
    fields = {"messages", "data", "error_type"} | ({"challenge"} if registry.errors[name].challenge else set())

    assert sdk_class.get_binding_type().name == name
    assert set(sdk_class.get_binding_type().get_field_names()) == fields
    # The base of the SDK's errors leaves its own type open.
    assert str(sdk_class().error_type or "ERROR") == registry.errors[name].error_type

"""What the server tells of itself, through the official SDK's own introspection client and raw."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import official_sdk
import pytest
from official_sdk import configuration, logged_in
from server_process import ALICE, VICTOR, ServerProcess
from wire_clients import DRAFTS_SERVICE, JsonRpc, Rest, login, session_context

from imagewright.contract.registry import operations, own_operations

with official_sdk.warnings.catch_warnings():
    official_sdk.warnings.simplefilter("ignore", DeprecationWarning)
    from com.vmware.vapi.std.errors_client import NotFound
    from com.vmware.vapi.std.introspection_client import Operation, Provider, Service
    from vmware.vapi.bindings.stub import StubConfiguration
    from vmware.vapi.data.serializers.introspection import convert_data_value_to_data_def

INTROSPECTION = "com.vmware.vapi.std.introspection"


@pytest.fixture(scope="module")
def sdk(server: ServerProcess) -> Iterator[StubConfiguration]:
    with logged_in(server, VICTOR) as client:
        yield configuration(client)


def test_every_declared_operation_can_be_asked_for(sdk: StubConfiguration) -> None:
    services, stub = Service(sdk), Operation(sdk)
    found = {(service, operation) for service in services.list() for operation in services.get(service).operations}

    assert found == {(each.service, each.operation_id) for each in operations}
    for service in services.list():
        assert stub.list(service) == services.get(service).operations
    for each in operations:
        info = stub.get(each.service, each.operation_id)
        assert {error.name for error in info.error_definitions} == set(each.errors)
        definition = convert_data_value_to_data_def(info.input_definition.get_struct_value())
        assert set(definition.get_field_names()) == {given.name for given in each.inputs}


def test_recursive_types_are_resolved_by_the_sdk(sdk: StubConfiguration) -> None:
    """The result of a task has tasks below it, and a message messages."""
    info = Operation(sdk).get("com.vmware.cis.tasks", "get")
    for error in info.error_definitions:
        messages = convert_data_value_to_data_def(error.get_struct_value()).get_field("messages")
        parameter = messages.element_type.get_field("params").element_type.element_type.get_field("value")
        nested = parameter.get_field("l").element_type.get_field("params").element_type.element_type
        assert nested.get_field("value").target is parameter


def test_the_provider_and_its_checksum(sdk: StubConfiguration) -> None:
    info = Provider(sdk).get()

    assert info.id == "imagewright"
    assert len(info.checksum) == 64
    assert Provider(sdk).get().checksum == info.checksum


def test_our_own_operations_are_not_told(sdk: StubConfiguration) -> None:
    assert own_operations
    assert not Service(sdk).list() & {each.service for each in own_operations}


def test_what_there_is_not(sdk: StubConfiguration) -> None:
    with pytest.raises(NotFound, match=r"com\.example"):
        Service(sdk).get("com.example")
    with pytest.raises(NotFound, match=r"com\.example"):
        Operation(sdk).list("com.example")
    with pytest.raises(NotFound) as refused:
        Operation(sdk).get(DRAFTS_SERVICE, "burn")
    assert "commit$task" in refused.value.messages[0].default_message


def test_introspection_is_for_users_and_not_under_rest(http: httpx.Client) -> None:
    assert "Log in" in JsonRpc(http).refused("unauthenticated", f"{INTROSPECTION}.service", "list").text
    token = login(http, ALICE)
    names = JsonRpc(http, session_context(token)).output(
        f"{INTROSPECTION}.operation", "list", service_id=DRAFTS_SERVICE
    )
    assert names == sorted(names)
    assert "commit$task" in names
    Rest(http, token).refused("GET", "/vapi/std/introspection/service", 404, "OPERATION_NOT_FOUND")

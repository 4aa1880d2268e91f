"""One way to call an operation over REST, raw JSON-RPC and the official SDK, whatever the operation is.

Arguments and results are values of the contract, so that what the three answer can be compared. A result is read
strictly: what is read is written again, and must be what was there.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import httpx
import official_sdk
import vendor_sdk
from server_process import ServerProcess
from wire_clients import JsonRpc, Refusal, Rest, patiently, refusal_in, refusal_under, session_context

from imagewright.contract import facts, jsonrpc_values, registry, rest_values
from imagewright.contract.operations import Operation
from imagewright.contract.services import cis_task, cis_tasks
from imagewright.contract.structure import Structure
from imagewright.contract.types import StructureRef, Type, Void

Arguments = Mapping[str, Any]
NAMES = ("REST", "JSON-RPC", "SDK")
ENDED = (cis_task.Status.SUCCEEDED, cis_task.Status.FAILED)
PYTHON = {(each.service, each.operation): each.python for each in facts.load().operations}
STRUCTURES = facts.load().structures
Data = TypeVar("Data", bound=Structure)
INFO = StructureRef(cis_task.Info.canonical_name)


@dataclass(frozen=True)
class Ended:
    """A task that has ended: with a result, which may be None, or with an error."""

    result: Any = None
    refusal: Refusal | None = None


class Transport(ABC):
    """Calls operations as one user, or as nobody."""

    @abstractmethod
    def result(self, operation: Operation, arguments: Arguments) -> Any:
        """The result of a call that must succeed, with the declared status and headers."""

    @abstractmethod
    def refusal(self, operation: Operation, arguments: Arguments, error_type: str) -> Refusal:
        """What an answer says that must be this error."""

    @abstractmethod
    def ended(self, operation: Operation, task: str) -> Ended:
        """How the task of the operation has ended."""

    @abstractmethod
    def data_of(self, refusal: Refusal, structure: type[Data]) -> Data:
        """The data of an error, which must be of this structure."""


class OverRest(Transport):
    """Plain HTTP under `/api`."""

    def __init__(self, http: httpx.Client, token: str | None) -> None:
        self.rest = Rest(http, token)

    def result(self, operation: Operation, arguments: Arguments) -> Any:
        request = rest_values.encode_input(operation, complete(operation, arguments))
        found = self.rest.result(request.method, request.path, operation.status, **options_of(request))
        return strictly_rest(operation.output, found)

    def refusal(self, operation: Operation, arguments: Arguments, error_type: str) -> Refusal:
        request = rest_values.encode_input(operation, complete(operation, arguments))
        answer = self.rest.request(request.method, request.path, **options_of(request))
        return refusal_in(answer, registry.error_type(error_type).status, error_type)

    def ended(self, operation: Operation, task: str) -> Ended:
        info = self.rest.wait(task)
        strictly_rest(INFO, info)
        if info["status"] == "SUCCEEDED":
            return Ended(operation.task_result and strictly_rest(operation.task_result, info.get("result")))
        error = info["error"]
        text = " ".join(each["default_message"] for each in error["messages"])
        return Ended(refusal=Refusal(error["error_type"], text, error.get("data")))

    def data_of(self, refusal: Refusal, structure: type[Data]) -> Data:
        found: Data = strictly_rest(StructureRef(structure.canonical_name), refusal.data)
        return found


class OverJsonRpc(Transport):
    """JSON-RPC with bodies that no client library has touched."""

    def __init__(self, http: httpx.Client, token: str | None) -> None:
        self.rpc = JsonRpc(http, session_context(token) if token else None)

    def result(self, operation: Operation, arguments: Arguments) -> Any:
        answer = self.answer(operation, jsonrpc_input(operation, arguments))
        assert answer.keys() == {"output"}, answer
        return strictly_jsonrpc(operation.output, answer["output"])

    def refusal(self, operation: Operation, arguments: Arguments, error_type: str) -> Refusal:
        return refusal_under(self.answer(operation, jsonrpc_input(operation, arguments)), error_type.lower())

    def answer(self, operation: Operation, fields: Mapping[str, Any]) -> dict[str, Any]:
        """What stands under `result` when these fields, right or wrong, are the input."""
        return self.rpc.call(operation.service, operation.operation_id, **fields)

    def ended(self, operation: Operation, task: str) -> Ended:
        for _ in patiently():
            info: cis_task.Info = self.result(cis_tasks.get, {"task": task})
            if info.status in ENDED:
                break
        if info.error is None:
            return Ended(info.result)
        text = " ".join(each.text for each in info.error.messages)
        return Ended(refusal=Refusal(info.error.error_type, text, info.error.data))

    def data_of(self, refusal: Refusal, structure: type[Data]) -> Data:
        assert isinstance(refusal.data, structure)
        return refusal.data


class OverSdk(Transport):
    """The official SDK: its stubs, its checks of what goes out and comes in, its converters."""

    def __init__(self, sdk: official_sdk.StubConfiguration) -> None:
        self.sdk = sdk
        self._tasks: dict[str, Any] = {}

    def result(self, operation: Operation, arguments: Arguments) -> Any:
        native = self._call(operation, arguments)
        if operation.is_task:
            self._tasks[native.get_task_id()] = native
            return native.get_task_id()
        return _value(operation.output, native, _definition(operation)["output_type"])

    def refusal(self, operation: Operation, arguments: Arguments, error_type: str) -> Refusal:
        try:
            native = self._call(operation, arguments)
        except official_sdk.errors.Error as error:
            return _refusal(error, error_type)
        raise AssertionError(f"not refused: {native}")

    def ended(self, operation: Operation, task: str) -> Ended:
        found = self._tasks.pop(task)
        info = official_sdk.ended(found)
        if info.status == "FAILED":
            return Ended(refusal=_refusal(info.error))
        if operation.task_result is None or isinstance(operation.task_result, Void):
            return Ended()
        return Ended(_value(operation.task_result, found.get_result(), found.result_type))

    def data_of(self, refusal: Refusal, structure: type[Data]) -> Data:
        class_ = vendor_sdk.named(STRUCTURES[structure.canonical_name].python)
        found: Data = _value(
            StructureRef(structure.canonical_name), refusal.data.convert_to(class_), class_.get_binding_type()
        )
        return found

    def _call(self, operation: Operation, arguments: Arguments) -> Any:
        class_, _, method = PYTHON[operation.service, operation.operation_id].rpartition(".")
        types = _definition(operation)["input_type"]
        given = {
            name: _native(json.dumps(value), types.get_field(name))
            for name, value in jsonrpc_input(operation, arguments).items()
        }
        return getattr(vendor_sdk.named(class_)(self.sdk), method)(**given)


@cache
def _definition(operation: Operation) -> dict[str, Any]:
    """What the SDK's stub knows of the operation."""
    interface = vendor_sdk.interface(PYTHON[operation.service, operation.operation_id])
    found: dict[str, Any] = interface._operations[operation.operation_id]
    return found


def _native(document: str, type_: Any) -> Any:
    """What the SDK makes of a JSON-RPC document."""
    value = vendor_sdk.JsonRpcDictToVapi.data_value(json.loads(document))
    return vendor_sdk.TypeConverter.convert_to_python(value, type_, vendor_sdk.CONFIGURATION.resolver)


def _value(type_: Type, native: Any, native_type: Any) -> Any:
    """A value that the SDK has read, as one of the contract."""
    written = vendor_sdk.TypeConverter.convert_to_vapi(native, native_type)
    return jsonrpc_values.decode(type_, json.loads(vendor_sdk.VAPIJsonEncoder().encode(written)))


def _refusal(error: Any, error_type: str | None = None) -> Refusal:
    assert isinstance(error, official_sdk.errors.Error), error
    assert error_type in (None, error.error_type), error
    return Refusal(error.error_type, " ".join(each.default_message for each in error.messages), error.data)


def complete(operation: Operation, arguments: Arguments) -> dict[str, Any]:
    """The arguments with None for each input that is not among them."""
    return {each.name: None for each in operation.inputs} | dict(arguments)


def jsonrpc_input(operation: Operation, arguments: Arguments) -> dict[str, Any]:
    """The fields of the input, as JSON-RPC writes them."""
    encoded = jsonrpc_values.encode_input(operation, complete(operation, arguments))
    fields: dict[str, Any] = json.loads(json.dumps(encoded))["STRUCTURE"]["operation-input"]
    return fields


def options_of(request: rest_values.Request) -> dict[str, Any]:
    """Query and body of a request, as options of an HTTP client."""
    body = {"content": request.body, "headers": {"content-type": "application/json"}} if request.body else {}
    return {"params": list(request.query), **body}


def strictly_rest(type_: Type, document: Any) -> Any:
    """The value of the type that the document is, with nothing in it that is not declared."""
    if document is None and isinstance(type_, Void):
        return None
    value = rest_values.decode(type_, document)
    assert json.loads(rest_values.encode(type_, value)) == document
    return value


def strictly_jsonrpc(type_: Type, document: Any) -> Any:
    """The same in the other dialect, where also what is unset is written."""
    value = jsonrpc_values.decode(type_, document)
    assert json.loads(json.dumps(jsonrpc_values.encode(type_, value))) == document
    return value


def over(transport: str, server: ServerProcess, http: httpx.Client, token: str | None, stack: ExitStack) -> Transport:
    """The transport of this name."""
    if transport == "REST":
        return OverRest(http, token)
    if transport == "JSON-RPC":
        return OverJsonRpc(http, token)
    security = official_sdk.create_session_security_context(token) if token else None
    return OverSdk(stack.enter_context(official_sdk.with_security(server, security)))

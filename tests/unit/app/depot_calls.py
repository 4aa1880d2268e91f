"""Calls of operations on a real database with the content of depots, and the official SDK reading the answers."""

from __future__ import annotations

import importlib
import io
import json
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import imagewright.app.operations  # noqa: F401 - binds the operations
from imagewright.app.authentication import Caller
from imagewright.app.call import Call, Origin
from imagewright.app.privileges import ROLES, Role
from imagewright.contract import facts, jsonrpc_values
from imagewright.contract.binding import bindings
from imagewright.contract.operations import Operation
from imagewright.formats.bundle import open_depot
from imagewright.model.content import DepotContent
from imagewright.model.library import Depot, DepotSource
from imagewright.storage.database import DatabaseStorage

with warnings.catch_warnings():
    # The SDK reads its message catalogue in a way that Python has deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    from vmware.vapi.bindings.converter import TypeConverter
    from vmware.vapi.data.serializers.jsonrpc import JsonRpcDictToVapi, VAPIJsonEncoder
    from vmware.vapi.stdlib.client.factories import StubConfigurationFactory

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
PYTHON = {(each.service, each.operation): each.python for each in facts.load().operations}


@dataclass
class Masking:
    """The one service that reading needs."""

    @property
    def fetcher(self) -> Masking:
        return self

    def shown(self, location: str) -> str:
        return location.replace("token", "***")


@dataclass
class Reader:
    """Somebody who reads what depots have, with whatever rights."""

    storage: DatabaseStorage
    role: Role = Role.VIEWER

    def add(self, content: DepotContent | bytes, **described: Any) -> str:
        """Puts a depot into the database, and gives its id."""
        if isinstance(content, bytes):
            with open_depot(io.BytesIO(content), "depot.zip") as opened:
                content = opened.content
        with self.storage.write() as uow:
            number = len(uow.depots.list())
            depot = Depot(
                id="",
                **{
                    "source": DepotSource.PUSH,
                    "bundle_sha256": f"{number:064}",
                    "created": NOW,
                    "owner": "jane",
                    "file_id": "f",
                    **described,
                },
            )
            return uow.depots.add(depot, content).id

    def __call__(self, operation: Operation, **arguments: Any) -> Any:
        """The answer, which must be one that the official SDK reads as the same."""
        function = bindings.of(operation)
        assert function is not None
        with self.storage.read() as uow:
            caller = Caller("joe", ROLES[self.role])
            origin = Origin("127.0.0.1", "https://localhost", "test")
            call = Call(operation, caller, Masking(), origin, NOW, lambda: uow)  # type: ignore[arg-type]
            answer = function(call, {each.name: None for each in operation.inputs} | arguments)
        the_sdk_reads(operation, answer)
        return answer


class NoConnector:
    """A configuration wants a connector; nothing is ever sent."""

    def get_api_provider(self) -> None:
        return None


def the_sdk_reads(operation: Operation, answer: Any) -> None:
    """Has the stock client read an answer as it stands on the wire, and compares what it would write again."""
    document = jsonrpc_values.encode(operation.output, answer)
    module, _, rest = PYTHON[operation.service, operation.operation_id].partition("_client.")
    configuration = StubConfigurationFactory.new_std_configuration(NoConnector())
    client = getattr(importlib.import_module(f"{module}_client"), rest.partition(".")[0])(configuration)
    type_ = client._api_interface._operations[operation.operation_id]["output_type"]
    value = JsonRpcDictToVapi.data_value(json.loads(json.dumps(document)))
    native = TypeConverter.convert_to_python(value, type_, configuration.resolver)
    again = json.loads(VAPIJsonEncoder().encode(TypeConverter.convert_to_vapi(native, type_)))
    assert in_order(again) == in_order(document)


def in_order(document: Any) -> Any:
    """The order of sets and maps means nothing, and lists have tests of their own."""
    if isinstance(document, dict):
        return {key: in_order(value) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return sorted((in_order(each) for each in document), key=repr)
    return document


def only(answers: Collection[Any]) -> Any:
    (one,) = answers
    return one

"""The official SDK as the oracle: what it says of operations and types, in the words of our type grammar."""

from __future__ import annotations

import importlib
import json
import warnings
from decimal import Decimal
from typing import Any

with warnings.catch_warnings():
    # The SDK reads its message catalogue in a way that Python has deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    from vmware.vapi.bindings import type as bindings
    from vmware.vapi.bindings.converter import TypeConverter
    from vmware.vapi.data.serializers.jsonrpc import JsonRpcDictToVapi, VAPIJsonEncoder
    from vmware.vapi.stdlib.client.factories import StubConfigurationFactory

PLAIN = {
    bindings.StringType: "string",
    bindings.IntegerType: "integer",
    bindings.DoubleType: "double",
    bindings.BooleanType: "boolean",
    bindings.SecretType: "secret",
    bindings.DateTimeType: "datetime",
    bindings.URIType: "uri",
    bindings.VoidType: "void",
    bindings.OpaqueType: "opaque",
    bindings.DynamicStructType: "dynamic_structure",
    bindings.AnyErrorType: "any_error",
}


class NoConnector:
    """A configuration wants a connector; nothing is ever sent."""

    def get_api_provider(self) -> None:
        return None


CONFIGURATION = StubConfigurationFactory.new_std_configuration(NoConnector())


def named(python: str) -> Any:
    """The object at a dotted place, of which some first part is a module."""
    module, _, rest = python.partition("_client.")
    found = importlib.import_module(f"{module}_client")
    for name in rest.split("."):
        found = getattr(found, name)
    return found


def interface(operation_python: str) -> Any:
    """What the SDK's stub of the service knows: `_operations` and `_rest_metadata`."""
    return named(operation_python.rpartition(".")[0])(CONFIGURATION)._api_interface


def text_of(type_: Any) -> str:
    match type_:
        case bindings.ReferenceType():
            return text_of(type_.resolved_type)
        case bindings.OptionalType():
            return f"optional<{text_of(type_.element_type)}>"
        case bindings.ListType():
            return f"list<{text_of(type_.element_type)}>"
        case bindings.SetType():
            return f"set<{text_of(type_.element_type)}>"
        case bindings.MapType():
            return f"map<{text_of(type_.key_type)},{text_of(type_.value_type)}>"
        case bindings.EnumType():
            return f"enum:{type_.name}"
        case bindings.StructType():
            return f"struct:{type_.name}"
        case bindings.IdType():
            kind = type_.resource_types
            return f"id<{kind}>" if isinstance(kind, str) and kind else "id"
    return PLAIN[type(type_)]


def read_and_write(document: str, python: str) -> Any:
    """Reads a JSON-RPC document as the class at `python`, writes it again, and gives back the JSON values.

    Raises what the SDK raises when the document is not of the type or breaks a union.
    """
    class_ = named(python)
    data_value = JsonRpcDictToVapi.data_value(json.loads(document, parse_float=Decimal))
    native = TypeConverter.convert_to_python(data_value, class_.get_binding_type(), CONFIGURATION.resolver)
    native.validate_constraints()
    written = TypeConverter.convert_to_vapi(native, class_.get_binding_type())
    return json.loads(VAPIJsonEncoder().encode(written))


def task_result(python: str, inputs: int) -> str:
    """The type that the SDK gives to the result of a task. Its method is called with the sending replaced."""
    class_, _, method = python.rpartition(".")
    service = named(class_)(CONFIGURATION)
    service._invoke = lambda *_: "task-1"
    return text_of(getattr(service, method)(*[None] * inputs).result_type)

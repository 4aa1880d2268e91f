"""The values of the JSON-RPC dialect, in both directions.

Strings, ids, enumerations, URIs and times are JSON strings, numbers and booleans are themselves, lists and sets are
arrays, void is null. Everything else is wrapped and says what it is: `{"OPTIONAL": null}` or `{"OPTIONAL": value}`,
`{"SECRET": text}`, `{"STRUCTURE": {name: {field: value}}}`, `{"ERROR": {name: {field: value}}}`, and a map is an
array of `{"STRUCTURE": {"map-entry": {"key": ..., "value": ...}}}`. A structure is written with all its fields,
also the unset ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import msgspec

from imagewright.contract import registry
from imagewright.contract.decoding import INPUT, Decoder, Refused, arguments_of, mismatch, unexpected
from imagewright.contract.encoding import Encoder
from imagewright.contract.kept import Kept
from imagewright.contract.operations import Operation
from imagewright.contract.types import Map, StructureRef, Type
from imagewright.model.errors import ApiError, Message

STRUCTURE: Final = "STRUCTURE"
ERROR: Final = "ERROR"
OPTIONAL: Final = "OPTIONAL"
SECRET: Final = "SECRET"  # noqa: S105
MAP_ENTRY: Final = "map-entry"
MESSAGE: Final = "com.vmware.vapi.std.localizable_message"

_UNSET: Final = {OPTIONAL: None}


class _JsonRpcEncoder(Encoder):
    def _optional(self, element: Type, v: str) -> str:
        return f'(UNSET if {v} is None else {{"OPTIONAL": {self._expression(element, v)}}})'

    def _map(self, type_: Map, v: str) -> str:
        name = self._variable(v)
        key, value = self._expression(type_.key, f"{name}k"), self._expression(type_.value, f"{name}v")
        entry = f'{{"STRUCTURE": {{"map-entry": {{"key": {key}, "value": {value}}}}}}}'
        return f"[{entry} for {name}k, {name}v in {v}.items()]"

    def _secret(self, v: str) -> str:
        return f'{{"SECRET": {v}}}'

    def _structure_body(self, declared: registry.StructureType) -> str:
        fields = (f'"{each.name}": {self._expression(each.type, f"v.{each.name}")}' for each in declared.fields)
        return f' return {{"STRUCTURE": {{"{declared.name}": {{{", ".join(fields)}}}}}}}\n'

    def _opaque_map(self, value: dict[Any, Any]) -> Any:
        return [
            {STRUCTURE: {MAP_ENTRY: {"key": self.opaque(key), "value": self.opaque(each)}}}
            for key, each in value.items()
        ]

    def error(self, error: ApiError) -> dict[str, Any]:
        declared = registry.error_type(error.error_type)
        fields: dict[str, Any] = {
            "messages": [_message(each) for each in error.messages],
            "data": _UNSET if error.data is None else {OPTIONAL: self.opaque(error.data)},
            "error_type": {OPTIONAL: declared.error_type},
        }
        if declared.challenge:
            fields["challenge"] = {OPTIONAL: error.challenge}
        return {ERROR: {declared.name: fields}}


def _message(message: Message) -> dict[str, Any]:
    fields = {
        "id": message.id,
        "default_message": message.text,
        "args": message.args,
        "params": _UNSET,
        "localized": _UNSET,
    }
    return {STRUCTURE: {MESSAGE: fields}}


class _JsonRpcDecoder(Decoder):
    def _optional(self, value: object) -> object:
        return self._unwrapped(value, OPTIONAL)

    def _is_set(self, value: object) -> bool:
        return value != _UNSET

    def _secret(self, value: object) -> object:
        return self._unwrapped(value, SECRET)

    def _unwrapped(self, value: object, wrapper: str) -> object:
        if not isinstance(value, dict) or value.keys() != {wrapper}:
            raise mismatch(wrapper, value)
        return value[wrapper]

    def _fields(self, value: object, name: str) -> dict[str, Any]:
        found, fields = self._named(value, STRUCTURE)
        if found != name:
            raise Refused(
                "vapi.data.structure.name.mismatch", "Expected the structure '{0}', but found '{1}'.", name, found
            )
        return fields

    def _named(self, value: object, wrapper: str) -> tuple[str, dict[str, Any]]:
        named = self._unwrapped(value, wrapper)
        if not isinstance(named, dict) or len(named) != 1:
            raise mismatch(wrapper, value)
        name, fields = next(iter(named.items()))
        if not isinstance(fields, dict):
            raise mismatch(wrapper, value)
        return name, fields

    def _entries(self, value: object) -> Iterator[tuple[object, object]]:
        if not isinstance(value, list):
            raise mismatch("map", value)
        for each in value:
            fields = self._fields(each, MAP_ENTRY)
            for name in ("key", "value"):
                if name not in fields:
                    raise Refused.missing(MAP_ENTRY, name)
            if len(fields) > 2 and not self.ignore_unknown:
                raise unexpected(MAP_ENTRY, fields.keys() - {"key", "value"})
            yield fields["key"], fields["value"]

    def _opaque(self, value: object) -> Any:
        match value:
            case list():
                return tuple(self._opaque(each) for each in value)
            case {"OPTIONAL": element}:
                return None if element is None else self._opaque(element)
            case {"SECRET": text}:
                return text
            case {"STRUCTURE": _}:
                return self._dynamic(value)
            case {"ERROR": _}:
                return self._error(value)
        return value

    def _dynamic(self, value: object) -> Any:
        name, fields = self._named(value, STRUCTURE)
        if name in registry.structures:
            return self.of(StructureRef(name))(value)
        return {key: self._opaque(each) for key, each in fields.items()}

    def _error(self, value: object) -> ApiError:
        name, fields = self._named(value, ERROR)
        if name not in registry.errors:
            raise mismatch("error of the API", value)
        return self.error_of(registry.errors[name].error_type, fields)


_ENCODER: Final = _JsonRpcEncoder({"UNSET": _UNSET})
_STRICT: Final = _JsonRpcDecoder()
_TOLERANT: Final = _JsonRpcDecoder(ignore_unknown=True)


def encode(type_: Type, value: Any) -> Any:
    """The value as JSON values that a serialiser can write."""
    return _ENCODER.of(type_)(value)


def encode_output(operation: Operation, value: Any) -> Any:
    """What stands under `output` in a response; of an answer that is kept, as JSON already (`msgspec.Raw`)."""
    if isinstance(value, Kept):
        write = partial(_written, operation.output, value)
        return msgspec.Raw(value.written(("JSON-RPC", operation.output), write))
    return _ENCODER.of(operation.output)(value)


def _written(type_: Type, value: Any) -> bytes:
    return msgspec.json.encode(encode(type_, value))


def encode_error(error: ApiError) -> dict[str, Any]:
    """What stands under `error` in a result."""
    return _ENCODER.error(error)


def encode_input(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
    """What stands under `input` in a request: the inverse of `decode_input`."""
    fields = {each.name: _ENCODER.of(each.type)(arguments[each.name]) for each in operation.inputs}
    return {STRUCTURE: {INPUT: fields}}


def decode(type_: Type, value: object) -> Any:
    """The Python value; ValueError for what is not of the type. Unknown fields are passed over."""
    return _TOLERANT.value_of(type_, value)


def decode_output(operation: Operation, value: object) -> Any:
    return decode(operation.output, value)


def decode_input(operation: Operation, value: object) -> dict[str, Any]:
    """The arguments of the operation by name, with None for what is unset.

    InvalidArgument for what is missing or of another type, UnexpectedInput for set fields that nobody declared; when
    both are wrong, the first, as in the vendor's runtime.
    """
    return arguments_of(operation, value, _STRICT, _TOLERANT)

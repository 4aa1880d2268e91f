"""The values of the older dialect under `/rest`, where it differs from plain JSON.

A result is wrapped, `{"value": ...}`, and an error is `{"type": name, "value": {...}}`. A map is an array of objects
with a key and a value, also within other values. What is not set is left out, and a void result has no body. The fields
of a filter may stand in the query, as under `/api`, or in a body of a GET, as the official SDK sends them.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from imagewright.contract import registry, rest_values
from imagewright.contract.operations import Operation
from imagewright.contract.rest_values import RestEncoder, takes_as_it_is
from imagewright.contract.routing import OLD_ACTION, Match, Query
from imagewright.contract.types import Map, Scalar, Type, Void
from imagewright.model.errors import ApiError


class _OldRestEncoder(RestEncoder):
    def _map(self, type_: Map, v: str) -> str:
        name = self._variable(v)
        key, value = self._expression(type_.key, f"{name}k"), self._expression(type_.value, f"{name}v")
        return f"[pair({key}, {value}) for {name}k, {name}v in {v}.items()]"

    def _takes_as_it_is(self, type_: Type) -> bool:
        # There may be a map in anything that is composed.
        return isinstance(type_, Scalar) and takes_as_it_is(type_)

    def _opaque_map(self, value: dict[Any, Any]) -> Any:
        return [_pair(self.opaque(key), self.opaque(each)) for key, each in value.items()]


def _pair(key: Any, value: Any) -> dict[str, Any]:
    return {"key": key} if value is None else {"key": key, "value": value}


_ENCODER: Final = _OldRestEncoder({"pair": _pair})
_JSON: Final = msgspec.json.Encoder()


def encode_output(operation: Operation, value: Any) -> bytes:
    """The body of an answer; empty for void. The status of every good answer is 200."""
    if isinstance(operation.output, Void):
        return b""
    return _JSON.encode({"value": _ENCODER.of(operation.output)(value)})


def encode_error(error: ApiError) -> tuple[int, bytes]:
    """The status, which is that of `/api`, and the body of an answer that is an error."""
    declared = registry.error_type(error.error_type)
    return declared.status, _JSON.encode({"type": declared.name, "value": _ENCODER.error(error)})


def decode_input(match: Match, query: Query, body: bytes) -> dict[str, Any]:
    """The arguments of the operation by name; errors as under `/api`."""
    rest = {name: values for name, values in query.items() if name != OLD_ACTION}
    return rest_values.decode_input(match, rest, body, filters_in_body=True)

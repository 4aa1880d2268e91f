"""The values of the plain-JSON dialect under `/api`, in both directions.

Structures and maps are JSON objects, lists and sets are arrays, and an unset optional is left out (null is
understood). The inputs of an operation come from three places: the path, the query, where the fields of a filter
are parameters of their own, and the body, which is the value of one input or an object with several.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import msgspec

from imagewright.contract import registry
from imagewright.contract.decoding import Decoder, Refused, arguments_of, mismatch
from imagewright.contract.encoding import Encoder
from imagewright.contract.kept import Kept
from imagewright.contract.operations import Operation, Parameter, Route
from imagewright.contract.routing import ACTION, ROUTING_KEYS, TASK, Match, Query
from imagewright.contract.types import (
    Boolean,
    DateTime,
    Double,
    EnumerationRef,
    Id,
    Integer,
    List,
    Map,
    Optional,
    Scalar,
    Set,
    StructureRef,
    Type,
    Void,
)
from imagewright.model.errors import ApiError, InvalidArgument, Message

# Some clients join the values of a filter with commas instead of repeating the parameter. Ids and enumerations have
# no commas in them; names may ("VMware, Inc."), so of the filters by text only the one by owner is split.
SPLIT_AT_COMMAS: Final = frozenset(("owners",))


class RestEncoder(Encoder):
    """Writes plain JSON."""

    def _optional(self, element: Type, v: str) -> str:
        expression = self._expression(element, v)
        return v if expression == v else f"(None if {v} is None else {expression})"

    def _map(self, type_: Map, v: str) -> str:
        name = self._variable(v)
        value = self._expression(type_.value, f"{name}v")
        return v if value == f"{name}v" else f"{{{name}k: {value} for {name}k, {name}v in {v}.items()}}"

    def _secret(self, v: str) -> str:
        return v

    def _expression(self, type_: Type, v: str) -> str:
        # The serialiser itself leaves out unset fields, and is much faster than any code here.
        return v if self._takes_as_it_is(type_) else super()._expression(type_, v)

    def _takes_as_it_is(self, type_: Type) -> bool:
        return takes_as_it_is(type_)

    def _structure_body(self, declared: registry.StructureType) -> str:
        lines = [" found = {}\n"]
        for each in declared.fields:
            v = f"v.{each.name}"
            condition = f"if {v} is not None: " if each.optional else ""
            lines.append(f' {condition}found["{each.name}"] = {self._expression(each.type, v)}\n')
        return "".join(lines) + " return found\n"

    def _opaque_map(self, value: dict[Any, Any]) -> Any:
        return {key: self.opaque(each) for key, each in value.items()}

    def error(self, error: ApiError) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "error_type": error.error_type,
            "messages": [_message(each) for each in error.messages],
        }
        if error.data is not None:
            fields["data"] = self.opaque(error.data)
        if error.challenge is not None and registry.error_type(error.error_type).challenge:
            fields["challenge"] = error.challenge
        return fields


def _message(message: Message) -> dict[str, Any]:
    return {"id": message.id, "default_message": message.text, "args": message.args}


def takes_as_it_is(type_: Type, known: frozenset[str] = frozenset()) -> bool:
    """Whether the serialiser alone writes the type as plain JSON: nothing below it is a time, a set or untyped."""
    match type_:
        case Optional(element) | List(element):
            return takes_as_it_is(element, known)
        case Map(key, value):
            return takes_as_it_is(key, known) and takes_as_it_is(value, known)
        case StructureRef(name):
            # A structure inside itself adds nothing to the question.
            inside = known | {name}
            return name in known or all(takes_as_it_is(each.type, inside) for each in registry.structures[name].fields)
        case DateTime() | Double():
            return False
    return isinstance(type_, Scalar)


class _RestDecoder(Decoder):
    def _optional(self, value: object) -> object:
        return value

    def _is_set(self, value: object) -> bool:
        return value is not None

    def _secret(self, value: object) -> object:
        return value

    def _fields(self, value: object, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise mismatch("structure", value)
        return value

    def _entries(self, value: object) -> Iterator[tuple[object, object]]:
        """An object, or the array of keys and values that opaque values of older servers have."""
        if isinstance(value, dict):
            yield from value.items()
        elif isinstance(value, list) and all(isinstance(each, dict) and "key" in each for each in value):
            yield from ((each["key"], each.get("value")) for each in value)
        else:
            raise mismatch("map", value)

    def _opaque(self, value: object) -> Any:
        return value

    def _dynamic(self, value: object) -> Any:
        return self._fields(value, "")

    def _error(self, value: object) -> ApiError:
        fields = self._fields(value, "error")
        return self.error_of(str(fields.get("error_type")), fields)


_ENCODER: Final = RestEncoder()
_STRICT: Final = _RestDecoder()
_TOLERANT: Final = _RestDecoder(ignore_unknown=True)
_JSON: Final = msgspec.json.Encoder()


def encode(type_: Type, value: Any) -> bytes:
    """The value as a JSON document."""
    return _JSON.encode(_ENCODER.of(type_)(value))


def encode_output(operation: Operation, value: Any) -> bytes:
    """The body of an answer; empty for void. The status is `operation.status`."""
    if isinstance(operation.output, Void):
        return b""
    if isinstance(value, Kept):
        return value.written(("REST", operation.output), lambda: encode(operation.output, value))
    return encode(operation.output, value)


def encode_error(error: ApiError) -> tuple[int, bytes]:
    """The status and the body of an answer that is an error."""
    return registry.error_type(error.error_type).status, _JSON.encode(_ENCODER.error(error))


def decode(type_: Type, plain: object) -> Any:
    """The Python value; ValueError for what is not of the type. Unknown fields are passed over."""
    return _TOLERANT.value_of(type_, plain)


def decode_output(operation: Operation, body: bytes) -> Any:
    return None if isinstance(operation.output, Void) else decode(operation.output, msgspec.json.decode(body))


def decode_error(body: bytes) -> ApiError:
    """The error that the body of an answer describes. Its data stay plain JSON, for nothing says what they are."""
    fields = msgspec.json.decode(body, type=dict[str, Any])
    return _TOLERANT.error_of(str(fields.get("error_type")), fields)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sends. The path is percent-encoded and relative to the root of the dialect; the query is not."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: bytes


def encode_input(operation: Operation, arguments: Mapping[str, Any]) -> Request:
    """The request that asks for the operation with these arguments by name: the inverse of `decode_input`."""
    route = operation.route
    segments = (
        quote(_text_of(arguments[each.name]), safe="") if isinstance(each, Parameter) else each
        for each in route.segments
    )
    routing = [(ACTION, route.action)] if route.action else []
    if route.task:
        routing.append((TASK, "true"))
    body = b""
    if route.body is not None and arguments[route.body] is not None:
        body = encode(operation.input(route.body).type, arguments[route.body])
    elif route.body_fields:
        body = _JSON.encode({name: _plain_input(operation, name, arguments) for name in route.body_fields})
    return Request(route.method, "/" + "/".join(segments), (*routing, *_query_pairs(operation, route, arguments)), body)


def _plain_input(operation: Operation, name: str, arguments: Mapping[str, Any]) -> Any:
    return _ENCODER.of(operation.input(name).type)(arguments[name])


def _query_pairs(operation: Operation, route: Route, arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in route.query:
        single = _is_single(operation, name)
        for field in query_fields(operation, name):
            value = arguments[name] if single else getattr(arguments[name], field.name, None)
            if value is not None:
                plain = _ENCODER.of(field.type)(value)
                for each in sorted(plain) if _is_many(field.type) else [plain]:
                    yield field.name, _text_of(each)


def _text_of(value: object) -> str:
    """A single plain value in a path or a query: the inverse of `_from_text`."""
    return value if isinstance(value, str) else json.dumps(value)


def decode_input(
    match: Match, query: Query, body: bytes, *, unwrap_single: bool = False, filters_in_body: bool = False
) -> dict[str, Any]:
    """The arguments of the operation by name, with None for what is unset.

    InvalidArgument for what is missing or of another type and for a body that is not JSON (with line and column);
    UnexpectedInput for fields and query parameters that nobody declared. An empty body is one in which nothing is
    set. With `unwrap_single`, a body that is an array of one object is that object: a printed sample of the vendor
    is so. With `filters_in_body`, the inputs that belong into the query may also be fields of an object in the body.
    """
    operation, route = match.operation, match.route
    plain = parse_json(body) if body.strip() else None
    match plain:
        case [dict() as single] if unwrap_single:
            plain = single
    try:
        from_query, unknown = _query_inputs(operation, route, query)
        fields = (*route.body_fields, *route.query) if filters_in_body else route.body_fields
        from_body, extra = _body_inputs(operation, route, plain, fields)
    except Refused as refused:
        raise refused.as_error(operation) from None
    from_path = {name: _from_text(operation.input(name).type, text) for name, text in match.path.items()}
    inputs = {**from_path, **from_query, **from_body}
    return arguments_of(operation, inputs, _STRICT, _TOLERANT, [*unknown, *extra])


def parse_json(body: bytes) -> Any:
    """The JSON document; InvalidArgument with line and column for what is none, and for a key that stands twice."""
    try:
        document = json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
        if b"\\ud" in body.lower():
            # Half of a pair of surrogates is no character, and nothing could be done with it later.
            json.dumps(document, ensure_ascii=False).encode()
        return document
    except UnicodeEncodeError:
        raise InvalidArgument.because(
            "imagewright.rest.no_character", "The body has an escape that is half of a character, such as \\ud800."
        ) from None
    except json.JSONDecodeError as problem:
        raise InvalidArgument.because(
            "imagewright.rest.malformed_json",
            "The body is not JSON: {0}, in line {1}, column {2}.",
            problem.msg,
            problem.lineno,
            problem.colno,
        ) from None
    except UnicodeDecodeError as problem:
        raise InvalidArgument.because(
            "imagewright.rest.not_utf8", "The body is not UTF-8: byte {0} cannot stand there.", problem.start
        ) from None
    except ValueError:
        raise InvalidArgument.because(
            "imagewright.rest.number_too_long", "The body has a number with thousands of digits. None needs so many."
        ) from None
    except RecursionError:
        raise InvalidArgument.because("imagewright.rest.too_deep", "The body is nested too deeply.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise InvalidArgument.because(
            "imagewright.rest.key_twice",
            "An object in the body has the key '{0}' twice.",
            next(name for index, name in enumerate(names) if name in names[:index]),
        )
    return found


def _constant(name: str) -> float:
    raise InvalidArgument.because("imagewright.rest.not_a_number", "{0} is not a number in JSON.", name)


def _body_inputs(
    operation: Operation, route: Route, plain: Any, fields: Collection[str]
) -> tuple[dict[str, Any], list[str]]:
    """The inputs in the body, and the names of what should not be there."""
    if route.body is not None:
        type_ = operation.input(route.body).type
        if plain is None and isinstance(type_, StructureRef) and _all_optional(type_):
            plain = {}
        return {} if plain is None else {route.body: plain}, []
    if plain is None:
        return {}, []
    if not isinstance(plain, dict):
        raise mismatch("structure", plain)
    found = {name: value for name, value in plain.items() if name in fields}
    return found, [name for name, value in plain.items() if name not in found and value is not None]


def needs_body(operation: Operation, route: Route) -> bool:
    """Whether a request without a body lacks something."""
    if route.body is not None:
        type_ = operation.input(route.body).type
        return not isinstance(type_, Optional) and not (isinstance(type_, StructureRef) and _all_optional(type_))
    return any(not isinstance(operation.input(name).type, Optional) for name in route.body_fields)


def _all_optional(type_: StructureRef) -> bool:
    return all(each.optional for each in registry.structures[type_.name].fields)


def _query_inputs(operation: Operation, route: Route, query: Query) -> tuple[dict[str, Any], list[str]]:
    """The inputs in the query, as plain JSON, and the parameters that nobody declared.

    An input of which no field is given is unset.
    """
    found: dict[str, Any] = {}
    unknown = []
    owner = {field.name: (name, field.type) for name in route.query for field in query_fields(operation, name)}
    for parameter, values in query.items():
        if parameter in owner:
            name, type_ = owner[parameter]
            value = _query_value(parameter, type_, list(values))
            if _is_single(operation, name):
                found[name] = value
            else:
                found.setdefault(name, {})[parameter] = value
        elif parameter not in ROUTING_KEYS:
            unknown.append(parameter)
    return found, unknown


def query_fields(operation: Operation, name: str) -> Iterator[registry.Field]:
    """The parameters of an input in the query: itself where it is a single value, else those of its fields that a query
    can carry, which are single values and lists or sets of them."""
    type_ = operation.input(name).type
    inner = type_.element if isinstance(type_, Optional) else type_
    if _is_single(operation, name):
        yield registry.Field(name, type_)
    elif isinstance(inner, StructureRef):
        for field in registry.structures[inner.name].fields:
            if isinstance(_member_type(field.type), Scalar):
                yield field


def _is_single(operation: Operation, name: str) -> bool:
    type_ = operation.input(name).type
    return isinstance(type_.element if isinstance(type_, Optional) else type_, Scalar)


def _member_type(type_: Type) -> Type:
    match type_:
        case Optional(element) | List(element) | Set(element):
            return _member_type(element)
    return type_


def _query_value(parameter: str, type_: Type, values: list[str]) -> Any:
    member = _member_type(type_)
    if _is_many(type_):
        if parameter in SPLIT_AT_COMMAS or isinstance(member, Id | EnumerationRef):
            values = [part for value in values for part in value.split(",")]
        return [_from_text(member, value) for value in values]
    if len(values) > 1:
        refused = Refused("imagewright.rest.parameter_twice", "The parameter {0} takes one value.", parameter)
        refused.path.append(f".{parameter}")
        raise refused
    return _from_text(member, values[0])


def _is_many(type_: Type) -> bool:
    return _is_many(type_.element) if isinstance(type_, Optional) else isinstance(type_, List | Set)


def _from_text(type_: Type, text: str) -> Any:
    """The JSON value that the text of a parameter stands for; the text itself where it stands for none."""
    match type_:
        case Boolean():
            return {"true": True, "false": False}.get(text, text)
        case Integer() | Double():
            try:
                return json.loads(text)
            except (ValueError, RecursionError):
                return text
    return text

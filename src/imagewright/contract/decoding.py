"""From JSON values to Python values: what the two dialects share.

A missing optional is unset; a missing required field or a value of another type is `InvalidArgument`; a set field
that is not declared is `UnexpectedInput`. The messages go from the outside to the inside, with the ids that the
vendor's runtime publishes: the operation, each field on the way, the reason. The first one also says where, as in
`spec.components_to_set['a']`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock
from typing import Any, Final

from imagewright.contract import registry
from imagewright.contract.operations import Operation
from imagewright.contract.types import (
    AnyError,
    Boolean,
    DateTime,
    Double,
    DynamicStructure,
    EnumerationRef,
    Id,
    Integer,
    List,
    Map,
    Opaque,
    Optional,
    Secret,
    Set,
    String,
    StructureRef,
    Type,
    Uri,
    Void,
)
from imagewright.model import errors
from imagewright.model.errors import ApiError, InvalidArgument, Message, UnexpectedInput

Read = Callable[[object], Any]

# The name of the structure that holds the inputs of an operation.
INPUT: Final = "operation-input"
LOWEST_INTEGER: Final = -(2**63)
HIGHEST_INTEGER: Final = 2**63 - 1
TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
# RFC 3986 and 3987 leave these out, wherever they stand.
NOT_IN_URI: Final = re.compile(r"[\x00-\x20\x7f<>\"{}|\\^`]")
KINDS: Final = {str: "string", bool: "boolean", int: "integer", float: "double", list: "list", dict: "structure"}

ERROR_CLASSES: Final[dict[str, type[ApiError]]] = {
    each.error_type: each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, ApiError) and each is not ApiError
}


class Refused(Exception):
    """A value that is not what it should be. On its way out it collects where it was; innermost first."""

    def __init__(self, message_id: str, text: str, *args: object) -> None:
        filled = tuple(map(str, args))
        message = Message(message_id, text.format(*filled), filled)
        super().__init__(message.text)
        self.messages = [message]
        self.path: list[str] = []
        self.unexpected = False

    @classmethod
    def missing(cls, structure: str, field: str) -> Refused:
        refused = cls("vapi.data.structure.field.missing", "Structure '{0}' is missing a field: {1}", structure, field)
        refused.path.append(f".{field}")
        return refused

    def inside_field(self, field: str, structure: str) -> None:
        text = f"Structure '{structure}' has an invalid field: {field}"
        self.messages.append(Message("vapi.data.structure.field.invalid", text, (field, structure)))
        self.path.append(f".{field}")

    def inside_list(self, index: int) -> None:
        text = f"The entry of the list at index {index} is invalid."
        self.messages.append(Message("vapi.data.list.invalid.entry", text, (str(index),)))
        self.path.append(f"[{index}]")

    def inside_map(self, key: object) -> None:
        self.path.append(f"[{key!r}]")

    @property
    def place(self) -> str:
        return "".join(reversed(self.path)).removeprefix(".") or "the input as a whole"

    def as_error(self, operation: Operation) -> ApiError:
        """What the caller of the operation is told."""
        text = f"Unable to validate input to method '{operation.key}': look at {self.place}."
        outermost = Message("vapi.invoke.input.invalid", text, (operation.key, self.place))
        error = UnexpectedInput if self.unexpected else InvalidArgument
        return error(outermost, *reversed(self.messages))


def mismatch(expected: str, value: object) -> Refused:
    found = "nothing" if value is None else KINDS.get(type(value), type(value).__name__)
    return Refused("vapi.data.validate.mismatch", "Expected {0}, but found {1}.", expected, found)


def unexpected(structure: str, fields: Iterable[str]) -> Refused:
    names = ", ".join(sorted(fields))
    refused = Refused(
        "vapi.data.structure.field.unexpected", "Structure '{1}' does not have these fields: {0}", names, structure
    )
    refused.unexpected = True
    return refused


class Decoder(ABC):
    """Compiles types to functions that read a JSON value. A dialect says how it wraps the parts that differ.

    `ignore_unknown` passes over fields that are not declared, as a client does with the answers of a newer server.
    """

    def __init__(self, *, ignore_unknown: bool = False) -> None:
        self.ignore_unknown = ignore_unknown
        self._ready: dict[Type, Read] = {}
        self._inputs: dict[Operation, Read] = {}
        self._structures: dict[str, Read] = {}
        self._lock = Lock()

    @abstractmethod
    def _optional(self, value: object) -> object:
        """What is inside an optional; None when it is unset."""

    @abstractmethod
    def _is_set(self, value: object) -> bool:
        """Whether the value of a field that nobody declared is more than an unset optional."""

    @abstractmethod
    def _secret(self, value: object) -> object: ...

    @abstractmethod
    def _fields(self, value: object, name: str) -> dict[str, Any]: ...

    @abstractmethod
    def _entries(self, value: object) -> Iterator[tuple[object, object]]: ...

    @abstractmethod
    def _opaque(self, value: object) -> Any: ...

    @abstractmethod
    def _dynamic(self, value: object) -> Any: ...

    @abstractmethod
    def _error(self, value: object) -> ApiError: ...

    def of(self, type_: Type) -> Read:
        """The function that reads a value of this type. Safe to call from several threads."""
        read = self._ready.get(type_)
        if read is None:
            with self._lock:
                read = self._ready[type_] = self._compiled(type_)
        return read

    def inputs_of(self, operation: Operation) -> Callable[[object], dict[str, Any]]:
        """The function that reads all inputs of an operation, which stand in a structure of their own."""
        read = self._inputs.get(operation)
        if read is None:
            fields = tuple(registry.Field(each.name, each.type) for each in operation.inputs)
            with self._lock:
                read = self._inputs[operation] = self._structure_reader(INPUT, fields, (), dict)
        return read

    def value_of(self, type_: Type, value: object) -> Any:
        """The value, or a ValueError that says what is wrong and where."""
        try:
            return self.of(type_)(value)
        except Refused as refused:
            raise ValueError(f"{refused} (at {refused.place})") from None

    def error_of(self, error_type: str, fields: dict[str, Any]) -> ApiError:
        """The error with these fields, each still in the encoding of the dialect."""
        message = StructureRef("com.vmware.vapi.std.localizable_message")
        messages = self.of(List(message))(fields.get("messages", []))
        data = self.of(Optional(DynamicStructure()))(fields["data"]) if "data" in fields else None
        challenge = self.of(Optional(String()))(fields["challenge"]) if "challenge" in fields else None
        return ERROR_CLASSES.get(error_type, errors.InternalError)(
            *(Message(each.id, each.default_message, each.args) for each in messages), data=data, challenge=challenge
        )

    def _compiled(self, type_: Type) -> Read:
        match type_:
            case Optional(element):
                return self._optional_reader(self._compiled(element))
            case List(element):
                return _list_reader(self._compiled(element))
            case Set(element):
                return _set_reader(_list_reader(self._compiled(element)))
            case Map(key, value):
                return self._map_reader(self._compiled(key), self._compiled(value))
            case StructureRef(name):
                return self._structure(name)
            case EnumerationRef(name):
                return _enumeration_reader(registry.enumerations[name])
            case Secret():
                return lambda value: _string(self._secret(value))
        return self._simple(type_)

    def _simple(self, type_: Type) -> Read:
        readers: dict[type[Any], Read] = {
            String: _string,
            Id: _string,
            Uri: _uri,
            Integer: _integer,
            Double: _double,
            Boolean: _boolean,
            DateTime: _time,
            Void: _nothing,
            Opaque: self._opaque,
            DynamicStructure: self._dynamic,
            AnyError: self._error,
        }
        return readers[type(type_)]

    def _optional_reader(self, read: Read) -> Read:
        unwrapped = self._optional

        def optional(value: object) -> Any:
            inner = unwrapped(value)
            return None if inner is None else read(inner)

        return optional

    def _map_reader(self, read_key: Read, read_value: Read) -> Read:
        def mapping(value: object) -> dict[Any, Any]:
            found: dict[Any, Any] = {}
            for raw_key, raw_value in self._entries(value):
                key = read_key(raw_key)
                if key in found:
                    raise Refused(
                        "vapi.bindings.typeconverter.map.duplicate.key", "The map has the key '{0}' twice.", key
                    )
                try:
                    found[key] = read_value(raw_value)
                except Refused as refused:
                    refused.inside_map(key)
                    raise
            return found

        return mapping

    def _structure(self, name: str) -> Read:
        if name not in self._structures:
            # Known before its fields are compiled: structures contain themselves.
            self._structures[name] = lambda value: self._structures[name](value)
            declared = registry.structures[name]
            self._structures[name] = self._structure_reader(name, declared.fields, declared.unions, declared.python)
        return self._structures[name]

    def _structure_reader(
        self,
        name: str,
        fields: tuple[registry.Field, ...],
        unions: tuple[registry.Union, ...],
        build: Callable[..., Any],
    ) -> Read:
        readers = [(each.name, self._compiled(each.type), each.optional) for each in fields]
        known = frozenset(each.name for each in fields)

        def structure(value: object) -> Any:
            given = self._fields(value, name)
            found: dict[str, Any] = {}
            for field, read, optional in readers:
                if field in given:
                    try:
                        found[field] = read(given[field])
                    except Refused as refused:
                        refused.inside_field(field, name)
                        raise
                elif optional:
                    found[field] = None
                else:
                    raise Refused.missing(name, field)
            for union in unions:
                _check_union(union, found, name)
            if not self.ignore_unknown and not given.keys() <= known:
                self._check_unknown(name, given, known)
            return build(**found)

        return structure

    def _check_unknown(self, name: str, given: dict[str, Any], known: frozenset[str]) -> None:
        extra = [field for field in given if field not in known and self._is_set(given[field])]
        if extra:
            raise unexpected(name, extra)


def arguments_of(
    operation: Operation, value: object, strict: Decoder, tolerant: Decoder, extra: Iterable[str] = ()
) -> dict[str, Any]:
    """The arguments of the operation by name. `extra` are inputs that nobody declared, found outside of the value.

    Where something is unexpected, and also something is missing or of another type, the latter is told.
    """
    try:
        found = strict.inputs_of(operation)(value)
        if extra:
            raise unexpected(INPUT, extra)
    except Refused as refused:
        if refused.unexpected:
            try:
                tolerant.inputs_of(operation)(value)
            except Refused as first:
                raise first.as_error(operation) from None
        raise refused.as_error(operation) from None
    return found


def _check_union(union: registry.Union, found: dict[str, Any], name: str) -> None:
    value = found[union.discriminant]
    if value is None:
        return
    case = union.cases.get(value, {})
    for field in union.fields:
        if found[field] is None and case.get(field):
            rule, text = "missing", "Structure '{0}' must have the field '{1}' when {2} is {3}."
        elif found[field] is not None and field not in case:
            rule, text = "extra", "Structure '{0}' must not have the field '{1}' when {2} is {3}."
        else:
            continue
        raise Refused(f"vapi.data.structure.union.{rule}", text, name, field, union.discriminant, value)


def _list_reader(read: Read) -> Read:
    def sequence(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise mismatch("list", value)
        found = []
        for index, each in enumerate(value):
            try:
                found.append(read(each))
            except Refused as refused:
                refused.inside_list(index)
                raise
        return tuple(found)

    return sequence


def _set_reader(read: Read) -> Read:
    def unique(value: object) -> frozenset[Any]:
        members = read(value)
        found = frozenset(members)
        if len(found) != len(members):
            twice = next(each for index, each in enumerate(members) if each in members[:index])
            raise Refused(
                "vapi.bindings.typeconverter.set.duplicate.element", "The set has the member '{0}' twice.", twice
            )
        return found

    return unique


def _enumeration_reader(enumeration: type[StrEnum]) -> Read:
    members = {member.value: member for member in enumeration}

    def member_of(value: object) -> StrEnum:
        if not isinstance(value, str):
            raise mismatch("string", value)
        if value not in members:
            raise Refused(
                "vapi.bindings.typeconverter.unexpected.enum.type",
                "'{0}' is not one of {1}.",
                value,
                ", ".join(members),
            )
        return members[value]

    return member_of


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise mismatch("string", value)
    # No database takes a NUL in a text, and no answer could be written with half of a surrogate pair.
    if "\0" in value or (not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value)):
        raise Refused("imagewright.string.unusable", "The text has a NUL or half of a surrogate pair in it.")
    return value


def _uri(value: object) -> str:
    text = _string(value)
    if NOT_IN_URI.search(text):
        raise Refused("vapi.bindings.typeconverter.uri.invalid.format", "'{0}' is not a URI.", text)
    return text


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise mismatch("integer", value)
    if not LOWEST_INTEGER <= value <= HIGHEST_INTEGER:
        raise Refused("vapi.data.validate.mismatch", "Expected {0}, but found {1}.", "a 64-bit integer", value)
    return value


def _double(value: object) -> float:
    """JSON does not tell 5 from 5.0, and clients write the first."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise mismatch("double", value)
    try:
        return float(value)
    except OverflowError:
        raise Refused("vapi.data.invalid.double.inf", "The number is too large for a double.") from None


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise mismatch("boolean", value)
    return value


def _time(value: object) -> datetime:
    """Digits below a microsecond are dropped."""
    if not isinstance(value, str):
        raise mismatch("datetime", value)
    found = TIME.fullmatch(value)
    try:
        if found is None:
            raise ValueError
        seconds, fraction = found.group(1), found.group(2) or ""
        return datetime.fromisoformat(seconds).replace(microsecond=int(f"{fraction:0<6}"[:6]), tzinfo=UTC)
    except ValueError:
        raise Refused(
            "vapi.bindings.typeconverter.datetime.deserialize.invalid",
            "'{0}' is not a time like 2026-01-31T12:00:00.000Z.",
            value,
        ) from None


def _nothing(value: object) -> None:
    if value is not None:
        raise mismatch("nothing", value)

"""From Python values to JSON values: what the two dialects share.

For every type a function is generated as source text and compiled once, because the answer to one question can have
thousands of small structures and walking a description of them for each value costs ten times as much. Values are not
checked on the way out: they are typed already, and the tests read every answer back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import Any, Final

from imagewright.contract import registry
from imagewright.contract.structure import Structure
from imagewright.contract.types import (
    AnyError,
    DateTime,
    Double,
    DynamicStructure,
    List,
    Map,
    Opaque,
    Optional,
    Secret,
    Set,
    StructureRef,
    Type,
)
from imagewright.model.errors import ApiError

Write = Callable[[Any], Any]

UTC_OFFSET: Final = "+00:00"
# What is neither here nor composed is written as it is.
LEAVES: Final[dict[type[Any], str]] = {
    DateTime: "text_of_time({v})",
    # A whole number would be an integer on the wire.
    Double: "float({v})",
    Opaque: "opaque({v})",
    DynamicStructure: "opaque({v})",
    AnyError: "error({v})",
}


# A list of content has thousands of release dates and few different ones, and writing one takes as long as the rest of
# its structure. Equal times are written alike, whatever their zones.
@lru_cache(maxsize=4096)
def text_of_time(value: datetime) -> str:
    """RFC 3339 with milliseconds and Z, as all clients can read it. A time without a zone is a ValueError."""
    if value.tzinfo is not UTC:
        if value.utcoffset() is None:
            raise ValueError(f"The time {value} has no zone.")
        value = value.astimezone(UTC)
    return value.isoformat(timespec="milliseconds").removesuffix(UTC_OFFSET) + "Z"


class Encoder(ABC):
    """Compiles types to functions. A dialect says how it writes the parts that differ, as Python source text.

    `_expression(type, v)` is the source of the JSON value for the Python value named `v`; `v` is always a name or an
    attribute of one, so that it may stand in the text twice. `v` itself means that the serialiser can take the value
    as it is.
    """

    def __init__(self, names: Mapping[str, Any] = MappingProxyType({})) -> None:
        """`names` are what the expressions of the dialect use besides the values."""
        self._ready: dict[Type, Write] = {}
        self._lock = Lock()
        # The namespace of the generated code; the function for a structure is compiled once and found by its name.
        self._namespace: dict[str, Any] = {
            "text_of_time": text_of_time,
            "opaque": self.opaque,
            "error": self.error,
            **names,
        }
        self._functions: dict[str, str] = {}

    def of(self, type_: Type) -> Write:
        """The function that turns a value of this type into JSON values. Safe to call from several threads."""
        write = self._ready.get(type_)
        if write is None:
            with self._lock:
                write = eval(f"lambda v: {self._expression(type_, 'v')}", self._namespace)  # noqa: S307
                self._ready[type_] = write
        return write

    @abstractmethod
    def error(self, error: ApiError) -> dict[str, Any]: ...

    @abstractmethod
    def _optional(self, element: Type, v: str) -> str: ...

    @abstractmethod
    def _map(self, type_: Map, v: str) -> str: ...

    @abstractmethod
    def _secret(self, v: str) -> str: ...

    @abstractmethod
    def _structure_body(self, declared: registry.StructureType) -> str:
        """The body of a function of `v`, indented by one blank."""

    @abstractmethod
    def _opaque_map(self, value: dict[Any, Any]) -> Any: ...

    def opaque(self, value: Any) -> Any:
        """A value whose type nobody declared, written by what it is."""
        match value:
            case Structure():
                return self.of(StructureRef(value.canonical_name))(value)
            case ApiError():
                return self.error(value)
            case dict():
                return self._opaque_map(value)
            case tuple() | list():
                return [self.opaque(each) for each in value]
            case set() | frozenset():
                return [self.opaque(each) for each in sorted(value)]
            case datetime():
                return text_of_time(value)
        return value

    def _expression(self, type_: Type, v: str) -> str:
        match type_:
            case Optional(element):
                return self._optional(element, v)
            case List(element):
                return self._list(element, v)
            case Set(element):
                return self._list(element, f"sorted({v})")
            case Map():
                return self._map(type_, v)
            case StructureRef(name):
                return f"{self._function(name)}({v})"
            case Secret():
                return self._secret(v)
        return LEAVES.get(type(type_), "{v}").format(v=v)

    def _list(self, element: Type, v: str) -> str:
        each = self._variable(v)
        expression = self._expression(element, each)
        return v if expression == each else f"[{expression} for {each} in {v}]"

    @staticmethod
    def _variable(v: str) -> str:
        """A name for a loop over `v` that no loop around it has."""
        return "e" + "".join(letter for letter in v if letter.isalnum())

    def _function(self, name: str) -> str:
        function = self._functions.get(name)
        if function is None:
            # The name is known before the body is written: structures contain themselves.
            function = self._functions[name] = f"structure_{len(self._functions)}"
            body = self._structure_body(registry.structures[name])
            exec(f"def {function}(v):\n{body}", self._namespace)  # noqa: S102
        return function

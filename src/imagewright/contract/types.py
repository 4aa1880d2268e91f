"""The type grammar of the API.

A type is a value: two equal types compare equal and hash alike, so compiled codecs can be kept by type. The text
form is the one of the facts file: `string`, `id<com.vmware.cis.task>`, `optional<list<struct:NAME>>`,
`map<id,enum:NAME>`.

In Python: identifiers, URIs, secrets and strings are `str`; a datetime is aware and in UTC; a list is a tuple, a
set a frozenset, a map a dict; a structure or enumeration is a generated class; an unset optional is None. An opaque
value is any of these and is written by its run-time type; an error is an `ApiError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class String:
    pass


@dataclass(frozen=True, slots=True)
class Integer:
    """64 bits, signed."""


@dataclass(frozen=True, slots=True)
class Double:
    pass


@dataclass(frozen=True, slots=True)
class Boolean:
    pass


@dataclass(frozen=True, slots=True)
class Secret:
    """A string that no log may show."""


@dataclass(frozen=True, slots=True)
class DateTime:
    """A moment in UTC, on the wire with milliseconds and a Z."""


@dataclass(frozen=True, slots=True)
class Uri:
    pass


@dataclass(frozen=True, slots=True)
class Id:
    """A string that names a resource of one kind; `resource` is empty where the kind is not fixed."""

    resource: str = ""


@dataclass(frozen=True, slots=True)
class Void:
    pass


@dataclass(frozen=True, slots=True)
class Opaque:
    """Any value; the reader has to know from elsewhere what it is."""


@dataclass(frozen=True, slots=True)
class DynamicStructure:
    """Any structure."""


@dataclass(frozen=True, slots=True)
class AnyError:
    """Any error of the API."""


@dataclass(frozen=True, slots=True)
class Optional:
    element: Type


@dataclass(frozen=True, slots=True)
class List:
    element: Type


@dataclass(frozen=True, slots=True)
class Set:
    element: Type


@dataclass(frozen=True, slots=True)
class Map:
    key: Type
    value: Type


@dataclass(frozen=True, slots=True)
class StructureRef:
    name: str


@dataclass(frozen=True, slots=True)
class EnumerationRef:
    name: str


Scalar = String | Integer | Double | Boolean | Secret | DateTime | Uri | Id | EnumerationRef
Type = Scalar | Void | Opaque | DynamicStructure | AnyError | Optional | List | Set | Map | StructureRef

_PLAIN: dict[str, Type] = {
    "string": String(),
    "integer": Integer(),
    "double": Double(),
    "boolean": Boolean(),
    "secret": Secret(),
    "datetime": DateTime(),
    "uri": Uri(),
    "id": Id(),
    "void": Void(),
    "opaque": Opaque(),
    "dynamic_structure": DynamicStructure(),
    "any_error": AnyError(),
}


@cache
def parse(text: str) -> Type:
    """The type that the text names; ValueError when it names none."""
    if text in _PLAIN:
        return _PLAIN[text]
    head, colon, name = text.partition(":")
    if colon and head in ("struct", "enum"):
        return StructureRef(name) if head == "struct" else EnumerationRef(name)
    head, bracket, rest = text.partition("<")
    if not bracket or not rest.endswith(">"):
        raise ValueError(f"Not a type of the API: {text!r}.")
    return _generic(head, rest[:-1], text)


def _generic(head: str, inner: str, text: str) -> Type:
    match head:
        case "id":
            return Id(inner)
        case "optional":
            return Optional(parse(inner))
        case "list":
            return List(parse(inner))
        case "set":
            return Set(parse(inner))
        case "map":
            # No key type of the API has a comma in it, so the first comma ends the key.
            key, _, value = inner.partition(",")
            return Map(parse(key), parse(value))
    raise ValueError(f"Not a type of the API: {text!r}.")


def text_of(type_: Type) -> str:
    """The inverse of `parse`."""
    match type_:
        case StructureRef(name):
            return f"struct:{name}"
        case EnumerationRef(name):
            return f"enum:{name}"
        case Id(resource) if resource:
            return f"id<{resource}>"
        case Optional(element) | List(element) | Set(element):
            return f"{type(type_).__name__.lower()}<{text_of(element)}>"
        case Map(key, value):
            return f"map<{text_of(key)},{text_of(value)}>"
    return next(text for text, plain in _PLAIN.items() if plain == type_)

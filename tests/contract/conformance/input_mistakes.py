"""Mistakes in the input of an operation, made out of an input that is right.

They follow from the declaration: for every field a value of another type, every required field left out, and a field
that nobody declared in every structure. A dialect says how structures and optionals are written.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from imagewright.contract import registry
from imagewright.contract.types import EnumerationRef, Integer, Optional, StructureRef, Type

WRONG, NO_NUMBER = 7, "seven"
SURPLUS = "surplus"


@dataclass(frozen=True)
class Mistake:
    """What is wrong where, the input with it, and the error that it must be answered with."""

    place: str
    kind: str
    document: Any
    error_type: str = "INVALID_ARGUMENT"


class Dialect(ABC):
    """How values are written."""

    @abstractmethod
    def inside(self, optional: Any) -> Any:
        """What is in an optional; None when it is unset."""

    @abstractmethod
    def optional(self, value: Any) -> Any: ...

    @abstractmethod
    def fields(self, structure: Any) -> Mapping[str, Any]: ...

    @abstractmethod
    def structure(self, name: str, fields: Mapping[str, Any]) -> Any: ...

    def mistakes(self, type_: Type, document: Any) -> Iterator[Mistake]:
        """Each mistake that a value of the type can have, alone."""
        match type_:
            case Optional(element):
                inner = self.inside(document)
                found = self.mistakes(element, inner) if inner is not None else iter((_wrong(element),))
                yield from (replace(each, document=self.optional(each.document)) for each in found)
                return
            case StructureRef(name):
                declared = registry.structures[name].fields
                yield from self.of_fields(declared, self.fields(document), lambda fields: self.structure(name, fields))
            case EnumerationRef():
                yield Mistake("", "no such value", "NO_SUCH_VALUE")
        yield _wrong(type_)

    def of_fields(
        self, declared: tuple[registry.Field, ...], fields: Mapping[str, Any], whole: Callable[[Mapping[str, Any]], Any]
    ) -> Iterator[Mistake]:
        """The mistakes in the fields of a structure, which `whole` makes of fields."""
        yield Mistake("", "unexpected", whole({**fields, SURPLUS: "text"}), "UNEXPECTED_INPUT")
        for each in declared:
            if not each.optional:
                rest = {name: value for name, value in fields.items() if name != each.name}
                yield Mistake(each.name, "missing", whole(rest))
            for inner in self.mistakes(each.type, fields.get(each.name, self.optional(None))):
                place = f"{each.name}.{inner.place}".rstrip(".")
                yield replace(inner, place=place, document=whole({**fields, each.name: inner.document}))


def _wrong(type_: Type) -> Mistake:
    return Mistake("", "of another type", NO_NUMBER if type_ == Integer() else WRONG)


class Plain(Dialect):
    """REST."""

    def inside(self, optional: Any) -> Any:
        return optional

    def optional(self, value: Any) -> Any:
        return value

    def fields(self, structure: Any) -> Mapping[str, Any]:
        found: Mapping[str, Any] = structure
        return found

    def structure(self, name: str, fields: Mapping[str, Any]) -> Any:
        return dict(fields)


class Wrapped(Dialect):
    """JSON-RPC."""

    def inside(self, optional: Any) -> Any:
        return optional["OPTIONAL"]

    def optional(self, value: Any) -> Any:
        return {"OPTIONAL": value}

    def fields(self, structure: Any) -> Mapping[str, Any]:
        ((found),) = structure["STRUCTURE"].values()
        fields: Mapping[str, Any] = found
        return fields

    def structure(self, name: str, fields: Mapping[str, Any]) -> Any:
        return {"STRUCTURE": {name: dict(fields)}}

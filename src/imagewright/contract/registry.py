"""Everything of the contract by its id, as the wire names it.

`operations` are those of the published API, and all that can be asked for by id. What is ours is in `own_operations`;
its structures are among the others, because values are written and read in one way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from imagewright.contract import facts
from imagewright.contract.operations import Operation
from imagewright.contract.services.everything import ENUMERATIONS, OPERATIONS, OWN_OPERATIONS, STRUCTURES
from imagewright.contract.structure import Structure
from imagewright.contract.types import Optional, Type, parse

ERROR_PREFIX: Final = "com.vmware.vapi.std.errors."


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: Type
    since: str | None = None

    @property
    def optional(self) -> bool:
        return isinstance(self.type, Optional)


@dataclass(frozen=True, slots=True)
class Union:
    """With each value of the discriminant go these fields, which must be set (true) or may be (false), and no
    others."""

    discriminant: str
    cases: Mapping[str, Mapping[str, bool]]

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields that belong to some case, each once."""
        return tuple(dict.fromkeys(name for case in self.cases.values() for name in case))


@dataclass(frozen=True, slots=True, eq=False)
class StructureType:
    """The declaration of a structure, with the class that holds its values."""

    name: str
    fields: tuple[Field, ...]
    unions: tuple[Union, ...]
    python: type[Structure]
    since: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorType:
    """The declaration of an error: its wire name, its `error_type`, and the HTTP status that it is answered with."""

    name: str
    error_type: str
    status: int
    challenge: bool


def _structure_types(declarations: Mapping[str, facts.Structure]) -> dict[str, StructureType]:
    classes = {each.canonical_name: each for each in STRUCTURES}
    return {
        name: StructureType(
            name,
            tuple(Field(each.name, parse(each.type), each.since) for each in declared.fields),
            tuple(Union(union.discriminant, union.cases) for union in declared.unions),
            classes[name],
            declared.since,
        )
        for name, declared in declarations.items()
    }


_FACTS: Final = facts.load()
_OWN_FACTS: Final = facts.load(facts.OWN_FACTS_PATH)

operations: Final[tuple[Operation, ...]] = OPERATIONS
own_operations: Final[tuple[Operation, ...]] = OWN_OPERATIONS
structures: Final[dict[str, StructureType]] = _structure_types({**_FACTS.structures, **_OWN_FACTS.structures})
enumerations: Final[dict[str, type[StrEnum]]] = ENUMERATIONS
errors: Final[dict[str, ErrorType]] = {
    name: ErrorType(name, error.error_type, error.status, error.challenge) for name, error in _FACTS.errors.items()
}

_OPERATIONS: Final = {(each.service, each.operation_id): each for each in operations}
_SERVICES: Final = frozenset(each.service for each in operations)
_ERRORS_BY_TYPE: Final = {each.error_type: each for each in errors.values()}


def operation(service: str, operation_id: str) -> Operation | None:
    """The operation with these ids as JSON-RPC names them (`commit$task`), or None."""
    return _OPERATIONS.get((service, operation_id))


def has_service(service: str) -> bool:
    return service in _SERVICES


def error_type(name: str) -> ErrorType:
    """The declaration of an error by its `error_type`, such as NOT_FOUND; KeyError for what the API does not have."""
    return _ERRORS_BY_TYPE[name]

"""What an operation takes and gives, in the words of the introspection service.

A definition is complete: every structure is written out where it is used, and only inside itself it is a reference to
its name. Identifiers, enumerations, URIs and times are strings on the wire and are so here; a set is a list, and a map
is a list of structures with a key and a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from imagewright.contract import registry
from imagewright.contract.decoding import INPUT
from imagewright.contract.jsonrpc_values import MAP_ENTRY, MESSAGE
from imagewright.contract.operations import Operation
from imagewright.contract.services.introspection_operation import DataDefinition, Info
from imagewright.contract.services.introspection_operation import DataDefinitionDataType as Kind
from imagewright.contract.types import (
    AnyError,
    Boolean,
    Double,
    DynamicStructure,
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
    Void,
)

_KINDS: Final[dict[type[Type], Kind]] = {
    Integer: Kind.LONG,
    Double: Kind.DOUBLE,
    Boolean: Kind.BOOLEAN,
    Secret: Kind.SECRET,
    Void: Kind.VOID,
    Opaque: Kind.OPAQUE,
    DynamicStructure: Kind.DYNAMIC_STRUCTURE,
    AnyError: Kind.ANY_ERROR,
}


def info_of(operation: Operation) -> Info:
    """The definitions of the input, the output and the errors of an operation."""
    return Info(
        input_definition=_structure(INPUT, {each.name: definition_of(each.type) for each in operation.inputs}),
        output_definition=definition_of(operation.output),
        error_definitions=tuple(error_definition(registry.errors[name]) for name in operation.errors),
    )


def definition_of(type_: Type, inside: frozenset[str] = frozenset()) -> DataDefinition:
    """The definition of a type; `inside` are the structures in which it stands."""
    match type_:
        case Optional(element):
            return DataDefinition(type=Kind.OPTIONAL, element_definition=definition_of(element, inside))
        case List(element) | Set(element):
            return _list(definition_of(element, inside))
        case Map(key, value):
            entry = {"key": definition_of(key, inside), "value": definition_of(value, inside)}
            return _list(_structure(MAP_ENTRY, entry))
        case StructureRef(name) if name in inside:
            return DataDefinition(type=Kind.STRUCTURE_REF, name=name)
        case StructureRef(name):
            fields = registry.structures[name].fields
            return _structure(name, {each.name: definition_of(each.type, inside | {name}) for each in fields})
    return DataDefinition(type=_KINDS.get(type(type_), Kind.STRING))


def error_definition(error: registry.ErrorType) -> DataDefinition:
    """The definition of an error: its messages, its data, its own type and, where it has one, its challenge."""
    text = Optional(String())
    fields: dict[str, Type] = {
        "messages": List(StructureRef(MESSAGE)),
        "data": Optional(DynamicStructure()),
        "error_type": text,
        **({"challenge": text} if error.challenge else {}),
    }
    definitions = {name: definition_of(type_) for name, type_ in fields.items()}
    return DataDefinition(type=Kind.ERROR, name=error.name, fields=definitions)


def _list(element: DataDefinition) -> DataDefinition:
    return DataDefinition(type=Kind.LIST, element_definition=element)


def _structure(name: str, fields: Mapping[str, DataDefinition]) -> DataDefinition:
    return DataDefinition(type=Kind.STRUCTURE, name=name, fields=dict(fields))

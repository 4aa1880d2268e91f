"""The types of the contract as JSON Schema, in the plain form of the REST dialect.

What is not set is left out, so an optional field is one that is not required; null is only a value where the API gives
it a meaning: as the value of a map, and as a whole body. A structure that clients only send takes no other fields; one
that they are sent may have more of them some day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from imagewright.contract import registry
from imagewright.contract.types import (
    AnyError,
    Boolean,
    DateTime,
    Double,
    DynamicStructure,
    EnumerationRef,
    Integer,
    List,
    Map,
    Opaque,
    Optional,
    Secret,
    Set,
    StructureRef,
    Type,
    Uri,
)

Schema = dict[str, Any]

ERROR: Final = "Error"
MESSAGE: Final = StructureRef("com.vmware.vapi.std.localizable_message")
_SIMPLE: Final[dict[type[Type], Schema]] = {
    Integer: {"type": "integer", "format": "int64"},
    Double: {"type": "number", "format": "double"},
    Boolean: {"type": "boolean"},
    Secret: {"type": "string", "format": "password"},
    DateTime: {"type": "string", "format": "date-time"},
    Uri: {"type": "string", "format": "uri"},
    Opaque: {},
    DynamicStructure: {"type": "object"},
    AnyError: {"$ref": f"#/components/schemas/{ERROR}"},
}


def schema_of(type_: Type) -> Schema:
    """The schema of a type; structures and enumerations are references to the components."""
    match type_:
        case Optional(element):
            return nullable(schema_of(element))
        case List(element):
            return {"type": "array", "items": schema_of(element)}
        case Set(element):
            return {"type": "array", "items": schema_of(element), "uniqueItems": True}
        case Map(_, value):
            return {"type": "object", "additionalProperties": schema_of(value)}
        case StructureRef(name) | EnumerationRef(name):
            return {"$ref": f"#/components/schemas/{schema_name(name)}"}
    return dict(_SIMPLE.get(type(type_), {"type": "string"}))


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]} if schema else schema


def schema_name(name: str) -> str:
    """`com.vmware.esx.settings.base_image_spec` -> `EsxSettingsBaseImageSpec`: a name that every generator can use."""
    words = name.removeprefix("com.vmware.").replace(".", "_").split("_")
    return "".join(word[0].upper() + word[1:] for word in words)


def components(inputs: Iterable[Type], outputs: Iterable[Type]) -> dict[str, Schema]:
    """The schemas of all structures and enumerations that these types reach, by name."""
    sent = _reached([*outputs, MESSAGE, EnumerationRef("com.vmware.vapi.std.errors.error.type")])
    taken = _reached(inputs)
    found: dict[str, Schema] = {}
    for name in sorted(sent | taken):
        if name in registry.enumerations:
            found[schema_name(name)] = {"type": "string", "enum": [each.value for each in registry.enumerations[name]]}
        else:
            found[schema_name(name)] = _structure(registry.structures[name], closed=name not in sent)
    return found


def error_schema(error_types: Iterable[str], *, challenge: bool) -> Schema:
    """The schema of an error that is one of these types."""
    properties: Schema = {
        "error_type": {"type": "string", "enum": sorted(error_types)},
        "messages": {"type": "array", "items": schema_of(MESSAGE)},
        "data": {"type": "object", "description": "More about the error; the operation says which structure it is."},
    }
    if challenge:
        properties["challenge"] = {"type": "string"}
    return {"type": "object", "required": ["error_type", "messages"], "properties": properties}


def _structure(declared: registry.StructureType, *, closed: bool) -> Schema:
    rules = dict(_union_rules(declared))
    properties = {}
    for field in declared.fields:
        element = field.type.element if isinstance(field.type, Optional) else field.type
        properties[field.name] = schema_of(element) | _description(field, rules)
    schema: Schema = {"type": "object", "properties": properties}
    required = [field.name for field in declared.fields if not field.optional]
    if required:
        schema["required"] = required
    if closed:
        schema["additionalProperties"] = False
    return schema


def _description(field: registry.Field, rules: dict[str, str]) -> Schema:
    sentences = [rules[field.name]] if field.name in rules else []
    if field.since:
        sentences.append(f"Since {field.since}.")
    return {"description": " ".join(sentences)} if sentences else {}


def _union_rules(declared: registry.StructureType) -> Iterator[tuple[str, str]]:
    """What a union asks of each of its fields, as a sentence: generators do not know conditions."""
    for union in declared.unions:
        for name in union.fields:
            cases = {value: fields[name] for value, fields in union.cases.items() if name in fields}
            required = [value for value, must in cases.items() if must]
            allowed = [value for value, must in cases.items() if not must]
            parts = [f"must be set when `{union.discriminant}` is {' or '.join(required)}"] * bool(required)
            parts += [f"may be set when `{union.discriminant}` is {' or '.join(allowed)}"] * bool(allowed)
            yield name, f"It {', '.join(parts)}, and not otherwise."


def _reached(types: Iterable[Type]) -> set[str]:
    """The names of structures and enumerations in the types, and in those."""
    reached: set[str] = set()
    pending = list(types)
    while pending:
        match pending.pop():
            case Optional(element) | List(element) | Set(element):
                pending.append(element)
            case Map(key, value):
                pending += [key, value]
            case EnumerationRef(name):
                reached.add(name)
            case StructureRef(name) if name not in reached:
                reached.add(name)
                pending += [field.type for field in registry.structures[name].fields]
    return reached

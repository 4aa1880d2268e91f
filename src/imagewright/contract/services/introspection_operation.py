"""The service com.vmware.vapi.std.introspection.operation: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from imagewright.contract.operations import Input, Operation
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class DataDefinitionDataType(StrEnum):
    BINARY = "BINARY"
    BOOLEAN = "BOOLEAN"
    DOUBLE = "DOUBLE"
    DYNAMIC_STRUCTURE = "DYNAMIC_STRUCTURE"
    ERROR = "ERROR"
    ANY_ERROR = "ANY_ERROR"
    LIST = "LIST"
    LONG = "LONG"
    OPAQUE = "OPAQUE"
    OPTIONAL = "OPTIONAL"
    SECRET = "SECRET"
    STRING = "STRING"
    STRUCTURE = "STRUCTURE"
    STRUCTURE_REF = "STRUCTURE_REF"
    VOID = "VOID"


class DataDefinition(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.vapi.std.introspection.operation.data_definition"
    type: DataDefinitionDataType
    element_definition: DataDefinition | None = None
    name: str | None = None
    fields: dict[str, DataDefinition] | None = None


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.vapi.std.introspection.operation.info"
    input_definition: DataDefinition
    output_definition: DataDefinition
    error_definitions: tuple[DataDefinition, ...]


get = Operation(
    service="com.vmware.vapi.std.introspection.operation",
    operation_id="get",
    inputs=(
        Input("service_id", parse("id<com.vmware.vapi.service>")),
        Input("operation_id", parse("id<com.vmware.vapi.operation>")),
    ),
    output=parse("struct:com.vmware.vapi.std.introspection.operation.info"),
    errors=(
        "com.vmware.vapi.std.errors.not_found",
    ),
    status=200,
)

list_ = Operation(
    service="com.vmware.vapi.std.introspection.operation",
    operation_id="list",
    inputs=(
        Input("service_id", parse("id<com.vmware.vapi.service>")),
    ),
    output=parse("set<id>"),
    errors=(
        "com.vmware.vapi.std.errors.not_found",
    ),
    status=200,
)

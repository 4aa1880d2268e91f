"""The service com.vmware.vapi.std.introspection.service: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Input, Operation
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.vapi.std.introspection.service.info"
    operations: frozenset[str]


get = Operation(
    service="com.vmware.vapi.std.introspection.service",
    operation_id="get",
    inputs=(
        Input("id", parse("id<com.vmware.vapi.service>")),
    ),
    output=parse("struct:com.vmware.vapi.std.introspection.service.info"),
    errors=(
        "com.vmware.vapi.std.errors.not_found",
    ),
    status=200,
)

list_ = Operation(
    service="com.vmware.vapi.std.introspection.service",
    operation_id="list",
    output=parse("set<id>"),
    status=200,
)

"""The service com.vmware.vapi.std.introspection.provider: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar

from imagewright.contract.operations import Operation
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.vapi.std.introspection.provider.info"
    id: str
    checksum: str


get = Operation(
    service="com.vmware.vapi.std.introspection.provider",
    operation_id="get",
    output=parse("struct:com.vmware.vapi.std.introspection.provider.info"),
    status=200,
)

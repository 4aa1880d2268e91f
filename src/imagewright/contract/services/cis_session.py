"""The service com.vmware.cis.session: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from imagewright.contract.operations import Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.cis.session.info"
    user: str
    created_time: datetime
    last_accessed_time: datetime


create = Operation(
    service="com.vmware.cis.session",
    operation_id="create",
    output=parse("secret"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.service_unavailable",
    ),
    status=201,
    routes=(
        Route("POST", "/session"),
    ),
)

delete = Operation(
    service="com.vmware.cis.session",
    operation_id="delete",
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.service_unavailable",
    ),
    status=204,
    routes=(
        Route("DELETE", "/session"),
    ),
)

get = Operation(
    service="com.vmware.cis.session",
    operation_id="get",
    output=parse("struct:com.vmware.cis.session.info"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.service_unavailable",
    ),
    status=200,
    routes=(
        Route("GET", "/session"),
    ),
)

"""The service imagewright.v1.uploads: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.types import parse

delete = Operation(
    service="imagewright.v1.uploads",
    operation_id="delete",
    inputs=(
        Input("file", parse("id<imagewright.v1.upload>")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    status=204,
    routes=(
        Route("DELETE", "/uploads/{file}"),
    ),
)

"""The service imagewright.v1.software.versions: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import settings
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.software.versions.info"
    version: int
    display_name: str
    author: str
    time: datetime
    message: str
    image_hash: str
    software_spec: settings.SoftwareSpec


class Summary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.software.versions.summary"
    version: int
    display_name: str
    author: str
    time: datetime
    message: str
    image_hash: str


get = Operation(
    service="imagewright.v1.software.versions",
    operation_id="get",
    inputs=(
        Input("software_spec", parse("id<com.vmware.esx.settings.repository.software_spec>")),
        Input("version", parse("integer")),
    ),
    output=parse("struct:imagewright.v1.software.versions.info"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Read",
    ),
    status=200,
    routes=(
        Route("GET", "/software/{software_spec}/versions/{version}"),
    ),
)

list_ = Operation(
    service="imagewright.v1.software.versions",
    operation_id="list",
    inputs=(
        Input("software_spec", parse("id<com.vmware.esx.settings.repository.software_spec>")),
    ),
    output=parse("list<struct:imagewright.v1.software.versions.summary>"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Read",
    ),
    status=200,
    routes=(
        Route("GET", "/software/{software_spec}/versions"),
    ),
)

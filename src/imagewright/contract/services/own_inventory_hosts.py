"""The service imagewright.v1.inventory.hosts: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import own_inventory
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class CreateSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.inventory.hosts.create_spec"
    id: str
    name: str
    cluster: str | None = None


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.inventory.hosts.info"
    id: str
    name: str
    cluster: str | None = None
    creation_time: datetime
    assignment: own_inventory.Assignment | None = None


create = Operation(
    service="imagewright.v1.inventory.hosts",
    operation_id="create",
    inputs=(
        Input("spec", parse("struct:imagewright.v1.inventory.hosts.create_spec")),
    ),
    output=parse("id<HostSystem>"),
    errors=(
        "com.vmware.vapi.std.errors.already_exists",
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "imagewright.Administer",
    ),
    status=201,
    routes=(
        Route("POST", "/inventory/hosts", body="spec"),
    ),
)

delete = Operation(
    service="imagewright.v1.inventory.hosts",
    operation_id="delete",
    inputs=(
        Input("host", parse("id<HostSystem>")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "imagewright.Administer",
    ),
    status=204,
    routes=(
        Route("DELETE", "/inventory/hosts/{host}"),
    ),
)

get = Operation(
    service="imagewright.v1.inventory.hosts",
    operation_id="get",
    inputs=(
        Input("host", parse("id<HostSystem>")),
    ),
    output=parse("struct:imagewright.v1.inventory.hosts.info"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "imagewright.Administer",
    ),
    status=200,
    routes=(
        Route("GET", "/inventory/hosts/{host}"),
    ),
)

list_ = Operation(
    service="imagewright.v1.inventory.hosts",
    operation_id="list",
    output=parse("list<struct:imagewright.v1.inventory.hosts.info>"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "imagewright.Administer",
    ),
    status=200,
    routes=(
        Route("GET", "/inventory/hosts"),
    ),
)

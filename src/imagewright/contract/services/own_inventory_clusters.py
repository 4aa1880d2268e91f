"""The service imagewright.v1.inventory.clusters: its types and its operations.

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
    canonical_name: ClassVar[str] = "imagewright.v1.inventory.clusters.create_spec"
    id: str
    name: str


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.inventory.clusters.info"
    id: str
    name: str
    hosts: tuple[str, ...]
    creation_time: datetime
    assignment: own_inventory.Assignment | None = None


create = Operation(
    service="imagewright.v1.inventory.clusters",
    operation_id="create",
    inputs=(
        Input("spec", parse("struct:imagewright.v1.inventory.clusters.create_spec")),
    ),
    output=parse("id<ClusterComputeResource>"),
    errors=(
        "com.vmware.vapi.std.errors.already_exists",
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "imagewright.Administer",
    ),
    status=201,
    routes=(
        Route("POST", "/inventory/clusters", body="spec"),
    ),
)

delete = Operation(
    service="imagewright.v1.inventory.clusters",
    operation_id="delete",
    inputs=(
        Input("cluster", parse("id<ClusterComputeResource>")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.resource_in_use",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "imagewright.Administer",
    ),
    status=204,
    routes=(
        Route("DELETE", "/inventory/clusters/{cluster}"),
    ),
)

get = Operation(
    service="imagewright.v1.inventory.clusters",
    operation_id="get",
    inputs=(
        Input("cluster", parse("id<ClusterComputeResource>")),
    ),
    output=parse("struct:imagewright.v1.inventory.clusters.info"),
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
        Route("GET", "/inventory/clusters/{cluster}"),
    ),
)

list_ = Operation(
    service="imagewright.v1.inventory.clusters",
    operation_id="list",
    output=parse("list<struct:imagewright.v1.inventory.clusters.info>"),
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
        Route("GET", "/inventory/clusters"),
    ),
)

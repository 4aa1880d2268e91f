"""The service imagewright.v1.users: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class CreateSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.users.create_spec"
    name: str
    password: str
    role: str | None = None
    privileges: frozenset[str] | None = None


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.users.info"
    name: str
    role: str | None = None
    privileges: frozenset[str]
    creation_time: datetime


class UpdateSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.users.update_spec"
    password: str | None = None
    role: str | None = None
    privileges: frozenset[str] | None = None


create = Operation(
    service="imagewright.v1.users",
    operation_id="create",
    inputs=(
        Input("spec", parse("struct:imagewright.v1.users.create_spec")),
    ),
    output=parse("id<imagewright.v1.user>"),
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
        Route("POST", "/users", body="spec"),
    ),
)

delete = Operation(
    service="imagewright.v1.users",
    operation_id="delete",
    inputs=(
        Input("user", parse("id<imagewright.v1.user>")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_allowed_in_current_state",
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
        Route("DELETE", "/users/{user}"),
    ),
)

get = Operation(
    service="imagewright.v1.users",
    operation_id="get",
    inputs=(
        Input("user", parse("id<imagewright.v1.user>")),
    ),
    output=parse("struct:imagewright.v1.users.info"),
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
        Route("GET", "/users/{user}"),
    ),
)

list_ = Operation(
    service="imagewright.v1.users",
    operation_id="list",
    output=parse("list<struct:imagewright.v1.users.info>"),
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
        Route("GET", "/users"),
    ),
)

update = Operation(
    service="imagewright.v1.users",
    operation_id="update",
    inputs=(
        Input("user", parse("id<imagewright.v1.user>")),
        Input("spec", parse("struct:imagewright.v1.users.update_spec")),
    ),
    output=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.not_allowed_in_current_state",
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
        Route("PATCH", "/users/{user}", body="spec"),
    ),
)

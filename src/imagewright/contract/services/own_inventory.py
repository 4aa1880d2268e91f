"""The service imagewright.v1.inventory: its types and its operations.

Generated from own_facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import settings
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class Assignment(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "imagewright.v1.inventory.assignment"
    software_spec: str
    user: str
    time: datetime
    orchestrator_info: settings.OrchestratorInfo | None = None


unassign_entities = Operation(
    service="imagewright.v1.inventory",
    operation_id="unassign_entities",
    inputs=(
        Input("entities", parse("struct:com.vmware.esx.settings.inventory.entity_spec")),
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
        "VcIntegrity.lifecycleSoftwareSpecification.Write",
    ),
    status=204,
    routes=(
        Route("POST", "/inventory", action="unassign-entities", body="entities"),
    ),
)

"""The service com.vmware.esx.settings.depot_content.components.versions: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class CategoryType(StrEnum):
    SECURITY = "SECURITY"
    ENHANCEMENT = "ENHANCEMENT"
    BUGFIX = "BUGFIX"
    RECALL = "RECALL"
    RECALL_FIX = "RECALL_FIX"
    INFO = "INFO"
    MISC = "MISC"
    GENERAL = "GENERAL"


class UrgencyType(StrEnum):
    CRITICAL = "CRITICAL"
    IMPORTANT = "IMPORTANT"
    MODERATE = "MODERATE"
    LOW = "LOW"
    GENERAL = "GENERAL"


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depot_content.components.versions.info"
    display_name: str
    vendor: str
    display_version: str
    summary: str
    description: str
    category: CategoryType
    urgency: UrgencyType
    kb: str
    contact: str
    release_date: datetime


get = Operation(
    service="com.vmware.esx.settings.depot_content.components.versions",
    operation_id="get",
    inputs=(
        Input("name", parse("id<com.vmware.esx.settings.component>")),
        Input("version", parse("string")),
    ),
    output=parse("struct:com.vmware.esx.settings.depot_content.components.versions.info"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.service_unavailable",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Read",
    ),
    status=200,
    since="7.0.0.0",
    routes=(
        Route("GET", "/esx/settings/depot-content/components/{name}/versions/{version}"),
    ),
)

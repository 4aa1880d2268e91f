"""Types that several services share: cis_task.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from imagewright.contract.services import std
from imagewright.contract.structure import Structure
from imagewright.model.errors import ApiError


class Status(StrEnum):
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    BLOCKED = "BLOCKED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Info(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.cis.task.info"
    progress: Progress | None = None
    result: Any | None = None
    description: std.LocalizableMessage
    service: str
    operation: str
    parent: str | None = None
    target: std.DynamicID | None = None
    status: Status
    cancelable: bool
    error: ApiError | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    user: str | None = None


class Progress(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.cis.task.progress"
    total: int
    completed: int
    message: std.LocalizableMessage

"""Types that several services share: std.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from imagewright.contract.structure import Structure


class ErrorType(StrEnum):
    ERROR = "ERROR"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    ALREADY_IN_DESIRED_STATE = "ALREADY_IN_DESIRED_STATE"
    CANCELED = "CANCELED"
    CONCURRENT_CHANGE = "CONCURRENT_CHANGE"
    FEATURE_IN_USE = "FEATURE_IN_USE"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"
    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    INVALID_ELEMENT_CONFIGURATION = "INVALID_ELEMENT_CONFIGURATION"
    INVALID_ELEMENT_TYPE = "INVALID_ELEMENT_TYPE"
    INVALID_REQUEST = "INVALID_REQUEST"
    NOT_ALLOWED_IN_CURRENT_STATE = "NOT_ALLOWED_IN_CURRENT_STATE"
    NOT_FOUND = "NOT_FOUND"
    OPERATION_NOT_FOUND = "OPERATION_NOT_FOUND"
    RESOURCE_BUSY = "RESOURCE_BUSY"
    RESOURCE_IN_USE = "RESOURCE_IN_USE"
    RESOURCE_INACCESSIBLE = "RESOURCE_INACCESSIBLE"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    TIMED_OUT = "TIMED_OUT"
    UNABLE_TO_ALLOCATE_RESOURCE = "UNABLE_TO_ALLOCATE_RESOURCE"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    UNAUTHORIZED = "UNAUTHORIZED"
    UNEXPECTED_INPUT = "UNEXPECTED_INPUT"
    UNSUPPORTED = "UNSUPPORTED"
    UNVERIFIED_PEER = "UNVERIFIED_PEER"


class LocalizationParamDateTimeFormat(StrEnum):
    SHORT_DATE = "SHORT_DATE"
    MED_DATE = "MED_DATE"
    LONG_DATE = "LONG_DATE"
    FULL_DATE = "FULL_DATE"
    SHORT_TIME = "SHORT_TIME"
    MED_TIME = "MED_TIME"
    LONG_TIME = "LONG_TIME"
    FULL_TIME = "FULL_TIME"
    SHORT_DATE_TIME = "SHORT_DATE_TIME"
    MED_DATE_TIME = "MED_DATE_TIME"
    LONG_DATE_TIME = "LONG_DATE_TIME"
    FULL_DATE_TIME = "FULL_DATE_TIME"


class DynamicID(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.vapi.std.dynamic_ID"
    type: str
    id: str


class LocalizableMessage(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.vapi.std.localizable_message"
    id: str
    default_message: str
    args: tuple[str, ...]
    params: dict[str, LocalizationParam] | None = None
    localized: str | None = None


class LocalizationParam(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.vapi.std.localization_param"
    s: str | None = None
    dt: datetime | None = None
    i: int | None = None
    d: float | None = None
    l: NestedLocalizableMessage | None = None
    format: LocalizationParamDateTimeFormat | None = None
    precision: int | None = None


class NestedLocalizableMessage(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.vapi.std.nested_localizable_message"
    id: str
    params: dict[str, LocalizationParam] | None = None

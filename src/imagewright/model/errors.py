"""What can be answered instead of a result: the standard errors of the published API, as exceptions.

One class for each error type of the API. The HTTP status and the wire name of an error are facts of the contract and
are not known here. Every message says what is wrong, where, why, and what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence for the person who reads the answer.

    `id` is stable and meant for programs; `text` is the sentence with its arguments filled in; `args` are the arguments
    in the order in which they stand in the sentence.
    """

    id: str
    text: str
    args: tuple[str, ...] = ()


class ApiError(Exception):
    """Base of the standard errors. `data` is a structure of the contract, or None; `challenge` is for 401 and 403."""

    error_type: ClassVar[str] = "ERROR"

    def __init__(
        self,
        *messages: Message,
        data: Any | None = None,
        challenge: str | None = None,
    ) -> None:
        super().__init__(messages[0].text if messages else self.error_type)
        self.messages = messages
        self.data = data
        self.challenge = challenge

    @classmethod
    def because(cls, message_id: str, text: str, *args: object, data: Any | None = None) -> Self:
        """The error with one message; `{0}`, `{1}` ... in `text` stand for `args`."""
        filled = tuple(str(arg) for arg in args)
        return cls(Message(message_id, text.format(*filled) if filled else text, filled), data=data)


class InternalError(ApiError):
    """`error`, 500: what has no error of its own in the API.

    A fault of ours carries a reference id that finds the log record, and no detail.
    """

    error_type = "ERROR"


class AlreadyExists(ApiError):
    """There is one already; the message names it."""

    error_type = "ALREADY_EXISTS"


class AlreadyInDesiredState(ApiError):
    """Nothing needs to be done."""

    error_type = "ALREADY_IN_DESIRED_STATE"


class Canceled(ApiError):
    """The task was cancelled by a user."""

    error_type = "CANCELED"


class ConcurrentChange(ApiError):
    """Somebody else changed the same thing in between."""

    error_type = "CONCURRENT_CHANGE"


class FeatureInUse(ApiError):
    """A feature is still used, so it cannot be changed."""

    error_type = "FEATURE_IN_USE"


class InternalServerError(ApiError):
    """The other name of the API for a fault of the server; what goes wrong here is an InternalError."""

    error_type = "INTERNAL_SERVER_ERROR"


class InvalidArgument(ApiError):
    """The input is wrong; the message says which part and what would be right."""

    error_type = "INVALID_ARGUMENT"


class InvalidElementConfiguration(ApiError):
    """One of the things that were named is set up in a way that does not allow this."""

    error_type = "INVALID_ELEMENT_CONFIGURATION"


class InvalidElementType(ApiError):
    """One of the things that were named is of the wrong kind."""

    error_type = "INVALID_ELEMENT_TYPE"


class InvalidRequest(ApiError):
    """The request as a whole cannot be understood."""

    error_type = "INVALID_REQUEST"


class NotAllowedInCurrentState(ApiError):
    """Right in itself, but not now; the message says why not."""

    error_type = "NOT_ALLOWED_IN_CURRENT_STATE"


class NotFound(ApiError):
    """There is no such thing; the message names what was asked for."""

    error_type = "NOT_FOUND"


class OperationNotFound(ApiError):
    """There is no such operation, or no such path."""

    error_type = "OPERATION_NOT_FOUND"


class ResourceBusy(ApiError):
    """Somebody else is working on it; try again later."""

    error_type = "RESOURCE_BUSY"


class ResourceInUse(ApiError):
    """It is still needed; the data say by whom."""

    error_type = "RESOURCE_IN_USE"


class ResourceInaccessible(ApiError):
    """Something that the work needs cannot be reached."""

    error_type = "RESOURCE_INACCESSIBLE"


class ServiceUnavailable(ApiError):
    """The service cannot serve now: starting, stopping, database locked, disk full, too many wrong passwords.

    It is worth trying again after `retry_after` seconds.
    """

    error_type = "SERVICE_UNAVAILABLE"
    retry_after: int = 2


class TimedOut(ApiError):
    """It took longer than it may."""

    error_type = "TIMED_OUT"


class UnableToAllocateResource(ApiError):
    """A limit was reached."""

    error_type = "UNABLE_TO_ALLOCATE_RESOURCE"


class Unauthenticated(ApiError):
    """Nobody knows who is asking."""

    error_type = "UNAUTHENTICATED"


class Unauthorized(ApiError):
    """Known, but not allowed; the message says what is missing."""

    error_type = "UNAUTHORIZED"


class UnexpectedInput(ApiError):
    """The input has something that the operation does not know."""

    error_type = "UNEXPECTED_INPUT"


class Unsupported(ApiError):
    """Declared in the API, and not served here."""

    error_type = "UNSUPPORTED"


class UnverifiedPeer(ApiError):
    """The certificate of another server cannot be trusted."""

    error_type = "UNVERIFIED_PEER"

"""What an operation is given besides its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from imagewright.app.authentication import Authenticator, Caller
from imagewright.app.effective import EffectiveImages
from imagewright.app.faults import Faults
from imagewright.app.fetch_ports import Fetcher
from imagewright.app.ports import Blobs, Clock, UnitOfWork
from imagewright.app.privileges import ADMINISTER
from imagewright.app.tasks import new_task
from imagewright.contract.operations import Operation
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.signature import NOBODY, TrustedSigners
from imagewright.formats.unknown_documents import ANY_FORM, UnknownForms
from imagewright.model.policy import DEFAULT_POLICY, Policy
from imagewright.model.task import TaskTarget


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call came from: the client's address, the server's URL as the client sees it, and an id for the log."""

    address: str
    base_url: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Services:
    """What operations and jobs work with, besides the database."""

    blobs: Blobs
    fetcher: Fetcher
    clock: Clock
    authenticator: Authenticator
    effective: EffectiveImages
    faults: Faults = field(default_factory=Faults)
    policy: Policy = DEFAULT_POLICY
    trusted_signers: TrustedSigners = NOBODY
    forms: UnknownForms = ANY_FORM
    export_lifetime: timedelta = timedelta(days=1)
    limits: Limits = DEFAULT_LIMITS


class Call:
    """One call of one operation.

    Its transaction is opened when `uow` is first touched, so an operation with slow work to do (fetching a file) does
    that before, and holds up nobody who wants to write.
    """

    def __init__(
        self,
        operation: Operation,
        caller: Caller,
        services: Services,
        origin: Origin,
        now: datetime,
        open_transaction: Callable[[], UnitOfWork],
    ) -> None:
        self.operation = operation
        self.caller = caller
        self.services = services
        self.origin = origin
        self.now = now
        self.wakes_runner = False
        self.changes_schedule = False
        self._open_transaction = open_transaction
        self._uow: UnitOfWork | None = None

    # No cached_property: until Python 3.12 it has one lock for all calls, and all would wait while one opens its own.
    @property
    def uow(self) -> UnitOfWork:
        """The transaction of this call."""
        if self._uow is None:
            self._uow = self._open_transaction()
        return self._uow

    @property
    def is_administrator(self) -> bool:
        """True for those who may touch what belongs to others."""
        return ADMINISTER in self.caller.privileges

    def submit(
        self,
        arguments: Mapping[str, Any],
        description: str,
        target: TaskTarget | None = None,
        *,
        cancelable: bool = False,
    ) -> str:
        """Makes this operation a task that starts when the transaction is committed, and tells its id."""
        task = new_task(
            self.operation.service,
            self.operation.operation_id,
            self.caller.name,
            self.now,
            arguments,
            description,
            target=target,
            cancelable=cancelable,
        )
        self.uow.tasks.add(task)
        self.wakes_runner = True
        return task.id

"""The one way in: every call of every operation, whatever carried it, ends in `Application.invoke`.

The order of checks is the same everywhere::

    unknown path or operation   404   (before this module: nothing is known yet but the address)
    not authenticated           401
    not privileged              403
    not served here             400   UNSUPPORTED
    a fault that was asked for  any   (only with --allow-faults)
    malformed input             400
    unknown id                  404   \\ by the operation itself
    wrong state                 400   /

so that a stranger learns nothing but the address, and an unprivileged user nothing about the content.
"""

from __future__ import annotations

import errno
import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any, NoReturn

from imagewright.app.auditing import (
    DONE,
    record_beside_the_api,
    record_of_call,
    record_of_refusal,
    record_of_wrong_password,
)
from imagewright.app.authentication import Caller, Credentials, UserPassword, WrongPassword
from imagewright.app.call import Call, Origin, Services
from imagewright.app.ports import (
    AuditFilter,
    AuditRecord,
    OutcomeUnknown,
    StaleRevision,
    Storage,
    StorageUnavailable,
    TakesLonger,
    UnitOfWork,
)
from imagewright.app.retrying import TRIES, pause_after
from imagewright.app.throttling import subjects
from imagewright.contract.binding import Bindings, Bound
from imagewright.contract.operations import Operation
from imagewright.model.errors import (
    ApiError,
    InternalError,
    ServiceUnavailable,
    Unauthorized,
    Unsupported,
)

log = logging.getLogger(__name__)

Arguments = Mapping[str, Any]
ReadArguments = Callable[[], Arguments]
"""Decodes the input. Called only when the caller may call the operation at all."""

CallEnded = Callable[[str, str, float], None]
"""Is told of every call: the operation, OK or the type of the error, and the seconds that it took."""

MOMENT = timedelta(milliseconds=1)
"""Times are written with milliseconds."""

_STORAGE_TROUBLE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, errno.EMFILE}
)


class Application:
    """Everything that answers calls. One for each process; used from many threads at once."""

    def __init__(
        self,
        storage: Storage,
        services: Services,
        bindings: Bindings,
        wake_runner: Callable[[], None],
        call_ended: CallEnded | None = None,
    ) -> None:
        self.storage = storage
        self.services = services
        self._bindings = bindings
        self.wake_runner = wake_runner
        self.schedule_changed: Callable[[], None] = lambda: None
        self._call_ended = call_ended
        self._stopping = False
        self._in_flight = 0
        self._idle = threading.Condition()

    def invoke(
        self,
        operation: Operation,
        read_arguments: ReadArguments,
        credentials: Credentials,
        origin: Origin,
        *,
        at_once: bool = False,
    ) -> Any:
        """Runs one operation and gives its result, a value of the contract.

        Raises ApiError and nothing else. When this returns, everything that the operation changed is durable.
        With `at_once`, for a call that is quick (`is_quick`), it raises TakesLonger when others should not wait for it.
        """
        begun = perf_counter()
        try:
            with self.counted():
                try:
                    result = self._invoke(operation, read_arguments, credentials, origin, at_once)
                except (ApiError, TakesLonger):
                    raise
                except Exception as failure:  # the answer must be an error of the API, whatever went wrong
                    raise_as_api_error(failure, origin)
        except ApiError as error:
            self.tell_of_end(operation.key, error.error_type, begun)
            raise
        self.tell_of_end(operation.key, DONE, begun)
        return result

    def tell_of_end(self, operation: str, outcome: str, begun: float) -> None:
        """For metrics and log: how a call ended that began at this time of the performance counter."""
        if self._call_ended is not None:
            self._call_ended(operation, outcome, perf_counter() - begun)
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s: %s after %.1f ms", operation, outcome, (perf_counter() - begun) * 1000)

    def is_quick(self, operation: Operation, credentials: Credentials) -> bool:
        """Whether the call can run where the request arrives, for a moment that nobody notices.

        One that brings its own password cannot: checking that takes long, by design. With faults it may be a delay.
        """
        function = self._bindings.of(operation)
        if function is None or not function.quick or isinstance(credentials, UserPassword):
            return False
        return self.storage.is_near and not self.services.faults.allowed

    def version(self) -> int | None:
        """A number that stays the same as long as what a quick operation has answered holds. None when that cannot be
        told, or when answers depend on more than the database."""
        return None if self.services.faults.allowed else self.storage.version()

    def goes_on(self, token: str) -> bool:
        """Whether a session that was good at the same `version` is good now; it counts as used.

        False also when the server is stopping. What is false here is not refused: it is asked for in the usual way.
        """
        return not self._stopping and self.services.authenticator.goes_on(token, self.services.clock())

    def identify(self, credentials: Credentials, privileges: frozenset[str], origin: Origin, what: str) -> Caller:
        """The caller, if he has one of these privileges; for `what` is not an operation (upload, download)."""
        now = self.services.clock()
        with self.counted():
            try:
                with self.storage.read() as uow:
                    caller = self._caller(uow, credentials, origin, now)
            except ApiError:
                raise
            except Exception as failure:
                raise_as_api_error(failure, origin)
        if privileges and not privileges & caller.privileges:
            self._write_down(record_beside_the_api(what, "", caller.name, origin, now, Unauthorized.error_type))
            raise _unprivileged(caller, sorted(privileges), "one of ")
        return caller

    @property
    def stopping(self) -> bool:
        """True when new calls are refused."""
        return self._stopping

    def stop(self, seconds: float) -> bool:
        """Refuses new calls and waits for those in flight; False when some are still running after `seconds`."""
        with self._idle:
            self._stopping = True
            return self._idle.wait_for(lambda: self._in_flight == 0, seconds)

    def _invoke(
        self,
        operation: Operation,
        read_arguments: ReadArguments,
        credentials: Credentials,
        origin: Origin,
        at_once: bool,
    ) -> Any:
        now = self.services.clock()
        if operation.reads and not self.services.faults.armed:
            return self._just_read(operation, read_arguments, credentials, origin, now, at_once)
        if at_once:
            return self._write_at_once(operation, read_arguments, credentials, origin, now)
        with self.storage.read() as uow:
            caller = self._caller(uow, credentials, origin, now)
        arguments: Arguments = {}
        try:
            function = self._permitted(operation, caller)
            # Outside of any transaction: a fault may be a delay.
            self.services.faults.strike(operation, caller.name)
            arguments = read_arguments()
            if operation.reads:
                return self._read(function, arguments, operation, caller, origin, now)
            return self._write(function, arguments, operation, caller, origin, now)
        except ApiError as refusal:
            if not operation.reads:
                self._write_down(record_of_refusal(operation, arguments, caller.name, origin, now, refusal.error_type))
            raise

    def _just_read(
        self,
        operation: Operation,
        read_arguments: ReadArguments,
        credentials: Credentials,
        origin: Origin,
        now: datetime,
        at_once: bool,
    ) -> Any:
        caller: Caller | None = None
        try:
            with self.storage.read(at_once=at_once) as uow:
                caller = self._caller(uow, credentials, origin, now)
                function = self._permitted(operation, caller)
                call = Call(operation, caller, self.services, origin, now, lambda: uow)
                return function(call, read_arguments())
        except Unauthorized as refusal:
            if at_once:
                # Writing it down may have to wait for others.
                raise TakesLonger from None
            if caller is not None:
                self._write_down(record_of_refusal(operation, {}, caller.name, origin, now, refusal.error_type))
            raise

    def _write_at_once(
        self,
        operation: Operation,
        read_arguments: ReadArguments,
        credentials: Credentials,
        origin: Origin,
        now: datetime,
    ) -> Any:
        """All in one transaction. What does not go well is undone and done again where there is time for it: to wait
        for others, or to write a refusal down."""
        try:
            with self.storage.write(at_once=True) as uow:
                caller = self._caller(uow, credentials, origin, now)
                function = self._permitted(operation, caller)
                arguments = read_arguments()
                call = Call(operation, caller, self.services, origin, now, lambda: uow)
                result = function(call, arguments)
                uow.audit.add(record_of_call(operation, arguments, caller.name, origin, now, result))
        except OutcomeUnknown:
            # It may be done, and must not be done again.
            raise
        except (ApiError, StaleRevision, StorageUnavailable):
            raise TakesLonger from None
        self._tell_of(call)
        return result

    def _tell_of(self, call: Call) -> None:
        """Wakes those who wait for what a call has done; after its commit."""
        if call.wakes_runner:
            self.wake_runner()
        if call.changes_schedule:
            self.schedule_changed()

    def _caller(self, uow: UnitOfWork, credentials: Credentials, origin: Origin, now: datetime) -> Caller:
        authenticator = self.services.authenticator
        if not isinstance(credentials, UserPassword):
            return authenticator.authenticate(uow, credentials, now)
        with authenticator.checks:
            try:
                return authenticator.authenticate(uow, credentials, now, origin.address)
            except WrongPassword:
                self._count_failure(credentials.user, origin, now)
                raise

    def _count_failure(self, user: str, origin: Origin, now: datetime) -> None:
        """A guess that cannot be counted is answered with the trouble, and not with whether it was right."""
        with self.storage.write() as uow:
            uow.login_failures.add(subjects(user, origin.address), now)
            uow.audit.add(record_of_wrong_password(uow.users.get(user), origin, now))

    def _read(
        self,
        function: Bound,
        arguments: Arguments,
        operation: Operation,
        caller: Caller,
        origin: Origin,
        now: datetime,
    ) -> Any:
        with self.storage.read() as uow:
            return function(Call(operation, caller, self.services, origin, now, lambda: uow), arguments)

    def _write(
        self,
        function: Bound,
        arguments: Arguments,
        operation: Operation,
        caller: Caller,
        origin: Origin,
        now: datetime,
    ) -> Any:
        for attempt in range(1, TRIES + 1):
            record: AuditRecord | None = None
            try:
                with ExitStack() as transaction:
                    call = Call(operation, caller, self.services, origin, now, partial(self._begin, transaction))
                    result = function(call, arguments)
                    record = record_of_call(operation, arguments, caller.name, origin, now, result)
                    call.uow.audit.add(record)
            except OutcomeUnknown:
                if record is None or not self._is_written(record):
                    raise
            except StaleRevision:
                # Somebody else was faster; what he wrote is now there to be read.
                log.info("%s met a concurrent change (attempt %d)", operation.key, attempt)
                pause_after(attempt)
                continue
            self._tell_of(call)
            return result
        raise ServiceUnavailable.because(
            "imagewright.service.too_many_changes",
            "Others kept changing the same thing while this call ran, {0} times. Nothing was changed; try again.",
            TRIES,
        )

    def _is_written(self, record: AuditRecord) -> bool:
        """Whether the change with this record was committed, as far as can be seen now."""
        wanted = AuditFilter(record.time, record.time + MOMENT, [record.user], [record.operation])
        try:
            with self.storage.read() as uow:
                return any(replace(each, number=0) == record for each in uow.audit.newest(wanted, 1000))
        except StorageUnavailable as failure:
            log.warning("whether a change was committed cannot be seen: %s", failure)
            return False

    def _begin(self, transaction: ExitStack) -> UnitOfWork:
        return transaction.enter_context(self.storage.write())

    def _permitted(self, operation: Operation, caller: Caller) -> Bound:
        missing = [privilege for privilege in operation.privileges if privilege not in caller.privileges]
        if missing:
            raise _unprivileged(caller, missing)
        function = self._bindings.of(operation)
        if function is None:
            raise Unsupported.because(
                "imagewright.service.unsupported",
                "The operation {0} is part of the API but is not served here. docs/coverage.md lists what is.",
                operation.key,
            )
        return function

    def _write_down(self, refusal: AuditRecord) -> None:
        """In a transaction of its own, because that of the call is undone."""
        try:
            with self.storage.write() as uow:
                uow.audit.add(refusal)
        except (StorageUnavailable, StaleRevision) as failure:
            # The refusal is still the right answer.
            log.warning("the refusal of %s was not recorded: %s", refusal.operation, failure)

    def counted(self) -> AbstractContextManager[None]:
        """A block that a stop waits for, and that cannot be entered any more when the server is stopping."""
        if self._stopping:
            raise not_serving("is stopping")
        return _Counted(self)


class _Counted:
    """One call in flight."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __enter__(self) -> None:
        with self._application._idle:
            self._application._in_flight += 1

    def __exit__(self, *_: object) -> None:
        with self._application._idle:
            self._application._in_flight -= 1
            self._application._idle.notify_all()


def not_serving(state: str) -> ServiceUnavailable:
    """What is answered while the server "is starting" or "is stopping"."""
    return ServiceUnavailable.because(
        "imagewright.service.not_serving", "The server {0}. Nothing was changed; try again in a few seconds.", state
    )


def raise_as_api_error(failure: Exception, origin: Origin) -> NoReturn:
    """Turns what went wrong into service_unavailable or, with a reference id that finds the log record, into error."""
    if isinstance(failure, OutcomeUnknown):
        log.error("storage trouble: %s", failure)
        raise ServiceUnavailable.because(
            "imagewright.service.outcome_unknown",
            "The connection to the database broke while the change was being committed. It may have been made, or not: "
            "look before you try again. If it was, the audit record has an entry with the request id {0}.",
            origin.request_id,
        ) from failure
    if isinstance(failure, StorageUnavailable) or (isinstance(failure, OSError) and failure.errno in _STORAGE_TROUBLE):
        log.error("storage trouble: %s", failure)
        raise ServiceUnavailable.because(
            "imagewright.service.storage",
            "The server cannot use its storage now (it may be locked, full or unreadable). Nothing was changed; try "
            "again later, or ask the administrator to look at the log for {0}.",
            origin.request_id,
        ) from failure
    reference = uuid.uuid4().hex
    log.error("internal error %s", reference, exc_info=failure)
    raise InternalError.because(
        "imagewright.service.internal_error",
        "Something went wrong inside the server. Nothing was changed. Its log has the details under the reference {0}.",
        reference,
    ) from failure


def _unprivileged(caller: Caller, privileges: list[str], quantity: str = "") -> Unauthorized:
    return Unauthorized.because(
        "imagewright.session.not_privileged",
        "The user {0} lacks {2}the privilege {1}. An administrator can grant it with a role: imagewright user role.",
        caller.name,
        ", ".join(privileges),
        quantity,
    )

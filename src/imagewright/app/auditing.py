"""What is written down about calls and tasks: who did what to what, when, from where, and how it ended.

Of the input of a call only the ids in its path are written, and of its result only an id: passwords, tokens and the
locations of depots, which may have secrets in them, cannot get here.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from imagewright.app.call import Origin
from imagewright.app.ports import AuditRecord, User
from imagewright.contract.operations import Operation
from imagewright.contract.services import cis_session
from imagewright.contract.types import Id
from imagewright.model.errors import Unauthenticated
from imagewright.model.task import Task

DONE: Final = "OK"
DATA_FOLDER: Final = "data folder"
"""In place of the address: the user is then one of the system that the command ran on."""
SUBMITTED: Final = "SUBMITTED"
"""The call has made a task; a second record says how that ended."""


def record_of_call(
    operation: Operation, arguments: Mapping[str, Any], user: str, origin: Origin, now: datetime, result: object
) -> AuditRecord:
    """A call that was done. What it is about is in its path; of what it has made, the id is in its result."""
    target = _path_of(operation, arguments)
    if operation.is_task:
        return _record(operation, user, target, origin, now, SUBMITTED, task=str(result))
    if not target and isinstance(operation.output, Id):
        target = str(result)
    return _record(operation, user, target, origin, now, DONE)


def record_of_refusal(
    operation: Operation, arguments: Mapping[str, Any], user: str, origin: Origin, now: datetime, error_type: str
) -> AuditRecord:
    """A call that was refused."""
    return _record(operation, user, _path_of(operation, arguments), origin, now, error_type)


def record_of_wrong_password(user: User | None, origin: Origin, now: datetime) -> AuditRecord:
    """An attempt to log in, with whatever call it came. A name that nobody has is not written: it may be a password."""
    return _record(cis_session.create, user.name if user else "", "", origin, now, Unauthenticated.error_type)


def record_beside_the_api(
    what: str, target: str, user: str, origin: Origin, now: datetime, outcome: str
) -> AuditRecord:
    """An upload or a download, which are no operations."""
    return AuditRecord(now, user, what, target, origin.address, outcome, request_id=origin.request_id)


def record_on_data_folder(operation: Operation, target: str, now: datetime) -> AuditRecord:
    """A change that a command made on the data folder, without a server: by whom the system says."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # An id without a name, as containers have it.
        user = f"uid {os.getuid()}"
    return AuditRecord(now, user, operation.key, target, DATA_FOLDER, DONE)


def record_of_task(task: Task, now: datetime, outcome: str, result: object = None) -> AuditRecord:
    """The end of a task. Where it was asked for from is in the record of the call."""
    target = task.target.id if task.target else ""
    return AuditRecord(
        time=now,
        user=task.user,
        operation=f"{task.service}.{task.operation}",
        target=target or (result if isinstance(result, str) else ""),
        address="",
        outcome=outcome,
        task=task.id,
    )


def _record(
    operation: Operation, user: str, target: str, origin: Origin, now: datetime, outcome: str, task: str = ""
) -> AuditRecord:
    return AuditRecord(
        time=now,
        user=user,
        operation=operation.key,
        target=target,
        address=origin.address,
        outcome=outcome,
        task=task,
        request_id=origin.request_id,
    )


def _path_of(operation: Operation, arguments: Mapping[str, Any]) -> str:
    inputs = operation.routes[0].path_inputs if operation.routes else ()
    return "/".join(str(arguments[name]) for name in inputs if name in arguments)

"""Task rows as the API shows them, and the documents in which results and errors are kept.

Results and errors of tasks are kept in the plain JSON form of the API, so that a row can be read by any version of the
server. The structure that an error carries as data is kept with its name, because one transport needs it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from imagewright.app.answers import message
from imagewright.contract import registry, rest_values
from imagewright.contract.operations import Operation
from imagewright.contract.services import cis_task, own_faults, std
from imagewright.contract.structure import Structure
from imagewright.contract.types import StructureRef
from imagewright.model.errors import ApiError, InternalError, Message
from imagewright.model.task import Task, TaskStatus, TaskTarget

_ERRORS = {error.error_type: error for error in ApiError.__subclasses__()}


def new_task(
    service: str,
    operation: str,
    user: str,
    now: datetime,
    arguments: Mapping[str, Any],
    description: str,
    *,
    target: TaskTarget | None = None,
    cancelable: bool = False,
) -> Task:
    """A task to be submitted. Its id is unique and names the service, as those of the API do."""
    return Task(
        id=f"{uuid.uuid4()}:{service}",
        service=service,
        operation=operation,
        user=user,
        submitted=now,
        arguments=arguments,
        target=target,
        description=description,
        cancelable=cancelable,
    )


def result_document(operation: Operation, result: Any) -> Any:
    """The result of a task, to be kept; None for a task without one."""
    if result is None or operation.task_result is None:
        return None
    return msgspec.json.decode(rest_values.encode(operation.task_result, result))


def error_document(error: ApiError) -> dict[str, Any]:
    """The error of a task, to be kept."""
    document: dict[str, Any] = {
        "error_type": error.error_type,
        "messages": [{"id": each.id, "text": each.text, "args": list(each.args)} for each in error.messages],
    }
    if isinstance(error.data, Structure):
        name = error.data.canonical_name
        document["data_structure"] = name
        document["data"] = msgspec.json.decode(rest_values.encode(StructureRef(name), error.data))
    return document


def error_from(document: Mapping[str, Any]) -> ApiError:
    """The error that was kept."""
    name = document.get("data_structure")
    return _ERRORS.get(document["error_type"], InternalError)(
        *(Message(each["id"], each["text"], tuple(each["args"])) for each in document["messages"]),
        data=rest_values.decode(StructureRef(name), document["data"]) if name else None,
    )


def task_info(task: Task, *, exclude_result: bool = False, held: own_faults.HeldState | None = None) -> cis_task.Info:
    """A task as the API shows it; `held` is the state that a fault holds it in.

    What may be set depends on the status. A task that waits for a free runner is shown as RUNNING with nothing done,
    because some clients take any other status for the end.
    """
    ended = task.status.is_final
    status = cis_task.Status(task.status.value) if ended else cis_task.Status(held or cis_task.Status.RUNNING)
    begun = status is not cis_task.Status.PENDING
    return cis_task.Info(
        progress=_progress(task) if begun else None,
        result=None if exclude_result else _result(task),
        description=message("imagewright.task.description", task.description),
        service=task.service,
        operation=task.operation,
        target=std.DynamicID(type=task.target.type, id=task.target.id) if task.target else None,
        status=status,
        cancelable=task.cancelable and not ended,
        error=error_from(task.error) if task.error is not None and task.status is TaskStatus.FAILED else None,
        start_time=task.started or task.submitted if begun else None,
        end_time=task.ended if ended else None,
        user=task.user,
    )


def _progress(task: Task) -> cis_task.Progress:
    return cis_task.Progress(
        total=task.total,
        completed=task.completed,
        message=message("imagewright.task.progress", task.progress_message or task.description),
    )


def _result(task: Task) -> Any:
    operation = registry.operation(task.service, task.operation)
    if task.result is None or operation is None or operation.task_result is None:
        return None
    return rest_values.decode(operation.task_result, task.result)

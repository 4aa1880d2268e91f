"""Looking at tasks and stopping them."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.tasks import task_info
from imagewright.contract.binding import implements
from imagewright.contract.services import cis_task, cis_tasks
from imagewright.model.errors import (
    InvalidArgument,
    NotAllowedInCurrentState,
    NotFound,
    ResourceInaccessible,
    Unauthorized,
    Unsupported,
)
from imagewright.model.task import Task, TaskStatus

MOST_LISTED = 1000
"""The API lists at most so many tasks at once."""

_STATUSES = {
    cis_task.Status.PENDING: (),
    # A task that waits for a runner is shown as RUNNING.
    cis_task.Status.RUNNING: (TaskStatus.PENDING, TaskStatus.RUNNING),
    cis_task.Status.BLOCKED: (),
    cis_task.Status.SUCCEEDED: (TaskStatus.SUCCEEDED,),
    cis_task.Status.FAILED: (TaskStatus.FAILED,),
}


@implements(cis_tasks.get, quick=True)
def get(call: Call, task: str, spec: cis_tasks.GetSpec | None) -> cis_task.Info:
    """How far a task is and, when it has ended, how."""
    return _info(call, _task(call, task), spec)


@implements(cis_tasks.list_)
def list_(
    call: Call, filter_spec: cis_tasks.FilterSpec | None, result_spec: cis_tasks.GetSpec | None
) -> dict[str, cis_task.Info]:
    """Tasks by id. The filter must name tasks or services; all its parts must fit."""
    wanted = filter_spec or cis_tasks.FilterSpec()
    if not wanted.tasks and not wanted.services:
        raise InvalidArgument.because(
            "imagewright.task.no_filter",
            "The filter names neither tasks nor services. Set filter_spec.tasks or filter_spec.services, for example "
            "to com.vmware.esx.settings.repository.software.drafts.",
        )
    if wanted.status is None or not wanted.status:
        statuses = tuple(TaskStatus)
    else:
        statuses = tuple(each for status in wanted.status for each in _STATUSES[status])
    found = (
        call.uow.tasks.list(
            task_ids=wanted.tasks or (),
            services=wanted.services or (),
            operations=wanted.operations or (),
            statuses=statuses,
            users=wanted.users or (),
            targets=tuple((target.type, target.id) for target in wanted.targets or ()),
            limit=MOST_LISTED + 1,
        )
        if statuses
        else ()
    )
    if len(found) > MOST_LISTED:
        raise ResourceInaccessible.because(
            "imagewright.task.too_many", "More than {0} tasks fit this filter. Narrow it.", MOST_LISTED
        )
    return {task.id: _info(call, task, result_spec) for task in found}


@implements(cis_tasks.cancel)
def cancel(call: Call, task: str) -> None:
    """Asks a task to stop, as soon as it can. Its owner and administrators may."""
    found = _task(call, task)
    if found.status.is_final or found.cancel_requested:
        raise NotAllowedInCurrentState.because(
            "imagewright.task.over",
            "The task {0} {1}; there is nothing to cancel.",
            task,
            "has been cancelled already" if not found.status.is_final else f"has ended as {found.status}",
        )
    if not found.cancelable:
        raise Unsupported.because(
            "imagewright.task.not_cancelable",
            "The task {0} ({1}) cannot be cancelled; it ends by itself.",
            task,
            found.description,
        )
    if found.user != call.caller.name and not call.is_administrator:
        raise Unauthorized.because(
            "imagewright.task.not_owner",
            "The task {0} was started by {1}; only he or an administrator may cancel it.",
            task,
            found.user,
        )
    call.uow.tasks.request_cancel(task)
    call.wakes_runner = True


def _info(call: Call, task: Task, spec: cis_tasks.GetSpec | None) -> cis_task.Info:
    return task_info(task, exclude_result=bool(spec and spec.exclude_result), held=call.services.faults.held(task))


def _task(call: Call, task_id: str) -> Task:
    found = call.uow.tasks.get(task_id)
    if found is None:
        raise NotFound.because(
            "imagewright.task.not_found",
            "There is no task '{0}'. Finished tasks are kept for a while and then removed.",
            task_id,
        )
    return found

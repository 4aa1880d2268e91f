"""Checking and committing drafts."""

from __future__ import annotations

from typing import Any, Final

from imagewright.app.call import Services
from imagewright.app.commit import Commit, check_draft, commit_draft
from imagewright.app.ports import UnitOfWork
from imagewright.app.tasks import result_document
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.jobs.kind import Finish, Job, JobKind


def validate(job: Job[Services]) -> Finish:
    """Checks the draft of the task; the result holds what was found. NotFound when the draft has gone."""
    services = job.services
    with job.storage.read() as uow:
        checked = check_draft(uow, services, job.task.arguments["draft"])
    document = result_document(drafts.validate, checked.result(services.clock()))
    return lambda _: document


def commit(job: Job[Services]) -> Finish:
    """Commits the draft of the task; the result is the id of the specification. The errors are those of `app.commit`.

    The draft is checked once outside of the transaction, so that the one inside finds its composition ready and holds
    up other writers for no longer than it must.
    """
    services = job.services
    arguments = job.task.arguments
    wanted = Commit(
        draft=arguments["draft"],
        user=job.task.user,
        message=arguments["message"],
        orchestrator_owner=arguments["orchestrator_owner"],
        owner_data=arguments["owner_data"],
    )
    with job.storage.read() as uow:
        check_draft(uow, services, wanted.draft)

    def finish(uow: UnitOfWork) -> Any:
        return result_document(drafts.commit, commit_draft(uow, services, wanted))

    return finish


KINDS: Final = (
    JobKind(drafts.validate.service, drafts.validate.operation_id, validate, cancelable=True),
    JobKind(drafts.commit.service, drafts.commit.operation_id, commit),
)

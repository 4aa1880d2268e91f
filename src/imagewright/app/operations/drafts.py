"""Drafts as a whole: making, finding, validating, committing, throwing away."""

from __future__ import annotations

from imagewright.app.answers import software_info
from imagewright.app.call import Call
from imagewright.app.drafts import DRAFT, draft_with, make_draft, own_draft, status_of
from imagewright.app.importing import imported_spec
from imagewright.app.library import check_orchestrator
from imagewright.app.names import checked
from imagewright.contract.binding import implements
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import settings
from imagewright.model.draft import Draft, DraftStatus
from imagewright.model.errors import Unauthorized
from imagewright.model.spec import SoftwareSpec
from imagewright.model.task import TaskTarget


@implements(drafts.create, quick=True)
def create(call: Call, spec: drafts.CreateSpec) -> str:
    """Makes an empty draft of a new specification and tells its id.

    A user has at most one draft: when there is one already this is AlreadyExists, unless `delete_existing_draft` is
    true, which replaces it.
    """
    return make_draft(call, SoftwareSpec(), delete_existing=spec.delete_existing_draft).id


@implements(drafts.import_software_spec)
def import_software_spec(call: Call, spec: drafts.ImportSpec) -> str:
    """Makes a draft with the given name from a specification in JSON: fetched, uploaded, or in the call itself."""
    name = checked(spec.display_name, "spec.display_name")
    content = imported_spec(call, spec)
    return make_draft(call, content, delete_existing=spec.delete_existing_draft, display_name=name).id


@implements(drafts.get, quick=True)
def get(call: Call, draft: str) -> drafts.Info:
    """A draft with all its parts."""
    found = draft_with(call, draft)
    return _info(call, found, status_of(call.uow, found))


@implements(drafts.list_, quick=True)
def list_(call: Call, filter_: drafts.FilterSpec | None) -> dict[str, drafts.Info]:
    """The drafts of everybody, by id, as far as they fit the filter; an unset or empty part of it fits all."""
    wanted = filter_ or drafts.FilterSpec()
    found = call.uow.drafts.list(base_specs=wanted.software_spec_ids or (), owners=wanted.owners or ())
    bases = {draft.base_spec for draft in found if not draft.is_global}
    current = call.uow.library.current_versions(bases) if bases else {}
    return {draft.id: _info(call, draft, draft.status(current.get(draft.base_spec))) for draft in found}


@implements(drafts.delete, quick=True)
def delete(call: Call, draft: str) -> None:
    """Throws a draft away. Its owner and administrators may."""
    found = draft_with(call, draft)
    if found.owner != call.caller.name and not call.is_administrator:
        raise Unauthorized.because(
            "imagewright.draft.not_owner",
            "The draft {0} belongs to {1}; only its owner or an administrator may delete it.",
            draft,
            found.owner,
        )
    call.uow.drafts.delete(draft)


@implements(drafts.validate)
def validate(call: Call, draft: str) -> str:
    """Starts a task that checks the draft; its result has the findings. It succeeds whatever they are."""
    own_draft(call, draft)
    return call.submit({"draft": draft}, f"Validate the draft {draft}", TaskTarget(DRAFT, draft), cancelable=True)


@implements(drafts.commit)
def commit(call: Call, draft: str, spec: drafts.CommitSpec) -> str:
    """Starts a task that commits the draft: the library gets a new version, and the draft is gone.

    The result of the task is the id of the specification. When it fails, the draft is as it was.
    """
    own_draft(call, draft)
    orchestrator = spec.orchestrator or settings.OrchestratorSpec()
    check_orchestrator(call.caller, orchestrator.owner, orchestrator.owner_data)
    return call.submit(
        {
            "draft": draft,
            "message": spec.message or "",
            "orchestrator_owner": orchestrator.owner,
            "owner_data": orchestrator.owner_data,
        },
        f"Commit the draft {draft}",
        TaskTarget(DRAFT, draft),
    )


def _info(call: Call, draft: Draft, status: DraftStatus) -> drafts.Info:
    return drafts.Info(
        metadata=drafts.Metadata(
            owner=draft.owner, status=drafts.StatusType(status.value), creation_time=draft.created
        ),
        display_name=draft.display_name or "",
        software_spec=draft.base_spec,
        software_info=software_info(draft.spec, call.uow.depots.catalog()),
    )

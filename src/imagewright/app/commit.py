"""Checking a draft against depots and library, and turning it into a new version in the library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from imagewright.app.answers import notifications
from imagewright.app.call import Services
from imagewright.app.drafts import status_of
from imagewright.app.inventory import assigned_names
from imagewright.app.library import in_order, require_unlocked
from imagewright.app.ports import UnitOfWork
from imagewright.app.privileges import ADMINISTER
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.model.compose import pin
from imagewright.model.draft import Draft, DraftStatus
from imagewright.model.errors import AlreadyExists, InvalidArgument, Message, NotFound
from imagewright.model.finding import Finding, Severity
from imagewright.model.library import LibrarySpec, SpecVersion
from imagewright.model.spec import SoftwareSpec
from imagewright.model.validate import LibraryEntry, LibraryView, has_errors, validate

DUPLICATE_CONTENT = "imagewright.draft.duplicate_content"


@dataclass(frozen=True, slots=True)
class Commit:
    """What a user said when committing."""

    draft: str
    user: str
    message: str = ""
    orchestrator_owner: str | None = None
    owner_data: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft with what validation found, and its content with every version pinned."""

    draft: Draft
    pinned: SoftwareSpec
    findings: tuple[Finding, ...]
    equal_to: tuple[LibrarySpec, ...]

    def result(self, now: datetime) -> drafts.ValidateResult:
        """What the validate operation answers."""
        return drafts.ValidateResult(notifications=notifications(self.findings, now))


def check_draft(uow: UnitOfWork, services: Services, draft_id: str) -> Checked:
    """Composes and validates a draft; NotFound when it has gone in the meantime."""
    draft = uow.drafts.get(draft_id)
    if draft is None:
        raise NotFound.because(
            "imagewright.draft.gone", "The draft {0} was committed or deleted before this task came to it.", draft_id
        )
    return checked_draft(uow, services, draft)


def checked_draft(uow: UnitOfWork, services: Services, draft: Draft) -> Checked:
    """Composes and validates a draft, whether it is kept or not."""
    catalog = uow.depots.catalog()
    effective = services.effective.of(draft.spec, catalog, uow.depots.catalog_revision())
    pinned = pin(draft.spec, effective)
    equal = tuple(each for each in uow.library.with_hash(pinned.image_hash) if each.id != draft.base_spec)
    named = uow.library.list(display_names=[draft.display_name]) if draft.display_name else ()
    view = LibraryView(
        display_name=draft.display_name,
        entries=tuple(LibraryEntry(each.id, each.display_name, each.image_hash) for each in in_order((*equal, *named))),
        base_spec=None if draft.is_global else draft.base_spec,
    )
    return Checked(draft, pinned, validate(draft.spec, effective, catalog, view, services.policy), equal)


def commit_draft(uow: UnitOfWork, services: Services, wanted: Commit) -> str:
    """Makes the draft a version in the library, deletes it, and tells the id of the specification.

    InvalidArgument when the draft has been overtaken or has errors, or when what it edits has been assigned;
    AlreadyExists when its only error is that the library has equal content already. Then nothing is changed.
    """
    now = services.clock()
    checked = check_draft(uow, services, wanted.draft)
    if status_of(uow, checked.draft) is DraftStatus.INVALID:
        raise _overtaken(uow, checked.draft)
    if has_errors(checked.findings):
        raise _not_committable(checked, now)
    spec_id = (
        _new_spec(uow, checked, wanted, now) if checked.draft.is_global else _new_version(uow, checked, wanted, now)
    )
    uow.drafts.delete(checked.draft.id)
    return spec_id


def _new_spec(uow: UnitOfWork, checked: Checked, wanted: Commit, now: datetime) -> str:
    spec = LibrarySpec(
        id="",
        display_name=checked.draft.display_name or "",
        spec=checked.pinned,
        image_hash=checked.pinned.image_hash,
        version=1,
        created=now,
        modified=now,
        **_orchestrator(wanted),
    )
    return uow.library.add(spec, _version_of(spec, wanted, now)).id


def _new_version(uow: UnitOfWork, checked: Checked, wanted: Commit, now: datetime) -> str:
    base = uow.library.get(checked.draft.base_spec)
    user = uow.users.get(wanted.user)
    if base is None:  # pragma: no cover - such a draft is INVALID and was refused
        raise _overtaken(uow, checked.draft)
    require_unlocked(base, wanted.user, is_administrator=user is not None and ADMINISTER in user.privileges)
    _require_unassigned(uow, checked.draft)
    spec = replace(
        base,
        display_name=checked.draft.display_name or "",
        spec=checked.pinned,
        image_hash=checked.pinned.image_hash,
        version=base.version + 1,
        modified=now,
        **_orchestrator(wanted),
    )
    uow.library.save(spec)
    uow.library.add_version(_version_of(spec, wanted, now))
    return spec.id


def _orchestrator(wanted: Commit) -> Mapping[str, Any]:
    if wanted.orchestrator_owner is None:
        return {}
    return {
        "orchestrator_owner": wanted.orchestrator_owner,
        "owner_data": wanted.owner_data,
        "locked_by": wanted.user,
    }


def _version_of(spec: LibrarySpec, wanted: Commit, now: datetime) -> SpecVersion:
    return SpecVersion(
        spec_id=spec.id,
        version=spec.version,
        display_name=spec.display_name,
        author=wanted.user,
        time=now,
        message=wanted.message,
        spec=spec.spec,
        image_hash=spec.image_hash,
    )


def _require_unassigned(uow: UnitOfWork, draft: Draft) -> None:
    """What is assigned cannot be edited; this is about what was assigned after the draft was made."""
    entities = uow.inventory.assigned_to([draft.base_spec]).get(draft.base_spec, ())
    if entities:
        raise InvalidArgument.because(
            "imagewright.draft.base_assigned",
            "The draft {0} edits the specification {1}, which has been assigned to {2} since. Assign them another one, "
            "or take the assignment back, and commit again.",
            draft.id,
            draft.base_spec,
            assigned_names(entities),
        )


def _overtaken(uow: UnitOfWork, draft: Draft) -> InvalidArgument:
    newer = [each for each in uow.library.versions(draft.base_spec) if each.version > (draft.base_version or 0)]
    if not newer:
        return InvalidArgument.because(
            "imagewright.draft.base_deleted",
            "The draft {0} edits the specification {1}, which has been deleted since. Export what you need from the "
            "draft and delete it.",
            draft.id,
            draft.base_spec,
        )
    first = newer[0]
    return InvalidArgument.because(
        "imagewright.draft.overtaken",
        "The draft {0} is INVALID: after it was made, {1} committed version {2} of {3} at {4}{5}. Delete the draft and "
        "edit the specification again.",
        draft.id,
        first.author,
        first.version,
        draft.base_spec,
        first.time.isoformat(timespec="seconds"),
        f' with the message "{first.message}"' if first.message else "",
    )


def _not_committable(checked: Checked, now: datetime) -> AlreadyExists | InvalidArgument:
    errors = [each for each in checked.findings if each.severity is Severity.ERROR]
    data = checked.result(now)
    messages = [Message(each.id, f"{each.text} {each.resolution}", tuple(each.args.values())) for each in errors]
    if all(each.id == DUPLICATE_CONTENT for each in errors):
        return AlreadyExists(*messages, data=data)
    summary = Message(
        "imagewright.draft.has_errors",
        f"The draft {checked.draft.id} has {len(errors)} error{'s' if len(errors) > 1 else ''} and was not committed.",
        (checked.draft.id, str(len(errors))),
    )
    return InvalidArgument(summary, *messages, data=data)

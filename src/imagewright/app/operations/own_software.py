"""The library as a file wants it: what would change, and a draft that makes the change.

A specification of the library is found by its display name. `plan` writes nothing; who likes what it says makes the
draft, and commits it as any other.
"""

from __future__ import annotations

import msgspec

from imagewright.app.call import Call
from imagewright.app.commit import checked_draft
from imagewright.app.drafts import make_draft, with_one_base_image
from imagewright.app.inventory import require_unassigned
from imagewright.app.library import require_unlocked
from imagewright.app.names import checked
from imagewright.app.specs import spec_answer, spec_from
from imagewright.contract.binding import implements
from imagewright.contract.services import own_diff, own_software
from imagewright.contract.services import own_drafts_report as reports
from imagewright.model.diff import Side, diff
from imagewright.model.documents import diff_document, finding_document
from imagewright.model.draft import GLOBAL, Draft
from imagewright.model.errors import ResourceInUse, Unauthorized
from imagewright.model.library import LibrarySpec
from imagewright.model.spec import SoftwareSpec


@implements(own_software.plan)
def plan(call: Call, spec: own_software.PlanSpec) -> own_software.Plan:
    """What committing this content under this name would change in the library, and what is wrong with it.

    `obstacle` says what else is in the way now, such as a cluster that the specification is assigned to.
    """
    base = _called(call, checked(spec.display_name, "spec.display_name"))
    wanted = with_one_base_image(spec_from(spec.software_spec))
    draft = Draft(
        id="",
        owner=call.caller.name,
        created=call.now,
        spec=wanted,
        display_name=spec.display_name,
        base_spec=base.id if base else GLOBAL,
        base_version=base.version if base else None,
    )
    found = checked_draft(call.uow, call.services, draft)
    difference = diff(_side(call, base.spec if base else SoftwareSpec()), _side(call, found.pinned))
    change = own_software.Change.CREATE
    if base is not None:
        equal = base.image_hash == found.pinned.image_hash
        change = own_software.Change.NONE if equal else own_software.Change.UPDATE
    return own_software.Plan(
        change=change,
        software_spec=base.id if base else None,
        version=base.version if base else None,
        obstacle=_obstacle(call, base) if base and change is own_software.Change.UPDATE else None,
        pinned=spec_answer(found.pinned),
        findings=msgspec.convert([finding_document(each) for each in found.findings], tuple[reports.Finding, ...]),
        difference=msgspec.convert(diff_document(difference), own_diff.Info),
    )


@implements(own_software.draft)
def draft(call: Call, spec: own_software.DraftSpec) -> str:
    """Makes the caller's draft with this content: of the specification that has this name, or of a new one.

    AlreadyExists when the caller has a draft, unless `delete_existing_draft` is true, which replaces it. ResourceInUse,
    as for an edit, when the specification is assigned to a cluster or a host.
    """
    base = _called(call, checked(spec.display_name, "spec.display_name"))
    if base is not None:
        _require_editable(call, base)
    return make_draft(
        call,
        with_one_base_image(spec_from(spec.software_spec)),
        delete_existing=spec.delete_existing_draft,
        display_name=spec.display_name,
        base=base,
    ).id


def _called(call: Call, name: str) -> LibrarySpec | None:
    return next(iter(call.uow.library.list(display_names=[name])), None)


def _require_editable(call: Call, spec: LibrarySpec) -> None:
    require_unlocked(spec, call.caller.name, is_administrator=call.is_administrator)
    require_unassigned(call.uow, spec)


def _obstacle(call: Call, spec: LibrarySpec) -> str | None:
    try:
        _require_editable(call, spec)
    except (ResourceInUse, Unauthorized) as refusal:
        return str(refusal)
    return None


def _side(call: Call, spec: SoftwareSpec) -> Side:
    depots = call.uow.depots
    return Side(spec, call.services.effective.of(spec, depots.catalog(), depots.catalog_revision()))

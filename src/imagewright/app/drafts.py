"""Finding drafts and changing them, for all operations that work on a draft or on a part of one.

Every holder of the Read privilege sees every draft. Only its owner edits, validates or commits it; its owner or an
administrator deletes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from imagewright.app.call import Call
from imagewright.app.ports import UnitOfWork
from imagewright.model.draft import GLOBAL, Draft, DraftStatus
from imagewright.model.errors import AlreadyExists, NotFound, Unauthorized
from imagewright.model.library import LibrarySpec
from imagewright.model.spec import AlternativeImage, ImageSpec, SoftwareSpec

DRAFT = "com.vmware.esx.settings.draft"
"""The resource type of a draft."""


def draft_with(call: Call, draft_id: str) -> Draft:
    """The draft, for reading; NotFound names the id."""
    draft = call.uow.drafts.get(draft_id)
    if draft is None:
        raise NotFound.because(
            "imagewright.draft.not_found",
            "There is no draft '{0}'. It may have been committed or deleted; list the drafts to see those there are.",
            draft_id,
        )
    return draft


def own_draft(call: Call, draft_id: str) -> Draft:
    """The draft, for changing; Unauthorized names the owner when it is somebody else's."""
    draft = draft_with(call, draft_id)
    if draft.owner != call.caller.name:
        raise Unauthorized.because(
            "imagewright.draft.not_owner",
            "The draft {0} belongs to {1}; only its owner may change, validate or commit it. You can make your own.",
            draft_id,
            draft.owner,
        )
    return draft


def status_of(uow: UnitOfWork, draft: Draft) -> DraftStatus:
    """Whether the draft can still be committed, given what the library has now."""
    current = {} if draft.is_global else uow.library.current_versions([draft.base_spec])
    return draft.status(current.get(draft.base_spec))


def image_id_in(draft: Draft, image_id: str) -> str:
    """The id of an alternative image as the draft writes it; NotFound names it when there is none."""
    known = draft.spec.image_id(image_id)
    if known is None:
        raise NotFound.because(
            "imagewright.draft.image_not_found",
            "The draft {0} has no alternative image '{1}'; it has: {2}.",
            draft.id,
            image_id,
            ", ".join(sorted(draft.spec.alternative_images)) or "none",
        )
    return known


def image_in(draft: Draft, image_id: str) -> AlternativeImage:
    """An alternative image of a draft; NotFound names it when there is none."""
    return draft.spec.alternative_images[image_id_in(draft, image_id)]


def place(draft_id: str, image_id: str | None) -> str:
    """How a message calls the default image (None) or an alternative one of a draft."""
    return f"the draft {draft_id}" if image_id is None else f"the alternative image {image_id} of the draft {draft_id}"


def part_of(draft: Draft, image_id: str | None) -> ImageSpec:
    """The default image (None) or an alternative one."""
    return draft.spec.image if image_id is None else image_in(draft, image_id).image


def edit_image(call: Call, draft_id: str, image_id: str | None, change: Callable[[ImageSpec], ImageSpec]) -> None:
    """Changes the default image (None) or an alternative one of the caller's own draft."""
    draft = own_draft(call, draft_id)
    if image_id is None:
        spec = replace(draft.spec, image=change(draft.spec.image))
        save(call, draft, with_one_base_image(spec))
    else:
        edit_alternative(call, draft, image_id, lambda image: replace(image, image=change(image.image)))


def edit_alternative(
    call: Call, draft: Draft, image_id: str, change: Callable[[AlternativeImage], AlternativeImage]
) -> None:
    """Changes an alternative image as a whole."""
    known = image_id_in(draft, image_id)
    images = {**draft.spec.alternative_images, known: change(draft.spec.alternative_images[known])}
    save(call, draft, replace(draft.spec, alternative_images=images))


def with_one_base_image(spec: SoftwareSpec) -> SoftwareSpec:
    """Alternative images cannot choose a base image of their own; they follow the default one."""
    images = {
        image_id: replace(alternative, image=replace(alternative.image, base_image=spec.image.base_image))
        for image_id, alternative in spec.alternative_images.items()
    }
    return replace(spec, alternative_images=images)


def save(call: Call, draft: Draft, spec: SoftwareSpec) -> None:
    """Keeps the changed content; nothing is written when nothing changed."""
    if spec != draft.spec:
        call.uow.drafts.save(replace(draft, spec=spec))


def make_draft(
    call: Call,
    spec: SoftwareSpec,
    *,
    delete_existing: bool | None,
    display_name: str | None = None,
    base: LibrarySpec | None = None,
) -> Draft:
    """Makes the caller's draft. A user has at most one: another is AlreadyExists, or goes when `delete_existing`."""
    existing = call.uow.drafts.of_owner(call.caller.name)
    if existing is not None:
        if not delete_existing:
            raise AlreadyExists.because(
                "imagewright.draft.already_exists",
                "There is already a draft created by this user: {0}, of {1}. Commit it, delete it, or create with "
                "delete_existing_draft set to true.",
                existing.id,
                call.caller.name,
            )
        call.uow.drafts.delete(existing.id)
    return call.uow.drafts.add(
        Draft(
            id="",
            owner=call.caller.name,
            created=call.now,
            spec=spec,
            display_name=display_name,
            base_spec=base.id if base else GLOBAL,
            base_version=base.version if base else None,
        )
    )

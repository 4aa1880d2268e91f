"""What a draft, or an alternative image of one, is called."""

from __future__ import annotations

from dataclasses import replace

from imagewright.app.call import Call
from imagewright.app.drafts import draft_with, edit_alternative, image_in, own_draft
from imagewright.app.names import checked
from imagewright.contract.binding import implements
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_display_name as alternative_display_name,
)
from imagewright.contract.services import repository_software_drafts_display_name as display_name
from imagewright.model.errors import NotFound


@implements(display_name.get, quick=True)
def get(call: Call, draft: str) -> display_name.Info:
    """The name; NotFound when none is set."""
    found = draft_with(call, draft)
    if found.display_name is None:
        raise NotFound.because("imagewright.draft.no_display_name", "The draft {0} has no display name yet.", draft)
    return display_name.Info(display_name=found.display_name)


@implements(display_name.set_, quick=True)
def set_(call: Call, draft: str, spec: display_name.SetSpec) -> None:
    """Sets the name. Whether the library has one like it already is found out by validate and commit."""
    found = own_draft(call, draft)
    name = checked(spec.display_name, "spec.display_name")
    if name != found.display_name:
        call.uow.drafts.save(replace(found, display_name=name))


@implements(alternative_display_name.get, quick=True)
def get_of_alternative(call: Call, draft: str, image: str) -> alternative_display_name.Info:
    """The name of an alternative image."""
    return alternative_display_name.Info(display_name=image_in(draft_with(call, draft), image).display_name)


@implements(alternative_display_name.set_, quick=True)
def set_of_alternative(call: Call, draft: str, image: str, spec: alternative_display_name.SetSpec) -> None:
    """Sets the name of an alternative image."""
    name = checked(spec.display_name, "spec.display_name")
    edit_alternative(call, own_draft(call, draft), image, lambda found: replace(found, display_name=name))

"""Which hosts an alternative image is for."""

from __future__ import annotations

from dataclasses import replace

from imagewright.app.answers import selection_info
from imagewright.app.call import Call
from imagewright.app.drafts import draft_with, edit_alternative, image_in, own_draft
from imagewright.app.specs import selection_from
from imagewright.contract.binding import implements
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_selection_criteria as selection_criteria,
)
from imagewright.contract.services import settings


@implements(selection_criteria.get, quick=True)
def get(call: Call, draft: str, image: str) -> settings.ImageSelectionInfo:
    """The criteria; of type UNKNOWN until some are set."""
    return selection_info(image_in(draft_with(call, draft), image).selection)


@implements(selection_criteria.set_, quick=True)
def set_(call: Call, draft: str, image: str, spec: settings.ImageSelectionSpec) -> None:
    """Replaces the criteria. Whether they overlap with those of other images is found out by validate."""
    selection = selection_from(spec)
    edit_alternative(call, own_draft(call, draft), image, lambda found: replace(found, selection=selection))

"""The base image of a draft. Alternative images follow it and can only read it."""

from __future__ import annotations

from dataclasses import replace

from imagewright.app.answers import base_image_info
from imagewright.app.call import Call
from imagewright.app.drafts import draft_with, edit_image, part_of
from imagewright.app.names import checked
from imagewright.contract.binding import implements
from imagewright.contract.services import repository_software_drafts_alternative_images_base_image as alternative
from imagewright.contract.services import repository_software_drafts_base_image as base_image
from imagewright.contract.services import settings


@implements(base_image.get, quick=True)
def get(call: Call, draft: str) -> settings.BaseImageInfo:
    """The base image; its version is the empty string until one is set."""
    return base_image_info(part_of(draft_with(call, draft), None), call.uow.depots.catalog())


@implements(base_image.set_, quick=True)
def set_(call: Call, draft: str, spec: settings.BaseImageSpec) -> None:
    """Sets the base image. One that is in no depot is kept, and reported by validate."""
    version = checked(spec.version, "spec.version")
    edit_image(call, draft, None, lambda image: replace(image, base_image=version))


@implements(alternative.get, quick=True)
def get_of_alternative(call: Call, draft: str, image: str) -> settings.BaseImageInfo:
    """The base image of an alternative image: that of the default one."""
    return base_image_info(part_of(draft_with(call, draft), image), call.uow.depots.catalog())

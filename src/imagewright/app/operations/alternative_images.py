"""Alternative images of a draft: images for other hardware in the same specification."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from imagewright.app.answers import alternative_image_info
from imagewright.app.call import Call
from imagewright.app.drafts import draft_with, image_id_in, image_in, own_draft, save, with_one_base_image
from imagewright.app.names import checked
from imagewright.contract.binding import implements
from imagewright.contract.services import repository_software_drafts_alternative_images as alternative_images
from imagewright.contract.services import settings
from imagewright.model.spec import AlternativeImage, ImageSpec


@implements(alternative_images.create, quick=True)
def create(call: Call, draft: str, spec: alternative_images.CreateSpec) -> str:
    """Makes an empty alternative image and tells its id, `image-N`. Its base image is that of the default image."""
    found = own_draft(call, draft)
    name = checked(spec.display_name, "spec.display_name")
    image_id = _free_id(found.spec.alternative_images)
    images = {**found.spec.alternative_images, image_id: AlternativeImage(name, ImageSpec())}
    save(call, found, with_one_base_image(replace(found.spec, alternative_images=images)))
    return image_id


@implements(alternative_images.get, quick=True)
def get(call: Call, draft: str, image: str) -> settings.AlternativeImageInfo:
    """One alternative image with all its parts."""
    return alternative_image_info(image_in(draft_with(call, draft), image), call.uow.depots.catalog())


@implements(alternative_images.list_, quick=True)
def list_(call: Call, draft: str) -> alternative_images.ListResult:
    """The names of the alternative images by id."""
    images = draft_with(call, draft).spec.alternative_images
    return alternative_images.ListResult(
        alternative_images={
            image_id: settings.ImageInfo(display_name=image.display_name) for image_id, image in images.items()
        }
    )


@implements(alternative_images.delete, quick=True)
def delete(call: Call, draft: str, image: str) -> None:
    """Takes an alternative image away; NotFound when the draft has none of that id."""
    found = own_draft(call, draft)
    gone = image_id_in(found, image)
    kept = {known: each for known, each in found.spec.alternative_images.items() if known != gone}
    save(call, found, replace(found.spec, alternative_images=kept))


def _free_id(taken: Iterable[str]) -> str:
    numbers = [int(found[1]) for image_id in taken if (found := re.fullmatch(r"image-(\d+)", image_id))]
    return f"image-{max(numbers, default=0) + 1}"

"""The vendor add-on of a draft, or of an alternative image of one."""

from __future__ import annotations

from dataclasses import replace

from imagewright.app.answers import add_on_info
from imagewright.app.call import Call
from imagewright.app.drafts import draft_with, edit_image, part_of, place
from imagewright.app.names import checked
from imagewright.contract.binding import implements
from imagewright.contract.services import repository_software_drafts_add_on as add_on
from imagewright.contract.services import repository_software_drafts_alternative_images_add_on as alternative
from imagewright.contract.services import settings
from imagewright.model.errors import NotFound
from imagewright.model.spec import AddOnSpec, ImageSpec


@implements(add_on.get, quick=True)
def get(call: Call, draft: str) -> settings.AddOnInfo:
    """The add-on; NotFound when none is set."""
    return _get(call, draft, None)


@implements(add_on.set_, quick=True)
def set_(call: Call, draft: str, spec: settings.AddOnSpec) -> None:
    """Sets the add-on. One that is in no depot is kept, and reported by validate."""
    _set(call, draft, None, spec)


@implements(add_on.delete, quick=True)
def delete(call: Call, draft: str) -> None:
    """Takes the add-on away; nothing happens when there is none."""
    edit_image(call, draft, None, lambda image: replace(image, add_on=None))


@implements(alternative.get, quick=True)
def get_of_alternative(call: Call, draft: str, image: str) -> settings.AddOnInfo:
    """The add-on of an alternative image; NotFound when none is set."""
    return _get(call, draft, image)


@implements(alternative.set_, quick=True)
def set_of_alternative(call: Call, draft: str, image: str, spec: settings.AddOnSpec) -> None:
    """Sets the add-on of an alternative image."""
    _set(call, draft, image, spec)


@implements(alternative.delete, quick=True)
def delete_of_alternative(call: Call, draft: str, image: str) -> None:
    """Takes the add-on of an alternative image away; NotFound when there is none."""

    def without(found: ImageSpec) -> ImageSpec:
        if found.add_on is None:
            raise _no_add_on(draft, image)
        return replace(found, add_on=None)

    edit_image(call, draft, image, without)


def _get(call: Call, draft: str, image: str | None) -> settings.AddOnInfo:
    info = add_on_info(part_of(draft_with(call, draft), image), call.uow.depots.catalog())
    if info is None:
        raise _no_add_on(draft, image)
    return info


def _set(call: Call, draft: str, image: str | None, spec: settings.AddOnSpec) -> None:
    wanted = AddOnSpec(checked(spec.name, "spec.name"), checked(spec.version, "spec.version"))
    edit_image(call, draft, image, lambda found: replace(found, add_on=wanted))


def _no_add_on(draft: str, image: str | None) -> NotFound:
    return NotFound.because("imagewright.draft.no_add_on", "There is no add-on in {0}.", place(draft, image))

"""The components that the user takes away from what base image and add-on bring."""

from __future__ import annotations

from dataclasses import replace

from imagewright.app.answers import removed_component_info, removed_component_infos
from imagewright.app.call import Call
from imagewright.app.drafts import draft_with, edit_image, part_of, place
from imagewright.app.names import checked
from imagewright.contract.binding import implements
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_removed_components as alternative,
)
from imagewright.contract.services import repository_software_drafts_removed_components as removed_components
from imagewright.contract.services import settings
from imagewright.model.errors import NotFound
from imagewright.model.spec import ImageSpec


@implements(removed_components.get, quick=True)
def get(call: Call, draft: str, component: str) -> settings.ComponentInfo:
    """A component marked as removed; NotFound when it is not marked. Its version is unset."""
    return _get(call, draft, None, component)


@implements(removed_components.list_, quick=True)
def list_(call: Call, draft: str) -> dict[str, settings.ComponentInfo]:
    """The components marked as removed, by name."""
    return removed_component_infos(part_of(draft_with(call, draft), None), call.uow.depots.catalog())


@implements(removed_components.set_, quick=True)
def set_(call: Call, draft: str, component: str) -> None:
    """Marks a component as removed. Whether it is there and may go is found out by validate."""
    _mark(call, draft, None, component)


@implements(removed_components.delete, quick=True)
def delete(call: Call, draft: str, component: str) -> None:
    """Takes the mark away; nothing happens when there is none."""
    edit_image(call, draft, None, lambda image: _unmarked(image, component))


@implements(alternative.get, quick=True)
def get_of_alternative(call: Call, draft: str, image: str, component: str) -> settings.ComponentInfo:
    """A component marked as removed from an alternative image."""
    return _get(call, draft, image, component)


@implements(alternative.list_, quick=True)
def list_of_alternative(call: Call, draft: str, image: str) -> dict[str, settings.ComponentInfo]:
    """The components marked as removed from an alternative image, by name."""
    return removed_component_infos(part_of(draft_with(call, draft), image), call.uow.depots.catalog())


@implements(alternative.set_, quick=True)
def set_of_alternative(call: Call, draft: str, image: str, component: str) -> None:
    """Marks a component of an alternative image as removed."""
    _mark(call, draft, image, component)


@implements(alternative.delete, quick=True)
def delete_of_alternative(call: Call, draft: str, image: str, component: str) -> None:
    """Takes the mark away; NotFound when there is none."""

    def without(found: ImageSpec) -> ImageSpec:
        if component not in found.removed_components:
            raise _not_marked(draft, image, component)
        return _unmarked(found, component)

    edit_image(call, draft, image, without)


def _get(call: Call, draft: str, image: str | None, component: str) -> settings.ComponentInfo:
    part = part_of(draft_with(call, draft), image)
    if component not in part.removed_components:
        raise _not_marked(draft, image, component)
    return removed_component_info(component, part, call.uow.depots.catalog())


def _mark(call: Call, draft: str, image: str | None, component: str) -> None:
    name = checked(component, "component")
    edit_image(call, draft, image, lambda found: replace(found, removed_components=found.removed_components | {name}))


def _unmarked(image: ImageSpec, component: str) -> ImageSpec:
    return replace(image, removed_components=image.removed_components - {component})


def _not_marked(draft: str, image: str | None, component: str) -> NotFound:
    return NotFound.because(
        "imagewright.draft.component_not_removed",
        "The component '{1}' is not marked as removed in {0}.",
        place(draft, image),
        component,
    )

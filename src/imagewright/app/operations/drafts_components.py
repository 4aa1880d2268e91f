"""The components that the user adds to a draft, or to an alternative image of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from imagewright.app.answers import component_info, component_infos
from imagewright.app.call import Call
from imagewright.app.drafts import draft_with, edit_image, part_of, place
from imagewright.app.names import checked
from imagewright.contract.binding import implements
from imagewright.contract.services import repository_software_drafts_alternative_images_components as alternative
from imagewright.contract.services import repository_software_drafts_components as components
from imagewright.contract.services import settings
from imagewright.model.errors import NotFound
from imagewright.model.spec import ImageSpec


@implements(components.get, quick=True)
def get(call: Call, draft: str, component: str) -> settings.ComponentInfo | None:
    """A component of the draft; None when its version is left to be chosen, NotFound when it is not in the draft."""
    return _get(call, draft, None, component)


@implements(components.list_)
def list_(call: Call, draft: str) -> dict[str, settings.ComponentInfo]:
    """The components of the draft by name."""
    return component_infos(part_of(draft_with(call, draft), None), call.uow.depots.catalog())


@implements(components.set_, quick=True)
def set_(call: Call, draft: str, component: str, version: str | None) -> None:
    """Adds a component or changes its version; without a version one is chosen when the image is composed."""
    _change(call, draft, None, {component: version})


@implements(components.delete, quick=True)
def delete(call: Call, draft: str, component: str) -> None:
    """Takes a component out of the draft; nothing happens when it is not in it."""
    _change(call, draft, None, {}, [component])


@implements(components.update, quick=True)
def update(call: Call, draft: str, spec: components.UpdateSpec) -> None:
    """Adds, changes and takes out components, all or none of them."""
    _change(call, draft, None, spec.components_to_set or {}, spec.components_to_delete or ())


@implements(alternative.get, quick=True)
def get_of_alternative(call: Call, draft: str, image: str, component: str) -> settings.ComponentInfo | None:
    """A component of an alternative image, in the same way."""
    return _get(call, draft, image, component)


@implements(alternative.list_)
def list_of_alternative(call: Call, draft: str, image: str) -> dict[str, settings.ComponentInfo]:
    """The components of an alternative image by name."""
    return component_infos(part_of(draft_with(call, draft), image), call.uow.depots.catalog())


@implements(alternative.set_, quick=True)
def set_of_alternative(call: Call, draft: str, image: str, component: str, version: str | None) -> None:
    """Adds a component to an alternative image or changes its version."""
    _change(call, draft, image, {component: version})


@implements(alternative.delete, quick=True)
def delete_of_alternative(call: Call, draft: str, image: str, component: str) -> None:
    """Takes a component out of an alternative image; NotFound when it is not in it."""

    def without(found: ImageSpec) -> ImageSpec:
        if component not in found.components:
            raise _not_in(draft, image, component)
        return _changed(found, {}, [component])

    edit_image(call, draft, image, without)


@implements(alternative.update, quick=True)
def update_of_alternative(call: Call, draft: str, image: str, spec: alternative.UpdateSpec) -> None:
    """Adds, changes and takes out components of an alternative image, all or none of them."""
    _change(call, draft, image, spec.components_to_set or {}, spec.components_to_delete or ())


def _get(call: Call, draft: str, image: str | None, component: str) -> settings.ComponentInfo | None:
    wanted = part_of(draft_with(call, draft), image).components
    if component not in wanted:
        raise _not_in(draft, image, component)
    version = wanted[component]
    return None if version is None else component_info(component, version, call.uow.depots.catalog())


def _change(
    call: Call,
    draft: str,
    image: str | None,
    to_set: Mapping[str, str | None],
    to_delete: Collection[str] = (),
) -> None:
    for name, version in to_set.items():
        checked(name, "component")
        if version is not None:
            checked(version, f"the version of {name}")
    edit_image(call, draft, image, lambda found: _changed(found, to_set, to_delete))


def _changed(image: ImageSpec, to_set: Mapping[str, str | None], to_delete: Collection[str]) -> ImageSpec:
    kept = {name: version for name, version in image.components.items() if name not in to_delete}
    return replace(image, components={**kept, **to_set})


def _not_in(draft: str, image: str | None, component: str) -> NotFound:
    return NotFound.because(
        "imagewright.draft.component_not_found",
        "There is no component '{1}' in {0}. effective-components lists those of base image and add-on.",
        place(draft, image),
        component,
    )

"""The components that an image really has, of a draft or of a committed specification, default or alternative."""

from __future__ import annotations

from collections.abc import Mapping

from imagewright.app.call import Call
from imagewright.app.drafts import draft_with, image_id_in
from imagewright.app.library import image_id_of, spec_with
from imagewright.contract.binding import implements
from imagewright.contract.services import repository_software_alternative_images_effective_components as of_alternative
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_effective_components as of_drafts_alternative,
)
from imagewright.contract.services import repository_software_drafts_effective_components as of_draft
from imagewright.contract.services import repository_software_effective_components as of_software
from imagewright.contract.services import settings
from imagewright.model.spec import SoftwareSpec

Answer = Mapping[str, settings.EffectiveComponentInfo]
Filter = (
    of_software.FilterSpec | of_alternative.FilterSpec | of_draft.FilterSpec | of_drafts_alternative.FilterSpec | None
)


@implements(of_draft.list_)
def list_of_draft(call: Call, draft: str, spec: of_draft.FilterSpec | None) -> Answer:
    """The components of the default image of a draft, as it is now."""
    return _components(call, draft_with(call, draft).spec, None, spec)


@implements(of_drafts_alternative.list_)
def list_of_drafts_alternative(
    call: Call, draft: str, image: str, spec: of_drafts_alternative.FilterSpec | None
) -> Answer:
    """The components of an alternative image of a draft."""
    found = draft_with(call, draft)
    return _components(call, found.spec, image_id_in(found, image), spec)


@implements(of_software.list_)
def list_of_software(call: Call, software_spec: str, spec: of_software.FilterSpec | None) -> Answer:
    """The components of the default image of a specification in the library."""
    return _components(call, spec_with(call.uow, software_spec).spec, None, spec)


@implements(of_alternative.list_)
def list_of_alternative(call: Call, software_spec: str, image: str, spec: of_alternative.FilterSpec | None) -> Answer:
    """The components of an alternative image of a specification in the library."""
    found = spec_with(call.uow, software_spec)
    return _components(call, found.spec, image_id_of(found, image), spec)


def _components(call: Call, spec: SoftwareSpec, image_id: str | None, wanted: Filter) -> Answer:
    with_removed = bool(wanted and wanted.with_removed_components)
    return call.services.effective.components(spec, call.uow.depots, image_id, with_removed=with_removed)

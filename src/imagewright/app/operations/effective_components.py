"""The components that an image really has, of a draft or of a committed specification, default or alternative."""

from __future__ import annotations

from imagewright.app.answers import effective_components
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
from imagewright.model.effective import EffectiveSpec
from imagewright.model.spec import SoftwareSpec

Answer = dict[str, settings.EffectiveComponentInfo]
Filter = (
    of_software.FilterSpec | of_alternative.FilterSpec | of_draft.FilterSpec | of_drafts_alternative.FilterSpec | None
)


@implements(of_draft.list_)
def list_of_draft(call: Call, draft: str, spec: of_draft.FilterSpec | None) -> Answer:
    """The components of the default image of a draft, as it is now."""
    return effective_components(_composed(call, draft_with(call, draft).spec).image, with_removed=_with_removed(spec))


@implements(of_drafts_alternative.list_)
def list_of_drafts_alternative(
    call: Call, draft: str, image: str, spec: of_drafts_alternative.FilterSpec | None
) -> Answer:
    """The components of an alternative image of a draft."""
    found = draft_with(call, draft)
    composed = _composed(call, found.spec).alternative_images[image_id_in(found, image)]
    return effective_components(composed, with_removed=_with_removed(spec))


@implements(of_software.list_)
def list_of_software(call: Call, software_spec: str, spec: of_software.FilterSpec | None) -> Answer:
    """The components of the default image of a specification in the library."""
    found = spec_with(call.uow, software_spec)
    return effective_components(_composed(call, found.spec).image, with_removed=_with_removed(spec))


@implements(of_alternative.list_)
def list_of_alternative(call: Call, software_spec: str, image: str, spec: of_alternative.FilterSpec | None) -> Answer:
    """The components of an alternative image of a specification in the library."""
    found = spec_with(call.uow, software_spec)
    composed = _composed(call, found.spec).alternative_images[image_id_of(found, image)]
    return effective_components(composed, with_removed=_with_removed(spec))


def _composed(call: Call, spec: SoftwareSpec) -> EffectiveSpec:
    depots = call.uow.depots
    return call.services.effective.of(spec, depots.catalog(), depots.catalog_revision())


def _with_removed(spec: Filter) -> bool:
    return bool(spec and spec.with_removed_components)

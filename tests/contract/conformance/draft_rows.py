"""Drafts as a whole, their names and base images, and alternative images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from repository_site import (
    ASSIGNED_NAME,
    BASE,
    BLADES,
    DRAFT_NAME,
    IMAGE,
    SHARED_NAME,
    SINGLE,
    Place,
    Site,
    import_spec,
)
from rows import Part, Row, constant, of_a_draft, of_an_image
from server_process import ALICE

from imagewright.cli import sample_depot as sample
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_alternative_images as alternative_images
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_base_image as alternative_base_image,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_display_name as alternative_display_name,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_selection_criteria as selection_criteria,
)
from imagewright.contract.services import repository_software_drafts_base_image as base_image
from imagewright.contract.services import repository_software_drafts_display_name as display_name
from imagewright.contract.services import settings


def _new_draft_rows() -> Iterator[Row]:
    yield Row(
        operation=drafts.create,
        arguments=constant({"spec": drafts.CreateSpec()}),
        place=Place.NO_DRAFT,
        see=type,
        seen=constant(str),
        look=lambda site: (site.draft().display_name, site.draft().software_info.base_image.version),
        found=constant(("", "")),
    )
    yield Row(
        operation=drafts.import_software_spec,
        arguments=constant({"spec": import_spec("Imported", SINGLE, delete=True)}),
        see=type,
        seen=constant(str),
        look=lambda site: (site.draft().display_name, site.draft().software_info.base_image.version),
        found=constant(("Imported", sample.BASE_9_1_0)),
    )


def _draft_rows() -> Iterator[Row]:
    yield of_a_draft(
        drafts.get,
        see=lambda info: (info.metadata.owner, info.metadata.status.value, info.display_name, info.software_spec),
        seen=constant((ALICE.name, "VALID", DRAFT_NAME, "-1")),
    )
    yield Row(
        operation=drafts.list_,
        arguments=constant({"filter": drafts.FilterSpec(owners=frozenset({ALICE.name}))}),
        see=lambda found: found.keys(),
        seen=lambda given: {given.draft},
    )
    yield Row(
        operation=drafts.list_,
        arguments=lambda given: {"filter": drafts.FilterSpec(software_spec_ids=frozenset({given.spec}))},
        use="of a specification",
        seen=constant({}),
    )
    yield of_a_draft(drafts.delete, look=lambda site: len(site.drafts()), found=constant(0))
    yield of_a_draft(
        drafts.validate,
        see=lambda result: [each.id for each in result.notifications.errors],
        seen=constant(["imagewright.draft.duplicate_content"]),
    )
    yield of_a_draft(
        drafts.commit,
        lambda: {"spec": drafts.CommitSpec(message="first")},
        place=Place.COMMITTABLE,
        see=type,
        seen=constant(str),
        look=lambda site: (len(site.drafts()), sorted(site.names().values())),
        found=constant((0, sorted([SHARED_NAME, ASSIGNED_NAME, DRAFT_NAME]))),
    )


def _name_and_base_rows() -> Iterator[Row]:
    yield of_a_draft(display_name.get, seen=constant(display_name.Info(display_name=DRAFT_NAME)))
    yield of_a_draft(
        display_name.set_,
        lambda: {"spec": display_name.SetSpec(display_name="Új név 名")},
        look=lambda site: site.draft().display_name,
        found=constant("Új név 名"),
    )
    yield of_an_image(alternative_display_name.get, seen=constant(alternative_display_name.Info(display_name="Blades")))
    yield of_an_image(
        alternative_display_name.set_,
        lambda: {"spec": alternative_display_name.SetSpec(display_name="Towers")},
        look=_alternative(lambda image: image.display_name),
        found=constant("Towers"),
    )
    base = {
        "see": lambda info: (info.version, info.details.display_name),
        "seen": constant((BASE.version, "ESXi (sample)")),
    }
    yield of_a_draft(base_image.get, **base)
    yield of_an_image(alternative_base_image.get, **base)
    yield of_a_draft(
        base_image.set_,
        lambda: {"spec": settings.BaseImageSpec(version=sample.BASE_9_1_0)},
        look=lambda site: _bases(site.draft().software_info),
        found=constant([sample.BASE_9_1_0] * 2),
    )


def _bases(info: settings.SoftwareInfo) -> list[str]:
    """The base image of each image; there is only one choice for all."""
    return [each.base_image.version for each in (info, *(info.alternative_images or {}).values())]


def _alternative(part: Part) -> Callable[[Site], Any]:
    return lambda site: part((site.draft().software_info.alternative_images or {})[IMAGE])


def _alternative_rows() -> Iterator[Row]:
    yield of_a_draft(
        alternative_images.create,
        lambda: {"spec": alternative_images.CreateSpec(display_name="Towers")},
        # Ids have only these letters in them.
        see=lambda image: image.replace("-", "").isascii() and image.replace("-", "").isalnum(),
        seen=constant(True),
        look=lambda site: {
            each.display_name: each.selection_criteria.selection_type.value
            for each in (site.draft().software_info.alternative_images or {}).values()
        },
        found=constant({"Blades": "HOST_UUID", "Towers": "UNKNOWN"}),
    )
    yield of_an_image(
        alternative_images.get,
        see=lambda info: (info.display_name, info.base_image.version, info.selection_criteria.host_uuids),
        seen=constant(("Blades", BASE.version, BLADES.host_uuids)),
    )
    yield of_a_draft(
        alternative_images.list_,
        see=lambda result: result.alternative_images,
        seen=constant({IMAGE: settings.ImageInfo(display_name="Blades")}),
    )
    yield of_an_image(
        alternative_images.delete,
        look=lambda site: site.draft().software_info.alternative_images or {},
        found=constant({}),
    )


def _selection_rows() -> Iterator[Row]:
    yield of_an_image(
        selection_criteria.get,
        see=lambda info: (info.selection_type.value, info.host_uuids, info.host_hardware_spec),
        seen=constant(("HOST_UUID", BLADES.host_uuids, None)),
    )
    for case, spec in SELECTIONS.items():
        yield of_an_image(
            selection_criteria.set_,
            lambda spec=spec: {"spec": spec},
            use=case,
            look=_alternative(
                lambda image: (image.selection_criteria.selection_type.value, image.selection_criteria.host_uuids)
            ),
            found=constant((case, spec.host_uuids)),
        )


_TYPES = settings.ImageSelectionSpecSelectionType
SELECTIONS = {
    "HOST_UUID": settings.ImageSelectionSpec(
        selection_type=_TYPES.HOST_UUID, host_uuids=frozenset({"4c4c4544-0002", "4c4c4544-0003"})
    ),
    "HOST_HARDWARE_SPEC": settings.ImageSelectionSpec(
        selection_type=_TYPES.HOST_HARDWARE_SPEC,
        host_hardware_spec=settings.HostHardwareSpec(vendor="Sample, Inc.", models=frozenset({"S1", "S2"})),
    ),
    "UNKNOWN": settings.ImageSelectionSpec(selection_type=_TYPES.UNKNOWN),
}


DRAFT_ROWS = (*_new_draft_rows(), *_draft_rows(), *_name_and_base_rows(), *_alternative_rows(), *_selection_rows())

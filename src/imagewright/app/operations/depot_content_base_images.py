"""The base images in the depots."""

from __future__ import annotations

from imagewright.app.answers import UNKNOWN_DATE
from imagewright.app.call import Call
from imagewright.app.depot_parts import at_least, label_of
from imagewright.app.links import link
from imagewright.app.vocabulary import word
from imagewright.contract.binding import implements
from imagewright.contract.services import depot_content_base_images as base_images
from imagewright.contract.services import depot_content_base_images_versions as versions
from imagewright.model.content import BaseImage
from imagewright.model.errors import NotFound


@implements(base_images.list_)
def list_(call: Call, filter_: base_images.FilterSpec | None) -> tuple[base_images.Summary, ...]:
    """The base images, lowest version first; `min_version` is among those that it lets through."""
    lowest = filter_.min_version if filter_ else None
    return tuple(_summary(image) for image in call.uow.depots.catalog().base_images if at_least(image.version, lowest))


@implements(versions.get)
def get(call: Call, version: str) -> versions.Info:
    """One base image with its components; NotFound when no depot has it."""
    catalog = call.uow.depots.catalog()
    image = catalog.base_image(version)
    if image is None:
        raise NotFound.because(
            "imagewright.depot_content.no_base_image",
            "There is no base image {0} in the depots. Those there are: {1}.",
            version,
            ", ".join(known.version for known in catalog.base_images) or "none",
        )
    labels = ((ref, label_of(ref, catalog)) for ref in image.components)
    return versions.Info(
        display_name=image.display_name,
        version=image.version,
        display_version=image.display_version,
        summary=_told(image),
        description=image.description,
        category=word(image.category, versions.CategoryType, versions.CategoryType.ENHANCEMENT),
        kb=link(image.kb),
        release_date=image.release_date or UNKNOWN_DATE,
        components=tuple(
            versions.ComponentVersionInfo(
                name=ref.name, display_name=label.name, version=ref.version, display_version=label.version
            )
            for ref, label in labels
        ),
        quick_patch_compatible_versions=dict(image.quick_patch_compatible_versions) or None,
    )


def _summary(image: BaseImage) -> base_images.Summary:
    return base_images.Summary(
        display_name=image.display_name,
        version=image.version,
        display_version=image.display_version,
        summary=_told(image),
        category=word(image.category, base_images.CategoryType, base_images.CategoryType.ENHANCEMENT),
        kb=link(image.kb),
        release_date=image.release_date or UNKNOWN_DATE,
        quick_patch_compatible_versions=dict(image.quick_patch_compatible_versions) or None,
    )


def _told(image: BaseImage) -> str:
    """The summary, which also says when the image was described by hand: the API has no field for that."""
    if not image.declared_by:
        return image.summary
    return f"Declared by {image.declared_by}, not read. {image.summary}".rstrip()

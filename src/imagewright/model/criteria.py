"""Whether the selection criteria of alternative images tell their hosts apart.

Every host must get exactly one image. Two images that name one host, or that have equal hardware criteria, are an
error; criteria that may fit one host are a warning, because whether such a host exists is not known here. A host that
is named by its UUID is meant by the image that names it, so UUIDs are not held against hardware criteria.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from imagewright.model.finding import Finding, finding, listed
from imagewright.model.spec import AlternativeImage, HostHardware, SelectionCriteria, SelectionType, SoftwareSpec

MOST_IMAGES = 100
"""How many alternative images a specification may have. Each is held against every other."""


def criteria_findings(spec: SoftwareSpec) -> Iterator[Finding]:
    """The findings about the alternative images of a specification as such, not about what is in them."""
    for image_id, alternative in sorted(spec.alternative_images.items()):
        yield from _own_findings(image_id, alternative, spec.image.base_image)
    if len(spec.alternative_images) > MOST_IMAGES:
        yield finding(
            "imagewright.alternative_image.too_many",
            "alternative_images",
            count=str(len(spec.alternative_images)),
            limit=str(MOST_IMAGES),
        )
        return
    yield from _hosts_named_twice(spec.alternative_images)
    yield from _hardware_overlaps(spec.alternative_images)


def _own_findings(image_id: str, alternative: AlternativeImage, base_image: str | None) -> Iterator[Finding]:
    path = f"alternative_images.{image_id}"
    if not _selects(alternative.selection):
        yield finding(
            "imagewright.alternative_image.no_criteria",
            f"{path}.selection_criteria",
            name=alternative.display_name,
        )
    asked = alternative.image.base_image
    if asked is not None and base_image is not None and asked != base_image:
        yield finding(
            "imagewright.alternative_image.other_base_image",
            f"{path}.base_image",
            name=alternative.display_name,
            version=asked,
            default=base_image,
        )


def _selects(selection: SelectionCriteria) -> bool:
    match selection.type:
        case SelectionType.HOST_UUID:
            return bool(selection.host_uuids)
        case SelectionType.HOST_HARDWARE_SPEC:
            return selection.hardware is not None
        case SelectionType.UNKNOWN:
            return False


def _hosts_named_twice(images: Mapping[str, AlternativeImage]) -> Iterator[Finding]:
    named_by: dict[str, str] = {}
    shared: dict[tuple[str, str], list[str]] = {}
    for image_id in sorted(images):
        # SMBIOS UUIDs are hexadecimal, and tools write them in either case.
        for uuid in sorted({uuid.lower() for uuid in images[image_id].selection.host_uuids}):
            first = named_by.setdefault(uuid, image_id)
            if first != image_id:
                shared.setdefault((first, image_id), []).append(uuid)
    for (first, second), uuids in shared.items():
        yield finding(
            "imagewright.alternative_image.same_host",
            f"alternative_images.{second}.selection_criteria",
            name=images[second].display_name,
            other=images[first].display_name,
            hosts=listed(uuids, "and"),
        )


def _hardware_overlaps(images: Mapping[str, AlternativeImage]) -> Iterator[Finding]:
    by_vendor: dict[str, list[tuple[str, HostHardware]]] = {}
    for image_id, alternative in sorted(images.items()):
        if alternative.selection.hardware is not None:
            hardware = alternative.selection.hardware
            by_vendor.setdefault(hardware.vendor, []).append((image_id, hardware))
    for vendor, claims in by_vendor.items():
        for place, (image_id, hardware) in enumerate(claims):
            earlier = [(other, theirs) for other, theirs in claims[:place] if _may_overlap(hardware, theirs)]
            equal = [images[other].display_name for other, theirs in earlier if theirs == hardware]
            unequal = [images[other].display_name for other, theirs in earlier if theirs != hardware]
            for verdict, names in (("same_criteria", equal), ("overlapping_criteria", unequal)):
                if names:
                    yield finding(
                        f"imagewright.alternative_image.{verdict}",
                        f"alternative_images.{image_id}.selection_criteria",
                        name=images[image_id].display_name,
                        other=listed(names, "and"),
                        vendor=vendor,
                    )


def _may_overlap(left: HostHardware, right: HostHardware) -> bool:
    # All attributes that are set must fit a host, each by any one of its values. Models and families are single values
    # of a host, so sets without a common value tell hosts apart. OEM strings are many, and a host may have one of each.
    return all(
        not one or not two or one & two for one, two in ((left.models, right.models), (left.families, right.families))
    )

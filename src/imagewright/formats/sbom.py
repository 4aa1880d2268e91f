"""What is in an image, as a bill of materials: CycloneDX 1.6 in JSON.

    the image ── depends on ──► its components ── depend on ──► their installed VIBs ── depend on ──► other VIBs

Every installed VIB is there once, with the SHA-256 of its file. Equal images make equal bytes: the serial number is
made of the content, and the time is the newest release date in it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component as BomComponent
from cyclonedx.model.component import ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output.json import JsonV1Dot6

from imagewright.model.effective import EffectiveComponent, EffectiveImage
from imagewright.model.parts import ImageVib
from imagewright.model.relations import satisfies

_NAMESPACE: Final = uuid.UUID("5b0c1a0e-6f0e-4d0d-9e5b-6a1f5f1c7a10")
_BEFORE_ALL: Final = datetime(1980, 1, 1, tzinfo=UTC)


def write_sbom(image: EffectiveImage) -> bytes:
    """The bill of materials of one image. What is not known of something is left out."""
    whole = _image(image)
    components = {name: _component(each) for name, each in image.components.items()}
    vibs = [(item, _vib(item)) for item in image.installed]
    bom = Bom(
        components=[*components.values(), *(made for _item, made in vibs)],
        metadata=BomMetaData(
            component=whole,
            timestamp=_newest(image),
            tools=ToolRepository(components=[BomComponent(name="imagewright", type=ComponentType.APPLICATION)]),
        ),
        serial_number=uuid.uuid5(_NAMESPACE, _identity(image)),
    )
    bom.register_dependency(whole, components.values())
    by_ref = {item.ref: made for item, made in vibs}
    for name, made in components.items():
        bom.register_dependency(made, (own for item, own in vibs if item.component.name == name))
    for item, made in vibs:
        bom.register_dependency(made, (by_ref[other.ref] for other in _needed_by(item, image)))
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _image(image: EffectiveImage) -> BomComponent:
    base = image.base_image
    return BomComponent(
        name=(base.display_name if base else "") or "ESXi",
        version=image.spec.base_image,
        type=ComponentType.OPERATING_SYSTEM,
        bom_ref="image",
        supplier=_supplier(base.vendor if base else ""),
        properties=_properties(
            base_image=image.spec.base_image,
            add_on=f"{image.spec.add_on.name} {image.spec.add_on.version}" if image.spec.add_on else "",
            hardware_support=[
                f"{manager}: {each.package} {each.version}" for manager, each in image.hardware_support.items()
            ],
            solution=[f"{each.name} {each.version}" for each in image.solutions.values()],
            removed_component=list(image.removed),
        ),
    )


def _component(effective: EffectiveComponent) -> BomComponent:
    bulletin = effective.component.bulletin if effective.component else None
    return BomComponent(
        name=effective.name,
        version=effective.version,
        type=ComponentType.APPLICATION,
        bom_ref=f"component:{effective.name}@{effective.version}",
        supplier=_supplier(bulletin.vendor if bulletin else ""),
        description=_text(bulletin.summary) if bulletin else None,
        properties=_properties(
            kind="component",
            source=effective.source.value,
            bulletin=bulletin.id if bulletin else "",
            category=bulletin.category if bulletin else "",
            kb=bulletin.kb if bulletin else "",
        ),
    )


def _vib(item: ImageVib) -> BomComponent:
    vib, signature = item.vib, item.vib.signature
    return BomComponent(
        name=vib.name,
        version=vib.version,
        type=ComponentType.DEVICE_DRIVER if "driver" in vib.tags else ComponentType.LIBRARY,
        bom_ref=f"vib:{vib.id}@{vib.sha256}",
        supplier=_supplier(vib.vendor),
        description=_text(vib.summary),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=vib.sha256)] if vib.sha256 else None,
        properties=_properties(
            kind="vib",
            vib=vib.id,
            size=str(vib.size) if vib.size else "",
            acceptance_level=vib.acceptance_level.value,
            product_line=list(item.lines),
            signature=signature.result.value if signature else "",
            signer=signature.signer if signature else "",
        ),
    )


def _needed_by(item: ImageVib, image: EffectiveImage) -> Iterator[ImageVib]:
    """The VIBs of the image that satisfy a dependency of this one."""
    for line in item.lines:
        for other in image.vibs.get(line, ()):
            if other is not item and any(satisfies(other.vib, need) for need in item.vib.depends):
                yield other


def _supplier(name: str) -> OrganizationalEntity | None:
    return OrganizationalEntity(name=_text(name)) if name else None


def _properties(**facts: str | Iterable[str] | None) -> list[Property]:
    """Facts that the format has no field for, under a name of our own."""
    found = []
    for name, fact in facts.items():
        values = [fact] if isinstance(fact, str) else list(fact or ())
        found += [Property(name=f"imagewright:{name.replace('_', '-')}", value=_text(each)) for each in values if each]
    return found


def _text(text: str) -> str | None:
    """Text of a depot without half characters, which cannot be written."""
    return text.encode("utf-8", "replace").decode() or None


def _newest(image: EffectiveImage) -> datetime:
    dates = [item.vib.release_date for item in image.installed]
    dates += [each.component.bulletin.release_date for each in image.components.values() if each.component]
    dates += [image.base_image.release_date if image.base_image else None]
    return max((date for date in dates if date is not None), default=_BEFORE_ALL)


def _identity(image: EffectiveImage) -> str:
    parts = [f"{each.name} {each.version}" for each in image.components.values()]
    parts += [f"{item.ref.id} {item.ref.sha256}" for item in image.installed]
    return sha256("\n".join([image.spec.base_image or "", *parts]).encode("utf-8", "replace")).hexdigest()

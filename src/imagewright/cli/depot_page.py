"""What `depot inspect` tells, as a page for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from imagewright.cli.page import BAD, DOUBTFUL, GOOD, Page
from imagewright.formats.images import ImageObject, identity_of, kind_of, label_of
from imagewright.formats.inspection import FileState, InspectedVib, Inspection
from imagewright.formats.unknown_documents import FoundImage
from imagewright.model.columns import counted
from imagewright.model.content import (
    AddOn,
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    HardwareSupportPackage,
    MetadataBundle,
    Platform,
    SignatureResult,
    Vib,
)

T = TypeVar("T")
_SIGNATURES = {
    SignatureResult.UNSIGNED: ("unsigned", DOUBTFUL),
    SignatureResult.VALID: ("valid, signed by {signer}", GOOD),
    SignatureResult.NOT_TRUSTED: ("signed by {signer}, not trusted: it {detail}", DOUBTFUL),
    SignatureResult.INVALID: ("INVALID: it {detail}", BAD),
}


def inspection_page(inspection: Inspection) -> Page:
    """Everything about a depot, and at its end what is wrong with it and what was not understood."""
    page = Page()
    page.heading(inspection.name)
    page.text(f"{_summary(inspection)}; {_bytes(inspection.size)}")
    sure = {id(found.image): found for found in inspection.found if found.adopted}
    for bundle in inspection.content.bundles:
        _bundle(page, bundle, inspection.vibs_of(bundle), sure)
    unsure = [found for found in inspection.found if not found.adopted]
    _section(page, "Inferred, too unsure to be taken", unsure, _unsure)
    if inspection.not_understood:
        page.heading("Not understood")
        for each in inspection.not_understood:
            page.text(f"{each.path}: {each.reason}", 2, DOUBTFUL)
    page.heading("Checks")
    _checks(page, inspection)
    return page


def _summary(inspection: Inspection) -> str:
    bundles = inspection.content.bundles
    parts = [
        counted(len(inspection.vibs), "VIB"),
        *(
            counted(number, noun)
            for noun, field in (
                ("bulletin", "bulletins"),
                ("component", "components"),
                ("base image", "base_images"),
                ("add-on", "add_ons"),
                ("hardware support package", "hardware_support"),
                ("solution", "solutions"),
            )
            if (number := sum(len(getattr(bundle, field)) for bundle in bundles))
        ),
    ]
    return ", ".join(parts)


def _checks(page: Page, inspection: Inspection) -> None:
    states = [each.state for each in inspection.vibs]
    if number := states.count(FileState.CHECKED):
        page.text(f"{counted(number, 'VIB')} checked: every size and checksum holds", 2, GOOD)
    if number := states.count(FileState.ABSENT):
        page.text(f"{counted(number, 'VIB')} described only; the file is not in the depot", 2, DOUBTFUL)
    for problem in inspection.problems:
        page.text(problem, 2, BAD)


# --- parts -----------------------------------------------------------------------------------------------------------


def _bundle(page: Page, bundle: MetadataBundle, vibs: Sequence[InspectedVib], inferred: dict[int, FoundImage]) -> None:
    vendor = f"{bundle.vendor} ({bundle.vendor_code})" if bundle.vendor_code else bundle.vendor
    page.heading(f"{bundle.file_name}: {vendor}")
    page.flowing("for", _platforms(bundle.platforms))
    images: tuple[tuple[str, Sequence[ImageObject]], ...] = (
        ("Base images", bundle.base_images),
        ("Add-ons", bundle.add_ons),
        ("Hardware support", bundle.hardware_support),
        ("Solutions", bundle.solutions),
    )
    for title, parts in images:
        _section(page, title, parts, lambda page, image: _image(page, image, inferred.get(id(image))))
    _section(page, "Components", bundle.components, _component)
    component_ids = {component.bulletin.id for component in bundle.components}
    plain = [bulletin for bulletin in bundle.bulletins if bulletin.id not in component_ids]
    _section(page, "Bulletins that are no components", plain, _plain_bulletin)
    _section(page, "VIBs", vibs, _vib)


def _section(page: Page, title: str, parts: Sequence[T], show: Callable[[Page, T], None]) -> None:
    if parts:
        page.heading(title)
        for part in parts:
            show(page, part)


def _image(page: Page, image: ImageObject, found: FoundImage | None) -> None:
    page.heading(label_of(image), 2)
    if found is not None:
        _inferred(page, found)
    if isinstance(image, HardwareSupportPackage):
        page.fact("manager", image.manager_display_name)
    else:
        page.fact("called", " ".join(filter(None, (image.display_name, image.display_version))))
        page.fact("released", _date(image.release_date))
        page.fact("summary", image.summary)
    if isinstance(image, BaseImage) and image.declared_by:
        page.fact("declared", f"by hand by {image.declared_by}, not read", style=DOUBTFUL)
    page.fact("vendor", image.vendor)
    page.fact("description", image.description)
    if isinstance(image, BaseImage | AddOn):
        page.fact("category", image.category)
        page.fact("more at", image.kb)
    if isinstance(image, AddOn):
        page.flowing("supports", image.supported_base_images)
    if isinstance(image, HardwareSupportPackage):
        page.flowing("supports", image.supported_releases)
    page.fact("components", _refs(image.components))
    if isinstance(image, AddOn | HardwareSupportPackage):
        page.flowing("takes out", image.removed_components)
    if isinstance(image, BaseImage):
        page.fact("quick patch", (f"from {version} ({shown})" for version, shown in _pairs(image)))


def _pairs(image: BaseImage) -> Iterable[tuple[str, str]]:
    return image.quick_patch_compatible_versions.items()


def _inferred(page: Page, found: FoundImage) -> None:
    if found.mapping:
        page.fact("mapped", f"from {found.note.path}, {found.because}")
    else:
        because = f"{found.confidence:.0%} sure, from {found.note.path}: {found.because}"
        page.fact("inferred", because, style=DOUBTFUL)


def _unsure(page: Page, found: FoundImage) -> None:
    page.heading(f"perhaps the {kind_of(found.image)} {' '.join(identity_of(found.image))}", 2)
    _inferred(page, found)


def _component(page: Page, component: Component) -> None:
    page.heading(f"{component.name} {component.version}", 2)
    page.fact("called", f"{component.display_name} {component.display_version}")
    if component.bulletin.id != f"{component.name}_{component.version}":
        page.fact("bulletin", component.bulletin.id)
    _bulletin(page, component.bulletin)


def _plain_bulletin(page: Page, bulletin: Bulletin) -> None:
    page.heading(bulletin.id, 2)
    _bulletin(page, bulletin)


def _bulletin(page: Page, bulletin: Bulletin) -> None:
    page.fact("vendor", bulletin.vendor)
    page.fact("summary", bulletin.summary)
    page.fact("description", bulletin.description if bulletin.description != bulletin.summary else "")
    page.flowing("kind", filter(None, (bulletin.release_type, bulletin.category, bulletin.urgency, bulletin.severity)))
    page.fact("released", _date(bulletin.release_date))
    page.fact("more at", bulletin.kb)
    page.fact("contact", bulletin.contact)
    page.flowing("for", _platforms(bulletin.platforms))
    page.fact("VIBs", (ref.id for ref in bulletin.vibs))


def _vib(page: Page, inspected: InspectedVib) -> None:
    vib = inspected.vib
    page.heading(vib.id, 2, BAD if inspected.problem else "bold")
    page.fact("problem", inspected.problem, style=BAD)
    page.fact("summary", vib.summary)
    page.fact("description", vib.description if vib.description != vib.summary else "")
    page.fact("released", _date(vib.release_date))
    _trust(page, inspected)
    page.flowing("for", [*_platforms(vib.platforms), *(f"{each.vendor} {each.model}" for each in vib.hardware)])
    for label, relations in (
        ("depends", vib.depends),
        ("conflicts", vib.conflicts),
        ("replaces", vib.replaces),
        ("provides", vib.provides),
        ("compatible", vib.compatible_with),
    ):
        page.fact(label, map(str, relations))
    page.fact("tags", vib.tags)
    page.flowing("needs", _needs(vib))
    for payload in vib.payloads:
        unpacked = f", {_bytes(payload.uncompressed_size)} unpacked" if payload.uncompressed_size else ""
        page.fact("payload", f"{payload.name} ({payload.kind}), {_bytes(payload.size)}{unpacked}")
    page.fact("files", vib.files)
    page.fact("links", (f"{key}: {address}" for key, address in vib.urls.items()))
    page.fact("lies at", vib.relative_path)
    page.fact("size", _bytes(vib.size) if vib.size else "")
    page.fact("SHA-256", vib.sha256)


def _trust(page: Page, inspected: InspectedVib) -> None:
    page.fact("acceptance", inspected.vib.acceptance_level.value)
    if inspected.signature is not None:
        text, style = _SIGNATURES[inspected.signature.result]
        signer, detail = inspected.signature.signer, inspected.signature.detail
        page.fact("signature", text.format(signer=signer, detail=detail), style=style)
    if inspected.state is FileState.ABSENT:
        page.fact("file", "not in the depot", style=DOUBTFUL)


def _needs(vib: Vib) -> Iterable[str]:
    if vib.maintenance_mode_on_install or vib.maintenance_mode_on_remove:
        yield "maintenance mode"
    if vib.reboot_required:
        yield "a reboot"
    if vib.cimom_restart:
        yield "a restart of the management agent"


# --- words -----------------------------------------------------------------------------------------------------------


def _refs(refs: Iterable[ComponentRef]) -> list[str]:
    return [f"{ref.name} {ref.version}" for ref in refs]


def _platforms(platforms: Iterable[Platform]) -> list[str]:
    return [" ".join(filter(None, (each.product_line, each.version, each.locale))) for each in platforms]


def _date(date: datetime | None) -> str:
    return f"{date:%Y-%m-%d}" if date else ""


def _bytes(count: int) -> str:
    return f"{count:,} bytes"

"""A metadata archive: the zip inside of a bundle that describes everything the bundle holds, without the payloads.

    vmware.xml          all bulletins, with a short description of each VIB
    bulletins/*.xml     each bulletin alone, with the ids of its VIBs
    vibs/*.xml          the descriptor of each VIB, with path, size and checksum of its file
    baseimages/ addons/ manifests/ solutions/   JSON objects that are made of components

The folders come first, because they say more; `vmware.xml` fills in what stands only there. Then the other JSON and XML
files are looked at, and those in the image folders that are in another form: with the components known, it can be seen
what they are (see `inference`). What is left is noted and passed over, and so is how an object was found that way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from imagewright.formats.archive import Archive, is_left_by_mac
from imagewright.formats.bulletin import BulletinRecord, component_of, read_bulletin, read_bulletin_xml
from imagewright.formats.errors import FormatError, shown
from imagewright.formats.images import READERS, ImageObject, identity_of, kind_of, label_of, read_image_object
from imagewright.formats.index import VENDOR_INDEX
from imagewright.formats.known_components import KnownComponents
from imagewright.formats.limits import Limits
from imagewright.formats.unknown_documents import ANY_FORM, Examined, FoundImage, UnknownDocument, UnknownForms, examine
from imagewright.formats.vib_xml import other_id, read_vib_xml
from imagewright.formats.xml import iterate_xml
from imagewright.model.content import (
    AddOn,
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    HardwareSupportPackage,
    MetadataBundle,
    NotUnderstood,
    Platform,
    Solution,
    Vib,
    VibRef,
)

VMWARE_XML = "vmware.xml"
PROFILES = "profiles/"
"""Where image profiles are reported to lie, which older depots have instead of base images."""

_EMPTY = "holds no VIB, no bulletin and no image; it is no metadata archive"
_WORD = re.compile(rb"[0-9A-Za-z_.+~-]+")
_IMAGE = TypeVar("_IMAGE", BaseImage, AddOn, HardwareSupportPackage, Solution)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What one archive says, and what in it was passed over; what was recognised by content is in both lists.

    `unknown` are the documents in no known form, when they were asked for; `left` those of them in which nothing was
    recognised, as far as a document may be large (see `across`). The last note of one that `is_empty` is about itself.
    """

    bundle: MetadataBundle
    not_understood: tuple[NotUnderstood, ...]
    found: tuple[FoundImage, ...] = ()
    unknown: tuple[UnknownDocument, ...] = ()
    left: tuple[UnknownDocument, ...] = ()
    is_empty: bool = False


def read_metadata(
    archive: Archive,
    file_name: str,
    vendor: str,
    vendor_code: str,
    platforms: tuple[Platform, ...],
    forms: UnknownForms = ANY_FORM,
) -> Metadata:
    """Everything in a metadata archive, each list sorted by id, or by name and version.

    `file_name`, vendor and platforms are what the index files say of the archive. Raises FormatError when a bulletin
    or a VIB cannot be read, and when two of them with one id differ. An archive with nothing in it is noted.
    """
    reading = _Reading(archive, forms, _root(archive))
    for path in archive.paths:
        reading.read(path)
    if vmware_xml := archive.named(reading.root + VMWARE_XML):
        reading.read_vmware_xml(vmware_xml)
    bulletins = reading.resolved_bulletins()
    components = reading.components(bulletins)
    reading.infer(components)
    if reading.is_empty:
        reading.not_understood.append(NotUnderstood(archive.where, _EMPTY))
    bundle = MetadataBundle(
        file_name=file_name,
        vendor=vendor,
        vendor_code=vendor_code,
        platforms=platforms,
        vibs=tuple(vib for _id, vib in sorted(reading.vibs.items())),
        bulletins=bulletins,
        components=components,
        **_images(reading.images),
    )
    return Metadata(
        bundle,
        tuple(reading.not_understood),
        tuple(reading.found),
        tuple(reading.documents),
        tuple(reading.left),
        reading.is_empty,
    )


def across(read: Sequence[Metadata], forms: UnknownForms, limits: Limits) -> tuple[Metadata, ...]:
    """The archives of one depot, with the images that consist of components of other archives.

    What was left in each is examined once more, now with the components of all. Raises FormatError when there is
    nothing in any of them: one of many may be empty, as the list of notifications of a depot that has none.
    """
    if read and all(metadata.is_empty for metadata in read):
        raise FormatError(read[0].not_understood[-1].path, _EMPTY)
    known = KnownComponents.of(component for metadata in read for component in metadata.bundle.components)
    return tuple(_again(metadata, known, forms, limits) if len(read) > 1 else metadata for metadata in read)


def _again(metadata: Metadata, known: KnownComponents, forms: UnknownForms, limits: Limits) -> Metadata:
    whole = {document.where: document._replace(known=known) for document in metadata.left}
    examined = (examine(document, forms.mappings, limits) for document in whole.values())
    found = tuple(each for result in examined if result.ours is None for each in result.found)
    if not found:
        return metadata
    places = {each.note.path for each in found}
    kept = tuple(note for note in metadata.not_understood if note.path not in places)
    bundle = metadata.bundle
    # What a document says in our form gives way to what is now recognised in the whole of it.
    replaced = [document.ours for document in whole.values() if document.where in places]
    held: tuple[ImageObject, ...] = (*bundle.base_images, *bundle.add_ons, *bundle.hardware_support, *bundle.solutions)
    images = [image for image in held if image not in replaced] + [each.image for each in found if each.adopted]
    return replace(
        metadata,
        bundle=replace(bundle, **_images(images)),
        not_understood=(*kept, *(each.note for each in found)),
        found=(*metadata.found, *found),
        unknown=tuple(whole.get(document.where, document) for document in metadata.unknown),
    )


@dataclass(slots=True)
class _Reading:
    """What has been found so far in one archive."""

    archive: Archive
    forms: UnknownForms
    root: str
    vibs: dict[str, Vib] = field(default_factory=dict)
    others: dict[str, Vib] = field(default_factory=dict)
    records: dict[str, BulletinRecord] = field(default_factory=dict)
    images: list[ImageObject] = field(default_factory=list)
    not_understood: list[NotUnderstood] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    found: list[FoundImage] = field(default_factory=list)
    documents: list[UnknownDocument] = field(default_factory=list)
    left: list[UnknownDocument] = field(default_factory=list)
    ours: dict[str, ImageObject] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        return self.archive.budget.limits

    @property
    def is_empty(self) -> bool:
        has_content = (
            self.vibs or self.records or self.images or self.ours or self.archive.named(self.root + VMWARE_XML)
        )
        return not (has_content or any(self._may_hold_images(path) for path in self.unknown))

    def read(self, path: str) -> None:
        """Takes one file, by its folder; upper case is what zips have that were packed where case means nothing."""
        inside = path.lower().removeprefix(self.root.lower())
        folder, _slash, name = inside.partition("/")
        if inside in (VMWARE_XML, VENDOR_INDEX):
            return
        if is_left_by_mac(path):
            self.unknown[path] = "is of no known kind"
        elif folder == "vibs" and name.endswith(".xml"):
            self._add_vib(read_vib_xml(self.archive.read(path), self.archive.inside(path), self.limits), path)
        elif folder == "bulletins" and name.endswith(".xml"):
            self._add_bulletin(read_bulletin_xml(self.archive.read(path), self.archive.inside(path), self.limits), path)
        elif folder in READERS:
            self._read_image(folder, path)
        else:
            self.unknown[path] = "is of no known kind"

    def read_vmware_xml(self, path: str) -> None:
        """Takes from `vmware.xml` what had no file of its own, and where a VIB lies when its own file does not say."""
        where = self.archive.inside(path)
        for node in iterate_xml(self.archive.read(path), "metadataResponse", "bulletin", where, self.limits):
            record = read_bulletin(node)
            for vib in record.vibs:
                known = self._vib(vib.id)
                if known is None:
                    self._add_vib(vib, VMWARE_XML)
                elif known.sha256 and vib.sha256 and known.sha256 != vib.sha256:
                    raise FormatError(where, f"gives VIB {shown(vib.id)} another checksum than its file in vibs/")
                elif not (known.relative_path and known.sha256 and known.size):
                    self._complete(known, vib)
            if record.bulletin.id not in self.records:
                self._add_bulletin(replace(record, vibs=()), VMWARE_XML)

    def resolved_bulletins(self) -> tuple[Bulletin, ...]:
        """The bulletins, with the checksums of their VIBs, which they themselves do not know."""
        return tuple(self._resolved(record.bulletin) for _id, record in sorted(self.records.items()))

    def components(self, bulletins: Iterable[Bulletin]) -> tuple[Component, ...]:
        """Those of the bulletins that are components."""
        found: dict[ComponentRef, Component] = {}
        for bulletin in bulletins:
            component = self.records[bulletin.id].component
            if component is None:
                continue
            if component.ref in found:
                raise FormatError(
                    self.archive.where,
                    f"has two bulletins, {shown(found[component.ref].bulletin.id)} and {shown(bulletin.id)}, for "
                    f"component {shown(component.name)} {shown(component.version)}",
                )
            found[component.ref] = component_of(bulletin, component)
        return tuple(found[ref] for ref in sorted(found, key=lambda ref: (ref.name, ref.version)))

    def _vib(self, vib_id: str) -> Vib | None:
        """The VIB of an id, in either spelling where there are two."""
        return self.vibs.get(vib_id) or self.others.get(vib_id)

    def _complete(self, known: Vib, vib: Vib) -> None:
        """Fills in what lies in the archive, from the other description of the same VIB."""
        self.vibs[known.id] = completed = replace(
            known,
            relative_path=known.relative_path or vib.relative_path,
            sha256=known.sha256 or vib.sha256,
            size=known.size or vib.size,
        )
        if other := other_id(known):
            self.others[other] = completed

    def _add_vib(self, vib: Vib, path: str) -> None:
        known = self.vibs.setdefault(vib.id, vib)
        if other := other_id(vib):
            self.others[other] = known
        if known is not vib and (known.sha256, known.size) != (vib.sha256, vib.size):
            raise FormatError(
                self.archive.inside(path),
                f"describes VIB {shown(vib.id)} a second time, with other content; which one is meant is not clear",
            )

    def _add_bulletin(self, record: BulletinRecord, path: str) -> None:
        if len(self.records) >= self.limits.bulletins:
            raise FormatError(self.archive.where, f"holds more than {self.limits.bulletins} bulletins, the limit")
        known = self.records.setdefault(record.bulletin.id, record)
        if known != record:
            raise FormatError(
                self.archive.inside(path),
                f"describes bulletin {shown(record.bulletin.id)} a second time, and differently",
            )

    def _read_image(self, folder: str, path: str) -> None:
        """Images are made by vendors in a form that is not published: what is not understood does not stop a depot."""
        archive = self.archive
        try:
            data = archive.read(path)
            image, passed_over = read_image_object(folder, data, archive.inside(path), self.limits)
        except FormatError as error:
            self.unknown[path] = error.what
            return
        if passed_over:
            self.ours[path] = image
            self.unknown[path] = f"holds {', '.join(map(shown, passed_over))}, whose meaning is not known"
        else:
            self.images.append(image)

    def infer(self, components: tuple[Component, ...]) -> None:
        """Examines what was not understood, and notes what came of it."""
        known = KnownComponents.of(components)
        for path, reason in self.unknown.items():
            examined = self._examined(path, known)
            self.images += [each.image for each in examined.found if each.adopted]
            self.found += examined.found
            self.not_understood += [each.note for each in examined.found]
            if examined.ours is not None:
                self.images.append(examined.ours)
                reason = f"{reason}; the rest is read as the {kind_of(examined.ours)} {shown(label_of(examined.ours))}"
            if examined.refusals or examined.ours is not None or not examined.found:
                self.not_understood.append(self._note(path, "; ".join((reason, *examined.refusals))))
        if not any(isinstance(image, BaseImage) for image in self.images):
            self.not_understood = [self._with_profile(note) for note in self.not_understood]

    def _examined(self, path: str, known: KnownComponents) -> Examined:
        ours = self.ours.get(path)
        if not self._may_hold_images(path):
            return Examined((), ours=ours)
        document = UnknownDocument(path, self.archive.inside(path), self.archive.read(path), known, ours)
        examined = examine(document, self.forms.mappings, self.limits)
        self._keep(document, examined)
        return examined

    def _may_hold_images(self, path: str) -> bool:
        return path.lower().endswith((".json", ".xml")) and self.archive.size(path) <= self.limits.inferred_size

    def _keep(self, document: UnknownDocument, examined: Examined) -> None:
        if self.forms.keep:
            self.documents.append(document)
        if not examined.found and sum(len(each.data) for each in (*self.left, document)) <= self.limits.document_size:
            self.left.append(document)

    def _with_profile(self, note: NotUnderstood) -> NotUnderstood:
        """The note about an image profile in a depot without a base image says what can be done with it."""
        path = next((path for path in self.unknown if self.archive.inside(path) == note.path), "")
        if not path.startswith(PROFILES) or self.archive.size(path) > self.limits.inferred_size:
            return note
        named = self.vibs.keys() & {word.decode("ascii") for word in _WORD.findall(self.archive.read(path))}
        return replace(
            note,
            reason=f"is an image profile, which is not read: it names {len(named)} of the {len(self.vibs)} VIBs here, "
            "and there is no base image that can be read; declare one of them by hand: imagewright depot declare",
        )

    def _note(self, path: str, reason: str) -> NotUnderstood:
        return NotUnderstood(self.archive.inside(path), reason)

    def _resolved(self, bulletin: Bulletin) -> Bulletin:
        refs = []
        for ref in bulletin.vibs:
            vib = self._vib(ref.id)
            if vib is None:
                reason = f"names VIB {shown(ref.id)}, which is not described"
                self.not_understood.append(self._note(f"bulletin {bulletin.id}", reason))
            refs.append(vib.ref if vib else VibRef(ref.id, ref.sha256))
        return replace(bulletin, vibs=tuple(refs))


def _root(archive: Archive) -> str:
    """The folder of the metadata, with a slash at its end: none, or the one that was packed together with them."""
    if any(path.lower().partition("/")[0] in ("vibs", "bulletins", VMWARE_XML) for path in archive.paths):
        return ""
    inside = [path for path in archive.paths if path.lower().endswith(f"/{VMWARE_XML}") and not is_left_by_mac(path)]
    return inside[0][: -len(VMWARE_XML)] if len(inside) == 1 else ""


def _images(images: Iterable[ImageObject]) -> dict[str, Any]:
    """The images of a bundle, by its fields."""
    known = tuple(images)
    return {
        "base_images": _sorted(known, BaseImage),
        "add_ons": _sorted(known, AddOn),
        "hardware_support": _sorted(known, HardwareSupportPackage),
        "solutions": _sorted(known, Solution),
    }


def _sorted(images: Iterable[ImageObject], kind: type[_IMAGE]) -> tuple[_IMAGE, ...]:
    """The objects of one kind by name and version; equal ones once."""
    unique: dict[str, _IMAGE] = {}
    for image in images:
        if isinstance(image, kind):
            unique.setdefault(repr(image), image)
    return tuple(sorted(unique.values(), key=identity_of))

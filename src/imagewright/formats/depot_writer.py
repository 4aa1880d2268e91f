"""Writing an offline bundle: from values and VIB files to a zip with the structure of real ones.

Equal input makes equal bytes: files are in a fixed order, every time stamp is fixed. VIB files are stored as they are,
because their payloads are compressed already; they pass through in chunks and are never held in memory.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import BinaryIO

from lxml import etree

from imagewright.formats.archive import safe_path
from imagewright.formats.bulletin import bulletin_element, full_bulletin_element
from imagewright.formats.errors import FormatError, shown
from imagewright.formats.images import ImageObject, path_of, write_image_object
from imagewright.formats.index import (
    INDEX,
    SPECIFICATION,
    VENDOR_INDEX,
    MetadataEntry,
    VendorEntry,
    write_index,
    write_vendor_index,
)
from imagewright.formats.limits import CHUNK
from imagewright.formats.metadata import VMWARE_XML
from imagewright.formats.vib_xml import write_vib_xml
from imagewright.formats.xml import add, to_bytes
from imagewright.model.content import Component, DepotContent, MetadataBundle, Vib, VibRef

OpenVib = Callable[[Vib], BinaryIO | None]

_OLDEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o644 << 16


@dataclass(frozen=True, slots=True)
class Document:
    """A file of a bundle that is not a VIB. Archives are not compressed once more."""

    data: bytes
    compressed: bool = True


@dataclass(frozen=True, slots=True)
class DepotFiles:
    """All files of a bundle, in their order: first the documents, then the VIBs, by path.

    `content` is what was asked for, with a path for every VIB.
    """

    content: DepotContent
    documents: Mapping[str, Document]
    vibs: Mapping[str, Vib]


def depot_files(content: DepotContent, spec: bytes | None = None) -> DepotFiles:
    """What a bundle of this content consists of, with one metadata archive for each of `content.bundles`.

    `spec` is the specification that the content was put together for, as JSON. VIBs without a path get
    `vib20/<name>/<id>.vib`, and a second one that wants the same path a folder more. Raises FormatError when two things
    want one path, when a bulletin names a VIB that its bundle does not hold, and when a text cannot stand in XML.
    """
    placed = _with_paths(content)
    documents = {path: Document(data) for path, data in _index_files(placed.bundles).items()}
    if spec is not None:
        documents[SPECIFICATION] = Document(spec)
    for bundle in _by_file_name(placed.bundles).values():
        documents[bundle.file_name] = Document(_metadata_zip(bundle), compressed=False)
    return DepotFiles(placed, documents, dict(sorted(_vibs_by_path(placed.bundles).items())))


def write_depot(sink: BinaryIO, content: DepotContent, open_vib: OpenVib) -> DepotContent:
    """Writes a bundle front to end, and gives the content as it is written (see `depot_files`).

    `open_vib` gives the file of a VIB, which is closed here, or None for one that is to be described only. Raises
    FormatError also when a file has not the size that its VIB says.
    """
    files = depot_files(content)
    with zipfile.ZipFile(sink, "w") as archive:
        for path, document in files.documents.items():
            write_document(archive, path, document)
        for path, vib in files.vibs.items():
            source = open_vib(vib)
            if source is not None:
                with source:
                    _write_vib(archive, path, vib, source)
    return files.content


def write_document(archive: zipfile.ZipFile, path: str, document: Document) -> None:
    """Adds one document to a zip."""
    info = member_info(path, len(document.data))
    info.compress_type = zipfile.ZIP_DEFLATED if document.compressed else zipfile.ZIP_STORED
    archive.writestr(info, document.data)


def member_info(path: str, size: int) -> zipfile.ZipInfo:
    """The entry of a member in the form that all of ours have, so that equal content makes equal bytes."""
    info = zipfile.ZipInfo(path, _OLDEST_ZIP_TIME)
    info.file_size = size
    info.create_system = 3  # Unix on every machine
    info.external_attr = _FILE_MODE
    return info


def default_path(vib: Vib) -> str:
    """Where vendor tools put a VIB."""
    return f"{_folder(vib)}/{vib.id}.vib"


def _folder(vib: Vib) -> str:
    # Dots alone would lead to another folder.
    return f"vib20/{'_' if vib.name.strip('.') == '' else ''}{vib.name}"


def _with_paths(content: DepotContent) -> DepotContent:
    taken: dict[str, VibRef] = {}

    def placed(vib: Vib) -> Vib:
        if vib.relative_path:
            return vib
        path = default_path(vib)
        if taken.setdefault(path, vib.ref) != vib.ref:
            path = f"{_folder(vib)}/{vib.sha256[:16]}/{vib.id}.vib"
        return replace(vib, relative_path=path)

    return replace(
        content,
        bundles=tuple(replace(bundle, vibs=tuple(placed(vib) for vib in bundle.vibs)) for bundle in content.bundles),
    )


def _by_file_name(bundles: Iterable[MetadataBundle]) -> dict[str, MetadataBundle]:
    found: dict[str, MetadataBundle] = {}
    for bundle in bundles:
        if safe_path(bundle.file_name, "the depot") != bundle.file_name or bundle.file_name in ("", INDEX):
            raise FormatError("the depot", f"cannot have metadata named {shown(bundle.file_name)}")
        if found.setdefault(bundle.file_name, bundle) is not bundle:
            raise FormatError("the depot", f"has two metadata archives named {shown(bundle.file_name)}")
    return found


def _vibs_by_path(bundles: Iterable[MetadataBundle]) -> dict[str, Vib]:
    found: dict[str, Vib] = {}
    for vib in (vib for bundle in bundles for vib in bundle.vibs):
        path = safe_path(vib.relative_path, vib.id)
        other = found.setdefault(path, vib)
        if other.ref != vib.ref:
            raise FormatError(
                vib.id, f"wants the path {shown(path)}, where VIB {shown(other.id)} lies with other content"
            )
    return found


def _index_files(bundles: tuple[MetadataBundle, ...]) -> dict[str, bytes]:
    """`index.xml`, and an index for each vendor; the first has the usual name."""
    vendors: dict[tuple[str, str], list[MetadataBundle]] = {}
    for bundle in bundles:
        vendors.setdefault((bundle.vendor, bundle.vendor_code), []).append(bundle)
    entries, files = [], {}
    for number, ((name, code), own) in enumerate(vendors.items(), start=1):
        path = VENDOR_INDEX if number == 1 else f"vendor-index-{number}.xml"
        entries.append(VendorEntry(name, code, path))
        files[path] = _vendor_index(own)
    return {INDEX: write_index(entries), **files}


def _vendor_index(bundles: Iterable[MetadataBundle]) -> bytes:
    return write_vendor_index(
        MetadataEntry(bundle.file_name, platform) for bundle in bundles for platform in bundle.platforms or (None,)
    )


def _metadata_zip(bundle: MetadataBundle) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in sorted(metadata_files(bundle).items()):
            write_document(archive, path, Document(data))
    return buffer.getvalue()


def metadata_files(bundle: MetadataBundle) -> dict[str, bytes]:
    """What a metadata archive consists of, in memory, where it takes a few hundred bytes for each VIB."""
    components = {component.bulletin.id: component for component in bundle.components}
    files: dict[str, bytes] = {
        VENDOR_INDEX: _vendor_index([bundle]),
        VMWARE_XML: _vmware_xml(bundle, components),
    }
    for bulletin in bundle.bulletins:
        element = bulletin_element(bulletin, components.get(bulletin.id))
        _put(files, f"bulletins/{_file_name(bulletin.id)}.xml", to_bytes(element))
    for vib in bundle.vibs:
        _put(files, f"vibs/{_file_name(vib.name)}-{_number(vib)}.xml", write_vib_xml(vib, in_metadata=True))
    images: tuple[ImageObject, ...] = (
        *bundle.base_images,
        *bundle.add_ons,
        *bundle.hardware_support,
        *bundle.solutions,
    )
    for image in images:
        _put(files, path_of(image), write_image_object(image))
    return files


def _vmware_xml(bundle: MetadataBundle, components: Mapping[str, Component]) -> bytes:
    dates = [bulletin.release_date for bulletin in bundle.bulletins if bulletin.release_date]
    vibs = {vib.ref: vib for vib in bundle.vibs}
    root = etree.Element("metadataResponse")
    add(root, "version", "3.0")
    # Not the time of writing, so that equal content stays equal bytes.
    add(root, "timestamp", max(dates).isoformat() if dates else "")
    for bulletin in bundle.bulletins:
        root.append(full_bulletin_element(bulletin, components.get(bulletin.id), vibs))
    return to_bytes(root)


def _put(files: dict[str, bytes], path: str, data: bytes) -> None:
    """Adds a file under a name that no other has, however alike what they are named after."""
    stem, _dot, extension = path.rpartition(".")
    number = 1
    while path in files:
        number += 1
        path = f"{stem}-{number}.{extension}"
    files[path] = data


def _file_name(text: str) -> str:
    return "".join(char if char.isalnum() or char in "-_." else "_" for char in text)


def _number(vib: Vib) -> int:
    """Real tools put a hash of the id here; any number does that is unique."""
    return int.from_bytes(sha256(f"{vib.id} {vib.sha256}".encode()).digest()[:7], "big")


def _write_vib(archive: zipfile.ZipFile, path: str, vib: Vib, source: BinaryIO) -> None:
    size = 0
    with archive.open(member_info(path, vib.size), "w", force_zip64=not vib.size) as member:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if vib.size and size > vib.size:
                break
            member.write(chunk)
    if vib.size and size != vib.size:
        found = "more" if size > vib.size else f"{size}"
        raise FormatError(path, f"has {found} bytes, but VIB {shown(vib.id)} has {vib.size}; the file is not that VIB")

"""Online depots: which documents there are, and what they say together.

    index.xml ──► an index of each vendor ──► metadata archives
                  VIBs lie beside these and are not looked at

All paths are below the folder of `index.xml`, as they are written in the documents. What a document names elsewhere is
refused, so that a depot cannot make its reader ask other servers.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import BinaryIO

from imagewright.formats.archive import Archive, Budget, path_from, safe_path
from imagewright.formats.errors import INSIDE, FormatError, shown
from imagewright.formats.index import VendorEntry, read_index, read_vendor_index
from imagewright.formats.limits import Limits
from imagewright.formats.metadata import Metadata, across, read_metadata
from imagewright.formats.unknown_documents import ANY_FORM, UnknownForms
from imagewright.model.content import DepotContent, MetadataBundle, NotUnderstood, Platform, Vib


@dataclass(frozen=True, slots=True)
class VendorPlace:
    """A vendor of a depot and the path of his index."""

    vendor: VendorEntry
    path: str


@dataclass(frozen=True, slots=True)
class ArchivePlace:
    """A metadata archive: whose it is, its path, and all platforms that the index names for it."""

    vendor: VendorEntry
    path: str
    platforms: tuple[Platform, ...] = ()


def vendor_places(data: bytes, where: str, root: str, limits: Limits) -> tuple[VendorPlace, ...]:
    """The vendors of an index. `root` is the URL of its folder, with a slash at the end. Raises FormatError."""
    return tuple(
        VendorPlace(vendor, _below(root, "", vendor.path, where, limits)) for vendor in read_index(data, where)
    )


def archive_places(data: bytes, place: VendorPlace, root: str, limits: Limits) -> tuple[ArchivePlace, ...]:
    """The metadata archives of a vendor's index, each once. Raises FormatError."""
    folder = posixpath.dirname(place.path)
    found: dict[str, ArchivePlace] = {}
    for entry in read_vendor_index(data, place.path):
        path = _below(root, folder, entry.url, place.path, limits)
        known = found.setdefault(path, ArchivePlace(place.vendor, path))
        if entry.platform is not None and entry.platform not in known.platforms:
            found[path] = replace(known, platforms=(*known.platforms, entry.platform))
    if len(found) > limits.entries:
        raise FormatError(place.path, f"names more than {limits.entries} archives, the limit for one depot")
    return tuple(found.values())


def read_archives(
    places: Iterable[ArchivePlace],
    open_archive: Callable[[str], BinaryIO],
    limits: Limits,
    forms: UnknownForms = ANY_FORM,
    unchanged: Mapping[str, MetadataBundle] = {},
) -> DepotContent:
    """Everything that the metadata archives say; `open_archive` gives the file of a path, which is closed here.

    Those of `unchanged` are not opened: by path, what they said and say still (see `known_wholly`). A VIB whose
    metadata name no SHA-256 could not be verified when it is fetched, so it counts as one whose file is missing.
    Raises FormatError.
    """
    budget = Budget(limits)
    read: list[Metadata] = []
    for place in places:
        if place.path in unchanged:
            read.append(Metadata(_as_named_by(place, unchanged[place.path]), ()))
            continue
        with closing(open_archive(place.path)) as file:
            archive = Archive(file, place.path, budget)
            read.append(
                read_metadata(archive, place.path, place.vendor.name, place.vendor.code, place.platforms, forms)
            )
    bundles: list[MetadataBundle] = []
    notes: list[NotUnderstood] = []
    for metadata in across(read, forms, limits):
        bundle = metadata.bundle
        bundles.append(bundle)
        notes += metadata.not_understood
        notes += (
            NotUnderstood(bundle.file_name, f"names no SHA-256 for VIB {shown(vib.id)}, so its file cannot be fetched")
            for vib in bundle.vibs
            if not vib.sha256
        )
    content = DepotContent(tuple(bundles), tuple(notes))
    return content.with_vibs({vib.ref: replace(vib, file_missing=True) for vib in content.vibs if not vib.sha256})


def known_wholly(content: DepotContent, paths: Collection[str]) -> dict[str, MetadataBundle]:
    """What archives of a depot said, of which nothing was noted: by their paths, as far as these are among `paths`.

    One with notes has to be read again even when it is the same: what is in it may be understood by the components of
    an archive that was not there before.
    """
    noted: set[str] = set()
    for note in content.not_understood:
        parts = note.path.split(INSIDE)
        noted.update(INSIDE.join(parts[: count + 1]) for count in range(len(parts)))
    known: dict[str, MetadataBundle] = {}
    for bundle in content.bundles:
        if bundle.file_name in paths and bundle.file_name not in noted:
            # What was withdrawn from an archive follows behind as a bundle of the same name.
            known.setdefault(bundle.file_name, bundle)
    return known


def _as_named_by(place: ArchivePlace, bundle: MetadataBundle) -> MetadataBundle:
    """The bundle, for the vendor and the platforms that the indexes name now."""
    return replace(bundle, vendor=place.vendor.name, vendor_code=place.vendor.code, platforms=place.platforms)


def vib_paths(bundle: MetadataBundle, vib: Vib, limits: Limits) -> tuple[str, ...]:
    """Where the file of a VIB may lie, likeliest place first: from the folder of its metadata up to that of the index.

    Vendors write paths that count from the folder of their own index; bundles that were unpacked, from the root.
    Raises FormatError when the path leads out of the depot.
    """
    folder, places = posixpath.dirname(bundle.file_name), []
    climbs = ".." in vib.relative_path.replace("\\", "/").split("/")
    while True:
        places.append(path_from(folder, vib.relative_path, bundle.file_name, limits))
        if not folder or climbs:
            return tuple(places)
        folder = posixpath.dirname(folder)


def _below(root: str, folder: str, path: str, where: str, limits: Limits) -> str:
    """The path below the root that a document in `folder` means; a complete URL must begin with the root."""
    if "://" in path:
        # The URL is not repeated: there may be a token in it.
        if not path.startswith(root):
            raise FormatError(where, "names a file on another server or in another folder; only those below are read")
        return safe_path(path.removeprefix(root), where, limits)
    return path_from(folder, path, where, limits)

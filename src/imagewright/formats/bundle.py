"""Opening a depot: an offline bundle, a bundle inside of a zip, or a single VIB file.

Only metadata are read when a depot is opened. The VIBs stay where they are until somebody asks for their bytes.
"""

from __future__ import annotations

import posixpath
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import BinaryIO, Self, cast
from urllib.parse import unquote

from imagewright.formats.ar import MAGIC
from imagewright.formats.archive import Archive, Budget, MemberStream, is_left_by_mac, new_spool, path_from
from imagewright.formats.errors import FormatError, shown
from imagewright.formats.index import (
    INDEX,
    SPECIFICATION,
    MetadataEntry,
    VendorEntry,
    read_index,
    read_vendor_index,
)
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.metadata import Metadata, across, read_metadata
from imagewright.formats.signature import NOBODY, TrustedSigners
from imagewright.formats.unknown_documents import ANY_FORM, UnknownForms
from imagewright.formats.vib import HashingSink, copy_vib, read_beginning, read_vib_file
from imagewright.formats.xml import parse_xml
from imagewright.model.content import DepotContent, MetadataBundle, NotUnderstood, Platform, Vib, VibRef


class OpenDepot:
    """A depot whose metadata have been read. Close it, or use it in a `with`; the file itself stays open.

    `content` is everything that the metadata say; what they describe without its file being there is marked as
    `file_missing`. `found` are those of its images that are in no known form and were recognised by their content, and
    those that were too unsure to be among them; `unknown` are their documents, when they were asked for. The bytes of a
    VIB come from the file that the depot was opened on, so that must stay open and must not be read by anybody else at
    the same moment. Several threads may copy VIBs of one depot at the same time.
    """

    def __init__(
        self,
        content: DepotContent,
        places: dict[VibRef, _Place],
        limits: Limits,
        resources: ExitStack,
        trusted: TrustedSigners = NOBODY,
        metadata: tuple[Metadata, ...] = (),
    ) -> None:
        self.content = content
        self.found = tuple(found for each in metadata for found in each.found)
        self.unknown = tuple(document for each in metadata for document in each.unknown)
        self._places = places
        self._limits = limits
        self._resources = resources
        self._trusted = trusted

    def recorded(self) -> DepotContent:
        """The content as an import records it: each VIB as its own file describes it, with its signature judged.

        Payloads are not read, so their damage is not seen. Raises FormatError as `described` does.
        """
        here = (vib for vib in self.content.vibs if not vib.file_missing)
        return self.content.with_vibs({vib.ref: self.described(vib) for vib in here})

    def open_vib(self, vib: Vib) -> BinaryIO:
        """The VIB's file, for one reading from front to end; nothing is checked but the CRC of the archive.

        Raises FormatError when the depot has no such file.
        """
        return self._place(vib).open()

    def copy_vib(self, vib: Vib, sink: HashingSink | BinaryIO | None = None) -> Vib:
        """Copies the VIB's file to `sink`, or only checks it, as `formats.vib.copy_vib` does.

        Gives the VIB as its descriptor says, with the true size and SHA-256. Raises FormatError, naming the file and
        what differs.
        """
        place = self._place(vib)
        with place.open() as source:
            return copy_vib(source, sink, place.where, vib, self._limits, self._trusted)

    def described(self, vib: Vib) -> Vib:
        """The VIB as its own descriptor says, of which only the beginning of the file is read.

        Size and SHA-256 are those of the metadata; where they name none, the whole file is read and checked.
        """
        if not (vib.sha256 and vib.size):
            return self.copy_vib(vib)
        place = self._place(vib)
        with place.open() as source:
            own = read_beginning(source, place.where, self._limits, self._trusted)
        return replace(own, size=vib.size, sha256=vib.sha256, relative_path=vib.relative_path)

    def close(self) -> None:
        """Ends reading and gives temporary files back."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _place(self, vib: Vib) -> _Place:
        place = self._places.get(vib.ref)
        if place is None:
            path = vib.relative_path or "no path"
            raise FormatError(vib.id, f"is described, but its file ({shown(path)}) is not in the depot")
        return place


def open_depot(
    file: BinaryIO,
    name: str,
    limits: Limits = DEFAULT_LIMITS,
    trusted: TrustedSigners = NOBODY,
    forms: UnknownForms = ANY_FORM,
) -> OpenDepot:
    """Reads the metadata of a depot.

    `file` must be seekable; `name` is how errors call it; `trusted` are the signers of VIBs to believe; `forms`
    says what to do with documents in no known form. The file may hold an offline bundle (a zip with `index.xml`), a zip
    with one or more bundles inside, or VIBs without any metadata: a single one, or a zip of them. Raises FormatError,
    saying which file, which element and why, for anything else and for anything above the limits.
    """
    file.seek(0)
    magic = file.read(len(MAGIC))
    file.seek(0)
    if magic == MAGIC:
        return _open_single_vib(file, name, limits, trusted)
    if not magic:
        raise FormatError(name, "is empty; fetch the file again")
    resources = ExitStack()
    reading = _Reading(resources, forms)
    try:
        archive = Archive(file, name, Budget(limits))
        if not reading.read_zip(archive) and not reading.read_loose_vibs(archive, trusted):
            raise FormatError(
                name, "holds no index.xml and no VIB, so it is no offline bundle; take the vendor's zip as it came"
            )
        if not reading.metadata:
            raise FormatError(name, "has an index that names no metadata, so there is nothing in it; fetch it again")
    except BaseException:
        resources.close()
        raise
    read = across(reading.metadata, forms, limits)
    content = DepotContent(
        tuple(metadata.bundle for metadata in read),
        (*(note for metadata in read for note in metadata.not_understood), *reading.not_understood),
    )
    elsewhere = {vib.ref: replace(vib, file_missing=True) for vib in content.vibs if vib.ref not in reading.places}
    content = content.with_vibs(elsewhere) if elsewhere else content
    return OpenDepot(content, reading.places, limits, resources, trusted, read)


# --- finding things in archives --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ArchivePlace:
    """A VIB file in an archive."""

    archive: Archive
    path: str

    @property
    def where(self) -> str:
        return self.archive.inside(self.path)

    def open(self) -> BinaryIO:
        return self.archive.open(self.path)


@dataclass(frozen=True, slots=True)
class _FilePlace:
    """A VIB file that is the whole depot."""

    file: BinaryIO
    where: str

    def open(self) -> BinaryIO:
        self.file.seek(0)
        return cast(BinaryIO, MemberStream(self.file, self.where, owns_source=False))


_Place = _ArchivePlace | _FilePlace


def _open_single_vib(file: BinaryIO, name: str, limits: Limits, trusted: TrustedSigners) -> OpenDepot:
    place = _FilePlace(file, name)
    with place.open() as source:
        vib = replace(read_vib_file(source, name, limits, trusted), relative_path=name)
    return OpenDepot(DepotContent((_bundle_of(vib, name),)), {vib.ref: place}, limits, ExitStack(), trusted)


def _bundle_of(vib: Vib, name: str) -> MetadataBundle:
    """What metadata would say, had a VIB any."""
    return MetadataBundle(name, vib.vendor, vib.vendor, platforms=vib.platforms, vibs=(vib,))


@dataclass(slots=True)
class _Reading:
    """What has been found so far in a depot; `resources` closes what must stay open as long as it."""

    resources: ExitStack
    forms: UnknownForms
    metadata: list[Metadata] = field(default_factory=list)
    not_understood: list[NotUnderstood] = field(default_factory=list)
    places: dict[VibRef, _Place] = field(default_factory=dict)

    def read_zip(self, archive: Archive) -> bool:
        """Takes the bundle that the archive is, or those that it holds; says whether there was one."""
        indexes = _indexes(archive)
        if indexes:
            used = {path for index in indexes for path in self._read_bundle(archive, index)}
            self._pass_over(archive, used, "is in the bundle, but no metadata speak of it")
            return True
        inner = [path for path in archive.paths if _is_zip(archive, path)]
        bundles = {path for path in inner if self._read_inner_zip(archive, path)}
        if bundles:
            self._pass_over(archive, bundles, "is beside the bundle and no part of it")
        return bool(bundles)

    def read_loose_vibs(self, archive: Archive, trusted: TrustedSigners) -> bool:
        """Takes the VIBs of a zip that has nothing to describe them; says whether there were any.

        Where there is a zip beside them, that is metadata without their index, so something is missing.
        """
        if any(path.lower().endswith(".zip") for path in archive.paths):
            return False
        paths = {path for path in archive.paths if path.lower().endswith(".vib") and not is_left_by_mac(path)}
        for path in sorted(paths):
            place = _ArchivePlace(archive, path)
            with place.open() as source:
                vib = read_vib_file(source, place.where, archive.budget.limits, trusted)
            if vib.ref not in self.places:
                vib = replace(vib, relative_path=path)
                self.places[vib.ref] = place
                self.metadata.append(Metadata(_bundle_of(vib, path), ()))
        self._pass_over(archive, paths, "is beside the VIBs and no part of them")
        return bool(paths)

    def _read_inner_zip(self, archive: Archive, path: str) -> bool:
        spool = self.resources.enter_context(closing(new_spool()))
        return self.read_zip(archive.open_archive(path, spool))

    def _read_bundle(self, archive: Archive, index: str) -> set[str]:
        """Takes the bundle of an index, and gives the paths of everything that belongs to it."""
        folder = posixpath.dirname(index)
        used = {index, posixpath.join(folder, SPECIFICATION)}
        for vendor in read_index(archive.read(index), archive.inside(index)):
            vendor_index = _find(archive, vendor.path, (folder,), archive.inside(index))
            if vendor_index is None:
                raise FormatError(archive.inside(index), f"names {shown(vendor.path)}, which is not in the bundle")
            used.add(vendor_index)
            folders = (posixpath.dirname(vendor_index), folder)
            entries = read_vendor_index(archive.read(vendor_index), archive.inside(vendor_index))
            for path, platforms in _by_archive(archive, entries, folders, archive.inside(vendor_index)).items():
                used.add(path)
                metadata = _read_inner_metadata(archive, path, vendor, platforms, self.forms)
                used.update(self._take(archive, metadata, folders))
        return used

    def _take(self, archive: Archive, metadata: Metadata, folders: tuple[str, ...]) -> list[str]:
        """Takes what one metadata archive says, and gives the paths of those of its VIBs that are in the bundle."""
        self.metadata.append(metadata)
        paths = []
        for vib in metadata.bundle.vibs:
            where = archive.inside(metadata.bundle.file_name)
            path = _find(archive, vib.relative_path, folders, where) if vib.relative_path else None
            if path is not None:
                self.places.setdefault(vib.ref, _ArchivePlace(archive, path))
                paths.append(path)
        return paths

    def _pass_over(self, archive: Archive, used: set[str], reason: str) -> None:
        """Notes every file but those used."""
        self.not_understood += [
            NotUnderstood(archive.inside(path), reason) for path in archive.paths if path not in used
        ]


def _indexes(archive: Archive) -> list[str]:
    """The index of the bundle that the archive is, or those of the bundles that lie in folders of it."""
    if root := archive.named(INDEX):
        return [root]
    named = [path for path in archive.paths if posixpath.basename(path).lower() == INDEX]
    return [path for path in named if not is_left_by_mac(path) and _is_index(archive, path)]


def _is_index(archive: Archive, path: str) -> bool:
    return parse_xml(archive.read(path), archive.inside(path)).tag == "vendorList"


def _is_zip(archive: Archive, path: str) -> bool:
    """Whether a file that is called so begins as a zip does; what does not is somebody's other file."""
    if not path.lower().endswith(".zip") or is_left_by_mac(path):
        return False
    with archive.open(path) as stream:
        return stream.read(2) == b"PK"


def _by_archive(
    archive: Archive, entries: tuple[MetadataEntry, ...], folders: tuple[str, ...], where: str
) -> dict[str, tuple[Platform, ...]]:
    """The path of each metadata archive, once, with all platforms that entries name for it."""
    found: dict[str, tuple[Platform, ...]] = {}
    for entry in entries:
        path = None if "://" in entry.url else _find(archive, entry.url, folders, where)
        if path is None:
            raise FormatError(where, f"names the metadata {shown(entry.url)}, which are not in the bundle")
        platforms = found.setdefault(path, ())
        if entry.platform is not None and entry.platform not in platforms:
            found[path] = (*platforms, entry.platform)
    return found


def _read_inner_metadata(
    archive: Archive, path: str, vendor: VendorEntry, platforms: tuple[Platform, ...], forms: UnknownForms
) -> Metadata:
    with closing(new_spool()) as spool:
        inner = archive.open_archive(path, spool)
        return read_metadata(inner, path, vendor.name, vendor.code, platforms, forms)


def _find(archive: Archive, path: str, folders: tuple[str, ...], where: str) -> str | None:
    """The member that `path` means in the first of `folders` that has it.

    The path counts as written. Where there is no such member, it may be a URL with blanks and the like in escapes.
    """
    for spelling in dict.fromkeys((path, unquote(path))):
        for folder in folders:
            if found := archive.named(path_from(folder, spelling, where, archive.budget.limits)):
                return found
    return None

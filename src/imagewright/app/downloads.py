"""Files that the library gives out: what a URL means, and reading what it leads to.

A URL names a specification, a version and a file (`software-spec-1/3/offline-bundle.zip`). What is made in a moment is
made when it is fetched. What takes longer is kept for a while; whoever fetches it later has it made again.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol
from urllib.parse import quote

from imagewright.app.authentication import Caller, Credentials
from imagewright.app.call import Origin
from imagewright.app.exports import Wanted, already_there, ask_for, require_whole
from imagewright.app.invoke import Application, raise_as_api_error
from imagewright.app.library import spec_with
from imagewright.app.ports import Blobs, StaleRevision, UnitOfWork
from imagewright.app.privileges import SPEC_READ
from imagewright.app.tasks import error_from
from imagewright.formats.spec_json import write_spec
from imagewright.model.errors import ApiError, InvalidArgument, NotFound, ServiceUnavailable
from imagewright.model.export import Export, ExportKind, FilePart
from imagewright.model.exporting import exported_spec
from imagewright.model.library import SpecVersion
from imagewright.model.spec import SoftwareSpec
from imagewright.model.task import TaskStatus

EXPORTS = "/imagewright/v1/exports"
"""Where the files are, below the root of the server."""

SBOM: Final = "sbom.json"
_ATTEMPTS: Final = 10


@dataclass(frozen=True, slots=True)
class FileKind:
    """One of the files of a version: its name in URLs, and what to make."""

    name: str
    media_type: str
    kind: ExportKind | None = None
    only_default_image: bool = False
    skip_reserved: bool = False

    def url(self, base_url: str, spec_id: str, version: int) -> str:
        """Where the file can be had, by anyone who has a session."""
        return f"{base_url}{EXPORTS}/{quote(spec_id, safe='')}/{version}/{self.name}"

    def wanted(self, spec: SoftwareSpec) -> Wanted | None:
        """What to make of a specification; None for what is made in a moment."""
        if self.kind is None:
            return None
        return Wanted(self.kind, exported_spec(spec, only_default_image=self.only_default_image), self.skip_reserved)


def spec_file(*, only_default_image: bool) -> FileKind:
    """The specification itself."""
    name = "default-image" if only_default_image else "software-spec"
    return FileKind(f"{name}.json", "application/json", None, only_default_image)


def bundle_file(*, only_default_image: bool, skip_reserved: bool) -> FileKind:
    """An offline bundle."""
    parts = ["offline-bundle", *["default-image"] * only_default_image, *["without-reserved-vibs"] * skip_reserved]
    return FileKind(
        f"{'-'.join(parts)}.zip", "application/zip", ExportKind.OFFLINE_BUNDLE, only_default_image, skip_reserved
    )


def iso_file() -> FileKind:
    """An installer disc of the default image, which is the one that a disc can have."""
    return FileKind("iso-image.iso", "application/x-iso9660-image", ExportKind.ISO_IMAGE, only_default_image=True)


def sbom_file() -> FileKind:
    """The bill of materials of the default image."""
    return FileKind(SBOM, "application/vnd.cyclonedx+json", only_default_image=True)


_BOTH = (False, True)
EXPORTED: Final = {
    file.name: file
    for only_default in _BOTH
    for file in (
        sbom_file(),
        iso_file(),
        spec_file(only_default_image=only_default),
        *(bundle_file(only_default_image=only_default, skip_reserved=skip) for skip in _BOTH),
    )
}


class Content(Protocol):
    """Bytes to be read in pieces, from anywhere."""

    def read(self, size: int, /) -> bytes: ...
    def seek(self, position: int, /) -> int: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is there. `tag` is equal for equal content; `size` is in bytes."""

    name: str
    media_type: str
    tag: str
    size: int
    open: Callable[[], Content]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is being made."""

    application: Application
    export: Export
    name: str
    media_type: str

    def look(self) -> Download | Waiting:
        """The file when it is there by now. Raises the error of the task when that has failed."""
        with self.application.storage.read() as uow:
            export = uow.exports.get(self.export.id)
            task = uow.tasks.get(self.export.task)
        if export is not None and export.is_complete:
            return _download(self.application, export, self.name, self.media_type)
        if task is not None and task.status is TaskStatus.FAILED and task.error is not None:
            raise error_from(task.error)
        if export is None or task is None:
            raise ServiceUnavailable.because(
                "imagewright.export.forgotten", "The file was not fetched in time and is gone. Fetch it again."
            )
        return self


def fetch(
    application: Application,
    credentials: Credentials,
    origin: Origin,
    spec_id: str,
    version: str,
    file: str,
    image: str | None = None,
) -> Download | Waiting:
    """The file that a URL names, or what is to be waited for. A bill of materials can be that of an alternative image.

    Whoever may read specifications gets it. NotFound when there is no such specification, version or kind of file, and
    when the depots do not hold all of the image any more.
    """
    caller = application.identify(credentials, frozenset({SPEC_READ}), origin, "export")
    try:
        with application.storage.read() as uow:
            found = _version(uow, spec_id, version, file)
            kind = EXPORTED[file]
            alternative = _alternative(found, kind, image)
            wanted = kind.wanted(found.spec)
            data = b"" if wanted else _made(application, uow, found.spec, kind, alternative)
        if wanted is None:
            tag = hashlib.sha256(data).hexdigest()[:32]
            name = _file_name(found, kind, alternative)
            return Download(name, kind.media_type, tag, len(data), lambda: io.BytesIO(data))
        return _kept(application, caller, wanted, _file_name(found, kind), kind.media_type)
    except ApiError:
        raise
    except Exception as failure:
        raise_as_api_error(failure, origin)


def _alternative(version: SpecVersion, kind: FileKind, image: str | None) -> str | None:
    """The id of the alternative image that is asked for. InvalidArgument when the file or the version has none such."""
    if image is None:
        return None
    if kind.name != SBOM:
        raise InvalidArgument.because(
            "imagewright.export.not_of_one_image",
            "Only bills of materials are of one image; fetch {0} without 'image'.",
            kind.name,
        )
    found = version.spec.image_id(image)
    if found is None:
        raise InvalidArgument.because(
            "imagewright.export.no_such_image",
            "Version {0} of the specification '{1}' has no alternative image '{2}'; there are: {3}.",
            version.version,
            version.spec_id,
            image,
            ", ".join(sorted(version.spec.alternative_images)) or "none",
        )
    return found


def _made(
    application: Application, uow: UnitOfWork, spec: SoftwareSpec, kind: FileKind, alternative: str | None
) -> bytes:
    part = exported_spec(spec, only_default_image=kind.only_default_image and alternative is None)
    if kind.name != SBOM:
        return write_spec(part)
    from imagewright.formats.sbom import write_sbom  # the library takes a while to load

    effective = application.services.effective.of(part, uow.depots.catalog(), uow.depots.catalog_revision())
    require_whole(effective)
    return write_sbom(effective.image if alternative is None else effective.alternative_images[alternative])


def _version(uow: UnitOfWork, spec_id: str, version: str, file: str) -> SpecVersion:
    spec = spec_with(uow, spec_id)
    for each in uow.library.versions(spec.id):
        if str(each.version) == version and file in EXPORTED:
            return each
    raise NotFound.because(
        "imagewright.export.not_found",
        "There is no file {2} of version {1} of the specification '{0}'. Export it again.",
        spec_id,
        version,
        file,
    )


def _kept(application: Application, caller: Caller, wanted: Wanted, name: str, media_type: str) -> Download | Waiting:
    services = application.services
    with application.storage.read() as uow:
        known = already_there(uow, services, wanted)
    if known is not None:
        return _download(application, known, name, media_type)
    for _ in range(_ATTEMPTS):
        try:
            with application.storage.write() as uow:
                export, is_new = ask_for(uow, services, wanted, name, caller.name)
        except StaleRevision:
            continue
        if is_new:
            application.wake_runner()
        if export.is_complete:
            return _download(application, export, name, media_type)
        return Waiting(application, export, name, media_type)
    raise ServiceUnavailable.because(
        "imagewright.export.too_many_changes", "Others asked for the same file at the same moment. Fetch it again."
    )


def _download(application: Application, export: Export, name: str, media_type: str) -> Download:
    blobs = application.services.blobs
    return Download(name, media_type, export.tag, export.size, lambda: PartsReader(blobs, export.parts))


def _file_name(version: SpecVersion, kind: FileKind, alternative: str | None = None) -> str:
    """What the file is called when it is saved: after the specification, in any language, but fit for any disk."""
    title = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', "-", version.display_name).strip("-. ") or version.spec_id
    if kind.name == SBOM:
        of = f"-{alternative}" if alternative else ""
        return f"{title[:100]}-v{version.version}{of}.cdx.json"
    if kind.kind is ExportKind.ISO_IMAGE:
        return f"{title[:100]}-v{version.version}.iso"
    what = "-default-image" * kind.only_default_image + "-without-reserved-vibs" * kind.skip_reserved
    return f"{title[:100]}-v{version.version}{what}.{kind.name.rpartition('.')[2]}"


class PartsReader:
    """A file that consists of parts of blobs, read without being put together anywhere."""

    def __init__(self, blobs: Blobs, parts: tuple[FilePart, ...]) -> None:
        self._blobs = blobs
        self._parts = parts
        self._at = 0
        self._place = 0
        self._open: BinaryIO | None = None

    def seek(self, position: int, /) -> int:
        """Goes to a byte of the whole."""
        self.close()
        self._at, self._place = 0, position
        while self._at < len(self._parts) and self._place >= self._parts[self._at].length:
            self._place -= self._parts[self._at].length
            self._at += 1
        return position

    def read(self, size: int, /) -> bytes:
        """At most so many bytes, often less; none at the end."""
        while self._at < len(self._parts):
            part = self._parts[self._at]
            if self._open is None:
                self._open = self._blobs.open(part.sha256)
                self._open.seek(part.start + self._place)
            data = self._open.read(min(size, part.length - self._place))
            if data:
                self._place += len(data)
                return data
            if self._place < part.length:
                raise OSError(f"the blob {part.sha256} ends {part.length - self._place} bytes too early")
            self.close()
            self._at, self._place = self._at + 1, 0
        return b""

    def close(self) -> None:
        """Closes the blob that is open."""
        if self._open is not None:
            self._open.close()
            self._open = None

"""What this server offers as an online depot: everything that its own depots hold, under one index.

The documents are made when the depots have changed and somebody asks. VIBs are given out from where they are kept.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hmac import compare_digest
from typing import Final

from imagewright.app.call import Origin
from imagewright.app.downloads import Download
from imagewright.app.effective import Remembered
from imagewright.app.invoke import Application, raise_as_api_error
from imagewright.app.payloads import fetch_vibs
from imagewright.formats.depot_writer import DepotFiles, depot_files
from imagewright.model.content import DepotContent
from imagewright.model.errors import ApiError

ROOT: Final = "/depot/"

_TYPES: Final = {"xml": "application/xml", "zip": "application/zip"}


@dataclass(frozen=True, slots=True)
class Offer:
    """To whom the depot is offered: to everybody, or to those who have the token, which stands in the path."""

    token: str | None = None

    def file(self, path: str) -> str | None:
        """The path in the depot that a path of the server means; None for those who have no token."""
        rest = path.removeprefix(ROOT)
        if self.token is None:
            return rest
        token, _, rest = rest.partition("/")
        return rest if compare_digest(token.encode(), self.token.encode()) else None


class OfferedDepot:
    """The files of the depot that is offered. One for each process."""

    def __init__(self) -> None:
        self._made: Remembered[int, DepotFiles] = Remembered(1)

    def find(self, application: Application, path: str, origin: Origin) -> Download | None:
        """A file of the depot; None when there is no such file. ServiceUnavailable when storage cannot be used,
        ResourceInaccessible when a VIB of an online depot cannot be had from there."""
        try:
            with application.storage.read() as uow:
                revision = uow.depots.catalog_revision()
                files = self._made.get(revision, lambda: _files(uow.depots.catalog().depots))
            return _document(files, path) or _vib(application, files, path)
        except ApiError:
            raise
        except Exception as failure:
            raise_as_api_error(failure, origin)


def _files(depots: Mapping[str, DepotContent]) -> DepotFiles:
    """All depots as one. A metadata archive of one depot never becomes one of another, and a VIB gets a new path."""
    bundles = []
    for depot, content in sorted(depots.items()):
        for number, bundle in enumerate(content.bundles, start=1):
            vibs = tuple(replace(vib, relative_path="") for vib in bundle.vibs)
            bundles.append(replace(bundle, file_name=f"metadata-{depot}-{number}.zip", vibs=vibs))
    return depot_files(DepotContent(tuple(bundles)))


def _document(files: DepotFiles, path: str) -> Download | None:
    document = files.documents.get(path)
    if document is None:
        return None
    tag = hashlib.sha256(document.data).hexdigest()[:32]
    media_type = _TYPES[path.rpartition(".")[2]]
    return Download(path, media_type, tag, len(document.data), lambda: io.BytesIO(document.data))


def _vib(application: Application, files: DepotFiles, path: str) -> Download | None:
    """The file of a VIB. One that is only in an online depot of this server is fetched from there first."""
    vib = files.vibs.get(path)
    if vib is None or not vib.sha256:
        return None
    blobs = application.services.blobs
    if not blobs.exists(vib.sha256):
        fetch_vibs(application.storage, application.services, [vib], lambda _done, _whole: None)
        if not blobs.exists(vib.sha256):
            return None
    name = path.rpartition("/")[2]
    return Download(name, "application/octet-stream", vib.sha256[:32], vib.size, lambda: blobs.open(vib.sha256))

"""Reading the documents of an online depot: those that have changed since it was read last, and only those."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO

from imagewright.app.links import file_name, folder_of, path_in_url
from imagewright.app.ports import Blobs, Fetcher, FetchError, Validators
from imagewright.formats.limits import Limits
from imagewright.model.library import OnlineDocument

Report = Callable[[int, int], None]
"""Takes how many documents are read and how many bytes came with them; what it raises ends the reading."""


class Documents:
    """The documents of one depot, by path, as far as they have been asked for.

    `known` are those of the last time. One that is unchanged costs a request and no bytes. The names of the blobs that
    are stored are added to `stored`.
    """

    def __init__(
        self,
        location: str,
        known: Mapping[str, OnlineDocument],
        fetcher: Fetcher,
        blobs: Blobs,
        limits: Limits,
        stored: set[str],
        report: Report,
    ) -> None:
        self.root = folder_of(location)
        self.read: dict[str, OnlineDocument] = {}
        self._location = location
        self._known = known
        self._fetcher = fetcher
        self._blobs = blobs
        self._limits = limits
        self._stored = stored
        self._report = report
        self._bytes = 0

    @property
    def index(self) -> str:
        """The path of the index."""
        return file_name(self._location)

    @property
    def changed(self) -> bool:
        """Whether what was read differs from what is known."""
        return {path: document.sha256 for path, document in self.read.items()} != {
            path: document.sha256 for path, document in self._known.items()
        }

    def text(self, path: str) -> bytes:
        """A document that is held in memory. Raises FetchError also when it is larger than documents may be."""
        self.fetch(path, self._limits.document_size)
        with self.open(path) as file:
            return file.read()

    def fetch(self, path: str, largest: int | None = None) -> None:
        """Has a document read, once. Raises FetchError."""
        if path in self.read:
            return
        location = self._location if path == self.index else self.root + path_in_url(path)
        known = self._known.get(path)
        if known is not None and not self._blobs.exists(known.sha256):
            known = None
        validators = Validators(known.etag, known.last_modified) if known else Validators()
        before = self._bytes

        def watch(received: int, _total: int | None) -> None:
            if largest is not None and received > largest:
                raise FetchError(f"{self._fetcher.shown(location)} is larger than the {largest} bytes that it may have")
            self._count(before + received)

        with self._blobs.writer() as writer:
            found = self._fetcher.fetch_changed(location, validators, writer, progress=watch)
            if found is None and known is not None:
                self.read[path] = known
            elif found is not None:
                blob = writer.commit()
                self._stored.add(blob.sha256)
                self.read[path] = OnlineDocument(path, blob.sha256, found.etag, found.last_modified)
        self._report(len(self.read), self._bytes)

    def open(self, path: str) -> BinaryIO:
        """A document that has been read."""
        return self._blobs.open(self.read[path].sha256)

    def _count(self, received: int) -> None:
        self._bytes = received
        if received > self._limits.total_uncompressed:
            raise FetchError(
                f"{self._fetcher.shown(self._location)} leads to more than {self._limits.total_uncompressed} bytes of "
                "metadata, the limit for one depot"
            )
        self._report(len(self.read), received)

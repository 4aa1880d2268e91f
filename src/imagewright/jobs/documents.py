"""Reading the documents of an online depot: those that have changed since it was read last, and only those."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import BinaryIO, Final

from imagewright.app.fetch_ports import Fetcher, FetchError, Validators
from imagewright.app.links import file_name, folder_of, path_in_url
from imagewright.app.ports import Blobs
from imagewright.formats.limits import Limits
from imagewright.model.library import OnlineDocument

Report = Callable[[int, int], None]
"""Takes how many documents are read and how many bytes came with them; what it raises ends the reading."""


AT_ONCE: Final = 4
"""How many documents are read at the same time. Each costs a question and an answer, however little has changed."""


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
        self._failed = False
        self._lock = Lock()

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

    @property
    def any_known(self) -> bool:
        """Whether the depot was read before."""
        return bool(self._known)

    @property
    def unchanged(self) -> frozenset[str]:
        """The paths of those that are as they were."""
        return frozenset(
            path
            for path, document in self.read.items()
            if path in self._known and self._known[path].sha256 == document.sha256
        )

    def text(self, path: str) -> bytes:
        """A document that is held in memory. Raises FetchError also when it is larger than documents may be."""
        self._fetch(path, self._limits.document_size)
        with self.open(path) as file:
            return file.read()

    def fetch(self, paths: Iterable[str]) -> None:
        """Has documents read, several at the same time. Raises FetchError, of several that of the first path."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="document-fetch") as pool:
            running = [pool.submit(self._fetch_one_of_many, path) for path in dict.fromkeys(paths)]
        failures = [failure for each in running if (failure := each.exception()) is not None]
        for failure in failures:
            if not isinstance(failure, _Ended):
                raise failure

    def _fetch_one_of_many(self, path: str) -> None:
        try:
            self._fetch(path)
        except BaseException:
            self._failed = True
            raise

    def _fetch(self, path: str, largest: int | None = None) -> None:
        if path in self.read:
            return
        location = self._location if path == self.index else self.root + path_in_url(path)
        known = self._known.get(path)
        if known is not None and not self._blobs.exists(known.sha256):
            known = None
        validators = Validators(known.etag, known.last_modified) if known else Validators()
        before = 0

        def watch(received: int, _total: int | None) -> None:
            nonlocal before
            if largest is not None and received > largest:
                raise FetchError(f"{self._fetcher.shown(location)} is larger than the {largest} bytes that it may have")
            self._count(received - before)
            before = received

        self._count(0)
        with self._blobs.writer() as writer:
            found = self._fetcher.fetch_changed(location, validators, writer, progress=watch)
            if found is None and known is not None:
                self._take(known)
            elif found is not None:
                blob = writer.commit()
                self._stored.add(blob.sha256)
                self._take(OnlineDocument(path, blob.sha256, found.etag, found.last_modified))

    def open(self, path: str) -> BinaryIO:
        """A document that has been read."""
        return self._blobs.open(self.read[path].sha256)

    def _take(self, document: OnlineDocument) -> None:
        with self._lock:
            self.read[document.path] = document
            self._report(len(self.read), self._bytes)

    def _count(self, more: int) -> None:
        if self._failed:
            raise _Ended
        with self._lock:
            self._bytes += more
            self._report(len(self.read), self._bytes)
        if self._bytes > self._limits.total_uncompressed:
            raise FetchError(
                f"{self._fetcher.shown(self._location)} leads to more than {self._limits.total_uncompressed} bytes of "
                "metadata, the limit for one depot"
            )


class _Ended(Exception):
    """Another document cannot be read, so this one is not needed any more."""

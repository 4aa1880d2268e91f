"""Reads a location of any scheme into a sink, within the limits of the site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Final

from imagewright.app.ports import FetchError, Sink
from imagewright.depots.files import open_file, permitted_path
from imagewright.depots.masking import masked
from imagewright.depots.policy import FetchPolicy
from imagewright.depots.source import Source
from imagewright.depots.trouble import Deadline, Trouble

if TYPE_CHECKING:
    import httpx

    from imagewright.depots.web import WebReader

CHUNK: Final = 1024 * 1024
"""The sink gets its bytes in chunks of this size, the last one excepted."""


class UrlFetcher:
    """The `Fetcher` of the ports, for http, https and file.

    Raises OSError or ssl.SSLError when the CA bundle of the policy cannot be read.
    """

    def __init__(self, policy: FetchPolicy) -> None:
        self._policy = policy
        if policy.ca_bundle is not None:
            # What is wrong with it is told at once.
            self._web = self._new_reader()

    @cached_property
    def _web(self) -> WebReader:
        return self._new_reader()

    def _new_reader(self) -> WebReader:
        # Loaded when it is needed: a start of the server would spend a tenth of its time on it.
        from imagewright.depots.web import WebReader

        return WebReader(self._policy)

    def check(self, location: str) -> None:
        """Raises FetchError when a location may not be read at all. Asks nobody: names are resolved when fetching."""
        with _told_about(location):
            url = _parsed(location)
            if url.scheme == "file":
                permitted_path(url, self._policy.file_folders)
            else:
                self._web.check(url)

    def shown(self, location: str) -> str:
        """The location without passwords and access tokens, for those who may not know them; still a URI."""
        return masked(location)

    def fetch(
        self,
        location: str,
        sink: Sink,
        *,
        headers: Mapping[str, str] | None = None,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> int:
        """Streams a location into `sink` and tells its size in bytes.

        `progress` gets the bytes so far and in all, if known. `headers` go to the server of the location only, not to
        where it redirects. Raises FetchError; exceptions of `sink` and `progress` end the transfer and are passed on.
        """
        self.check(location)
        deadline = Deadline(self._policy.total_timeout)
        with _told_about(location), self._open(_parsed(location), headers or {}, deadline) as source:
            return self._copy(source, sink, deadline, progress or _nobody_asked)

    def _open(self, url: httpx.URL, headers: Mapping[str, str], deadline: Deadline) -> AbstractContextManager[Source]:
        if url.scheme == "file":
            return open_file(permitted_path(url, self._policy.file_folders))
        return self._web.open(url, headers, deadline)

    def _copy(self, source: Source, sink: Sink, deadline: Deadline, progress: Callable[[int, int | None], None]) -> int:
        self._refuse_too_large(source.size or 0)
        waiting = bytearray()
        received = 0
        for piece in source.pieces:
            deadline.limit()
            received += len(piece)
            self._refuse_too_large(received)
            waiting += piece
            if len(waiting) >= CHUNK:
                sink.write(bytes(waiting[:CHUNK]))
                del waiting[:CHUNK]
            progress(received, source.size)
        if source.size is not None and received != source.size:
            raise Trouble(f"broke off after {received} of {source.size} bytes. Try again.")
        if waiting:
            sink.write(bytes(waiting))
        return received

    def _refuse_too_large(self, size: int) -> None:
        if size > self._policy.size_limit:
            raise Trouble(
                f"is larger than the {self._policy.size_limit} bytes that this server reads. Check that it is the "
                "right location, or raise the size limit in the server's settings."
            )


def _parsed(location: str) -> httpx.URL:
    import httpx

    try:
        url = httpx.URL(location)
    except httpx.InvalidURL as error:
        raise Trouble("is malformed. Write http://host/path, https://host/path or file:///path.") from error
    if url.scheme not in ("http", "https", "file"):
        raise Trouble("has a scheme that this server does not read. Use http, https or file.")
    return url


@contextmanager
def _told_about(location: str) -> Iterator[None]:
    try:
        yield
    except Trouble as trouble:
        raise FetchError(f"{masked(location)} {trouble}") from trouble


def _nobody_asked(_received: int, _total: int | None) -> None:
    """The progress of a transfer that nobody watches."""

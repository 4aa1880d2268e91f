"""Reads a location of any scheme into a sink, within the limits of the site."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from imagewright.app.fetch_ports import FetchError, FileInPlace, Sink, Validators
from imagewright.depots.files import QuietFile, open_descriptor, open_file, permitted_path
from imagewright.depots.masking import masked
from imagewright.depots.policy import FetchPolicy
from imagewright.depots.source import Source, Wanted
from imagewright.depots.transfer import CHUNK, Progress, Transfer
from imagewright.depots.trouble import Deadline, Passing, Trouble

if TYPE_CHECKING:
    import httpcore
    import httpx

    from imagewright.depots.web import WebReader

log = logging.getLogger(__name__)


class UrlFetcher:
    """The `Fetcher` of the ports, for http, https and file.

    Raises OSError or ssl.SSLError when the CA bundle of the policy cannot be read.
    """

    def __init__(self, policy: FetchPolicy) -> None:
        self._policy = policy
        self._visit: _Visit | None = None
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
        progress: Progress | None = None,
    ) -> int:
        """Streams a location into `sink` and tells its size in bytes.

        `progress` gets the bytes so far and in all, if known. `headers` go to the server of the location only, not to
        where it redirects. After a fault that may pass, the transfer goes on where it was, or is refused when the
        location is no longer the same. Raises FetchError; exceptions of `sink` and `progress` end the transfer and are
        passed on.
        """
        return self._transfer(location, Transfer(sink, self._policy, progress or _nobody_asked), headers or {}).received

    def in_place(
        self, location: str, *, progress: Progress | None = None
    ) -> AbstractContextManager[FileInPlace] | None:
        """The file of a `file:` location, within the limits of the site; None for other locations.

        It is read once, for its SHA-256, and `progress` told of that. Raises FetchError, on entering.
        """
        with _told_about(location):
            if _parsed(location).scheme != "file":
                return None
        return self._file_in_place(location, progress or _nobody_asked)

    @contextmanager
    def _file_in_place(self, location: str, progress: Progress) -> Iterator[FileInPlace]:
        deadline = Deadline(self._policy.total_timeout)
        with ExitStack() as opened:
            with _told_about(location):
                path = permitted_path(_parsed(location), self._policy.file_folders)
                descriptor = opened.enter_context(open_descriptor(path))
                file = QuietFile(descriptor, self._policy.size_limit, lambda: _told_about(location))
                file.read_through(progress, deadline)
            yield file

    def fetch_changed(
        self, location: str, known: Validators, sink: Sink, *, progress: Progress | None = None
    ) -> Validators | None:
        """As `fetch`, but only when the location is no longer the known version.

        None when it is; else what tells the version that was read from others. A server that sends the whole although
        it is the known version is taken at the word of its ETag.
        """
        transfer = Transfer(sink, self._policy, progress or _nobody_asked, known)
        self._transfer(location, transfer, {})
        return None if transfer.is_unchanged else transfer.validators

    @contextmanager
    def visit(self) -> Iterator[UrlFetcher]:
        """A fetcher for many files of one server, which keeps connections; `total_timeout` is for all of them."""
        deadline = Deadline(self._policy.total_timeout)
        with self._web.connections(deadline) as connections:
            visitor = copy(self)
            visitor._visit = _Visit(deadline, connections)
            yield visitor

    def _transfer(self, location: str, transfer: Transfer, headers: Mapping[str, str]) -> Transfer:
        self.check(location)
        deadline = self._visit.deadline if self._visit else Deadline(self._policy.total_timeout)
        pause, failures, got = self._policy.retry_pause, 0, 0
        with _told_about(location):
            url = _parsed(location)
            while True:
                try:
                    with self._open(url, headers, deadline, transfer.wanted) as source:
                        transfer.take(source, deadline)
                    return transfer
                except Passing as fault:
                    # Who gets on is not at its end, however often it stumbles.
                    failures = 1 if transfer.received - got >= CHUNK else failures + 1
                    got = transfer.received
                    if failures > self._policy.retries:
                        raise
                    log.info("%s %s", masked(location), fault)
                    deadline.pause(pause * 2 ** (failures - 1))

    def _open(
        self, url: httpx.URL, headers: Mapping[str, str], deadline: Deadline, wanted: Wanted
    ) -> AbstractContextManager[Source]:
        if url.scheme == "file":
            return open_file(permitted_path(url, self._policy.file_folders))
        return self._web.open(url, headers, deadline, wanted, self._visit.connections if self._visit else None)


@dataclass(frozen=True, slots=True)
class _Visit:
    """What transfers share that belong together."""

    deadline: Deadline
    connections: httpcore.ConnectionPool


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

"""What the application needs for reading locations, as `ports` has the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol


class FetchError(Exception):
    """A location could not be read. The text says which and why, with the HTTP status met, for whoever gave it."""


class Sink(Protocol):
    """Something to write bytes to."""

    def write(self, data: bytes, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells one version of a location from another, as HTTP has it, word for word; "" is nothing."""

    etag: str = ""
    last_modified: str = ""


class FileInPlace(Protocol):
    """A file that is read where it lies. It has been read once; somebody may write to it all the while."""

    @property
    def file(self) -> BinaryIO:
        """Its bytes, seekable. What reading meets is raised as FetchError."""

    @property
    def sha256(self) -> str:
        """That of all its bytes, as they were when it was read."""

    def require_unchanged(self) -> None:
        """Raises FetchError when the file is no longer what the SHA-256 was taken of."""


class Fetcher(Protocol):
    """Reads locations that people give, and those that what is there names."""

    def check(self, location: str) -> None:
        """Raises FetchError when this location may not be read at all (scheme, address, folder)."""

    def shown(self, location: str) -> str:
        """The location without passwords and access tokens, for those who may not know them; still a URI."""

    def fetch(
        self,
        location: str,
        sink: Sink,
        *,
        headers: Mapping[str, str] | None = None,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> int:
        """Streams a location into `sink` and tells its size in bytes; `progress` gets bytes so far and the total.

        A transfer that breaks off is gone on with, for a few times. Raises FetchError; an exception from `progress`
        ends the transfer and is passed on.
        """

    def in_place(
        self, location: str, *, progress: Callable[[int, int | None], None] | None = None
    ) -> AbstractContextManager[FileInPlace] | None:
        """The file that a location names on this machine, read once for its SHA-256; None when it must be fetched.

        Raises FetchError as `fetch` does, on entering.
        """

    def fetch_changed(
        self,
        location: str,
        known: Validators,
        sink: Sink,
        *,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> Validators | None:
        """As `fetch`, but only when it is no longer the known version. None when it is; else what the new one is."""

    def visit(self) -> AbstractContextManager[Fetcher]:
        """The same for many files of one server: connections are kept, and all together have the time of one file.

        What it gives may be used from several threads.
        """

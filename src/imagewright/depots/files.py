"""`file:` locations: only regular files, and only below the configured folders, whatever links say."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from imagewright.app.fetch_ports import Validators
from imagewright.depots.source import Source
from imagewright.depots.trouble import Deadline, Trouble, changed, too_large

if TYPE_CHECKING:
    import httpx
    from _typeshed import WriteableBuffer

_PIECE: Final = 1024 * 1024
_HASHED_AT_A_TIME: Final = 256 * 1024

# Opening a pipe would wait for somebody to write into it. A link in the last place is one that was put there after the
# path was resolved.
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def permitted_path(url: httpx.URL, folders: Sequence[Path]) -> Path:
    """The resolved path of a `file:` location. Raises Trouble when it is outside of the folders, there or not."""
    if url.host not in ("", "localhost"):
        raise Trouble(f"names the host {url.host}; a file is read on this server only. Write file:///path.")
    if not folders:
        raise Trouble(
            "may not be read: this server reads no files by location. Upload the file, or set a folder for it."
        )
    try:
        path = Path(url.path).resolve()
        allowed = any(path.is_relative_to(folder.resolve()) for folder in folders)
    except (OSError, ValueError, RuntimeError) as error:
        raise Trouble(f"is no usable path ({_reason(error)}).") from error
    if not allowed:
        names = ", ".join(map(str, folders))
        raise Trouble(f"is not in a folder that this server reads files from. Move the file into one of: {names}.")
    return path


@contextmanager
def open_file(path: Path) -> Iterator[Source]:
    """Opens a resolved path, to be read from front to end. Raises Trouble."""
    with open_descriptor(path) as file:
        status = os.fstat(file)
        version = Validators(etag=f'"{status.st_mtime_ns:x}-{status.st_size:x}"')
        yield Source(status.st_size, _pieces(file), validators=version)


@contextmanager
def open_descriptor(path: Path) -> Iterator[int]:
    """The descriptor of a regular file at a resolved path. Raises Trouble."""
    try:
        file = os.open(path, _FLAGS)
    except OSError as error:
        raise Trouble(f"cannot be opened: {_reason(error)}. Check the path and its permissions.") from error
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise Trouble("is not a regular file. Give the location of a file.")
        yield file
    finally:
        os.close(file)


class QuietFile:
    """`fetch_ports.FileInPlace`: a file that is taken to be quiet while it is read, which can be asked for at any time.

    Whoever writes to a file changes its times, and that of the last change cannot be set by its owner. `told` gives a
    context that turns Trouble into FetchError.
    """

    def __init__(self, descriptor: int, limit: int, told: Callable[[], AbstractContextManager[None]]) -> None:
        self._descriptor = descriptor
        self._limit = limit
        self._told = told
        self._state = _state(descriptor)
        self.file = cast(BinaryIO, io.BufferedReader(_Places(descriptor, told), _PIECE))
        self.sha256 = ""

    def read_through(self, progress: Callable[[int, int | None], None], deadline: Deadline) -> None:
        """Takes the SHA-256. Raises Trouble: for a file above the limit, one that changes, one that cannot be read."""
        size, received, digest = os.fstat(self._descriptor).st_size, 0, hashlib.sha256()
        if size > self._limit:
            raise too_large(self._limit)
        for piece in _pieces(self._descriptor, _HASHED_AT_A_TIME):
            deadline.limit()
            received += len(piece)
            if received > size:
                raise changed()
            digest.update(piece)
            progress(received, size)
        self.sha256 = digest.hexdigest()
        self._compare()

    def require_unchanged(self) -> None:
        """Raises FetchError when the file was written to since it was opened."""
        with self._told():
            self._compare()

    def _compare(self) -> None:
        if _state(self._descriptor) != self._state:
            raise changed()


class _Places(io.RawIOBase):
    """Reads a descriptor that is not its own, at any place. Faults of the disk are those of the location."""

    def __init__(self, descriptor: int, told: Callable[[], AbstractContextManager[None]]) -> None:
        self._descriptor = descriptor
        self._told = told
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: os.fstat(self._descriptor).st_size}[whence]
        if start + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        with self._told():
            try:
                size = os.preadv(self._descriptor, [buffer], self._at)
            except OSError as error:
                raise _unreadable(error) from error
        self._at += size
        return size


def _state(descriptor: int) -> tuple[int, ...]:
    """What is another when a file was written to."""
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _pieces(file: int, size: int = _PIECE) -> Iterator[bytes]:
    try:
        while piece := os.read(file, size):
            yield piece
    except OSError as error:
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> Trouble:
    return Trouble(f"cannot be read: {_reason(error)}.")


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)

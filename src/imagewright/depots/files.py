"""`file:` locations: only regular files, and only below the configured folders, whatever links say."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from imagewright.app.ports import Validators
from imagewright.depots.source import Source
from imagewright.depots.trouble import Trouble

if TYPE_CHECKING:
    import httpx

_PIECE: Final = 1024 * 1024

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
    """Opens a resolved path. Raises Trouble."""
    try:
        file = os.open(path, _FLAGS)
    except OSError as error:
        raise Trouble(f"cannot be opened: {_reason(error)}. Check the path and its permissions.") from error
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise Trouble("is not a regular file. Give the location of a file.")
        version = Validators(etag=f'"{status.st_mtime_ns:x}-{status.st_size:x}"')
        yield Source(status.st_size, _pieces(file), validators=version)
    finally:
        os.close(file)


def _pieces(file: int) -> Iterator[bytes]:
    try:
        while piece := os.read(file, _PIECE):
            yield piece
    except OSError as error:
        raise Trouble(f"cannot be read: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)

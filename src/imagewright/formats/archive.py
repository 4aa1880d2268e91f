"""Zip archives that are read safely: within limits, with member names that cannot lead anywhere, nothing extracted."""

from __future__ import annotations

import errno
import io
import posixpath
import struct
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from imagewright.formats.errors import FormatError, inside, shown
from imagewright.formats.inflate import INFLATE_ERRORS
from imagewright.formats.limits import CHUNK, DEFAULT_LIMITS, MIB, Limits
from imagewright.formats.member import Member, SharedFile

_SPOOL_IN_MEMORY = 8 * MIB
_AVERAGE_ENTRY = 160
_BEGINNING = 20
"""Bytes of a file that are shown when it is no zip: enough to know a web page by."""
_END_RECORD = b"PK\x05\x06"
_END_RECORD_64 = b"PK\x06\x06"
_LOCATOR_64 = b"PK\x06\x07"
_ENCRYPTED = 0x1
_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    *INFLATE_ERRORS,
    EOFError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    ValueError,
    OverflowError,
    OSError,
)


@dataclass(slots=True)
class Budget:
    """What is left of the limits of one depot. All archives of the depot, however nested, draw from one budget."""

    limits: Limits
    total_uncompressed: int = 0
    entries: int = 0

    def spend(self, info: zipfile.ZipInfo, where: str) -> None:
        """Counts one member. Raises FormatError, naming the limit, when it is one too many, or too large."""
        self.entries += 1
        if self.entries > self.limits.entries:
            raise FormatError(where, f"holds more than {self.limits.entries} files, the limit for one depot")
        self.total_uncompressed += info.file_size
        if self.total_uncompressed > self.limits.total_uncompressed:
            raise FormatError(
                where, f"unpacks to more than {self.limits.total_uncompressed} bytes, the limit for one depot"
            )
        if info.file_size > max(self.limits.ratio_floor, self.limits.ratio * info.compress_size):
            raise FormatError(
                inside(where, shown(info.filename)),
                f"unpacks {info.compress_size} bytes to {info.file_size}, more than {self.limits.ratio} times as much; "
                "such a file is taken for an attack",
            )


class Archive:
    """A zip that has been looked through: every name is safe and unique, every size is within the limits.

    `paths` are the member paths with forward slashes, without folders, in the order of the archive. The file must be
    seekable; the archive reads from it as long as it is in use and does not close it. Members may be read by several
    threads, one member by one thread.
    """

    def __init__(self, file: BinaryIO, where: str, budget: Budget, depth: int = 1) -> None:
        if depth > budget.limits.nested_depth:
            raise FormatError(where, f"lies {depth} archives deep; at most {budget.limits.nested_depth} are opened")
        self.where = where
        self.depth = depth
        self.budget = budget
        with _translated(where):
            _refuse_wrong_directory(file, where, budget.limits)
            with zipfile.ZipFile(file) as listed:
                members = listed.infolist()
        self._file = SharedFile(file)
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._folded: dict[str, str] | None = None
        for info in members:
            self._take(info)

    def _take(self, info: zipfile.ZipInfo) -> None:
        self.budget.spend(info, self.where)
        path = safe_path(info.filename, self.where, self.budget.limits)
        if not path or info.filename.endswith(("/", "\\")):
            return  # a folder; some archives have an entry without a name
        if path in self._members:
            raise FormatError(inside(self.where, path), "stands twice in the archive; which one is meant is not clear")
        if info.flag_bits & _ENCRYPTED:
            raise FormatError(inside(self.where, path), "is encrypted; unpack it and pack it again without a password")
        if info.compress_type not in _READABLE:
            raise FormatError(
                inside(self.where, path),
                f"is compressed with method {info.compress_type}; only deflate is read, so unpack the "
                "archive and pack it again with deflate",
            )
        self._members[path] = info

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all files."""
        return tuple(self._members)

    def __contains__(self, path: str) -> bool:
        return path in self._members

    def named(self, path: str) -> str | None:
        """The member that a document means by `path`: of just this name, or else the only one but for upper case.

        Bundles that were unpacked and packed again where case means nothing have other letters than their index.
        """
        if path in self._members:
            return path
        if self._folded is None:
            self._folded = {}
            for member in self._members:
                self._folded[member.casefold()] = "" if member.casefold() in self._folded else member
        return self._folded.get(path.casefold()) or None

    def inside(self, path: str) -> str:
        """How the member is named in errors."""
        return inside(self.where, path)

    def size(self, path: str) -> int:
        """Bytes of the member, unpacked."""
        return self._members[path].file_size

    def read(self, path: str) -> bytes:
        """A whole document. Raises FormatError when it is larger than the limit for documents, or damaged."""
        if self.size(path) > self.budget.limits.document_size:
            raise FormatError(
                self.inside(path),
                f"has {self.size(path)} bytes; a document may have {self.budget.limits.document_size}",
            )
        with self.open(path) as stream:
            return stream.read()

    def open(self, path: str) -> BinaryIO:
        """The member's bytes as a stream, for one reading from front to end.

        Reading raises FormatError when the member is damaged: it is checked against the CRC of the archive.
        """
        with _translated(self.inside(path)):
            member = Member(self._file, self._members[path])
        return cast(BinaryIO, MemberStream(cast(BinaryIO, member), self.inside(path)))

    def open_archive(self, path: str, spool: BinaryIO) -> Archive:
        """An archive inside of this one; `spool`, an empty seekable file, holds it meanwhile (see `new_spool`)."""
        with self.open(path) as stream:
            while chunk := stream.read(CHUNK):
                spool.write(chunk)
        spool.seek(0)
        return Archive(spool, self.inside(path), self.budget, self.depth + 1)


def new_spool() -> BinaryIO:
    """A nameless temporary file that stays in memory while it is small. The caller closes it."""
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY))


def safe_path(path: str, where: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """A relative path with forward slashes and no `.` in it. Raises FormatError for one that leads out of its root."""
    if len(path) > limits.path_length:
        raise FormatError(where, f"names a file with {len(path)} characters; at most {limits.path_length} are allowed")
    # Blanks of other scripts and hard blanks are in names of documents, and do no harm there.
    if not all(char.isprintable() or unicodedata.category(char) == "Zs" for char in path):
        raise FormatError(where, f"names the file {shown(path)}; control characters are not allowed in file names")
    parts = path.replace("\\", "/").split("/")
    if ".." in parts or path[:1] in ("/", "\\") or path[1:2] == ":":
        raise FormatError(where, f"names the file {shown(path)}, which lies outside of the depot; this is refused")
    return "/".join(part for part in parts if part not in ("", "."))


def path_from(folder: str, path: str, where: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """The path that a document means by `path`, which counts from `folder`; `..` may lead up to the root, not beyond.

    Raises FormatError as `safe_path` does.
    """
    forward = path.replace("\\", "/")
    if ".." not in forward.split("/") or forward.startswith("/"):
        return safe_path(posixpath.join(folder, forward), where, limits)
    if len(path) > limits.path_length:
        return safe_path(path, where, limits)
    return safe_path(posixpath.normpath(posixpath.join(folder, forward)), where, limits)


def is_left_by_mac(path: str) -> bool:
    """Whether a file is what macOS puts into zips beside each file, under the same name but for the beginning."""
    return posixpath.basename(path).startswith("._")


class MemberStream(io.BufferedIOBase):
    """A member's bytes, whose every failure is a FormatError that names the member."""

    def __init__(self, source: BinaryIO, where: str, owns_source: bool = True) -> None:
        self._source = source
        self._where = where
        self._owns_source = owns_source

    def readable(self) -> bool:
        """True."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """At most `size` bytes, often less than that, or all that is left."""
        with _translated(self._where):
            return self._source.read(-1 if size is None else size)

    def read1(self, size: int = -1, /) -> bytes:
        """As `read`."""
        return self.read(size)

    def close(self) -> None:
        """Closes the member, not the archive."""
        if self._owns_source:
            self._source.close()
        super().close()


@contextmanager
def _translated(where: str) -> Iterator[None]:
    """Turns what the standard library raises for a damaged archive into FormatError; real I/O errors go through."""
    try:
        yield
    except _ZIP_ERRORS as error:
        # The standard library hides some errors of the file behind its own.
        for cause in (error, error.__context__):
            # Nonsense offsets make seek() fail with EINVAL; any other number comes from the disk.
            if isinstance(cause, OSError) and cause.errno not in (None, errno.EINVAL):
                raise cause from None
        raise FormatError(
            where, f"cannot be unpacked ({str(error) or 'it ends too early'}); the file is damaged or not complete"
        ) from error


def _refuse_wrong_directory(file: BinaryIO, where: str, limits: Limits) -> None:
    """Refuses a list of members that is not of this file, or that is too long, before all of it is loaded.

    The standard library takes the last list that it finds, and passes over what comes before its zip. In a bundle that
    was cut off behind a stored zip inside, that is the list of the wrong one. A program that unpacks itself has its zip
    behind it as well, but does not begin as a zip.
    """
    file.seek(0)
    beginning = file.read(_BEGINNING)
    begins_as_zip = beginning.startswith(b"PK")
    length = file.seek(0, io.SEEK_END)
    # The end record has 22 bytes and a comment of at most 65,535; zip64 puts 76 more bytes before it.
    tail_start = max(0, length - (22 + 65_535 + 76))
    file.seek(tail_start)
    tail = file.read()
    file.seek(0)
    end = tail.rfind(_END_RECORD)
    if end < 0 or len(tail) < end + 22:
        if not beginning:
            raise FormatError(where, "is empty; fetch the file again")
        if not begins_as_zip:
            start = shown(beginning.decode("latin-1"))
            raise FormatError(where, f"is no zip file: it begins with {start}; fetch the file that the vendor delivers")
        raise FormatError(where, "is not a complete zip file: its list of contents is missing; fetch the file again")
    size, offset = (int.from_bytes(tail[end + at : end + at + 4], "little") for at in (12, 16))
    list_end = tail_start + end
    # Only directly before the end record: anywhere else the same bytes are somebody's data.
    record_64 = tail[max(0, end - 76) : end]
    if record_64.startswith(_END_RECORD_64) and record_64[56:].startswith(_LOCATOR_64):
        size, offset = (int.from_bytes(record_64[at : at + 8], "little") for at in (40, 48))
        list_end -= 76
    if list_end - size > offset and begins_as_zip:
        raise FormatError(
            where,
            "is not a complete zip file: the last list of contents in it does not count from its beginning, so it is "
            "that of a file inside, and the rest is missing; fetch the file again",
        )
    if size > max(MIB, limits.entries * _AVERAGE_ENTRY):
        raise FormatError(where, f"has a list of contents of {size} bytes; the limit is {limits.entries} files")

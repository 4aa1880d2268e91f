"""The `ar` container: a magic line, then members with a header of 60 bytes each, padded to even lengths.

Read as a stream, front to end, in one pass: nothing is sought, and no member is held in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from imagewright.formats.errors import FormatError, shown
from imagewright.formats.limits import CHUNK, MIB

MAGIC = b"!<arch>\n"
_HEADER_SIZE = 60
_HEADER_END = b"`\n"
_LONG_NAMES = "//"
_SYMBOLS = "/"
_NAME_INSIDE = "#1/"
_LARGEST_NAME_TABLE = 1 * MIB


class Reader(Protocol):
    """What a container is read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


class Writer(Protocol):
    """What a container is written to."""

    def write(self, data: bytes, /) -> object:
        """Takes all of `data`."""
        ...


@dataclass(slots=True)
class ArMember:
    """One member, good until the next one is asked for. `size` is in bytes."""

    name: str
    size: int
    _stream: Reader
    _where: str
    _left: int

    def chunks(self) -> Iterator[bytes]:
        """The member's bytes, piece by piece; again nothing when called again."""
        while self._left:
            chunk = self._stream.read(min(CHUNK, self._left))
            if not chunk:
                raise FormatError(
                    self._where,
                    f"ends in the middle of member {shown(self.name)}: {self._left} of {self.size} bytes are missing",
                )
            self._left -= len(chunk)
            yield chunk

    def read(self, limit: int) -> bytes:
        """The whole member, which may have at most `limit` bytes."""
        if self.size > limit:
            raise FormatError(self._where, f"has a member {shown(self.name)} of {self.size} bytes; {limit} are allowed")
        return b"".join(self.chunks())


def read_members(stream: Reader, where: str) -> Iterator[ArMember]:
    """The members in their order. What the caller leaves of a member is read over.

    Of a header only name and size are read. Real tools fill the mode with `0`, `0o0`, `644` or `100644` and the
    other fields as they like. GNU `ar` writes a slash after the name, and names of more than 15 characters into a
    table that comes first; that of BSD and macOS puts them before the data, as `#1/` and their length. Raises
    FormatError for anything that is no such container, or ends early.
    """
    if _read_exactly(stream, len(MAGIC)) != MAGIC:
        raise FormatError(where, "is not a VIB: it does not begin with '!<arch>'")
    long_names = b""
    while header := _read_exactly(stream, _HEADER_SIZE):
        if header.strip(b"\n") == b"":
            return
        name, size = _read_header(header, where)
        padding = size % 2
        if inside := _length_of_name_inside(name, size):
            name, size = _name_inside(_read_exactly(stream, inside)), size - inside
        member = ArMember(name, size, stream, where, size)
        if name == _LONG_NAMES:
            long_names = member.read(_LARGEST_NAME_TABLE)
        elif name != _SYMBOLS:
            member.name = _full_name(name, long_names, where)
            yield member
        for _rest in member.chunks():
            pass
        if padding:
            stream.read(1)  # absent after the last member of some files


@dataclass(frozen=True, slots=True)
class MemberPlace:
    """Where a member lies in its file: the byte at which it begins, and its size."""

    name: str
    start: int
    size: int


def member_places(file: BinaryIO, where: str) -> list[MemberPlace]:
    """The members of a file in which one can go back and forth, in their order, without reading what is in them."""
    if _read_exactly(file, len(MAGIC)) != MAGIC:
        raise FormatError(where, "is not a VIB: it does not begin with '!<arch>'")
    found, long_names = [], b""
    while (header := _read_exactly(file, _HEADER_SIZE)).strip(b"\n"):
        name, size = _read_header(header, where)
        start, end = file.tell(), file.tell() + size + size % 2
        if inside := _length_of_name_inside(name, size):
            name, start, size = _name_inside(_read_exactly(file, inside)), start + inside, size - inside
        if name == _LONG_NAMES:
            long_names = _read_exactly(file, min(size, _LARGEST_NAME_TABLE))
        elif name != _SYMBOLS:
            found.append(MemberPlace(_full_name(name, long_names, where), start, size))
        file.seek(end)
    return found


def write_header(sink: Writer, name: str, size: int) -> None:
    """A member's header as vendor tools write it: owner, time and mode are 0. `name` has at most 16 characters."""
    if len(name) > 16 or not name.isascii():
        raise FormatError(shown(name), "is no name for a member of a VIB: at most 16 characters of ASCII are possible")
    sink.write(f"{name:<16}{0:<12}{0:<6}{0:<6}{0:<8}{size:<10}".encode() + _HEADER_END)


def _read_exactly(stream: Reader, size: int) -> bytes:
    """`size` bytes, or what is left at the end of the stream."""
    data = stream.read(size)
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data


def _read_header(header: bytes, where: str) -> tuple[str, int]:
    if len(header) < _HEADER_SIZE:
        raise FormatError(where, f"ends in the middle of a member header, after {len(header)} of {_HEADER_SIZE} bytes")
    name = header[:16].decode("ascii", "replace").strip()
    size = header[48:58].strip()
    if header[58:] != _HEADER_END:
        raise FormatError(where, f"has a damaged header for member {shown(name)}: its end mark is missing")
    if not size.isdigit():
        text = shown(size.decode("ascii", "replace"))
        raise FormatError(where, f"has the size {text} for member {shown(name)}; it must be a whole number")
    return name, int(size)


def _length_of_name_inside(name: str, size: int) -> int:
    """Bytes of a name that stands before the data, 0 for other names."""
    length = name.removeprefix(_NAME_INSIDE) if name.startswith(_NAME_INSIDE) else ""
    return int(length) if length.isdigit() and int(length) <= min(size, _LARGEST_NAME_TABLE) else 0


def _name_inside(data: bytes) -> str:
    return data.rstrip(b"\0").decode("ascii", "replace")


def _full_name(name: str, long_names: bytes, where: str) -> str:
    if name.startswith("/") and name[1:].isdigit():
        start = int(name[1:])
        if start >= len(long_names):
            raise FormatError(where, f"has a member whose long name {shown(name)} is not in its table of names")
        name = long_names[start:].split(b"\n", 1)[0].decode("ascii", "replace")
    return name.removesuffix("/")

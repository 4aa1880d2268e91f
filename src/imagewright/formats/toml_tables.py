"""TOML files that people write, read so that every complaint names the line and the key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from imagewright.formats.errors import FormatError, shown

T = TypeVar("T")


def read_toml(data: bytes, where: str) -> tuple[dict[str, Any], str]:
    """A TOML document and its text. Raises FormatError, naming line and column."""
    try:
        text = data.decode("utf-8-sig")
        return tomllib.loads(text), text
    except UnicodeDecodeError as error:
        raise FormatError(where, f"is not UTF-8: byte {error.start + 1} cannot be read; save it as UTF-8") from error
    except (ValueError, RecursionError) as error:  # the first also for a number with thousands of digits
        raise FormatError(where, f"is not TOML: {error}; correct it there") from error


def converted(document: Mapping[str, Any], kind: type[T], text: str, where: str, page: str) -> T:
    """A document as a structure. Raises FormatError, naming line and key, for what does not fit.

    `page` is the one that lists the keys.
    """
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        what, _at, path = str(error).partition(" - at `$")
        table, index, key = _parts_of(path.rstrip("`"))
        named = re.search("unknown field `(.+)`", what)
        if named:
            what = f"has the key {shown(named[1])}, which is not known there; see {page} for those that are"
            key = key or named[1]
        else:
            what = f"is not right: {what[:1].lower()}{what[1:]}".replace("`", "'").replace("object ", "the table ")
        raise FormatError(place_of(text, where, table, index, key), what) from error


def _parts_of(path: str) -> tuple[str, int | None, str]:
    """Table, index and key of a path of the converter, such as `.vib[2].depends[0]`."""
    found = re.match(r"\.?(?P<table>\w*)(\[(?P<index>\d+)\])?\.?(?P<key>\w*)", path)
    if found is None:
        return "", None, ""
    return found["table"], int(found["index"]) if found["index"] else None, found["key"]


def place_of(text: str, where: str, table: str, index: int | None, key: str) -> str:
    """`depot.toml line 12 (vib 2, depends)`; `index` is counted from 0.

    Lines are looked for in the text, because TOML readers do not tell them.
    """
    # Blanks of one line only: with line breaks among them the time would grow with the square of the empty lines.
    header = rf"^[ \t]*\[\[?[ \t]*{re.escape(table)}[ \t]*\]\]?" if table else r"\A"
    headers = list(re.finditer(header, text, re.MULTILINE))
    at = headers[index or 0] if len(headers) > (index or 0) else None
    named = table if index is None else f"{table} {index + 1}"
    place = ", ".join(filter(None, (named, key)))
    if at is None:
        return f"{where} ({place})" if place else where
    position = at.start() + len(at[0]) - len(at[0].lstrip())
    if key:
        following = re.search(r"^[ \t]*\[", text[at.end() :], re.MULTILINE)
        end = at.end() + following.start() if following else len(text)
        found = re.search(rf"^[ \t]*{re.escape(key)}\b", text[at.end() : end], re.MULTILINE)
        position = at.end() + found.end() if found else position
    line = text.count("\n", 0, position) + 1
    return f"{where} line {line} ({place})" if place else f"{where} line {line}"

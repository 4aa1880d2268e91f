"""Paths into documents of any vocabulary, as mappings write them.

spec.release.version     the part under these keys
images[]                 each entry of a list; what is no list counts as its only entry, as XML has it
parts.*                  each value of an object, whatever its key
rows[].[0]               an entry of a list by its number
"odd.key".x              a key with a dot, or one that would mean something else, in quotation marks
@key, @value             of an entry: the key under which it stands, and the entry itself
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

KEY: Final = "@key"
VALUE: Final = "@value"
_STEP = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.)*)"(?P<each_quoted>\[\])?'
    r"|\[(?P<number>\d+)\]"
    r'|(?P<plain>[^."\[\]]*)(?P<each>\[\])?'
)
_PLAIN = re.compile(r"[^.\"\[\]*@\s][^.\"\[\]]*")


class PathError(ValueError):
    """A path that cannot be read; the text is the rest of a sentence that begins with the path."""


class Entry(NamedTuple):
    """A part of a document, and the key under which it stands; entries of lists have an empty one."""

    key: str
    value: Any


class _Step(NamedTuple):
    key: str | None
    each: bool = False
    number: int | None = None

    def take(self, entry: Entry) -> Iterator[Entry]:
        value = entry.value
        if self.number is not None:
            if isinstance(value, list) and self.number < len(value):
                yield Entry("", value[self.number])
            return
        if self.key == "*":
            yield from _values_of(value)
            return
        if self.key is not None:
            if not isinstance(value, dict) or self.key not in value:
                return
            value = value[self.key]
        if self.each and isinstance(value, list):
            yield from (Entry("", part) for part in value)
        else:
            yield Entry(self.key or entry.key, value)


class Path(NamedTuple):
    """A path that has been read."""

    text: str
    steps: tuple[_Step, ...]

    def entries(self, value: Any, key: str = "") -> list[Entry]:
        """All parts of `value`, which stands under `key`, to which the path leads."""
        if self.text == KEY:
            return [Entry("", key)]
        found = [Entry(key, value)]
        for step in self.steps:
            found = [taken for entry in found for taken in step.take(entry)]
        return found

    def text_of(self, value: Any, key: str = "") -> str:
        """The one text to which the path leads; empty when there is none, or more than one."""
        texts = [text for entry in self.entries(value, key) if (text := _as_text(entry.value))]
        return texts[0] if len(texts) == 1 else ""


def read_path(text: str) -> Path:
    """A path. Raises PathError when it cannot be one."""
    if text in ("", KEY, VALUE):
        return Path(text, ())
    steps, position = [], 0
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None or found.end() == position:
            raise PathError(f"cannot be read from character {position + 1} on")
        steps.append(_step(found))
        position = found.end()
        if position < len(text):
            if text[position] != "." or position + 1 == len(text):
                raise PathError(f"cannot be read from character {position + 1} on; put a dot between keys")
            position += 1
    return Path(text, tuple(steps))


def write_path(keys: tuple[str, ...]) -> str:
    """The path for keys as documents have them, where an empty one stands for each entry of a list."""
    parts: list[str] = []
    for key in keys:
        if not key:
            parts.append(f"{parts.pop()}[]" if parts and not parts[-1].endswith("[]") else "[]")
        else:
            parts.append(quoted(key))
    return ".".join(parts)


def quoted(key: str) -> str:
    """A key as a step of a path."""
    if _PLAIN.fullmatch(key):
        return key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _step(found: re.Match[str]) -> _Step:
    if found["number"] is not None:
        return _Step(None, number=int(found["number"]))
    if found["quoted"] is not None:
        return _Step(re.sub(r"\\(.)", r"\1", found["quoted"]), each=bool(found["each_quoted"]))
    if found["plain"] in (KEY, VALUE):
        raise PathError(f"has {found['plain']}, which must stand alone")
    return _Step(found["plain"] or None, each=bool(found["each"]))


def _values_of(value: Any) -> Iterator[Entry]:
    """The values of an object; XML writes several of one name as a list."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from (Entry(key, each) for each in part) if isinstance(part, list) else [Entry(key, part)]


def _as_text(value: Any) -> str:
    if isinstance(value, dict):  # an XML element with attributes and a text
        value = value.get("", "")
    return value.strip() if isinstance(value, str) else ""

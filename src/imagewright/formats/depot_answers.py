"""Saved answers of a server's depot content, as `GET /api/esx/settings/depot-content/...` gives them.

Taken are the lists of base images, add-ons and components, one version of any of these, and an object that holds
several answers: under keys of one's own, or under the paths that they were asked with, which also say of what a version
is.
`{"value": ...}`, as the older dialect wraps answers, is taken off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from imagewright.formats.errors import FormatError, shown
from imagewright.formats.limits import MIB
from imagewright.formats.strict_json import parse_json
from imagewright.model.answers_compared import DATE, TEXTS, WORDS, Answers, ContentItem, ItemKind
from imagewright.model.content import ComponentRef

LARGEST_ANSWER = 64 * MIB
"""Bytes. A list of ten thousand components has about 3 MiB."""

_FIELDS = (*TEXTS, *WORDS, DATE)
_ASKED = re.compile(
    r"(?:.*/)?depot-content/(?P<kind>base-images|add-ons|components)"
    r"(?:/(?P<name>[^/?]+))?(?:/versions/(?P<version>[^/?]+))?/?(?:\?.*)?"
)
_KINDS = {"base-images": ItemKind.BASE_IMAGE, "add-ons": ItemKind.ADD_ON, "components": ItemKind.COMPONENT}
_WHAT = (
    "it must be what GET /api/esx/settings/depot-content/base-images, add-ons or components answers, or one of their "
    "versions, or an object of several such answers"
)


def read_answers(data: bytes, where: str) -> Answers:
    """The answers in a file. Raises FormatError, naming the place, for anything else."""
    reading = _Reading(where)
    items = tuple(reading.answer(parse_json(data, where, LARGEST_ANSWER), "", None))
    return Answers(items, frozenset(reading.listed))


class _Reading:
    """Answers that are being read."""

    def __init__(self, where: str) -> None:
        self._where = where
        self.listed: set[ItemKind] = set()

    def answer(self, value: Any, place: str, asked: re.Match[str] | None) -> Iterator[ContentItem]:
        """The items of one answer, or of an object of several."""
        if isinstance(value, dict) and set(value) == {"value"}:
            yield from self.answer(value["value"], place, asked)
        elif isinstance(value, list):
            yield from self._list(value, place, asked)
        elif isinstance(value, dict) and "display_version" in value:
            yield self._version(value, place, asked)
        elif isinstance(value, dict) and value and all(isinstance(part, dict | list) for part in value.values()):
            for key, part in value.items():
                yield from self.answer(part, f"{place}.{key}" if place else key, _ASKED.fullmatch(key))
        else:
            raise self._error(place, f"is no answer of the depot content; {_WHAT}")

    def _list(self, value: list[Any], place: str, asked: re.Match[str] | None) -> Iterator[ContentItem]:
        kind = _KINDS[asked["kind"]] if asked else None
        for number, entry in enumerate(value):
            at = f"{place}[{number}]"
            if not isinstance(entry, dict):
                raise self._error(at, f"must be an object; {_WHAT}")
            kind = kind or self._kind_of_entry(entry, at)
            if kind is ItemKind.BASE_IMAGE:
                yield self._item(kind, "", entry, at)
            else:
                yield from self._versions(kind, entry, at)
        if kind is not None and not (asked and "?" in asked[0]):
            self.listed.add(kind)

    def _kind_of_entry(self, entry: Mapping[str, Any], place: str) -> ItemKind:
        """What a list is of: base images have no name, and only components have an urgency."""
        if "name" not in entry:
            return ItemKind.BASE_IMAGE
        versions = entry.get("versions")
        if not isinstance(versions, list) or not versions or not isinstance(versions[0], dict):
            raise self._error(place, "has a name and no list of versions; it is no add-on and no component")
        return ItemKind.COMPONENT if "urgency" in versions[0] else ItemKind.ADD_ON

    def _versions(self, kind: ItemKind, entry: Mapping[str, Any], place: str) -> Iterator[ContentItem]:
        versions = entry.get("versions")
        if not isinstance(versions, list):
            raise self._error(place, "has no list of versions")
        # Of several versions, nobody says whose these are.
        shared = {key: entry[key] for key in ("display_name", "vendor") if key in entry and len(versions) == 1}
        for number, version in enumerate(versions):
            if not isinstance(version, dict):
                raise self._error(f"{place}.versions[{number}]", "must be an object")
            yield self._item(
                kind, self._text(entry, "name", place), {**shared, **version}, f"{place}.versions[{number}]"
            )

    def _version(self, value: Mapping[str, Any], place: str, asked: re.Match[str] | None) -> ContentItem:
        """One version; only base images say themselves which they are."""
        if "components" not in value:
            kind = ItemKind.COMPONENT
        else:
            kind = ItemKind.ADD_ON if "removed_components" in value else ItemKind.BASE_IMAGE
        if asked and asked["version"]:
            named = {"version": unquote(asked["version"])}
            return self._item(_KINDS[asked["kind"]], unquote(asked["name"] or ""), {**value, **named}, place)
        return self._item(kind, "", value, place)

    def _item(self, kind: ItemKind, name: str, value: Mapping[str, Any], place: str) -> ContentItem:
        quick = value.get("quick_patch_compatible_versions")
        removed = value.get("removed_components")
        return ContentItem(
            kind=kind,
            name=name,
            version=self._text(value, "version", place) if "version" in value else "",
            fields={key: self._text(value, key, place) for key in _FIELDS if value.get(key) is not None},
            components=self._components(value, place),
            removed=None if removed is None else frozenset(self._names(removed, f"{place}.removed_components")),
            quick_patch_from=quick if isinstance(quick, dict) else None,
        )

    def _components(self, value: Mapping[str, Any], place: str) -> frozenset[ComponentRef] | None:
        if "components" not in value:
            return None
        at = f"{place}.components".lstrip(".")
        entries = self._entries(value["components"], at)
        return frozenset(
            ComponentRef(self._text(each, "name", at), self._text(each, "version", at)) for each in entries
        )

    def _names(self, value: Any, place: str) -> Iterator[str]:
        for entry in self._entries(value, place):
            yield self._text(entry, "name", place)

    def _entries(self, value: Any, place: str) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self._error(place, "must be a list of objects")
        return value

    def _text(self, value: Mapping[str, Any], key: str, place: str) -> str:
        text = value.get(key)
        if not isinstance(text, str):
            raise self._error(f"{place}.{key}".lstrip("."), "must be a text")
        return text

    def _error(self, place: str, what: str) -> FormatError:
        return FormatError(self._where, f"{shown(place)} {what}" if place else f"the document {what}")

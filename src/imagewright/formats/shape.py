"""The shape of documents in no known form, without their content: to be shown to others who may help.

Names of keys stay as they are, because the form is what is asked for. Every value is replaced by a keyed hash: equal
values of one run have equal hashes, and nobody can find a value by trying, because the key is not told. Keys that are
data, such as the names of components in an object of versions, are treated as values.
"""

from __future__ import annotations

import hmac
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from imagewright.formats.documents import DEEPEST, read_tree
from imagewright.formats.errors import FormatError
from imagewright.formats.images import kind_of
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.unknown_documents import FoundImage, UnknownDocument
from imagewright.model.content import DepotContent
from imagewright.model.documents import Document

HIDDEN: Final = "*"
"""Stands for keys that are data."""

SAMPLES = 3
_TEXT = "(text)"
_MOST_FIELDS = 20
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9A-Za-z]{1,12}){1,7}([-_][0-9A-Za-z.]{1,40})?")
_FORMS: Final = {
    "version": _VERSION,
    "date": re.compile(r"\d{4}-\d\d-\d\d([T ].*)?"),
    "address": re.compile(r"[a-z][a-z0-9+.-]*://.*"),
    "whole number": re.compile(r"-?\d+"),
    "hexadecimal of 32 digits or more": re.compile(r"[0-9A-Fa-f]{32,}"),
}
_NAME_OF_A_FIELD = re.compile(r"[A-Za-z_@$][A-Za-z_:]*\d{0,2}|[a-z_][a-z_:-]*\d{0,2}")
_LONGEST_FIELD = 40
_SAYS_VERSION = re.compile("version|release|build|level|rev|min|max|from|until", re.IGNORECASE)


@dataclass(slots=True)
class PathShape:
    """What stands at one path, over all of its occurrences. `types` and `matches` count; `lengths` are in characters.

    `matches` says how many texts are something that the bulletins define, or of a certain form. `samples` are hashes.
    """

    path: str
    types: Counter[str] = field(default_factory=Counter)
    matches: Counter[str] = field(default_factory=Counter)
    hashes: Counter[str] = field(default_factory=Counter)
    lengths: tuple[int, int] = (0, 0)
    keys: int = 0

    @property
    def count(self) -> int:
        """Occurrences."""
        return sum(self.types.values())

    @property
    def samples(self) -> tuple[str, ...]:
        """The first hashes."""
        return tuple(list(self.hashes)[:SAMPLES])

    def take(self, text: str, hashed: str, known: Mapping[str, frozenset[str]]) -> None:
        """Counts a text."""
        least, most = self.lengths
        self.lengths = (min(least, len(text)) if self.hashes else len(text), max(most, len(text)))
        self.hashes[hashed] += 1
        self.matches.update(what for what, texts in known.items() if text in texts)
        self.matches.update(form for form, pattern in _FORMS.items() if pattern.fullmatch(text))


@dataclass(frozen=True, slots=True)
class DocumentShape:
    """The shape of one document. `name` is its folder and a hash of its name; `inferred` what it was taken for."""

    name: str
    form: str
    size: int
    inferred: tuple[str, ...]
    paths: tuple[PathShape, ...]
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The shapes of all documents of a depot, and how much of what is known there is beside them."""

    known: Mapping[str, int]
    documents: tuple[DocumentShape, ...]


def shape_of(
    content: DepotContent,
    documents: Iterable[UnknownDocument],
    found: Iterable[FoundImage],
    key: bytes,
    limits: Limits = DEFAULT_LIMITS,
) -> Shape:
    """The shapes of documents. `key` is a secret of this run, with which values are hashed."""
    known = _known(content)
    inferred: dict[str, list[str]] = {}
    for each in found:
        inferred.setdefault(each.note.path, []).append(f"{kind_of(each.image)}, {each.confidence:.0%}")
    shapes = []
    for document in documents:
        walk = _Walk(known, key)
        try:
            walk.value("", read_tree(document.data, document.path, document.where, limits).value, 0)
            unreadable = False
        except FormatError:
            unreadable = True
        shapes.append(
            DocumentShape(
                name=_file_name(document.path, walk),
                form="XML" if document.path.lower().endswith(".xml") else "JSON",
                size=len(document.data),
                inferred=tuple(inferred.get(document.where, ())),
                paths=tuple(walk.paths.values()),
                unreadable=unreadable,
            )
        )
    return Shape({what: len(texts) for what, texts in known.items()}, tuple(shapes))


def shape_document(shape: Shape) -> Document:
    """A shape as a document for programs."""
    return {
        "known": dict(shape.known),
        "documents": [
            {
                "name": document.name,
                "form": document.form,
                "size": document.size,
                "inferred": list(document.inferred),
                "unreadable": document.unreadable,
                "paths": [
                    {
                        "path": each.path,
                        "types": dict(each.types),
                        "count": each.count,
                        "keys": each.keys,
                        "distinct": len(each.hashes),
                        "lengths": list(each.lengths),
                        "matches": dict(each.matches),
                        "samples": list(each.samples),
                    }
                    for each in document.paths
                ],
            }
            for document in shape.documents
        ],
    }


# --- walking ---------------------------------------------------------------------------------------------------------


def _known(content: DepotContent) -> dict[str, frozenset[str]]:
    """What the bulletins and VIBs of a depot define, by what it is."""
    bundles = content.bundles
    components = [component for bundle in bundles for component in bundle.components]
    vibs = content.vibs
    return {
        "name of a component": frozenset(each.name for each in components),
        "version of a component": frozenset(each.version for each in components),
        "id of a bulletin": frozenset(bulletin.id for bundle in bundles for bulletin in bundle.bulletins),
        "id of a VIB": frozenset(vib.id for vib in vibs),
        "name of a VIB": frozenset(vib.name for vib in vibs),
        "version of a VIB": frozenset(vib.version for vib in vibs),
        "vendor": frozenset(bundle.vendor for bundle in bundles),
    }


class _Walk:
    """Goes through one document."""

    def __init__(self, known: Mapping[str, frozenset[str]], key: bytes) -> None:
        self._known = known
        self._names = frozenset().union(*known.values())
        self._key = key
        self.paths: dict[str, PathShape] = {}

    def hashed(self, text: str) -> str:
        """Eight digits that stand for a text in this run."""
        return hmac.digest(self._key, text.encode(errors="surrogatepass"), "sha256").hex()[:8]

    def value(self, path: str, value: Any, depth: int) -> None:
        """Takes a value and all that is in it."""
        shape = self.paths.setdefault(path, PathShape(path))
        shape.types[_type(value)] += 1
        match value:
            case dict() if depth < DEEPEST:
                shape.keys = max(shape.keys, len(value))
                self._object(path, value, depth)
            case list() if depth < DEEPEST:
                for part in value:
                    self.value(f"{path}[]", part, depth + 1)
            case str():
                shape.take(value, self.hashed(value), self._known)
            case int() | float() if not isinstance(value, bool):
                shape.take(str(value), self.hashed(str(value)), {})
            case _:
                pass

    def _object(self, path: str, value: Mapping[str, Any], depth: int) -> None:
        data = self._data_keys(value)
        for key, part in value.items():
            name = HIDDEN if key in data else key or _TEXT
            if key in data:
                keys = self.paths.setdefault(f"{path}{{}}", PathShape(f"{path}{{}}"))
                keys.types["key"] += 1
                keys.take(key, self.hashed(key), self._known)
            self.value(f"{path}.{name}" if path else name, part, depth + 1)

    def _data_keys(self, value: Mapping[str, Any]) -> set[str]:
        """The keys of an object that are data: those that look so, and those beside them with values like theirs."""
        plain = {key for key in value if key and not self.is_field(key)}
        types = {_type(value[key]) for key in plain}
        data = plain | {key for key in value if key and _type(value[key]) in types}
        kinds = {_type(part) for part in value.values()}
        if len(value) > _MOST_FIELDS and len(kinds) == 1:
            return set(value)
        versions = [isinstance(part, str) and bool(_VERSION.fullmatch(part)) for part in value.values()]
        if len(value) > 1 and all(versions) and not any(_SAYS_VERSION.search(key) for key in value):
            return set(value)
        return data

    def is_field(self, key: str) -> bool:
        """Whether a key looks like the name of a field, and is nothing that the depot defines."""
        return (
            len(key) <= _LONGEST_FIELD
            and key not in self._names
            and key != HIDDEN
            and bool(_NAME_OF_A_FIELD.fullmatch(key))
        )


def _file_name(path: str, walk: _Walk) -> str:
    """The path of a file, of which folders may be told and the name may not."""
    *folders, name = path.split("/")
    stem, dot, extension = name.rpartition(".")
    told = [folder if walk.is_field(folder) else f"#{walk.hashed(folder)}" for folder in folders]
    return "/".join((*told, f"#{walk.hashed(stem)}{dot}{extension}"))


def _type(value: Any) -> str:
    match value:
        case dict():
            return "object"
        case list():
            return "list"
        case str():
            return "text"
        case bool():
            return "true or false"
        case int() | float():
            return "number"
        case _:
            return "null"

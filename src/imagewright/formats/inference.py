"""What the images of a depot are when they are written in a form that nobody has seen.

The bulletins of a depot are understood, so its components are known. They are recognised in any document: an object or
a list whose entries are known components is a list of components, a text of the form of a version beside or above it
is the version of what they make up, a list of bare names is what that takes out. What it is follows from the folder,
from words on the way, or from the shape. Each of these findings can be weak; together they give a confidence, and
below `ADOPTED_FROM` nothing is adopted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from imagewright.formats.documents import Branch, read_tree
from imagewright.formats.errors import shown
from imagewright.formats.images import ImageObject
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.xml import parse_date
from imagewright.model.content import AddOn, BaseImage, Component, ComponentRef, HardwareSupportPackage, Solution

ADOPTED_FROM: Final = 0.7
"""The confidence, from 0 to 1, from which on an inferred object is taken for what it seems to be."""

_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9A-Za-z]{1,12}){1,7}([-_][0-9A-Za-z.]{1,40})?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{1,99}")
_KINDS: Final = (
    (AddOn, re.compile("add-?_?on|overlay|custom")),
    (HardwareSupportPackage, re.compile("manifest|hardware|hsp|firmware")),
    (Solution, re.compile("solution")),
    (BaseImage, re.compile("base|platform|release")),
)
_TAKEN_OUT = re.compile(r"\b(remov|delet|exclu|drop|without|obsolet|retire)")
_NOT_ITS_OWN = re.compile(r"\b(display|ui|label|schema|format|min|max|support|compat|target|tool)")
_VENDOR = re.compile(r"\b(vendor|maker|company|author)")
_WORD_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_SYSTEM = "esxi"
"""The component that every base image holds, in lower case."""
_MOST_TEXTS = 8
_LONGEST_TEXT = 1000
_JOINED_BY = (":", "_", " ", "@", "-", "/", "=", "==")


class Inferred(NamedTuple):
    """An object, how sure that is, and how it was found, for people."""

    image: ImageObject
    confidence: float
    because: str


def infer_images(
    data: bytes, path: str, where: str, components: Iterable[Component], limits: Limits = DEFAULT_LIMITS
) -> tuple[Inferred, ...]:
    """What a document of an unknown form holds; nothing when no components are recognised in it.

    `path` is that of the document in the metadata; one above `limits.inferred_size` is not walked. Raises FormatError
    when it is neither JSON nor XML.
    """
    known = _Known.of(components)
    if not known.pairs or len(data) > limits.inferred_size:
        return ()
    lists = list(_component_lists(read_tree(data, path, where, limits), known))
    taken = frozenset(id(found.branch.value) for found in lists)
    groups: dict[int, _Group] = {}
    for found in lists:
        owner = next((branch for branch in found.branch.above() if _versions(branch, taken)), None)
        if owner is not None:
            groups.setdefault(id(owner.value), _Group(owner, [], taken)).lists.append(found)
    return tuple(inferred for group in groups.values() if (inferred := _infer(group, path, known)) is not None)


# --- components ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """The components of the depot: by name and version, by both joined to one text, and their names alone."""

    pairs: dict[tuple[str, str], ComponentRef]
    joined: dict[str, ComponentRef]
    names: frozenset[str]

    @classmethod
    def of(cls, components: Iterable[Component]) -> _Known:
        refs = {component.bulletin.id: component.ref for component in components}
        joined = {f"{ref.name}{by}{ref.version}": ref for ref in refs.values() for by in _JOINED_BY}
        pairs = {(ref.name, ref.version): ref for ref in refs.values()}
        return cls(pairs, joined | refs, frozenset(ref.name for ref in refs.values()))

    def component(self, key: str, value: Any) -> ComponentRef | None:
        """The one component that an entry names: as one text, or as two of the few texts that it holds."""
        texts = [text for text in (key, *_texts_in(value)) if text]
        if len(texts) > _MOST_TEXTS:
            return None
        found = {self.joined[text] for text in texts if text in self.joined}
        found |= {self.pairs[pair] for name in texts for text in texts if (pair := (name, text)) in self.pairs}
        return found.pop() if len(found) == 1 else None


def _texts_in(value: Any, depth: int = 0) -> Iterator[str]:
    """The texts of an entry: itself, or those in it and in what it holds; one too many tells that it is no entry."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and depth < 3:
        if len(value) > _MOST_TEXTS:
            yield from [""] + ["?"] * (_MOST_TEXTS + 1)
            return
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(part, depth + 1)


class _ComponentList(NamedTuple):
    branch: Branch
    refs: tuple[ComponentRef, ...]
    rate: float


def _component_lists(root: Branch, known: _Known) -> Iterator[_ComponentList]:
    """The branches most of whose entries are known components, but not what lies inside of one of them."""
    inside: set[int] = set()
    for branch in root.walk():
        if branch.parent is not None and id(branch.parent.value) in inside:
            inside.add(id(branch.value))
            continue
        found = [ref for key, part in branch.items if (ref := known.component(key, part)) is not None]
        if found and 2 * len(found) > len(branch.items):
            inside.add(id(branch.value))
            yield _ComponentList(branch, tuple(dict.fromkeys(found)), len(found) / len(branch.items))


# --- what they make up -----------------------------------------------------------------------------------------------


class _Group(NamedTuple):
    """The lists of components that belong to one object: `owner` is the nearest above them that has a version, itself
    or in a part of it. `taken` are all lists of components of the document, where nothing else is looked for."""

    owner: Branch
    lists: list[_ComponentList]
    taken: frozenset[int]


class _Choice(NamedTuple):
    """A text that was chosen, the sureness of that, and under which key it stands."""

    text: str
    sure: float
    key: str


def _words(key: str) -> str:
    """The words of a key, in lower case: `removedComponents`, `removed_components` and `removed-components` alike."""
    return _WORD_BORDER.sub(" ", key).lower()


def _near_texts(owner: Branch, taken: frozenset[int]) -> dict[str, str]:
    """The texts of an object, and of the objects directly in it, by key."""
    found = dict(owner.texts)
    for key, part in owner.items:
        if isinstance(part, dict) and id(part) not in taken and len(part) <= _MOST_TEXTS:
            found |= {f"{key}.{inner}": text for inner, text in part.items() if isinstance(text, str)}
    return found


def _versions(owner: Branch, taken: frozenset[int]) -> dict[str, str]:
    return {
        key: text
        for key, text in _near_texts(owner, taken).items()
        if _VERSION.fullmatch(text) and not _NOT_ITS_OWN.search(_words(key))
    }


def _chosen(candidates: dict[str, str], word: str) -> _Choice | None:
    """The candidate whose key has the word, and otherwise the longest."""
    said = {key: text for key, text in candidates.items() if word in key.lower().rpartition(".")[2]}
    best = said or candidates
    if not best:
        return None
    # What stands nearer is meant: `version` before `package.version`.
    nearest = min(key.count(".") for key in best)
    near = {key: text for key, text in best.items() if key.count(".") == nearest}
    key = max(near, key=lambda each: len(near[each]))
    sure = 1.0 if said else 0.9
    return _Choice(near[key], sure if len(set(near.values())) == 1 else sure * 0.8, key)


def _kind(group: _Group, path: str, refs: tuple[ComponentRef, ...], removed: tuple[str, ...]) -> tuple[type, float]:
    words = [path.rpartition("/")[0], *reversed(group.lists[0].branch.keys), path.rpartition("/")[2]]
    for sure, text in ((1.0, words[0]), *((0.95, word) for word in words[1:])):
        for kind, pattern in _KINDS:
            if pattern.search(text.lower()):
                return kind, sure
    if removed:
        return AddOn, 0.75
    return (BaseImage, 0.75) if any(ref.name.lower() == _SYSTEM for ref in refs) else (AddOn, 0.5)


def _infer(group: _Group, path: str, known: _Known) -> Inferred | None:
    refs = tuple(dict.fromkeys(ref for found in group.lists for ref in found.refs))
    removed = _removed(group, known)
    kind, sure_kind = _kind(group, path, refs, removed)
    version = _chosen(_versions(group.owner, group.taken), "version")
    if version is None:
        return None
    names = _names(group, known)
    image, sure_name = _made(kind, version, names, refs, removed, group.owner)
    if image is None:
        return None
    rate = min(found.rate for found in group.lists)
    few = {1: 0.85, 2: 0.95}.get(len(refs), 1.0)
    components = "one known component" if len(refs) == 1 else f"{len(refs)} known components"
    because = f"{components} at {_place(group.lists[0].branch)}, the version at {shown(version.key)}"
    if removed:
        because += f", {len(removed)} to take out"
    return Inferred(image, round(rate * few * sure_kind * version.sure * sure_name, 2), because)


def _place(branch: Branch) -> str:
    return shown(".".join(key for key in branch.keys if key))


def _names(group: _Group, known: _Known) -> dict[str, str]:
    return {
        key: text
        for key, text in _near_texts(group.owner, group.taken).items()
        if _NAME.fullmatch(text)
        and text not in known.names
        and not (_NOT_ITS_OWN.search(_words(key)) or _VENDOR.search(_words(key)))
    }


def _made(
    kind: type,
    version: _Choice,
    names: dict[str, str],
    refs: tuple[ComponentRef, ...],
    removed: tuple[str, ...],
    owner: Branch,
) -> tuple[ImageObject | None, float]:
    """The object, and how sure its name is."""
    if kind is BaseImage:
        return BaseImage(version.text, refs, **_display(owner)), 1.0
    managers = {key: text for key, text in names.items() if "manager" in key.lower()}
    name = _chosen({key: text for key, text in names.items() if key not in managers}, "name")
    if name is None:
        return None, 0.0
    if kind is Solution:
        return Solution(name.text, version.text, refs, **_display(owner)), name.sure
    if kind is AddOn:
        supported = _supported(owner)
        return AddOn(name.text, version.text, refs, removed, supported, **_display(owner)), name.sure
    manager = _chosen(managers, "name")
    if manager is None:
        return None, 0.0
    package = HardwareSupportPackage(manager.text, name.text, version.text, refs, removed, _supported(owner))
    return package, min(name.sure, manager.sure)


# --- what else is said of it -----------------------------------------------------------------------------------------


def _removed(group: _Group, known: _Known) -> tuple[str, ...]:
    """Bare names below the owner: a list of which one is known, or what stands under a word for taking out."""
    names: list[str] = []
    for branch in group.owner.walk():
        if any(id(each.value) in group.taken for each in (branch, *branch.above())):
            continue
        bare = [text for key, part in branch.items if (text := _bare_name(key, part))]
        is_said = any(_TAKEN_OUT.search(_words(key)) for key in branch.keys[len(group.owner.keys) :])
        is_list = isinstance(branch.value, list) and any(name in known.names for name in bare)
        if len(bare) == len(branch.items) and (is_said or is_list):
            names += bare
    for key, part in group.owner.texts.items():
        if _TAKEN_OUT.search(_words(key)) and _NAME.fullmatch(part):
            names.append(part)
    return tuple(dict.fromkeys(names))


def _bare_name(key: str, part: Any) -> str:
    """The name that an entry is; an object is one when it holds one name and no version."""
    texts = list(_texts_in(part)) or [key]
    found = [text for text in texts if _NAME.fullmatch(text)]
    return found[0] if found and not any(_VERSION.fullmatch(text) for text in texts) else ""


def _supported(owner: Branch) -> tuple[str, ...]:
    """Versions in a list whose key says that they are supported; without such a word nothing is restricted."""
    for branch in owner.walk():
        said = any(re.search("support|compat", key.lower()) for key in branch.keys[len(owner.keys) :])
        texts = [part for _key, part in branch.items if isinstance(part, str)]
        if said and texts and len(texts) == len(branch.items) and all(_VERSION.fullmatch(text) for text in texts):
            return tuple(texts)
    return ()


def _vendor(owner: Branch) -> str:
    return next((text for key, text in owner.texts.items() if _VENDOR.search(_words(key))), "")


def _display(owner: Branch) -> dict[str, Any]:
    """What the usual words name; an object is complete without any of it."""
    words = {
        re.sub("[^a-z]", "", key.lower()): text[:_LONGEST_TEXT].replace("\0", "") for key, text in owner.texts.items()
    }
    named = {field: words.get(field.replace("_", ""), "") for field in ("display_name", "display_version")}
    told = {field: words.get(field, "") for field in ("summary", "description")}
    date = words.get("releasedate") or words.get("date") or ""
    return {**named, **told, "vendor": _vendor(owner), "release_date": parse_date(date)}

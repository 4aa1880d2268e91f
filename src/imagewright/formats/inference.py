"""What the images of a depot are when they are written in a form that nobody has seen.

The bulletins of a depot are understood, so its components are known. They are recognised in any document: an object or
a list whose entries are known components is a list of components, a text of the form of a version beside or above it
is the version of what they make up, a list of bare names is what that takes out. What it is follows from the folder,
from words on the way, or from the shape. Each of these findings can be weak; together they give a confidence, and
below `ADOPTED_FROM` nothing is adopted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from imagewright.formats.documents import Branch, read_tree
from imagewright.formats.errors import shown
from imagewright.formats.images import ImageObject
from imagewright.formats.known_components import MOST_FIELDS, KnownComponents, texts_in
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.xml import parse_date
from imagewright.model.content import AddOn, BaseImage, ComponentRef, HardwareSupportPackage, Solution

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
_LONGEST_TEXT = 1000
_DISPLAYED = ("display_name", "display_version", "summary", "description")


Keys = tuple[str, ...]
"""The keys that lead to a part of a document; an empty one stands for each entry of a list."""


class Places(NamedTuple):
    """Where the parts of an object stand: `owner` from the root of the document, the others from the owner."""

    owner: Keys
    version: Keys
    name: Keys | None
    manager: Keys | None
    components: tuple[Keys, ...]
    removed: tuple[Keys, ...]
    supported: Keys | None


class Inferred(NamedTuple):
    """An object, how sure that is, and how it was found, for people and for `learning`."""

    image: ImageObject
    confidence: float
    because: str
    places: Places


def infer_images(
    data: bytes, path: str, where: str, known: KnownComponents, limits: Limits = DEFAULT_LIMITS
) -> tuple[Inferred, ...]:
    """What a document of an unknown form holds; nothing when no components are recognised in it.

    `path` is that of the document in the metadata; one above `limits.inferred_size` is not walked. Raises FormatError
    when it is neither JSON nor XML.
    """
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


class _ComponentList(NamedTuple):
    branch: Branch
    refs: tuple[ComponentRef, ...]
    rate: float


def _component_lists(root: Branch, known: KnownComponents) -> Iterator[_ComponentList]:
    """The branches most of whose entries are known components, but not what lies inside of one of them."""
    inside: set[int] = set()
    for branch in root.walk():
        if branch.parent is not None and id(branch.parent.value) in inside:
            inside.add(id(branch.value))
            continue
        entries = ((key, part, known.component(key, part)) for key, part in branch.items)
        found = [ref for key, part, ref in entries if ref is not None and not _holds_a_list(key, part, known)]
        if found and 2 * len(found) > len(branch.items):
            inside.add(id(branch.value))
            yield _ComponentList(branch, tuple(dict.fromkeys(found)), len(found) / len(branch.items))


def _holds_a_list(key: str, part: Any, known: KnownComponents) -> bool:
    """Whether an entry is no component but an image that holds a list of them.

    In a small one, the name of one component and the version of another can happen to name a third. It has a version of
    its own beside the list, and what stands directly in it names no component.
    """
    if not isinstance(part, dict):
        return False
    texts = Branch(part).texts
    if not any(map(_VERSION.fullmatch, texts.values())) or known.component(key, texts) is not None:
        return False
    inner = (Branch(each) for each in part.values() if isinstance(each, dict | list))
    return any(known.component(*entry) is not None for branch in inner for entry in branch.items)


# --- what they make up -----------------------------------------------------------------------------------------------


class _Group(NamedTuple):
    """The lists of components that belong to one object: `owner` is the nearest above them that has a version, itself
    or in a part of it. `taken` are all lists of components of the document, where nothing else is looked for."""

    owner: Branch
    lists: list[_ComponentList]
    taken: frozenset[int]


class _Choice(NamedTuple):
    """A text that was chosen, the sureness of that, and under which keys of its owner it stands."""

    text: str
    sure: float
    keys: Keys


def _words(*keys: str) -> str:
    """The words of keys, in lower case: `removedComponents`, `removed_components` and `removed-components` alike."""
    return _WORD_BORDER.sub(" ", " ".join(keys)).lower()


def _near_texts(owner: Branch, taken: frozenset[int]) -> dict[Keys, str]:
    """The texts of an object, and of the objects directly in it, by key."""
    found: dict[Keys, str] = {(key,): text for key, text in owner.texts.items()}
    for key, part in owner.items:
        if isinstance(part, dict) and id(part) not in taken and len(part) <= MOST_FIELDS:
            found |= {(key, inner): text for inner, text in part.items() if isinstance(text, str)}
    return found


def _versions(owner: Branch, taken: frozenset[int]) -> dict[Keys, str]:
    return {
        keys: text
        for keys, text in _near_texts(owner, taken).items()
        if _VERSION.fullmatch(text) and not _NOT_ITS_OWN.search(_words(*keys))
    }


def _chosen(candidates: dict[Keys, str], word: str) -> _Choice | None:
    """The candidate whose key has the word, and otherwise the longest."""
    said = {keys: text for keys, text in candidates.items() if word in keys[-1].lower()}
    best = said or candidates
    if not best:
        return None
    # What stands nearer is meant: `version` before `package.version`.
    nearest = min(map(len, best))
    near = {keys: text for keys, text in best.items() if len(keys) == nearest}
    keys = max(near, key=lambda each: len(near[each]))
    sure = 1.0 if said else 0.9
    return _Choice(near[keys], sure if len(set(near.values())) == 1 else sure * 0.8, keys)


def kind_of_words(text: str) -> type | None:
    """What the words in a folder, a key or a file name say that something is."""
    return next((kind for kind, pattern in _KINDS if pattern.search(text.lower())), None)


def _kind(group: _Group, path: str, refs: tuple[ComponentRef, ...], removed: tuple[str, ...]) -> tuple[type, float]:
    folder, _slash, name = path.rpartition("/")
    for sure, text in ((1.0, folder), *((0.95, word) for word in (*reversed(group.lists[0].branch.keys), name))):
        kind = kind_of_words(text)
        if kind is not None:
            return kind, sure
    if removed:
        return AddOn, 0.75
    return (BaseImage, 0.75) if any(ref.name.lower() == _SYSTEM for ref in refs) else (AddOn, 0.5)


def _infer(group: _Group, path: str, known: KnownComponents) -> Inferred | None:
    refs = tuple(dict.fromkeys(ref for found in group.lists for ref in found.refs))
    removed = _removed(group, known)
    kind, sure_kind = _kind(group, path, refs, removed.texts)
    version = _chosen(_versions(group.owner, group.taken), "version")
    if version is None:
        return None
    made = _made(kind, version, _names(group, known), refs, removed.texts, group.owner)
    if made is None:
        return None
    rate = min(found.rate for found in group.lists)
    few = {1: 0.85, 2: 0.95}.get(len(refs), 1.0)
    components = "one known component" if len(refs) == 1 else f"{len(refs)} known components"
    because = f"{components} at {_place(group.lists[0].branch)}, the version at {shown('.'.join(version.keys))}"
    if removed.texts:
        because += f", {len(removed.texts)} to take out"
    start = len(group.owner.keys)
    places = Places(
        owner=group.owner.keys,
        version=version.keys,
        name=made.name,
        manager=made.manager,
        components=tuple(found.branch.keys[start:] for found in group.lists),
        removed=removed.places,
        supported=made.supported,
    )
    return Inferred(made.image, round(rate * few * sure_kind * version.sure * made.sure, 2), because, places)


def _place(branch: Branch) -> str:
    return shown(".".join(key for key in branch.keys if key))


def _names(group: _Group, known: KnownComponents) -> dict[Keys, str]:
    return {
        keys: text
        for keys, text in _near_texts(group.owner, group.taken).items()
        if _NAME.fullmatch(text)
        and text not in known.names
        and not (_NOT_ITS_OWN.search(_words(*keys)) or _VENDOR.search(_words(*keys)))
    }


class _Made(NamedTuple):
    """An object, how sure its name is, and where name, manager and supported versions stand."""

    image: ImageObject
    sure: float = 1.0
    name: Keys | None = None
    manager: Keys | None = None
    supported: Keys | None = None


def _made(
    kind: type,
    version: _Choice,
    names: dict[Keys, str],
    refs: tuple[ComponentRef, ...],
    removed: tuple[str, ...],
    owner: Branch,
) -> _Made | None:
    if kind is BaseImage:
        return _Made(BaseImage(version.text, refs, **_display(owner)))
    managers = {keys: text for keys, text in names.items() if "manager" in ".".join(keys).lower()}
    name = _chosen({keys: text for keys, text in names.items() if keys not in managers}, "name")
    if name is None:
        return None
    if kind is Solution:
        return _Made(Solution(name.text, version.text, refs, **_display(owner)), name.sure, name.keys)
    supported = _supported(owner)
    if kind is AddOn:
        add_on = AddOn(name.text, version.text, refs, removed, supported.texts, **_display(owner))
        return _Made(add_on, name.sure, name.keys, None, supported.place)
    manager = _chosen(managers, "name")
    if manager is None:
        return None
    package = HardwareSupportPackage(manager.text, name.text, version.text, refs, removed, supported.texts)
    return _Made(package, min(name.sure, manager.sure), name.keys, manager.keys, supported.place)


# --- what else is said of it -----------------------------------------------------------------------------------------


class _Listed(NamedTuple):
    """Texts, and the keys of the owner under which they stand."""

    texts: tuple[str, ...] = ()
    places: tuple[Keys, ...] = ()

    @property
    def place(self) -> Keys | None:
        """The one place of a single list."""
        return self.places[0] if self.places else None


def _removed(group: _Group, known: KnownComponents) -> _Listed:
    """Bare names below the owner: a list of which one is known, or what stands under a word for taking out."""
    names: list[str] = []
    places: list[Keys] = []
    taken = set(group.taken)
    for branch in group.owner.walk():
        if any(id(each.value) in taken for each in (branch, *branch.above())):
            continue
        bare = [text for key, part in branch.items if (text := _bare_name(key, part))]
        own = branch.keys[len(group.owner.keys) :]
        is_said = any(_TAKEN_OUT.search(_words(key)) for key in own)
        is_list = isinstance(branch.value, list) and any(name in known.names for name in bare)
        if bare and len(bare) == len(branch.items) and (is_said or is_list):
            names += bare
            places.append(own)
            taken.add(id(branch.value))
    for key, part in group.owner.texts.items():
        if _TAKEN_OUT.search(_words(key)) and _NAME.fullmatch(part):
            names.append(part)
            places.append((key,))
    return _Listed(tuple(dict.fromkeys(names)), tuple(places))


def _bare_name(key: str, part: Any) -> str:
    """The name that an entry is; an object is one when it holds a name and no version, several things are none."""
    if isinstance(part, list) and len(part) > 1:
        return ""
    texts = list(texts_in(part)) or [key]
    found = [text for text in texts if _NAME.fullmatch(text)]
    return found[0] if found and not any(_VERSION.fullmatch(text) for text in texts) else ""


def _supported(owner: Branch) -> _Listed:
    """Versions in a list whose key says that they are supported; without such a word nothing is restricted."""
    for branch in owner.walk():
        own = branch.keys[len(owner.keys) :]
        said = any(re.search("support|compat", key.lower()) for key in own)
        texts = [part for _key, part in branch.items if isinstance(part, str)]
        if said and texts and len(texts) == len(branch.items) and all(_VERSION.fullmatch(text) for text in texts):
            return _Listed(tuple(texts), (own,))
    return _Listed()


def display_keys(owner: Mapping[str, Any]) -> dict[str, str]:
    """Under which keys of an object what is said of it for people stands, by the names of our fields."""
    texts = [key for key, text in owner.items() if isinstance(text, str)]
    words = {re.sub("[^a-z]", "", key.lower()): key for key in texts}
    found = {field: words.get(field.replace("_", "")) for field in _DISPLAYED}
    found["release_date"] = words.get("releasedate") or words.get("date")
    found["vendor"] = next((key for key in texts if _VENDOR.search(_words(key))), None)
    return {field: key for field, key in found.items() if key is not None}


def _display(owner: Branch) -> dict[str, Any]:
    """What the usual words name; an object is complete without any of it."""
    texts = owner.texts
    told = {field: texts[key][:_LONGEST_TEXT].replace("\0", "") for field, key in display_keys(texts).items()}
    return {**told, "release_date": parse_date(told.get("release_date", ""))}

"""Learning a mapping from documents in which images were inferred, for people to look at and correct.

What was inferred once, by guesses, is written down as paths: from then on it is read by rule. What was too unsure to be
adopted is written as well, commented out.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from imagewright.formats.document_paths import KEY, VALUE, Entry, quoted, read_path, write_path
from imagewright.formats.documents import read_tree
from imagewright.formats.images import kind_of, label_of
from imagewright.formats.inference import ADOPTED_FROM, Inferred, Keys, display_keys, infer_images, kind_of_words
from imagewright.formats.known_components import KnownComponents
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.mapping import ImagePart
from imagewright.formats.unknown_documents import UnknownDocument
from imagewright.model.content import AddOn, HardwareSupportPackage

_HEADER = """\
# A mapping of imagewright: where the parts of images stand in files of another form. It was learned from a depot:
# look at it, correct it, try it with `imagewright depot map test`, and name it in the setting `mappings`.
"""


class Learned(NamedTuple):
    """One `[[image]]`, how sure the inference was that it comes from, and what it was taken for."""

    part: ImagePart
    confidence: float
    label: str


def learn(documents: Iterable[UnknownDocument], limits: Limits = DEFAULT_LIMITS) -> tuple[Learned, ...]:
    """A mapping for each form in which an image was inferred; documents that hold none are passed over."""
    found: dict[tuple[str, ...], Learned] = {}
    for document in documents:
        for learned in _learned(document, limits):
            part = learned.part
            form = (part.kind, part.files, part.object, part.version, part.component_id, part.component_name)
            known = found.get(form)
            found[form] = _merged(known, learned) if known else learned
    return tuple(found.values())


def write_mapping(learned: Iterable[Learned]) -> bytes:
    """A mapping file; what was not sure enough to be adopted is commented out."""
    blocks = [_HEADER]
    for each in learned:
        lines = ["[[image]]", *_lines(each.part)]
        remark = f"# {each.label}, {each.confidence:.0%} sure"
        if each.confidence < ADOPTED_FROM:
            remark += ": too unsure to be taken; when it is right, remove the marks"
            lines = [f"# {line}" for line in lines]
        blocks.append("\n".join([remark, *lines, ""]))
    return "\n".join(blocks).encode()


def _lines(part: ImagePart) -> Iterator[str]:
    plain = ImagePart(kind="", files="")
    for key in part.__struct_fields__:
        value = getattr(part, key)
        if value != getattr(plain, key):
            written = ", ".join(map(_text, value)) if isinstance(value, tuple) else ""
            yield f"{key} = [{written}]" if isinstance(value, tuple) else f"{key} = {_text(value)}"


def _text(value: str) -> str:
    """A text as TOML has it, which escapes as JSON does, and one character more."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _merged(known: Learned, learned: Learned) -> Learned:
    """Both in one: a document says more than another of the same form when it has more of the optional parts."""
    parts: dict[str, Any] = {}
    for key in known.part.__struct_fields__:
        first, second = getattr(known.part, key), getattr(learned.part, key)
        parts[key] = tuple(dict.fromkeys(first + second)) if isinstance(first, tuple) else first or second
    return Learned(msgspec.structs.replace(known.part, **parts), max(known.confidence, learned.confidence), known.label)


# --- one document ----------------------------------------------------------------------------------------------------


def _learned(document: UnknownDocument, limits: Limits) -> Iterator[Learned]:
    inferred = infer_images(document.data, document.path, document.where, document.known, limits)
    root = read_tree(document.data, document.path, document.where, limits).value if inferred else None
    files = _files_like(document.path)
    for each in inferred:
        owner = _owner(root, each)
        if owner is not None:
            yield Learned(
                _part(each, owner, files, document.known),
                each.confidence,
                f"{kind_of(each.image)} {label_of(each.image)}",
            )


def _files_like(path: str) -> str:
    """Which other files are of the same form: all of a folder that says what it is for, or those of a like name."""
    folder, _slash, name = path.rpartition("/")
    stem, _dot, extension = name.rpartition(".")
    like = "" if kind_of_words(folder) else re.split(r"\d", stem, maxsplit=1)[0]
    return f"{folder}/{like}*.{extension}" if folder else f"{like}*.{extension}"


def _owner(root: Any, inferred: Inferred) -> Any:
    """The object itself; of several at one place, the one with this version."""
    version = read_path(write_path(inferred.places.version))
    objects = read_path(write_path(inferred.places.owner)).entries(root)
    return next((each.value for each in objects if version.text_of(each.value) == inferred.image.version), None)


def _part(inferred: Inferred, owner: Any, files: str, known: KnownComponents) -> ImagePart:
    places, image = inferred.places, inferred.image
    components = tuple(_entries_at(owner, keys) for keys in places.components)
    entries = [entry for path in components for entry in read_path(path).entries(owner)]
    removed = tuple(_entries_at(owner, keys) for keys in places.removed)
    names = set(image.removed_components) if isinstance(image, AddOn | HardwareSupportPackage) else set()
    taken_out = [entry for path in removed for entry in read_path(path).entries(owner)]
    shown = {} if isinstance(image, HardwareSupportPackage) else display_keys(owner)
    return ImagePart(
        kind=kind_of(image),
        files=files,
        object=write_path(places.owner),
        version=write_path(places.version),
        name=write_path(places.name or ()),
        manager=write_path(places.manager or ()),
        components=components,
        **_told_by(entries, known),
        removed=removed,
        removed_name=_name_path(taken_out, names),
        supported=_entries_at(owner, places.supported) if places.supported else "",
        **{field: quoted(key) for field, key in shown.items()},
    )


def _entries_at(owner: Any, keys: Keys) -> str:
    """The path to the entries of what lies there: a list, an object, or one text."""
    path = write_path(keys)
    (value, *_others) = [entry.value for entry in read_path(path).entries(owner)] or [None]
    if isinstance(value, list):
        return f"{path}[]"
    return f"{path}.*" if isinstance(value, dict) else path


def _told_by(entries: list[Entry], known: KnownComponents) -> dict[str, str]:
    """Under which paths most entries have name and version, or one text that tells both."""
    apart: Counter[tuple[str, str]] = Counter()
    joined: Counter[str] = Counter()
    for entry in entries:
        ref = known.component(entry.key, entry.value)
        if ref is not None:
            leaves = list(_leaves(entry))
            names = [path for path, text in leaves if text == ref.name]
            apart.update((name, path) for name in names for path, text in leaves if text == ref.version)
            joined.update(path for path, text in leaves if known.joined.get(text) == ref)
    if apart:
        name, version = apart.most_common(1)[0][0]
        return {"component_name": name, "component_version": version}
    return {"component_id": joined.most_common(1)[0][0]} if joined else {}


def _name_path(entries: list[Entry], names: set[str]) -> str:
    paths = Counter(path for entry in entries for path, text in _leaves(entry) if text in names)
    return paths.most_common(1)[0][0] if paths else VALUE


def _leaves(entry: Entry) -> Iterator[tuple[str, str]]:
    """The texts of an entry, each with the path that leads to it from the entry."""
    if entry.key:
        yield KEY, entry.key
    yield from _texts_below(entry.value, "", 0)


def _texts_below(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path or VALUE, value
    elif depth < 3:
        for step, part in _steps(value):
            yield from _texts_below(part, f"{path}.{step}" if path else step, depth + 1)


def _steps(value: Any) -> Iterator[tuple[str, Any]]:
    """What lies directly in an object or a list, each with its step."""
    if isinstance(value, dict):
        yield from ((quoted(key), part) for key, part in value.items())
    elif isinstance(value, list):
        yield from ((f"[{number}]", part) for number, part in enumerate(value))

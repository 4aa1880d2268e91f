"""Mappings: what a site says of images in forms that nobody has seen, so that they are read without a new release.

A mapping file is TOML; each `[[image]]` says in which files the objects of one kind stand, and under which keys their
parts. `docs/mappings.md` describes it. A mapping that does not fit a document is refused with a sentence, and the
document is treated as if there were none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

import msgspec

from imagewright.formats.document_paths import Entry, Path, PathError, read_path
from imagewright.formats.documents import Branch, read_tree
from imagewright.formats.errors import FormatError, plain, shown
from imagewright.formats.images import ImageObject, kind_of
from imagewright.formats.known_components import KnownComponents
from imagewright.formats.limits import DEFAULT_LIMITS, MIB, Limits
from imagewright.formats.toml_tables import converted, read_toml
from imagewright.formats.xml import checked_name, parse_date
from imagewright.model.columns import counted
from imagewright.model.content import AddOn, BaseImage, ComponentRef, HardwareSupportPackage, Solution

LARGEST_MAPPING = MIB
"""Bytes."""
KINDS: Final = ("base image", "add-on", "hardware support package", "solution")
_TEXTS: Final = ("display_name", "display_version", "vendor", "summary", "description", "category", "kb")
_LONGEST_TEXT = 1000
_NEEDED: Final = {
    "base image": ("version",),
    "add-on": ("name", "version"),
    "solution": ("name", "version"),
    "hardware support package": ("manager", "name", "version"),
}


class ImagePart(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """`[[image]]`: every text but `kind` and `files` is a path, see `document_paths`.

    `object` leads to the objects from the root of the document, `components`, `removed` and `supported` to entries from
    the object, and `component_*` and `removed_name` to texts from such an entry. A component is told by `component_id`,
    one text that joins name and version or is the id of a bulletin of the depot, or by name and version apart.
    """

    kind: str
    files: str
    object: str = ""
    version: str = ""
    name: str = ""
    manager: str = ""
    components: tuple[str, ...] = ()
    component_id: str = ""
    component_name: str = ""
    component_version: str = ""
    removed: tuple[str, ...] = ()
    removed_name: str = "@value"
    supported: str = ""
    display_name: str = ""
    display_version: str = ""
    vendor: str = ""
    summary: str = ""
    description: str = ""
    release_date: str = ""
    category: str = ""
    kb: str = ""


class _Document(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    image: tuple[ImagePart, ...]


class DoesNotFit(Exception):
    """A mapping does not fit a document; the text is the rest of a sentence that begins with the mapping."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """One `[[image]]` of a mapping file, its paths read. `where` names it in messages."""

    part: ImagePart
    where: str
    paths: dict[str, tuple[Path, ...]] = field(repr=False)

    def covers(self, path: str) -> bool:
        """Whether it is about the file at this path of the metadata."""
        return fnmatchcase(path, self.part.files)

    def images(self, tree: Branch, known: KnownComponents, where: str, limits: Limits) -> list[ImageObject]:
        """The objects of a document. Raises DoesNotFit."""
        objects = self._at("object", tree.value)
        if not objects:
            raise DoesNotFit(f"finds nothing at {shown(self.part.object)}")
        return [_Applied(self, entry, known, where, limits).image() for entry in objects]

    def _at(self, key: str, value: Any, entry_key: str = "") -> list[Entry]:
        return [entry for path in self.paths.get(key, ()) for entry in path.entries(value, entry_key)]


class Mapped(NamedTuple):
    """What a mapping made of a document, or why it does not fit."""

    mapping: Mapping
    images: tuple[ImageObject, ...]
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Mappings:
    """All mappings of a site, in the order of their files."""

    mappings: tuple[Mapping, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether any is about the file at this path."""
        return any(mapping.covers(path) for mapping in self.mappings)

    def read(
        self, data: bytes, path: str, where: str, known: KnownComponents, limits: Limits = DEFAULT_LIMITS
    ) -> list[Mapped]:
        """What each mapping for this file makes of it. Raises FormatError when it is neither JSON nor XML."""
        covering = [mapping for mapping in self.mappings if mapping.covers(path)]
        if not covering:
            return []
        tree = read_tree(data, path, where, limits)
        return [_mapped(mapping, tree, known, where, limits) for mapping in covering]


NO_MAPPINGS: Final = Mappings()


def read_mapping(data: bytes, where: str) -> tuple[Mapping, ...]:
    """The mappings in a file. Raises FormatError, naming line and key, for anything else."""
    if len(data) > LARGEST_MAPPING:
        raise FormatError(where, f"has {len(data)} bytes; a mapping may have {LARGEST_MAPPING}")
    document, text = read_toml(data, where)
    parts = converted(document, _Document, text, where, "docs/mappings.md").image
    return tuple(_checked(part, number, where) for number, part in enumerate(parts, start=1))


def _checked(part: ImagePart, number: int, where: str) -> Mapping:
    place = f"{where} (image {number})"
    if part.kind not in KINDS:
        raise FormatError(place, f"has the kind {shown(part.kind)}; there are {', '.join(KINDS)}")
    for key in _NEEDED[part.kind]:
        if not getattr(part, key):
            raise FormatError(place, f"has no path for {key}, which every {part.kind} needs")
    if part.components and not (part.component_id or (part.component_name and part.component_version)):
        raise FormatError(place, "does not say how components are told: component_id, or component_name and _version")
    paths = {}
    for key in part.__struct_fields__:
        if key in ("kind", "files"):
            continue
        texts = getattr(part, key)
        try:
            listed = (texts,) if isinstance(texts, str) else texts
            paths[key] = tuple(read_path(text) for text in listed if text or key == "object")
        except PathError as error:
            raise FormatError(place, f"has at {key} the path {shown(str(texts))}, which {error}") from error
    return Mapping(part, place, paths)


def _mapped(mapping: Mapping, tree: Branch, known: KnownComponents, where: str, limits: Limits) -> Mapped:
    try:
        return Mapped(mapping, tuple(mapping.images(tree, known, where, limits)))
    except DoesNotFit as error:
        return Mapped(mapping, (), plain(str(error)))


# --- one object ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Applied:
    """A mapping at one object of a document."""

    mapping: Mapping
    entry: Entry
    known: KnownComponents
    where: str
    limits: Limits

    def image(self) -> ImageObject:
        kind = self.mapping.part.kind
        version, refs = self.name("version"), self.components()
        if kind == "base image":
            return BaseImage(version, refs, **self.texts(BaseImage))
        name = self.name("name")
        if kind == "solution":
            return Solution(name, version, refs, **self.texts(Solution))
        removed = self.removed()
        supported = tuple(text for entry in self.at("supported") if isinstance(text := entry.value, str))
        if kind == "add-on":
            return AddOn(name, version, refs, removed, supported, **self.texts(AddOn))
        texts = self.texts(HardwareSupportPackage)
        return HardwareSupportPackage(self.name("manager"), name, version, refs, removed, supported, **texts)

    def texts(self, kind: type) -> dict[str, Any]:
        """What is mapped of the texts that objects of this kind have."""
        own = {field.name for field in dataclass_fields(kind)}
        found: dict[str, Any] = {
            key: self.text(key)[:_LONGEST_TEXT].replace("\0", "") for key in own.intersection(_TEXTS)
        }
        if "release_date" in own:
            found["release_date"] = parse_date(self.text("release_date"))
        return found

    def at(self, key: str) -> list[Entry]:
        return self.mapping._at(key, self.entry.value, self.entry.key)

    def text(self, key: str) -> str:
        paths = self.mapping.paths.get(key, ())
        return paths[0].text_of(self.entry.value, self.entry.key) if paths else ""

    def name(self, key: str) -> str:
        """A name or version that must be there."""
        text = self.text(key)
        if not text:
            raise DoesNotFit(f"finds no text, or several, at {shown(getattr(self.mapping.part, key))} for {key}")
        return self.checked(text, key)

    def checked(self, text: str, what: str) -> str:
        try:
            return checked_name(text, self.where, what, self.limits)
        except FormatError as error:
            raise DoesNotFit(error.what) from error

    def components(self) -> tuple[ComponentRef, ...]:
        part = self.mapping.part
        entries = self.at("components")
        refs = tuple(dict.fromkeys(self.component(entry) for entry in entries))
        if not refs and (part.components or part.kind in ("base image", "solution")):
            raise DoesNotFit(f"finds no components at {shown(', '.join(part.components))}")
        pairs = set(self.known.pairs.values())
        if refs and not pairs.intersection(refs):
            first = f"{refs[0].name} {refs[0].version}"
            raise DoesNotFit(
                f"finds components of which none is in this depot; the first of {len(refs)} is {shown(first)}"
            )
        return refs

    def component(self, entry: Entry) -> ComponentRef:
        joined = self._of_entry("component_id", entry)
        if joined:
            found = self.known.joined.get(joined)
            if found is None:
                raise DoesNotFit(f"takes {shown(joined)} for the id of a component, and the depot has none of that id")
            return found
        name, version = self._of_entry("component_name", entry), self._of_entry("component_version", entry)
        if not name or not version:
            missing = "version" if name else "name"
            raise DoesNotFit(f"finds no {missing} in an entry of {shown(', '.join(self.mapping.part.components))}")
        return ComponentRef(self.checked(name, "a component"), self.checked(version, "the version of a component"))

    def removed(self) -> tuple[str, ...]:
        names = []
        for entry in self.at("removed"):
            name = self._of_entry("removed_name", entry)
            if not name:
                raise DoesNotFit(f"finds no name in an entry of {shown(', '.join(self.mapping.part.removed))}")
            names.append(self.checked(name, "a component to take out"))
        return tuple(dict.fromkeys(names))

    def _of_entry(self, key: str, entry: Entry) -> str:
        paths = self.mapping.paths.get(key, ())
        return paths[0].text_of(entry.value, entry.key) if paths else ""


def told(images: Iterable[ImageObject]) -> str:
    """How many objects of which kind there are, for people."""
    counts: dict[str, int] = {}
    for image in images:
        counts[kind_of(image)] = counts.get(kind_of(image), 0) + 1
    return ", ".join(counted(count, kind) for kind, count in counts.items())

"""Whether the VIBs of an image can live together: dependencies, conflicts, replacements, files, product lines.

Relations are judged on each product line by itself, among the VIBs that are installed there. What holds on two product
lines is told once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from imagewright.model.catalog import Catalog
from imagewright.model.content import Relation, Vib
from imagewright.model.effective import EffectiveComponent, EffectiveImage
from imagewright.model.parts import ImageVib
from imagewright.model.version import fits

BASE_VERSION_NAME = "esx-version"
"""VIBs bound themselves to releases with relations to this name. The base image provides it, at its own version."""

Provided = Mapping[str, Sequence[tuple[str | None, ImageVib]]]


@dataclass(frozen=True, slots=True)
class Unmet:
    """A VIB depends on something that nothing installed provides. `present` is what has the name, and does not fit."""

    vib: ImageVib
    relation: Relation
    line: str
    present: tuple[str, ...] = ()

    @property
    def key(self) -> Hashable:
        """The same for the same problem in another image."""
        return Unmet, self.vib.ref, str(self.relation)

    @property
    def parties(self) -> tuple[str, ...]:
        """The names of the components that take part."""
        return (self.vib.component.name,)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two VIBs that cannot both be installed."""

    vib: ImageVib
    other: ImageVib

    @property
    def key(self) -> Hashable:
        """The same for the same problem in another image."""
        return type(self), frozenset({self.vib.ref, self.other.ref})

    @property
    def parties(self) -> tuple[str, ...]:
        """The names of the components that take part."""
        return self.vib.component.name, self.other.component.name


@dataclass(frozen=True, slots=True)
class Conflict(Clash):
    """The VIB says that it conflicts with the other."""

    relation: Relation


@dataclass(frozen=True, slots=True)
class Obsolete(Clash):
    """The VIB says that it replaces the other."""

    relation: Relation


@dataclass(frozen=True, slots=True)
class FileClash(Clash):
    """Both VIBs install these files, and neither is an overlay."""

    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TwoContents(Clash):
    """Both have one id, and their content differs."""


@dataclass(frozen=True, slots=True)
class WrongProductLine:
    """Nothing of the component is made for the product lines of the base image."""

    component: EffectiveComponent
    lines: tuple[str, ...]

    @property
    def key(self) -> Hashable:
        """The same for the same problem in another image."""
        return WrongProductLine, self.component.name, self.component.version

    @property
    def parties(self) -> tuple[str, ...]:
        """The names of the components that take part."""
        return (self.component.name,)


Problem = Unmet | Clash | WrongProductLine


def problems(image: EffectiveImage, catalog: Catalog) -> tuple[Problem, ...]:
    """Everything that keeps the VIBs of an image apart, each once, in the order of product lines and VIB names.

    Dependencies are judged only when the depots hold all of the base image: without it nearly every one is unmet, and
    each of these says no more than that the base image is not there.
    """
    found: list[Problem] = []
    for line, on_line in image.vibs.items():
        provided = provided_by(on_line)
        if image.base_is_whole:
            found += _unmet(line, on_line, provided, image)
        found += _conflicts(on_line, provided)
        found += _obsolete(on_line)
        found += _file_clashes(on_line)
    found += _two_contents(image)
    found += _wrong_product_lines(image, catalog)
    once: dict[Hashable, Problem] = {}
    for problem in found:
        once.setdefault(problem.key, problem)
    return tuple(once.values())


def satisfies(vib: Vib, relation: Relation) -> bool:
    """True when the VIB, by its name or by what it provides, is what the relation asks for."""
    if vib.name == relation.name and fits(relation, vib.version):
        return True
    return any(provided.name == relation.name and fits(relation, provided.version) for provided in vib.provides)


def at_odds(left: Vib, right: Vib) -> bool:
    """True when the two cannot both be installed: by conflict, by replacement, or by a file that both own."""
    return _refuses(left, right) or _refuses(right, left) or bool(shared_files(left, right))


def shared_files(left: Vib, right: Vib) -> frozenset[str]:
    """The files that both would install; none when one of them is an overlay, which may supplant files of others."""
    if left.overlay or right.overlay:
        return frozenset()
    return frozenset(left.files) & frozenset(right.files)


def provided_by(on_line: Sequence[ImageVib]) -> Provided:
    """What can be depended upon: every name that the VIBs have or provide, with versions and the VIB behind each."""
    found: dict[str, list[tuple[str | None, ImageVib]]] = {}
    for item in on_line:
        found.setdefault(item.vib.name, []).append((item.vib.version, item))
        for provided in item.vib.provides:
            found.setdefault(provided.name, []).append((provided.version, item))
    return found


def _refuses(vib: Vib, other: Vib) -> bool:
    replaces = any(relation.name == other.name and fits(relation, other.version) for relation in vib.replaces)
    return replaces or any(satisfies(other, relation) for relation in vib.conflicts)


def _unmet(line: str, on_line: Sequence[ImageVib], provided: Provided, image: EffectiveImage) -> Iterator[Unmet]:
    for item in on_line:
        for relation in item.vib.depends:
            there = provided.get(relation.name, ())
            if there and relation.operator is None:
                continue
            if any(fits(relation, version) for version, _ in there):
                continue
            versions = [version for version, _ in there if version is not None]
            if relation.name == BASE_VERSION_NAME and image.base_image is not None:
                if fits(relation, image.base_image.version):
                    continue
                versions.append(image.base_image.version)
            yield Unmet(item, relation, line, tuple(sorted(set(versions))))


def _conflicts(on_line: Sequence[ImageVib], provided: Provided) -> Iterator[Conflict]:
    for item in on_line:
        for relation in item.vib.conflicts:
            for version, other in provided.get(relation.name, ()):
                if other is not item and fits(relation, version):
                    yield Conflict(item, other, relation)


def _obsolete(on_line: Sequence[ImageVib]) -> Iterator[Obsolete]:
    by_name = {item.vib.name: item for item in on_line}
    for item in on_line:
        for relation in item.vib.replaces:
            other = by_name.get(relation.name)
            if other is not None and other is not item and fits(relation, other.vib.version):
                yield Obsolete(item, other, relation)


def _file_clashes(on_line: Sequence[ImageVib]) -> Iterator[FileClash]:
    owning = [item for item in on_line if not item.vib.overlay]
    # An image installs thousands of files, and hardly ever one twice: that is seen quickly by their number.
    if len(set().union(*(item.vib.files for item in owning))) == sum(len(item.vib.files) for item in owning):
        return
    owners: dict[str, ImageVib] = {}
    shared: dict[tuple[str, str], tuple[ImageVib, ImageVib, list[str]]] = {}
    for item in owning:
        for file in item.vib.files:
            owner = owners.setdefault(file, item)
            if owner is not item:
                shared.setdefault((owner.vib.name, item.vib.name), (owner, item, []))[2].append(file)
    for owner, item, files in shared.values():
        yield FileClash(owner, item, tuple(sorted(files)))


def _two_contents(image: EffectiveImage) -> Iterator[TwoContents]:
    installed = {item.vib.id: item for item in image.installed}
    for other in image.reserved:
        item = installed.get(other.vib.id)
        effective = image.components.get(other.component.name)
        if item is not None and effective is not None and effective.version == other.component.version:
            yield TwoContents(item, other)


def _wrong_product_lines(image: EffectiveImage, catalog: Catalog) -> Iterator[WrongProductLine]:
    placed = {item.component.name for on_line in image.vibs.values() for item in on_line}
    for name, effective in image.components.items():
        component = effective.component
        if name in placed or component is None:
            continue
        lines = {line for item in catalog.parts_of(component).vibs for line in item.lines}
        if lines and lines.isdisjoint(image.vibs):
            yield WrongProductLine(effective, tuple(sorted(lines)))

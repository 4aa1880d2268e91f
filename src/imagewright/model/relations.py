"""Whether the VIBs of an image can live together: dependencies, conflicts, replacements, files, product lines.

Relations are judged on each product line by itself, among the VIBs that are installed there. What holds on two product
lines is told once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from imagewright.model.content import Relation, Vib
from imagewright.model.effective import EffectiveComponent, EffectiveImage, Source
from imagewright.model.parts import BASE_VERSION_NAME, ImageVib
from imagewright.model.version import Bound, VersionKey, ascending, fits, sort_key


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
class WrongRelease:
    """The VIB says that it conflicts with the release that the base image is."""

    vib: ImageVib
    relation: Relation
    release: str

    @property
    def key(self) -> Hashable:
        """The same for the same problem in another image."""
        return WrongRelease, self.vib.ref, str(self.relation)

    @property
    def parties(self) -> tuple[str, ...]:
        """The names of the components that take part."""
        return (self.vib.component.name,)


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


Problem = Unmet | Clash | WrongRelease | WrongProductLine


def problems(image: EffectiveImage) -> tuple[Problem, ...]:
    """Everything that keeps the VIBs of an image apart, each once, in the order of product lines and VIB names.

    Dependencies are judged only when the depots hold all of the base image: without it nearly every one is unmet, and
    each of these says no more than that the base image is not there.
    """
    found: list[Problem] = []
    for line, on_line in image.vibs.items():
        loud = [item for item in on_line if not item.quiet]
        offer = Offer.of(on_line, loud)
        if image.base_is_whole:
            found += _unmet(line, on_line, offer, image)
        found += _conflicts(loud, offer)
        found += _wrong_release(loud, offer, image)
        found += _obsolete(loud, offer)
        found += _file_clashes(loud)
    found += _two_contents(image)
    found += _wrong_product_lines(image)
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


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be depended upon on a product line: the VIBs by their names, and what they provide besides."""

    by_name: Mapping[str, ImageVib]
    provided: Mapping[str, Sequence[tuple[str | None, ImageVib]]]

    @classmethod
    def of(cls, on_line: Sequence[ImageVib], loud: Sequence[ImageVib]) -> Offer:
        """The offer of these VIBs, which have one name each; `loud` are those that are not quiet."""
        provided: dict[str, list[tuple[str | None, ImageVib]]] = {}
        for item in loud:
            for relation in item.provides:
                provided.setdefault(relation.name, []).append((relation.version, item))
        return cls({item.name: item for item in on_line}, provided)

    def meets(self, need: Bound) -> bool:
        """True when a VIB has the name that is needed, or provides it, at a version within the bound."""
        item = self.by_name.get(need.name)
        if item is not None and need.admits(item.key):
            return True
        return any(need.admits(_key(version)) for version, _ in self.provided.get(need.name, ()))

    def of_name(self, name: str) -> Iterator[tuple[str | None, ImageVib]]:
        """The versions that there are of a name, each with the VIB behind it."""
        if name in self.by_name:
            yield self.by_name[name].vib.version, self.by_name[name]
        yield from self.provided.get(name, ())


@dataclass(frozen=True, slots=True)
class SettledNeeds:
    """The VIBs of a base image on a product line, which meet all needs of one another; `met_by` tells by name which.

    In an image that stands on it nearly all of them are there, so their needs need not be looked at again.
    """

    on_line: Mapping[str, ImageVib]
    met_by: Mapping[str, Sequence[Bound]]

    @classmethod
    def of(cls, on_line: Mapping[str, ImageVib], base_version: str) -> SettledNeeds | None:
        """None when the VIBs have a need that none of them meets."""
        offer = Offer.of(tuple(on_line.values()), [item for item in on_line.values() if not item.quiet])
        met_by: dict[str, list[Bound]] = {}
        for need in {need for item in on_line.values() for need in item.needs}:
            if need.name == BASE_VERSION_NAME and need.admits(_key(base_version)):
                continue
            name = next((item.name for version, item in offer.of_name(need.name) if need.admits(_key(version))), None)
            if name is None:
                return None
            met_by.setdefault(name, []).append(need)
        return cls(on_line, met_by)

    def left_to_check(self, on_line: Sequence[ImageVib], offer: Offer) -> Sequence[ImageVib]:
        """The VIBs whose needs are to be looked at: the new ones, or all when an old need is not met any more."""
        new = [item for item in on_line if self.on_line.get(item.name) is not item]
        changed = (*(item.name for item in new), *(self.on_line.keys() - offer.by_name.keys()))
        is_met = all(offer.meets(need) for name in changed for need in self.met_by.get(name, ()))
        return new if is_met else on_line


def _key(version: str | None) -> VersionKey | None:
    return None if version is None else sort_key(version)


def _refuses(vib: Vib, other: Vib) -> bool:
    replaces = any(relation.name == other.name and fits(relation, other.version) for relation in vib.replaces)
    return replaces or any(satisfies(other, relation) for relation in vib.conflicts)


def _unmet(line: str, on_line: Sequence[ImageVib], offer: Offer, image: EffectiveImage) -> Iterator[Unmet]:
    base_version = image.base_image.version if image.base_image else None
    settled = image.settled.get(line)
    if settled is not None:
        on_line = settled.left_to_check(on_line, offer)
    # Most VIBs need the same few things, so each need is looked at once, and so are needs that come together.
    met: set[Bound] = set()
    all_met: set[int] = set()
    unmet: dict[Bound, tuple[str, ...]] = {}
    for item in on_line:
        if id(item.needs) in all_met:
            continue
        missed = False
        for need in item.needs:
            if need in met:
                continue
            if need not in unmet:
                if offer.meets(need) or (need.name == BASE_VERSION_NAME and need.admits(_key(base_version))):
                    met.add(need)
                    continue
                unmet[need] = _present(need.name, offer, base_version)
            missed = True
            yield Unmet(item, need.relation, line, unmet[need])
        if not missed:
            all_met.add(id(item.needs))


def _present(name: str, offer: Offer, base_version: str | None) -> tuple[str, ...]:
    versions = {version for version, _ in offer.of_name(name) if version is not None}
    if name == BASE_VERSION_NAME and base_version is not None:
        versions.add(base_version)
    return ascending(versions)


def _conflicts(on_line: Sequence[ImageVib], offer: Offer) -> Iterator[Conflict]:
    for item in on_line:
        for bound in item.conflicts:
            for version, other in offer.of_name(bound.name):
                if other is not item and bound.admits(_key(version)):
                    yield Conflict(item, other, bound.relation)


def _wrong_release(on_line: Sequence[ImageVib], offer: Offer, image: EffectiveImage) -> Iterator[WrongRelease]:
    if image.base_image is None:
        return
    release = image.base_image.version
    for item in on_line:
        for bound in item.conflicts:
            if bound.name != BASE_VERSION_NAME or not bound.admits(sort_key(release)):
                continue
            # Where another VIB provides the release as well, the conflict with that one has been told.
            others = (version for version, other in offer.of_name(bound.name) if other is not item)
            if not any(bound.admits(_key(version)) for version in others):
                yield WrongRelease(item, bound.relation, release)


def _obsolete(on_line: Sequence[ImageVib], offer: Offer) -> Iterator[Obsolete]:
    for item in on_line:
        for bound in item.replaces:
            other = offer.by_name.get(bound.name)
            if other is not None and other is not item and bound.admits(other.key):
                yield Obsolete(item, other, bound.relation)


def _file_clashes(on_line: Sequence[ImageVib]) -> Iterator[FileClash]:
    owners: dict[str, ImageVib] = {}
    shared: dict[tuple[str, str], tuple[ImageVib, ImageVib, list[str]]] = {}
    for item in on_line:
        for file in item.contested:
            owner = owners.setdefault(file, item)
            if owner is not item:
                shared.setdefault((owner.vib.name, item.vib.name), (owner, item, []))[2].append(file)
    for owner, item, files in shared.values():
        yield FileClash(owner, item, tuple(sorted(files)))


def _two_contents(image: EffectiveImage) -> Iterator[TwoContents]:
    suspects = [item for item in image.reserved if _is_of_the_image(item, image)]
    if not suspects:
        return
    installed = {item.vib.id: item for item in image.installed}
    for other in suspects:
        item = installed.get(other.vib.id)
        if item is not None:
            yield TwoContents(item, other)


def _is_of_the_image(item: ImageVib, image: EffectiveImage) -> bool:
    effective = image.components.get(item.component.name)
    return effective is not None and effective.version == item.component.version


def _wrong_product_lines(image: EffectiveImage) -> Iterator[WrongProductLine]:
    # What the base image brings is for its own product lines.
    others = (each for each in image.components.values() if each.origin.source is not Source.BASE_IMAGE)
    fitting: dict[tuple[str, ...], bool] = {(): True}
    for effective in others:
        lines = effective.parts.lines if effective.parts else ()
        if lines not in fitting:
            fitting[lines] = not image.vibs.keys().isdisjoint(lines)
        if not fitting[lines]:
            yield WrongProductLine(effective, tuple(sorted(lines)))

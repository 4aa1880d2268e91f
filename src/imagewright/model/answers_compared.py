"""What was read from depots compared with what another server says is in them: the proof that nothing was misread.

Both sides are `ContentItem`s: a base image, an add-on or a component with what the content lists of the API tell of it.
What the other side does not tell is not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from imagewright.model.catalog import Catalog
from imagewright.model.content import AddOn, BaseImage, Component, ComponentRef
from imagewright.model.finding import Finding, Severity, listed

TEXTS: Final = ("display_name", "display_version", "vendor", "summary", "description", "kb", "contact")
WORDS: Final = ("category", "urgency")
"""Depots write these freely; only their letters count."""
DATE: Final = "release_date"


class ItemKind(StrEnum):
    """What an item is, in the words of the field."""

    BASE_IMAGE = "base image"
    ADD_ON = "add-on"
    COMPONENT = "component"


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One version of something. `fields` are texts by the names of the API; lists are None when they are not told.

    `name` is empty for base images. Where the answer does not say which item it is of, name and version both are empty.
    """

    kind: ItemKind
    name: str
    version: str
    fields: Mapping[str, str] = field(default_factory=dict)
    components: frozenset[ComponentRef] | None = None
    removed: frozenset[str] | None = None
    quick_patch_from: Mapping[str, str] | None = None

    @property
    def label(self) -> str:
        """How it is called in a sentence."""
        return " ".join(filter(None, (self.kind.value, self.name, self.version)))

    @property
    def path(self) -> str:
        """Where its findings belong."""
        places = {ItemKind.BASE_IMAGE: "base_images", ItemKind.ADD_ON: "add_ons", ItemKind.COMPONENT: "components"}
        return ".".join(filter(None, (places[self.kind], self.name, self.version)))


@dataclass(frozen=True, slots=True)
class Answers:
    """What another server answered. `listed` are the kinds of which it gave a whole list."""

    items: tuple[ContentItem, ...]
    listed: frozenset[ItemKind] = frozenset()


def items_of(catalog: Catalog) -> tuple[ContentItem, ...]:
    """Everything that was read."""
    return (
        *map(_base_image, catalog.base_images),
        *map(_add_on, catalog.add_ons),
        *map(_component, catalog.components),
    )


def compare_answers(ours: Iterable[ContentItem], theirs: Answers, has_more: bool = False) -> tuple[Finding, ...]:
    """A finding for each difference, worst first; none when all that is told agrees.

    With `has_more` the other server has other depots, too, and what only it has is no finding.
    """
    known = {(item.kind, item.name, item.version): item for item in ours}
    findings: list[Finding] = []
    seen = set()
    for item in theirs.items:
        own = known.get((item.kind, item.name, item.version)) if item.version else _told_alike(item, known.values())
        if own is not None:
            seen.add((own.kind, own.name, own.version))
            findings += _differences(own, item)
        elif not has_more:
            findings.append(_not_here(item))
    for key, item in known.items():
        if item.kind in theirs.listed and key not in seen:
            findings.append(_not_there(item))
    return tuple(sorted(findings))


def _told_alike(item: ContentItem, known: Iterable[ContentItem]) -> ContentItem | None:
    """The one item that is called as this one, which does not say what it is."""
    called = ("display_name", "display_version", "vendor")
    alike = [
        own
        for own in known
        if own.kind is item.kind and all(own.fields.get(key) == item.fields.get(key) for key in called)
    ]
    return alike[0] if len(alike) == 1 else None


# --- differences -----------------------------------------------------------------------------------------------------


def _differences(own: ContentItem, item: ContentItem) -> Iterator[Finding]:
    for key, text in item.fields.items():
        same = _SAME.get(key, str.__eq__)
        if not same(own.fields.get(key, ""), text):
            what = f"The {own.label} has the {key} {_quoted(own.fields.get(key, ''))} here and {_quoted(text)} there."
            yield _finding("field_differs", Severity.WARNING, f"{own.path}.{key}", what, _MISREAD)
    if item.components is not None and own.components is not None:
        yield from _lists("components", own, _refs(own.components), _refs(item.components))
    if item.removed is not None and own.removed is not None:
        yield from _lists("removed_components", own, own.removed, item.removed)
    if item.quick_patch_from is not None:
        here, there = _pairs(own.quick_patch_from), _pairs(item.quick_patch_from)
        yield from _lists("quick_patch_compatible_versions", own, here, there)


def _lists(key: str, own: ContentItem, here: frozenset[str], there: frozenset[str]) -> Iterator[Finding]:
    for only, where in ((here - there, "here"), (there - here, "there")):
        if only:
            what = f"The {own.label} has in its {key} only {where}: {listed(sorted(only), 'and')}."
            yield _finding("list_differs", Severity.ERROR, f"{own.path}.{key}", what, _MISREAD)


def _not_here(item: ContentItem) -> Finding:
    if not item.version:
        called = " ".join(filter(None, (item.fields.get("display_name"), item.fields.get("display_version"))))
        what = f"The answer is of the {item.kind} that is called {_quoted(called)}, and none or several here are."
    else:
        what = f"The {item.label} is there, and was not read here."
    way = "Give all depots of that server, or say --has-more; an image in a form of its own needs a mapping."
    return _finding("not_read", Severity.ERROR, item.path, what, way)


def _not_there(item: ContentItem) -> Finding:
    what = f"The {item.label} was read here, and is not there."
    return _finding(
        "not_there", Severity.ERROR, item.path, what, "Import the same depots there, and save the answer again."
    )


_MISREAD = "See what the depot says with: imagewright depot inspect. If it was misread, correct it with a mapping."


def _finding(name: str, severity: Severity, path: str, text: str, resolution: str) -> Finding:
    return Finding(f"imagewright.depot_content.{name}", severity, path, text, resolution)


def _refs(refs: Iterable[ComponentRef]) -> frozenset[str]:
    return frozenset(f"{ref.name} {ref.version}" for ref in refs)


def _pairs(versions: Mapping[str, str] | None) -> frozenset[str]:
    return frozenset((versions or {}).keys())


def _quoted(text: str) -> str:
    return f"'{text if len(text) <= 80 else text[:80] + '...'}'"


def _same_word(one: str, other: str) -> bool:
    return _letters(one) == _letters(other)


def _same_date(one: str, other: str) -> bool:
    return _moment(one) == _moment(other)


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum()).upper()


def _moment(text: str) -> datetime | str:
    """A date to the millisecond, which is what the API tells; a text that is none as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


_SAME: Final[Mapping[str, Callable[[str, str], bool]]] = {**dict.fromkeys(WORDS, _same_word), DATE: _same_date}


# --- ours ------------------------------------------------------------------------------------------------------------


def _base_image(image: BaseImage) -> ContentItem:
    return ContentItem(
        ItemKind.BASE_IMAGE,
        "",
        image.version,
        _fields(image),
        frozenset(image.components),
        quick_patch_from=image.quick_patch_compatible_versions,
    )


def _add_on(add_on: AddOn) -> ContentItem:
    removed = frozenset(add_on.removed_components)
    return ContentItem(
        ItemKind.ADD_ON, add_on.name, add_on.version, _fields(add_on), frozenset(add_on.components), removed
    )


def _component(component: Component) -> ContentItem:
    own = {"display_name": component.display_name, "display_version": component.display_version}
    return ContentItem(ItemKind.COMPONENT, component.name, component.version, _fields(component.bulletin) | own)


def _fields(thing: object) -> dict[str, str]:
    texts = {key: str(getattr(thing, key)) for key in (*TEXTS, *WORDS) if hasattr(thing, key)}
    date = getattr(thing, DATE, None)
    return texts | ({DATE: date.isoformat()} if date else {})

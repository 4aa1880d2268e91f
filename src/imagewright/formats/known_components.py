"""The components of a depot, recognised in documents of any form: by name and version, apart or in one text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from imagewright.model.content import Component, ComponentRef

MOST_TEXTS: Final = 8
"""Texts in an entry and in what it holds that may still be one component; what holds more is something else."""

MOST_FIELDS: Final = 24
"""Texts that may stand directly in an object that is one component, or tells of an image: names, versions, links."""

_JOINED_BY = (":", "_", " ", "@", "-", "/", "=", "==")


@dataclass(frozen=True, slots=True)
class KnownComponents:
    """The components of the depot: by name and version, by both joined to one text, and their names alone."""

    pairs: dict[tuple[str, str], ComponentRef]
    joined: dict[str, ComponentRef]
    names: frozenset[str]

    @classmethod
    def of(cls, components: Iterable[Component]) -> KnownComponents:
        """Those of a depot; the ids of their bulletins count as joined texts."""
        refs = {component.bulletin.id: component.ref for component in components}
        joined = {f"{ref.name}{by}{ref.version}": ref for ref in refs.values() for by in _JOINED_BY}
        pairs = {(ref.name, ref.version): ref for ref in refs.values()}
        return cls(pairs, joined | refs, frozenset(ref.name for ref in refs.values()))

    def component(self, key: str, value: Any) -> ComponentRef | None:
        """The one component that an entry names: by what stands directly in it, or else by the few texts that it holds.

        Either is one text, or two. An object may tell much more of a component, and list its VIBs.
        """
        if isinstance(value, dict) and len(value) <= MOST_FIELDS:
            own = self._named((key, *(part for part in value.values() if isinstance(part, str))))
            if own:
                return own.pop() if len(own) == 1 else None
        texts = [text for text in (key, *texts_in(value)) if text]
        found = self._named(texts) if len(texts) <= MOST_TEXTS else set()
        return found.pop() if len(found) == 1 else None

    def _named(self, texts: Iterable[str]) -> set[ComponentRef]:
        """All components that any one, or any two, of the texts name."""
        known = tuple(texts)
        found = {self.joined[text] for text in known if text in self.joined}
        names = [text for text in known if text in self.names]
        return found | {self.pairs[pair] for name in names for text in known if (pair := (name, text)) in self.pairs}


def texts_in(value: Any, depth: int = 0) -> Iterator[str]:
    """The texts of an entry: itself, or those in it and in what it holds; one too many tells that it is no entry."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and depth < 3:
        if len(value) > MOST_TEXTS:
            yield from [""] + ["?"] * (MOST_TEXTS + 1)
            return
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts_in(part, depth + 1)

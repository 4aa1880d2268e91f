"""The components of a depot, recognised in documents of any form: by name and version, apart or in one text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from imagewright.model.content import Component, ComponentRef

MOST_TEXTS: Final = 8
"""Texts in an entry that may still be one component; what holds more is something else."""

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
        """The one component that an entry names: as one text, or as two of the few texts that it holds."""
        texts = [text for text in (key, *texts_in(value)) if text]
        if len(texts) > MOST_TEXTS:
            return None
        found = {self.joined[text] for text in texts if text in self.joined}
        found |= {self.pairs[pair] for name in texts for text in texts if (pair := (name, text)) in self.pairs}
        return found.pop() if len(found) == 1 else None


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

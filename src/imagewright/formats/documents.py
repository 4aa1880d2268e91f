"""JSON and XML documents of any vocabulary as one kind of tree: objects, lists and texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.strict_json import parse_json
from imagewright.formats.xml import parse_xml

DEEPEST = 30
"""Levels. What lies deeper is not looked at."""


@dataclass(eq=False, slots=True)
class Branch:
    """An object or a list, with the keys that lead to it. `items` are its parts by key; those of a list have none."""

    value: dict[str, Any] | list[Any]
    keys: tuple[str, ...] = ()
    parent: Branch | None = field(default=None, repr=False)

    @property
    def items(self) -> list[tuple[str, Any]]:
        if isinstance(self.value, dict):
            return list(self.value.items())
        return [("", part) for part in self.value]

    @property
    def texts(self) -> dict[str, str]:
        """The texts of an object, by key."""
        return {key: part for key, part in self.items if key and isinstance(part, str)}

    def walk(self) -> Iterator[Branch]:
        """This branch and all below it, from top to bottom."""
        yield self
        if len(self.keys) < DEEPEST:
            for key, part in self.items:
                if isinstance(part, dict | list):
                    yield from Branch(part, (*self.keys, key), self).walk()

    def above(self) -> Iterator[Branch]:
        """The branches that this one lies in, from the nearest to the root."""
        branch = self.parent
        while branch is not None:
            yield branch
            branch = branch.parent


def read_tree(data: bytes, path: str, where: str, limits: Limits = DEFAULT_LIMITS) -> Branch:
    """The tree of a document, taken for XML when its name or its first character says so. Raises FormatError."""
    if path.endswith(".xml") or data.lstrip()[:1] == b"<":
        root = parse_xml(data, where, limits)
        value: Any = {_local(root.tag): _of_element(root.element, 0)}
    else:
        value = parse_json(data, where, limits.document_size)
    return Branch(value if isinstance(value, dict | list) else [])


def _of_element(element: etree._Element, depth: int) -> Any:
    """Attributes and children by name, those of one name as a list; only the text of an element without either."""
    text = (element.text or "").strip()
    found: dict[str, Any] = {_local(str(name)): str(value) for name, value in element.attrib.items()}
    children: dict[str, list[Any]] = {}
    for child in element.iterchildren() if depth < DEEPEST else ():
        children.setdefault(_local(str(child.tag)), []).append(_of_element(child, depth + 1))
    found |= {tag: parts if len(parts) > 1 else parts[0] for tag, parts in children.items()}
    if not found:
        return text
    return found | ({"": text} if text else {})


def _local(name: str) -> str:
    """A name without its namespace, which would only hide the words in it."""
    return name.rpartition("}")[2]

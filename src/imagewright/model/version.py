"""The order of versions, in one place.

A version is cut at its first hyphen into Version and Release, and both at dots and at the borders between digits and
other characters. Versions are compared part by part, Version first and then Release: numbers as numbers, text as text,
a number above text, and a missing part below every other. Every text has a place in this order, so nothing here fails.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from imagewright.model.content import Operator, Relation

Parts = tuple[tuple[int, str], ...]
VersionKey = tuple[Parts, Parts]

_PART = re.compile(r"[0-9]+|[^0-9.]+")

_ACCEPTS: dict[Operator, Callable[[VersionKey, VersionKey], bool]] = {
    Operator.LOWER: operator.lt,
    Operator.LOWER_OR_EQUAL: operator.le,
    Operator.EQUAL: operator.eq,
    Operator.HIGHER_OR_EQUAL: operator.ge,
    Operator.HIGHER: operator.gt,
}


@lru_cache(maxsize=1 << 17)
def sort_key(version: str) -> VersionKey:
    """What to sort by. Versions that are equal (`1.0` and `1.00`) have equal keys."""
    head, _, release = version.partition("-")
    return _parts(head), _parts(release)


def _parts(text: str) -> Parts:
    return tuple(_part(part) for part in _PART.findall(text))


def _part(text: str) -> tuple[int, str]:
    if not "0" <= text[0] <= "9":
        return 0, text
    # The longer of two numbers is the higher one, and of equally long ones the later in the alphabet. This needs no
    # conversion, which Python refuses for numbers of more than 4300 digits.
    digits = text.lstrip("0") or "0"
    return len(digits), digits


def compare(left: str, right: str) -> int:
    """-1, 0 or 1: `left` is lower than, equal to or higher than `right`."""
    left_key, right_key = sort_key(left), sort_key(right)
    return (left_key > right_key) - (left_key < right_key)


def ascending(versions: Iterable[str]) -> tuple[str, ...]:
    """The versions, lowest first; those that are equal but written differently, in the order of their text."""
    return tuple(sorted(versions, key=lambda version: (sort_key(version), version)))


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A relation, ready to be held against many versions. Equal relations have one bound, so sets of them are cheap.

    Without an operator every version fits. Something without a version (None) fits only where there is no operator.
    """

    relation: Relation
    name: str
    _accepts: Callable[[VersionKey, VersionKey], bool] | None
    _key: VersionKey

    def admits(self, key: VersionKey | None) -> bool:
        """True when the version with this sort key is within the bound."""
        return self._accepts is None or (key is not None and self._accepts(key, self._key))


@lru_cache(maxsize=1 << 16)
def bound_of(relation: Relation) -> Bound:
    """The bound that a relation sets."""
    accepts = _ACCEPTS.get(relation.operator) if relation.operator and relation.version is not None else None
    return Bound(relation, relation.name, accepts, sort_key(relation.version or ""))


def fits(relation: Relation, version: str | None) -> bool:
    """True when `version` is within the bound of the relation; the name is not looked at."""
    return bound_of(relation).admits(None if version is None else sort_key(version))


def in_release(version: str, release: str) -> bool:
    """True when `release` is the version itself or a truncated form of it: `8.0.3` of `8.0.3-0.35.24280767`.

    A truncated form ends where a part ends, so `8.0` is not a form of `8.01`; `8.*` is written for `8` too.
    """
    prefix = release.removesuffix("*").rstrip(".")
    if not version.startswith(prefix):
        return False
    rest = version[len(prefix) :]
    return not prefix or not rest or rest[0] in ".-"


def supports(releases: Collection[str], version: str) -> bool:
    """True when a base image version is one of the supported releases; who names none supports every one."""
    return not releases or any(in_release(version, release) for release in releases)

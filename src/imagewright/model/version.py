"""The order of versions, in one place.

A version is cut at its first hyphen into Version and Release, and both at dots and at the borders between digits and
other characters. Versions are compared part by part, Version first and then Release: numbers as numbers, text as text,
a number above text, and a missing part below every other. Every text has a place in this order, so nothing here fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache

from imagewright.model.content import Operator, Relation

Parts = tuple[tuple[int, str], ...]
VersionKey = tuple[Parts, Parts]

_PART = re.compile(r"[0-9]+|[^0-9.]+")

_ACCEPTS: dict[Operator, Callable[[int], bool]] = {
    Operator.LOWER: lambda order: order < 0,
    Operator.LOWER_OR_EQUAL: lambda order: order <= 0,
    Operator.EQUAL: lambda order: order == 0,
    Operator.HIGHER_OR_EQUAL: lambda order: order >= 0,
    Operator.HIGHER: lambda order: order > 0,
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


def fits(relation: Relation, version: str | None) -> bool:
    """True when `version` is within the bound of the relation; the name is not looked at.

    Without a bound every version fits. Something without a version (None) fits only where there is no bound.
    """
    if relation.operator is None or relation.version is None:
        return True
    return version is not None and _ACCEPTS[relation.operator](compare(version, relation.version))


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

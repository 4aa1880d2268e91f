"""Locations as they may be shown: without passwords, queries and access tokens.

Vendors put the access token of a customer into the path (`https://dl.example.com/<token>/main/index.xml`), so path
segments that look drawn at random are masked as well. What is masked too much is merely harder to read.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

MASK: Final = "***"

_SHORTEST_RUN: Final = 16
_SHORTEST_SEGMENT: Final = 20
_RANDOM_CHANGES: Final = 0.3
"""The share of neighbouring characters that differ in kind: 0.4 in base 36, 0.6 in base 62, less in names."""

_RUN: Final = re.compile(rf"[A-Za-z0-9]{{{_SHORTEST_RUN},}}")
_HEX_WITH_DASHES: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NEEDLESS_ESCAPE: Final = re.compile(r"%(3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])")
"""Of a letter or digit (mostly); nobody needs these but to hide something."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LONGEST: Final = 500


def masked(location: str) -> str:
    """A location for messages and logs: `https://***@host/***/index.xml?***`, on one line and not without end."""
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", location)
    text, _, fragment = text.partition("#")
    text, asked, query = text.partition("?")
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    authority, slash, path = rest.partition("/")
    _, at, host = authority.rpartition("@")
    shown = scheme + separator + (MASK + at if at else "") + host
    shown += slash + "/".join(_masked_segment(segment) for segment in path.split("/"))
    shown += f"?{MASK}" if asked and query else ""
    shown += f"#{MASK}" if fragment else ""
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def _masked_segment(segment: str) -> str:
    segment, parameters, _ = segment.partition(";")
    segment = _NEEDLESS_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), segment)
    return _masked_name(segment) + (f";{MASK}" if parameters else "")


def _masked_name(segment: str) -> str:
    segment = _HEX_WITH_DASHES.sub(MASK, segment)
    joined = re.sub(r"[-_~=]|%[0-9A-Fa-f]{2}", "", segment)
    if len(joined) >= _SHORTEST_SEGMENT and joined.isalnum() and _looks_random(joined):
        return MASK
    return _RUN.sub(lambda run: MASK if _looks_random(run[0]) or _has_digits(run[0]) else run[0], segment)


def _has_digits(run: str) -> bool:
    """True for digits, alone or with letters: no word, whatever the order, and too long for a number of a build."""
    return any(char.isdigit() for char in run)


def _looks_random(run: str) -> bool:
    kinds = [0 if char.isdigit() else 1 if char.islower() else 2 for char in run]
    changes = sum(left != right for left, right in pairwise(kinds))
    return changes / (len(run) - 1) >= _RANDOM_CHANGES

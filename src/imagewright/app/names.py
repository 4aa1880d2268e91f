"""Checks of the names and versions that people give, before they are kept."""

from __future__ import annotations

import re

from imagewright.model.errors import InvalidArgument

LONGEST_NAME = 256
"""Characters. Longer than any name seen in the field."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


def checked(value: str, path: str) -> str:
    """The name or version itself; InvalidArgument when it is empty, too long, or has control characters."""
    if not value.strip():
        raise _refusal(path, "is empty", "Give it at least one visible character.")
    if len(value) > LONGEST_NAME:
        raise _refusal(path, f"is {len(value)} characters long", f"At most {LONGEST_NAME} are kept.")
    if _CONTROL.search(value):
        raise _refusal(path, "has control characters", "Use printable text on one line.")
    return value


def _refusal(path: str, what: str, advice: str) -> InvalidArgument:
    return InvalidArgument.because("imagewright.input.bad_name", "'{0}' {1}. {2}", path, what, advice)

"""An opened location: what a scheme gives, and what is copied from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """`size` is what was declared, in bytes, or None. `pieces` come as they arrive; taking one may raise Trouble."""

    size: int | None
    pieces: Iterator[bytes]

"""An opened location: what a scheme gives, and what is copied from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imagewright.app.fetch_ports import Validators

NOTHING_KNOWN = Validators()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a location is asked for.

    With `unless`, nothing if it is still that version. With `start`, what follows so many bytes of the version
    `started`; who cannot give that gives all of it.
    """

    unless: Validators = NOTHING_KNOWN
    start: int = 0
    started: Validators = NOTHING_KNOWN


@dataclass(frozen=True, slots=True)
class Source:
    """`size` is that of the whole, as declared, in bytes, or None; `start` is how many of them `pieces` leave out.

    `pieces` come as they arrive; taking one may raise Trouble. `validators` tell this version from others. Of what
    `is_unchanged` there are no pieces.
    """

    size: int | None
    pieces: Iterator[bytes]
    start: int = 0
    validators: Validators = NOTHING_KNOWN
    is_unchanged: bool = False

"""An answer that is given many times keeps how it is written.

Putting some hundred structures into JSON takes longer than everything else about a call. Whoever remembers an answer
by all that it follows from hands out the same object again, and its JSON goes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any


class KeptAnswer(dict[str, Any]):
    """A map that is never changed, with the bytes that it was written as."""

    __slots__ = ("_written",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._written: dict[Hashable, bytes] = {}

    def written(self, form: Hashable, write: Callable[[], bytes]) -> bytes:
        """The bytes in this form (a dialect and a type), made when they are first asked for."""
        known = self._written.get(form)
        return known if known is not None else self._written.setdefault(form, write())

"""An answer that is given many times keeps how it is written.

Putting some hundred structures into JSON takes longer than everything else about a call. Whoever remembers an answer
by all that it follows from hands out the same object again, and its JSON goes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any


class Kept:
    """What is never changed, with the bytes that it was written as."""

    def written(self, form: Hashable, write: Callable[[], bytes]) -> bytes:
        """The bytes in this form (a dialect and a type), made when they are first asked for."""
        forms: dict[Hashable, bytes] = self.__dict__.setdefault("forms", {})
        known = forms.get(form)
        return known if known is not None else forms.setdefault(form, write())


class KeptMap(Kept, dict[str, Any]):
    """A map of the API."""


class KeptList(Kept, tuple[Any, ...]):
    """A list of the API."""

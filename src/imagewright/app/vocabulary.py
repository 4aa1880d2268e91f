"""Words that depots write freely, as the enumerations of the API."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

Word = TypeVar("Word", bound=StrEnum)


def word(text: str, known: type[Word], otherwise: Word) -> Word:
    """The member that is meant, whatever its case and its blanks (`bug fix`, `Recall-Fix`), else `otherwise`."""
    wanted = _letters(text)
    return next((each for each in known if _letters(each.value) == wanted), otherwise)


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum()).upper()

"""Words that depots write freely, as the enumerations of the API."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

Word = TypeVar("Word", bound=StrEnum)


def word(text: str, known: type[Word], otherwise: Word) -> Word:
    """The member that is meant, whatever its case and its blanks (`bug fix`, `Recall-Fix`), else `otherwise`."""
    found = _by_letters(known).get(_letters(text))
    return otherwise if found is None else known(found)


@lru_cache
def _by_letters(known: type[StrEnum]) -> dict[str, str]:
    # Once for each vocabulary: a list of content asks for the same few words thousands of times.
    return {_letters(each.value): each.value for each in known}


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum()).upper()

"""Words that depots write freely, as the enumerations of the API."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

Word = TypeVar("Word", bound=StrEnum)


def word(text: str, known: type[Word], otherwise: Word) -> Word:
    """The member that is meant, whatever its case and its blanks (`bug fix`, `Recall-Fix`), else `otherwise`."""
    found: Word | None = _meant(text, known)
    return otherwise if found is None else found


# A list of content asks for the same few words thousands of times.
@lru_cache(maxsize=1024)
def _meant(text: str, known: type[StrEnum]) -> Any:
    found = _by_letters(known).get(_letters(text))
    return None if found is None else known(found)


@lru_cache
def _by_letters(known: type[StrEnum]) -> dict[str, str]:
    return {_letters(each.value): each.value for each in known}


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum()).upper()

"""The one error of the readers and writers."""

from __future__ import annotations

INSIDE = " > "
"""Stands between the name of a file and that of a file in it."""
_LONGEST_SENTENCE = 1000


class FormatError(Exception):
    """Bytes are not what they should be.

    `where` names the file, and the file inside of it (`depot.zip > metadata.zip > vmware.xml`); `what` is the rest of
    the sentence: which element, what is wrong with it and, where there is something to do, what to do. Both may hold
    text of the file, so both are kept printable and within bounds here.
    """

    def __init__(self, where: str, what: str) -> None:
        self.where = _printable(where)
        self.what = _printable(_cut(what, _LONGEST_SENTENCE))
        super().__init__(f"{self.where}: {self.what}")


def inside(where: str, member: str) -> str:
    """How a file inside of another is named in errors."""
    return f"{where}{INSIDE}{member}"


def plain(text: str, longest: int = 300) -> str:
    """Text of a file made fit to be shown and stored: escaped where it is not printable, cut when it is long."""
    return _printable(_cut(text, longest))


def shown(text: str, longest: int = 80) -> str:
    """Text of a file made fit for a sentence: quoted, escaped where it is not printable, cut when it is long."""
    return f"'{plain(text, longest)}'"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}..."


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)

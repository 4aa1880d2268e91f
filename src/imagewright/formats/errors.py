"""The one error of the readers and writers."""

from __future__ import annotations


class FormatError(Exception):
    """Bytes are not what they should be.

    `where` names the file, and the file inside of it (`depot.zip > metadata.zip > vmware.xml`); `what` is the rest of
    the sentence: which element, what is wrong with it and, where there is something to do, what to do.
    """

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


def inside(where: str, member: str) -> str:
    """How a file inside of another is named in errors."""
    return f"{where} > {member}" if where else member


def shown(text: str, longest: int = 80) -> str:
    """Hostile text made fit for a sentence: quoted, escaped where it is not printable, cut when it is long."""
    cut = text if len(text) <= longest else f"{text[:longest]}..."
    return "'" + "".join(char if char.isprintable() else repr(char)[1:-1] for char in cut) + "'"

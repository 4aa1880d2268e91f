"""A page of text for a terminal of 80 columns: headings, and facts with a label. Coloured on a terminal only."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from imagewright.model.columns import WIDTH, printable

_LABEL = 11
"""With an indent of 4 a SHA-256 fits in the line."""
HEADING = "bold"
GOOD = "green"
BAD = "bold red"
DOUBTFUL = "yellow"


class Page:
    """Lines in the order in which they are added; nothing is written before `show`."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, str]] = []

    def heading(self, text: str, indent: int = 0, style: str = HEADING) -> None:
        """A line of its own; one that begins at the margin has an empty line before it."""
        if self._lines and not indent:
            self._lines.append(("", ""))
        self.text(text, indent, style)

    def text(self, text: str, indent: int = 0, style: str = "") -> None:
        """A paragraph; nothing when there is no text."""
        self._wrapped(text, " " * indent, " " * (indent + 2), style)

    def fact(self, label: str, value: str | Iterable[str], indent: int = 4, style: str = "") -> None:
        """A label and what it says, wrapped behind it; of several values, each on a line. Nothing without a value."""
        margin = " " * indent
        for number, text in enumerate([value] if isinstance(value, str) else value):
            name = "" if number else label
            self._wrapped(text, f"{margin}{name:<{_LABEL}} ", f"{margin}{'':<{_LABEL}}   ", style)

    def flowing(self, label: str, values: Iterable[str], indent: int = 4) -> None:
        """A label and short values one after the other."""
        self.fact(label, ", ".join(values), indent)

    def show(self) -> None:
        """Writes the page to standard output."""
        from rich.console import Console
        from rich.text import Text

        console = Console(soft_wrap=True, highlight=False, emoji=False, markup=False)
        for line, style in self._lines:
            console.print(Text(line, style), soft_wrap=True)

    def _wrapped(self, text: str, first: str, others: str, style: str) -> None:
        # What has lines of its own is a text for people, such as a description.
        plain = " ".join(printable(" ".join(text.split())).split())
        if plain:
            lines = textwrap.wrap(plain, WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)
            self._lines += [(line, style) for line in lines]

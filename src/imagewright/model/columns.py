"""Text for people at a terminal of 80 characters: in columns that fit, printable, and with its nouns counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

WIDTH = 80
_GAP = "  "
_INDENT = "    "


def columns(rows: Iterable[Sequence[str]], width: int = WIDTH, indent: str = "") -> list[str]:
    """One line for each row, its cells in columns.

    Where the rows are too wide for that, the first cell of each has a line of its own, and the others follow below it:
    in columns as well where they fit, and else one after the other.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    lines = _aligned(cells)
    if _fit(lines, width - len(indent)):
        return [f"{indent}{line}" for line in lines]
    room = width - len(indent) - len(_INDENT)
    aligned = _aligned([row[1:] for row in cells])
    below = [[line] for line in aligned] if _fit(aligned, room) else [_flowing(row[1:], room) for row in cells]
    pairs = zip(cells, below, strict=True)
    return [
        line for row, rest in pairs for line in (f"{indent}{row[0]}", *(f"{indent}{_INDENT}{each}" for each in rest))
    ]


def printable(text: str) -> str:
    """Text of a depot made fit for a terminal: what is not printable is escaped."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`: for nouns that take an s."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _flowing(cells: Iterable[str], width: int) -> list[str]:
    lines: list[str] = []
    for cell in filter(None, cells):
        if lines and len(lines[-1]) + len(_GAP) + len(cell) <= width:
            lines[-1] += f"{_GAP}{cell}"
        else:
            lines.append(cell)
    return lines


def _fit(lines: Iterable[str], width: int) -> bool:
    return all(len(line) <= width for line in lines)

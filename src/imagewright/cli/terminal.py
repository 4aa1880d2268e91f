"""What commands write: tables and sentences for people, JSON for scripts, bars while something takes its time.

Results go to standard output; remarks, errors and bars go to standard error. Colours and bars are for terminals only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imagewright.model.columns import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from imagewright.contract.services import cis_task
    from imagewright.contract.structure import Structure

JsonOption = Annotated[bool, typer.Option("--json", help="For scripts: the answer as JSON.")]


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], nothing: str) -> None:
    """Writes a table that is as wide as the terminal at most; long cells take several lines.

    Without rows it writes `nothing`, a sentence that names the next command. What is no terminal has 80 columns.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    written = [[Text(printable(cell), overflow="fold") for cell in row] for row in rows]
    if not written:
        tell(nothing)
        return
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, header_style="bold")
    for index, name in enumerate(columns):
        # The first column is what other commands are given; it stays whole while there is room.
        grid.add_column(name, overflow="fold", min_width=min(22, _widest(written, index)) if index == 0 else None)
    for row in written:
        grid.add_row(*row)
    _lines(grid)


def fields(rows: Iterable[tuple[str, str | None]]) -> None:
    """Writes names with their values, one on a line; what is None is left out."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        if value is not None:
            grid.add_row(name, Text("\n".join(map(printable, value.split("\n")))))
    _lines(grid)


def say(text: str) -> None:
    """Writes a result for people."""
    typer.echo(text)


def suggest(command: str) -> None:
    """Names the command that comes next for most people."""
    tell(f"Next: {command}")


def tell(text: str) -> None:
    """Writes a remark, which is no result; above the bars, if there are any."""
    print(text, file=sys.stderr)


def echo_json(document: object) -> None:
    """Writes a document for programs."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def structure(value: Structure) -> Any:
    """A structure of the API as the API writes it."""
    from imagewright.contract import rest_values
    from imagewright.contract.types import StructureRef

    return json.loads(rest_values.encode(StructureRef(value.canonical_name), value))


def day(moment: datetime) -> str:
    """A time to the minute, in UTC."""
    return moment.strftime("%Y-%m-%d %H:%M")


class Bars:
    """Bars on standard error, while something is sent, fetched or waited for. None of them where it is no terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def bytes(self, what: str) -> Any:
        """A bar for the bytes of a file: to be told how many there are of how many."""
        bar = self._progress.add_task(printable(what), total=None)
        return lambda done, total: self._progress.update(bar, completed=done, total=total)

    def task(self, what: str) -> Any:
        """A bar for a task: to be told what is known of it."""
        bar = self._progress.add_task(printable(what), total=None)

        def show(info: cis_task.Info) -> None:
            if info.progress is not None:
                text = info.progress.message.default_message or what
                done, total = info.progress.completed, info.progress.total
                self._progress.update(bar, description=printable(text), completed=done, total=total)

        return show


@contextmanager
def bars() -> Iterator[Bars]:
    """Bars that are gone when the work is done, however it ends."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.table import Column

    console = _console(stderr=True)
    what = TextColumn(
        "{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
    )
    columns = (what, BarColumn(bar_width=24), TaskProgressColumn(), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=console, transient=True, expand=True, disable=not console.is_terminal) as progress:
        yield Bars(progress)


def is_interactive() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _widest(rows: Sequence[Sequence[Any]], index: int) -> int:
    return max(len(row[index]) for row in rows)


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def _lines(renderable: Any) -> None:
    """Writes it without the blanks at the ends of lines."""
    console = _console()
    with console.capture() as captured:
        console.print(renderable)
    typer.echo("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))

"""The commands that stand in the pages about the command line, and those that there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import typer

from imagewright.cli.commands import app

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str) -> Iterator[str]:
    """The commands of a page, each with all its lines."""
    for block in re.findall(r"^```sh\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.MULTILINE | re.DOTALL):
        lines = iter(block.splitlines())
        for line in lines:
            here = re.search(r"<<'(\w+)'", line)
            command = [line]
            while here and command[-1] != here[1]:
                command.append(next(lines))
            yield "\n".join(command)


def words_of(command: str) -> list[str]:
    return shlex.split(command, comments=True)


def leaves(command: object, path: tuple[str, ...] = ("imagewright",)) -> Iterator[tuple[str, str, list[str]]]:
    """Every command: its name, its help, and its options."""
    children = getattr(command, "commands", None)
    if children is None:
        options = [option for parameter in command.params for option in parameter.opts]  # type: ignore[attr-defined]
        yield " ".join(path), command.callback.__doc__ or "", options  # type: ignore[attr-defined]
        return
    for name, child in children.items():
        yield from leaves(child, (*path, name))


LEAVES = list(leaves(typer.main.get_command(app)))
"""Every command that can be run."""

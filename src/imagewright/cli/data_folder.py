"""Commands that work on the data folder of a server: their options, and the database that they open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli import exit_codes
from imagewright.cli.terminal import tell
from imagewright.settings import load_settings

if TYPE_CHECKING:
    from imagewright.app.ports import Storage

DataOption = Annotated[Path | None, typer.Option(help="Data folder of the server. [./data]")]
ConfigOption = Annotated[Path | None, typer.Option(help="File with settings.")]


@contextmanager
def opened(data: Path | None, config: Path | None) -> Iterator[Storage]:
    """The database of the data folder, as options, environment and file say, closed at the end.

    A database that cannot be used ends the command. Raises SettingsError for settings that are not right.
    """
    # Here, because loading everything takes longer than showing the help of a command may.
    from imagewright.app.ports import StorageUnavailable
    from imagewright.bootstrap import open_data

    try:
        with closing(open_data(load_settings({"data": data}, os.environ, config))) as storage:
            yield storage
    except StorageUnavailable as error:
        tell(f"imagewright: {error}.")
        raise typer.Exit(exit_codes.UNUSABLE) from None

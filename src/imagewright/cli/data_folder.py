"""Commands that work on the data folder of a server: their options, and the database that they open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.settings import load_settings

if TYPE_CHECKING:
    from imagewright.app.ports import Storage

DataOption = Annotated[Path | None, typer.Option(help="Data folder of the server. [./data]")]
ConfigOption = Annotated[Path | None, typer.Option(help="File with settings.")]


@contextmanager
def opened(data: Path | None, config: Path | None) -> Iterator[Storage]:
    """The database of the data folder, as options, environment and file say, closed at the end.

    Raises SettingsError for settings that are not right.
    """
    # Here, because loading everything takes longer than showing the help of a command may.
    from imagewright.bootstrap import open_data

    storage = open_data(load_settings({"data": data}, os.environ, config))
    try:
        yield storage
    finally:
        storage.close()

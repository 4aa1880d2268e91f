"""Commands that need no server: their options, and the files that they read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.settings import load_settings

if TYPE_CHECKING:
    from imagewright.model.catalog import Catalog
    from imagewright.model.content import DepotContent
    from imagewright.model.spec import SoftwareSpec
    from imagewright.settings import Settings


def depot_paths(paths: list[Path] | None) -> list[Path]:
    """The depots that are meant: a folder stands for the offline bundles in it."""
    found: list[Path] = []
    for path in paths or ():
        inside = sorted(path.glob("*.zip")) if path.is_dir() else [path]
        if not inside:
            raise typer.BadParameter(f"{path} is a folder without offline bundles (*.zip)")
        found += inside
    return found


SpecArgument = Annotated[Path, typer.Argument(help="A software specification as JSON, as a server exports it.")]
DepotsOption = Annotated[
    list[Path],
    typer.Option(
        "--depot",
        help="A depot: an offline bundle, a VIB, or a folder of offline bundles. Once for each.",
        callback=depot_paths,
    ),
]
MapOption = Annotated[
    Path | None,
    typer.Option("--map", help="A mapping for images in a form of their own, or a folder of them (setting mappings)."),
]


@contextmanager
def problems_told() -> Iterator[None]:
    """Ends the command with exit code 2 and one line when a file cannot be read, or is not what it should be."""
    from imagewright.formats.errors import FormatError

    try:
        yield
    except OSError as error:
        typer.echo(f"imagewright: {error.filename}: {error.strerror}; check the path.", err=True)
        raise typer.Exit(2) from None
    except FormatError as error:
        typer.echo(f"imagewright: {error}.", err=True)
        raise typer.Exit(2) from None


def site_settings(**options: object) -> Settings:
    """The settings that a server started here would have: of these options, the environment, and imagewright.toml."""
    return load_settings(options, os.environ)


def read_depots(paths: Iterable[Path], settings: Settings) -> dict[str, DepotContent]:
    """What the depots hold, by path, as a server with these settings that imports them would record it.

    Payloads are not read, so their damage is not seen. FormatError or OSError for what cannot be read.
    """
    from imagewright.acceptance import signers_of
    from imagewright.formats.bundle import open_depot
    from imagewright.formats.unknown_documents import UnknownForms
    from imagewright.mapping_files import mappings_of

    contents = {}
    trusted, forms = signers_of(settings), UnknownForms(mappings_of(settings))
    for path in paths:
        with path.open("rb") as file, open_depot(file, str(path), settings.limits, trusted, forms) as depot:
            contents[str(path)] = depot.recorded()
    return contents


def catalog_of(paths: Iterable[Path], settings: Settings) -> Catalog:
    """The catalogue of the depots in these files."""
    from imagewright.model.catalog import Catalog

    return Catalog.of(read_depots(paths, settings))


def read_spec_file(path: Path) -> SoftwareSpec:
    """The specification in a file, which may also say what the image is called. FormatError or OSError for others."""
    from imagewright.cli.wanted import read_file

    return read_file(path)[1]

"""`imagewright depot inspect`: everything in an offline bundle or a VIB, told without a server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli.depot_files import echo_json, problems_told
from imagewright.settings import Settings, load_settings

if TYPE_CHECKING:
    from imagewright.formats.inspection import Inspection
    from imagewright.formats.signature import TrustedSigners

FileArgument = Annotated[Path, typer.Argument(help="An offline bundle, a zip with bundles in it, or a VIB.")]


def inspect(
    file: FileArgument,
    json: Annotated[bool, typer.Option("--json", help="Write a JSON document, for programs.")] = False,
) -> None:
    """Show everything that is in a depot, check it, and list what was not understood.

    Checked are the size and every checksum of each VIB, and its signature against the signers that the setting
    trusted_signers names. Exit code 0: all of it holds; 1: a VIB is damaged, or its signature does not fit; 2: the
    file is no depot, or cannot be read. What is not understood, and what is not signed, is no failure.

    Example: imagewright depot inspect vendor-bundle.zip
    """
    with problems_told():
        found = _inspected(file)
    if json:
        from imagewright.formats.inspection_document import inspection_document

        echo_json(inspection_document(found))
    else:
        from imagewright.cli.depot_page import inspection_page

        inspection_page(found).show()
    raise typer.Exit(1 if found.problems else 0)


def _inspected(path: Path) -> Inspection:
    from imagewright.formats.inspection import inspect_depot

    settings = load_settings({}, os.environ)
    with path.open("rb") as file:
        return inspect_depot(file, str(path), settings.limits, trusted_signers(settings))


def trusted_signers(settings: Settings) -> TrustedSigners:
    """Whom the settings name as trusted. OSError or FormatError when their file cannot be used."""
    from imagewright.formats.signature import NOBODY, read_trusted_signers

    path = settings.trusted_signers
    return read_trusted_signers(path.read_bytes(), str(path)) if path else NOBODY

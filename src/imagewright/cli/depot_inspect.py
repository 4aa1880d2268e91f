"""`imagewright depot inspect`: everything in an offline bundle or a VIB, told without a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli.depot_files import MapOption, problems_told, site_settings
from imagewright.cli.exit_codes import DONE, REFUSED
from imagewright.cli.terminal import JsonOption, echo_json

if TYPE_CHECKING:
    from imagewright.formats.inspection import Inspection
    from imagewright.settings import Settings

FileArgument = Annotated[Path, typer.Argument(help="An offline bundle, a zip with bundles in it, or a VIB.")]


def inspect(
    file: FileArgument,
    trusted_signers: Annotated[Path | None, typer.Option(help="PEM file of the certificates to trust.")] = None,
    mapping: MapOption = None,
    json: JsonOption = False,
) -> None:
    """Show everything that is in a depot, check it, and list what was not understood.

    Checked are the size and every checksum of each VIB, and its signature against the signers that the setting
    trusted_signers names. Exit code 0: all of it holds; 1: a VIB is damaged, or its signature does not fit; 2: the
    file is no depot, or cannot be read. What is not understood, and what is not signed, is no failure.

    Example: imagewright depot inspect vendor-bundle.zip
    """
    with problems_told():
        found = _inspected(file, site_settings(trusted_signers=trusted_signers, mappings=mapping))
    if json:
        from imagewright.formats.inspection_document import inspection_document

        echo_json(inspection_document(found))
    else:
        from imagewright.cli.depot_page import inspection_page

        inspection_page(found).show()
    raise typer.Exit(REFUSED if found.problems else DONE)


def _inspected(path: Path, settings: Settings) -> Inspection:
    from imagewright.acceptance import signers_of
    from imagewright.formats.inspection import inspect_depot
    from imagewright.formats.metadata import UnknownForms
    from imagewright.mapping_files import mappings_of

    forms = UnknownForms(mappings_of(settings))
    with path.open("rb") as file:
        return inspect_depot(file, str(path), settings.limits, signers_of(settings), forms)

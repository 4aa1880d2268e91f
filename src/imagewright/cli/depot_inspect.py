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
    shape: Annotated[
        bool, typer.Option("--shape", help="Only the shape of what is in no known form, every value hashed.")
    ] = False,
    trusted_signers: Annotated[Path | None, typer.Option(help="PEM file of the certificates to trust.")] = None,
    mapping: MapOption = None,
    json: JsonOption = False,
) -> None:
    """Show everything that is in a depot, check it, and list what was not understood.

    Checked are the size and every checksum of each VIB, and its signature against the signers that the setting
    trusted_signers names. Exit code 0: all of it holds; 1: a VIB is damaged, or its signature does not fit; 2: the
    file is no depot, or cannot be read. What is not understood, and what is not signed, is no failure.

    With --shape the keys, types and counts of documents in no known form are shown, to be shared with people who may
    not see the vendor's content. Look at the names of keys first.

    Example: imagewright depot inspect vendor-bundle.zip
    """
    if shape:
        _show_shape(file, json)
        return
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
    from imagewright.formats.unknown_documents import UnknownForms
    from imagewright.mapping_files import mappings_of

    forms = UnknownForms(mappings_of(settings))
    with path.open("rb") as file:
        return inspect_depot(file, str(path), settings.limits, signers_of(settings), forms)


def _show_shape(path: Path, as_json: bool) -> None:
    import secrets

    from imagewright.formats.bundle import open_depot
    from imagewright.formats.shape import shape_document, shape_of
    from imagewright.formats.unknown_documents import UnknownForms

    limits, keeping = site_settings().limits, UnknownForms(keep=True)
    with problems_told(), path.open("rb") as source, open_depot(source, str(path), limits, forms=keeping) as depot:
        shape = shape_of(depot.content, depot.unknown, depot.found, secrets.token_bytes(32), limits)
    if as_json:
        echo_json(shape_document(shape))
    else:
        from imagewright.cli.shape_page import shape_page

        shape_page(shape).show()

"""`imagewright diff`: what differs between two images, told without a server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli import terminal
from imagewright.cli.depot_files import (
    MapOption,
    depot_paths,
    problems_told,
    read_depots,
    read_spec_file,
    site_settings,
)
from imagewright.cli.findings import findings_text

if TYPE_CHECKING:
    from imagewright.model.catalog import Catalog
    from imagewright.model.content import DepotContent
    from imagewright.model.diff import Side
    from imagewright.model.finding import Finding
    from imagewright.settings import Settings

_BUNDLES = (b"PK", b"!<arch>")


def diff(
    before: Annotated[Path, typer.Argument(help="The image before: a specification as JSON, or an offline bundle.")],
    after: Annotated[Path, typer.Argument(help="The image after, in the same way.")],
    depot: Annotated[
        list[Path] | None,
        typer.Option(
            "--depot", help="A depot for both images, or a folder of them. Once for each.", callback=depot_paths
        ),
    ] = None,
    hardware: Annotated[
        Path | None, typer.Option(help="The devices of hosts: lspci -nnvmm, CSV or JSON. Tells who loses a driver.")
    ] = None,
    mapping: MapOption = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="For a pull request.")] = False,
    json: terminal.JsonOption = False,
) -> None:
    """Show what differs between two images, and which devices lose their driver.

    A bundle is the image of everything that is in it, and its own depot. With hardware, the default image is looked at
    for all hosts, and every alternative image as if all of them took it. Exit code 0: compared; 1: a device loses its
    driver, or may; 2: a file cannot be read.

    Example: imagewright diff old.json new.json --depot base.zip --depot add-on.zip --hardware hosts.txt
    """
    from imagewright.model.diff import diff as difference_of
    from imagewright.model.diff_text import diff_markdown, diff_text
    from imagewright.model.documents import diff_document, finding_document
    from imagewright.model.finding import Severity

    settings = site_settings(mappings=mapping)
    with problems_told():
        shared = read_depots(depot or (), settings)
        old, _ = _side(before, shared, settings)
        new, offered = _side(after, shared, settings)
        findings = _driver_findings(hardware, old, new, offered) if hardware else ()
    document = {**diff_document(difference_of(old, new)), "findings": [finding_document(each) for each in findings]}
    names = str(before), str(after)
    if json:
        terminal.echo_json(document)
    elif markdown:
        typer.echo(diff_markdown(document, *names, findings), nl=False)
    else:
        typer.echo(findings_text(findings) + diff_text(document, *names), nl=False)
    if any(each.severity is not Severity.INFO for each in findings):
        raise typer.Exit(1)


def _side(path: Path, shared: Mapping[str, DepotContent], settings: Settings) -> tuple[Side, Catalog]:
    """The image in a file, and the catalogue that it was composed over."""
    from imagewright.acceptance import policy_of
    from imagewright.formats.errors import FormatError
    from imagewright.model.bundled import NotOneImage, bundled_spec
    from imagewright.model.catalog import Catalog
    from imagewright.model.compose import compose_spec
    from imagewright.model.diff import Side

    if not _is_bundle(path):
        spec, catalog = read_spec_file(path), Catalog.of(shared)
    else:
        own = read_depots([path], settings)
        try:
            spec = bundled_spec(Catalog.of(own))
        except NotOneImage as error:
            raise FormatError(str(path), str(error)) from error
        catalog = Catalog.of({**shared, **own})
    return Side(spec, compose_spec(spec, catalog, policy_of(settings))), catalog


def _is_bundle(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_BUNDLES[1])).startswith(_BUNDLES)


def _driver_findings(hardware: Path, before: Side, after: Side, offered: Catalog) -> tuple[Finding, ...]:
    from imagewright.formats.hardware import read_hardware
    from imagewright.model.drivers import spec_driver_findings

    devices = read_hardware(hardware.read_bytes(), str(hardware))
    return spec_driver_findings(devices, before, after, offered)

"""`imagewright export`: an image as files, made without a server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli import terminal
from imagewright.cli.depot_files import (
    DepotsOption,
    MapOption,
    SpecArgument,
    problems_told,
    read_spec_file,
    site_settings,
)
from imagewright.cli.export_options import BundleOption, IsoOption, OnlyDefaultOption, SbomOption, SkipReservedOption

if TYPE_CHECKING:
    from imagewright.cli.opened_depots import OpenedDepots
    from imagewright.model.effective import EffectiveSpec
    from imagewright.model.policy import Policy
    from imagewright.model.spec import SoftwareSpec
    from imagewright.settings import Settings

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_SIZE = re.compile(r"(\d+)([KMG]?)", re.IGNORECASE)


def export(
    spec: SpecArgument,
    depot: DepotsOption,
    mapping: MapOption = None,
    bundle: BundleOption = None,
    iso: IsoOption = None,
    sbom: SbomOption = None,
    only_default_image: OnlyDefaultOption = False,
    skip_reserved_vibs: SkipReservedOption = False,
    split: Annotated[
        str | None, typer.Option(help="At most so large, such as 2G: several bundles, out-1.zip, out-2.zip and so on.")
    ] = None,
    json: terminal.JsonOption = False,
) -> None:
    """Write an image as files, without a server: an offline bundle, an installer disc, a bill of
    materials.

    Exit code 0: everything is written; 1: the image has errors, see `imagewright check`; 2: a file cannot be read or
    written, or something of the image is in none of the depots. Unless it is 0, no file is there that was not before.

    Example: imagewright export image.json --depot base.zip --depot add-on.zip --bundle image.zip
    """
    from imagewright.acceptance import policy_of
    from imagewright.cli.export_files import bill, bundles, disc, write_all

    if bundle is None and iso is None and sbom is None:
        raise typer.BadParameter("nothing is asked for; give --bundle, --iso or --sbom")
    limit = None if split is None else _bytes(split)
    settings = site_settings(mappings=mapping)
    with problems_told(), opened(depot, settings) as depots:
        wanted, effective = _exportable(spec, depots, policy_of(settings), only_default_image)
        outputs = []
        if bundle is not None:
            outputs += bundles(bundle, wanted, effective, depots, skip_reserved=skip_reserved_vibs, limit=limit)
        if iso is not None:
            outputs.append(disc(iso, effective, depots))
        if sbom is not None:
            outputs.append(bill(sbom, effective))
        write_all(outputs)
    if json:
        terminal.echo_json([str(output.path) for output in outputs])
        return
    for output in outputs:
        terminal.say(f"{output.path}: {output.told}")


def opened(paths: list[Path], settings: Settings) -> OpenedDepots:
    """The depots in these files, with the limits, trusted signers and mappings of the settings."""
    from imagewright.acceptance import signers_of
    from imagewright.cli.opened_depots import OpenedDepots
    from imagewright.formats.unknown_documents import UnknownForms
    from imagewright.mapping_files import mappings_of

    return OpenedDepots(paths, settings.limits, signers_of(settings), UnknownForms(mappings_of(settings)))


def _exportable(
    path: Path, depots: OpenedDepots, policy: Policy, only_default_image: bool
) -> tuple[SoftwareSpec, EffectiveSpec]:
    """The specification with all versions chosen, as a commit would leave it, and what comes out of it."""
    from imagewright.formats.errors import FormatError
    from imagewright.model.compose import compose_spec, pin
    from imagewright.model.exporting import exported_spec, lacking
    from imagewright.model.validate import has_errors, validate

    wanted = exported_spec(read_spec_file(path), only_default_image=only_default_image)
    effective = compose_spec(wanted, depots.catalog, policy)
    if missing := lacking(effective):
        raise FormatError(str(path), f"cannot be exported, because {missing[0]}; add the depot that has it")
    findings = validate(wanted, effective, depots.catalog, None, policy)
    if has_errors(findings):
        typer.echo(f"imagewright: {path} is not exported: {findings[0].text}", err=True)
        typer.echo("All that is wrong with it, and ways out: imagewright check, with the same depots.", err=True)
        raise typer.Exit(1)
    return pin(wanted, effective), effective


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise typer.BadParameter(f"--split is '{text}', and must be a size such as 700M or 2G")
    return int(found[1]) * _UNITS[found[2].upper()]

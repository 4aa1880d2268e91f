"""`imagewright export`: an image as files, made without a server."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from imagewright.cli.depot_files import (
    DepotsOption,
    MapOption,
    SpecArgument,
    problems_told,
    read_spec_file,
    site_settings,
)

if TYPE_CHECKING:
    from imagewright.cli.opened_depots import OpenedDepots
    from imagewright.formats.bundle_plan import BundlePlan
    from imagewright.model.effective import EffectiveSpec
    from imagewright.model.policy import Policy
    from imagewright.model.spec import SoftwareSpec
    from imagewright.settings import Settings

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_SIZE = re.compile(r"(\d+)([KMG]?)", re.IGNORECASE)

Report = Callable[[int], None]
"""Is told of so many bytes more."""


def export(
    spec: SpecArgument,
    depot: DepotsOption,
    mapping: MapOption = None,
    bundle: Annotated[Path | None, typer.Option(help="Write an offline bundle to this file.")] = None,
    sbom: Annotated[
        Path | None, typer.Option(help="Write the bill of materials of the default image, as CycloneDX JSON.")
    ] = None,
    only_default_image: Annotated[
        bool, typer.Option("--only-default-image", help="Leave the alternative images out.")
    ] = False,
    skip_reserved_vibs: Annotated[
        bool, typer.Option("--skip-reserved-vibs", help="Leave out of the bundle the VIBs that are not installed.")
    ] = False,
    split: Annotated[
        str | None, typer.Option(help="At most so large, such as 2G: several bundles, out-1.zip, out-2.zip and so on.")
    ] = None,
) -> None:
    """Write an image as files, without a server: an offline bundle, a bill of materials.

    Exit code 0: everything is written; 1: the image has errors, see `imagewright check`; 2: a file cannot be read or
    written, or something of the image is in none of the depots. Unless it is 0, no file is there that was not before.

    Example: imagewright export image.json --depot base.zip --depot add-on.zip --bundle image.zip
    """
    from imagewright.acceptance import policy_of

    if bundle is None and sbom is None:
        raise typer.BadParameter("nothing is asked for; give --bundle FILE, --sbom FILE, or both")
    limit = None if split is None else _bytes(split)
    settings = site_settings(mappings=mapping)
    with problems_told(), opened(depot, settings) as depots:
        wanted, effective = _exportable(spec, depots, policy_of(settings), only_default_image)
        if bundle is not None:
            _write_bundles(bundle, wanted, effective, depots, skip_reserved_vibs, limit)
        if sbom is not None:
            _write_sbom(sbom, effective)


def opened(paths: list[Path], settings: Settings) -> OpenedDepots:
    """The depots in these files, with the limits, trusted signers and mappings of the settings."""
    from imagewright.acceptance import signers_of
    from imagewright.cli.opened_depots import OpenedDepots
    from imagewright.formats.metadata import UnknownForms
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


def _write_bundles(
    path: Path,
    spec: SoftwareSpec,
    effective: EffectiveSpec,
    depots: OpenedDepots,
    skip_reserved: bool,
    limit: int | None,
) -> None:
    from imagewright.formats.bundle_copy import write_bundle

    plans = _plans(spec, effective, depots, skip_reserved, limit)
    paths = [path] if limit is None else [path.with_stem(f"{path.stem}-{at}") for at in range(1, len(plans) + 1)]
    with _told(sum(plan.size for plan in plans)) as report, _all_or_none(paths) as files:
        for plan, file in zip(plans, files, strict=True):
            write_bundle(file, plan, depots.open_file, report)
    for written, plan in zip(paths, plans, strict=True):
        typer.echo(f"{written}: {len(plan.vibs)} VIBs, {plan.size} bytes")


def _plans(
    spec: SoftwareSpec, effective: EffectiveSpec, depots: OpenedDepots, skip_reserved: bool, limit: int | None
) -> list[BundlePlan]:
    """The bundle, or as many as are needed so that none is larger than the limit."""
    from imagewright.formats.bundle_plan import BundlePlan
    from imagewright.formats.depot_writer import depot_files
    from imagewright.formats.errors import FormatError
    from imagewright.formats.spec_json import write_spec
    from imagewright.model.exporting import image_depot, image_depots

    document = write_spec(spec)
    if limit is None:
        return [BundlePlan(depot_files(image_depot(effective, depots.catalog, skip_reserved=skip_reserved), document))]
    # The limit is for whole files; what stands in them besides the VIBs shows only when they are laid out.
    room = limit
    while room > 0:
        parts = image_depots(effective, depots.catalog, skip_reserved=skip_reserved, limit=room)
        plans = [BundlePlan(depot_files(part, document)) for part in parts]
        largest = max(plans, key=lambda plan: plan.size)
        if largest.size <= limit:
            return plans
        if len(largest.files.content.bundles[0].components) == 1:
            break
        room -= largest.size - limit
    raise FormatError("--split", f"is {limit} bytes, and a component does not fit; it cannot be divided. Allow more")


def _write_sbom(path: Path, effective: EffectiveSpec) -> None:
    from imagewright.formats.sbom import write_sbom

    with _all_or_none([path]) as (file,):
        file.write(write_sbom(effective.image))
    typer.echo(f"{path}: {len(effective.image.components)} components, {len(effective.image.installed)} VIBs")


@contextmanager
def _all_or_none(paths: list[Path]) -> Iterator[list[BinaryIO]]:
    """Files beside those to be written, which take their places when all of them are complete."""
    made: list[tuple[Path, BinaryIO]] = []
    try:
        for path in paths:
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            made.append((Path(name), os.fdopen(descriptor, "w+b")))
        yield [file for _, file in made]
        for (temporary, file), path in zip(made, paths, strict=True):
            file.close()
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
    finally:
        for temporary, file in made:
            file.close()
            temporary.unlink(missing_ok=True)


@contextmanager
def _told(total: int) -> Iterator[Report]:
    """Shows how far the work is, where somebody sees it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    with Progress(
        BarColumn(), DownloadColumn(), TransferSpeedColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda more: bar.advance(task, more)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise typer.BadParameter(f"--split is '{text}', and must be a size such as 700M or 2G")
    return int(found[1]) * _UNITS[found[2].upper()]

"""The files that `imagewright export` writes: all of them, or none."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from imagewright.cli.interruption import told_to_end
from imagewright.cli.opened_depots import OpenedDepots
from imagewright.formats.boot_disc import boot_disc
from imagewright.formats.bundle_copy import write_bundle
from imagewright.formats.bundle_plan import BundlePlan
from imagewright.formats.depot_writer import depot_files
from imagewright.formats.errors import FormatError
from imagewright.formats.spec_json import write_spec
from imagewright.model.effective import EffectiveSpec
from imagewright.model.exporting import image_depot, image_depots, only_default
from imagewright.model.spec import SoftwareSpec

Report = Callable[[int], None]
"""Is told of so many bytes more."""


@dataclass(frozen=True, slots=True)
class Output:
    """A file to be written. `size` is the number of bytes that `write` reports, `told` is said when it is there."""

    path: Path
    size: int
    write: Callable[[BinaryIO, Report], None]
    told: str


def bundles(
    path: Path,
    spec: SoftwareSpec,
    effective: EffectiveSpec,
    depots: OpenedDepots,
    *,
    skip_reserved: bool,
    limit: int | None,
) -> list[Output]:
    """The offline bundle or, with a limit in bytes, as many as are needed, with numbers in their names."""

    def output(path: Path, plan: BundlePlan) -> Output:
        vibs = len(plan.vibs)
        size = sum(placed.vib.size for placed in plan.vibs)
        return Output(
            path,
            size,
            lambda sink, report: write_bundle(sink, plan, depots.open_file, report),
            f"{vibs} VIBs, {plan.size} bytes",
        )

    plans = _plans(spec, effective, depots, skip_reserved, limit)
    if limit is None:
        return [output(path, plans[0])]
    return [output(path.with_stem(f"{path.stem}-{number}"), plan) for number, plan in enumerate(plans, start=1)]


def disc(path: Path, effective: EffectiveSpec, depots: OpenedDepots) -> Output:
    """The installer disc of the default image. FormatError when it would not start."""
    from imagewright.formats.iso import image_database, iso_pieces, write_pieces

    made = boot_disc(effective.image)
    database = image_database(image_depot(only_default(effective), depots.catalog, skip_reserved=True))

    def write(sink: BinaryIO, report: Report) -> None:
        write_pieces(sink, iso_pieces(made, database, depots.unpacked_file), depots.unpacked_file, report)

    told = f"{len(made.payloads)} payloads. It is experimental: nobody has started a machine with such a disc yet."
    return Output(path, sum(each.payload.size for each in made.payloads), write, told)


def bill(path: Path, effective: EffectiveSpec) -> Output:
    """The bill of materials of the default image."""
    from imagewright.formats.sbom import write_sbom

    data = write_sbom(effective.image)
    told = f"{len(effective.image.components)} components, {len(effective.image.installed)} VIBs"

    def write(sink: BinaryIO, _: Report) -> None:
        sink.write(data)

    return Output(path, 0, write, told)


def write_all(outputs: Sequence[Output]) -> None:
    """Writes the files, and puts them into place when all are complete; otherwise nothing has changed."""
    with (
        told_to_end(),
        _progress(sum(output.size for output in outputs)) as report,
        _all_or_none([output.path for output in outputs]) as files,
    ):
        for output, file in zip(outputs, files, strict=True):
            output.write(file, report)


def _plans(
    spec: SoftwareSpec, effective: EffectiveSpec, depots: OpenedDepots, skip_reserved: bool, limit: int | None
) -> list[BundlePlan]:
    """The bundle, or as many as are needed so that none is larger than the limit."""
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
        alone = largest.files.content.bundles[0].components
        if len(alone) == 1:
            what = f"the component {alone[0].name} {alone[0].version} takes {largest.size} bytes"
            raise FormatError("--split", f"is {limit} bytes, and {what}; it cannot be divided. Allow more")
        room -= largest.size - limit
    raise FormatError("--split", f"is {limit} bytes, which is less than any bundle takes. Allow more")


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
def _progress(total: int) -> Iterator[Report]:
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

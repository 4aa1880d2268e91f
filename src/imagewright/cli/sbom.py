"""`imagewright sbom`: what is in an image, as a bill of materials, told without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from imagewright.cli.depot_files import (
    DepotsOption,
    MapOption,
    SpecArgument,
    problems_told,
    read_spec_file,
    site_settings,
)
from imagewright.cli.export import opened


def sbom(
    spec: SpecArgument,
    depot: DepotsOption,
    mapping: MapOption = None,
    image: Annotated[str | None, typer.Option(help="The id of an alternative image; else the default image.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write it to this file instead of the terminal.")] = None,
) -> None:
    """Write the bill of materials of an image: CycloneDX 1.6 as JSON, the same bytes for the same image.

    It names every component and every installed VIB, with suppliers, signers, SHA-256, and what depends on what. Exit
    code 2 when a file cannot be read, or something of the image is in none of the depots.

    Example: imagewright sbom image.json --depot base.zip --depot add-on.zip --out image.cdx.json
    """
    from imagewright.acceptance import policy_of
    from imagewright.formats.errors import FormatError
    from imagewright.formats.sbom import write_sbom
    from imagewright.model.compose import compose_spec
    from imagewright.model.exporting import lacking

    settings = site_settings(mappings=mapping)
    with problems_told(), opened(depot, settings) as depots:
        wanted = read_spec_file(spec)
        effective = compose_spec(wanted, depots.catalog, policy_of(settings))
        if missing := lacking(effective):
            raise FormatError(str(spec), f"has no complete image, because {missing[0]}; add the depot that has it")
        image_id = None if image is None else wanted.image_id(image)
        if image is not None and image_id is None:
            known = ", ".join(sorted(wanted.alternative_images)) or "none"
            raise FormatError(str(spec), f"has no alternative image '{image}'; there are: {known}")
        data = write_sbom(effective.image if image_id is None else effective.alternative_images[image_id])
        if out is None:
            typer.echo(data.decode(), nl=False)
        else:
            out.write_bytes(data)

"""`imagewright effective`: what comes out of a specification, told without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli import terminal
from imagewright.cli.depot_files import (
    DepotsOption,
    MapOption,
    SpecArgument,
    catalog_of,
    problems_told,
    read_spec_file,
    site_settings,
)

if TYPE_CHECKING:
    from imagewright.model.effective import EffectiveImage


def effective(
    spec: SpecArgument,
    depot: DepotsOption,
    mapping: MapOption = None,
    vibs: Annotated[bool, typer.Option("--vibs", help="List the VIBs as well.")] = False,
    json: terminal.JsonOption = False,
) -> None:
    """Show the components that a specification gives with these depots, and what brings each of them.

    Example: imagewright effective image.json --depot base.zip --depot add-on.zip
    """
    from imagewright.acceptance import policy_of
    from imagewright.model.columns import printable
    from imagewright.model.compose import compose_spec
    from imagewright.model.documents import effective_document

    settings = site_settings(mappings=mapping)
    with problems_told():
        wanted, catalog = read_spec_file(spec), catalog_of(depot, settings)
    composed = compose_spec(wanted, catalog, policy_of(settings))
    if json:
        terminal.echo_json(effective_document(composed))
        return
    _show(composed.image, vibs)
    for image_id, image in sorted(composed.alternative_images.items()):
        name = wanted.alternative_images[image_id].display_name
        typer.echo(f"\nAlternative image {printable(name)} ({image_id})\n")
        _show(image, vibs)


def _show(image: EffectiveImage, with_vibs: bool) -> None:
    from imagewright.model.columns import columns

    present = [(each.name, each.version, each.source.noun) for each in image.components.values()]
    parts = {
        "Components": present,
        "Removed": [
            (each.name, each.overridden[-1].version if each.overridden else "", f"by {each.origin.label}")
            for each in image.removed.values()
        ],
    }
    if with_vibs:
        parts["Installed VIBs"] = [_vib_row(item.vib.name, item.vib.version, item.lines) for item in image.installed]
        parts["Reserved VIBs"] = [_vib_row(item.vib.name, item.vib.version, item.lines) for item in image.reserved]
    shown = {title: rows for title, rows in parts.items() if rows}
    blocks = [[f"{title} ({len(rows)})", *columns(rows, indent="  ")] for title, rows in shown.items()]
    typer.echo("\n\n".join("\n".join(block) for block in blocks) or "The image has no components.")


def _vib_row(name: str, version: str, lines: tuple[str, ...]) -> tuple[str, str, str]:
    return name, version, ", ".join(lines)

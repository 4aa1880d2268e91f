"""`imagewright depot verify`: whether what was read from depots is what a vCenter says is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from imagewright.cli.depot_files import MapOption, catalog_of, problems_told, site_settings
from imagewright.cli.exit_codes import DONE, REFUSED
from imagewright.cli.terminal import JsonOption, echo_json, say
from imagewright.model.columns import counted


def verify(
    depots: Annotated[list[Path], typer.Argument(help="The depots that the vCenter has, as files.")],
    against: Annotated[
        list[Path],
        typer.Option(help="An answer of its depot content, saved as JSON. Can be given several times."),
    ],
    has_more: Annotated[
        bool, typer.Option("--has-more", help="The vCenter has other depots, too: what only it has is no difference.")
    ] = False,
    mapping: MapOption = None,
    json: JsonOption = False,
) -> None:
    """Compare what is read from depots with what a vCenter answers about the same depots.

    Save an answer with: curl -H "vmware-api-session-id: $token" -o base-images.json
    https://vcenter/api/esx/settings/depot-content/base-images (or add-ons, components, or one of their versions). An
    object of several answers, each under the path that it was asked with, is taken as well.

    Exit code 0: all that is told agrees; 1: there are differences; 2: a file cannot be read.

    Example: imagewright depot verify vendor-base.zip --against base-images.json
    """
    from imagewright.cli.findings import findings_text
    from imagewright.formats.depot_answers import read_answers
    from imagewright.model.answers_compared import compare_answers, items_of
    from imagewright.model.documents import finding_document

    with problems_told():
        catalog = catalog_of(depots, site_settings(mappings=mapping))
        answers = [read_answers(path.read_bytes(), str(path)) for path in against]
    ours = items_of(catalog)
    findings = [found for each in answers for found in compare_answers(ours, each, has_more)]
    compared = sum(len(each.items) for each in answers)
    if json:
        echo_json({"compared": compared, "findings": [finding_document(found) for found in findings]})
    else:
        typer.echo(findings_text(tuple(findings)), nl=False)
        count = counted(len(findings), "difference") if findings else "no difference"
        say(f"{compared} answered, {len(ours)} read: {count}.")
    raise typer.Exit(REFUSED if findings else DONE)

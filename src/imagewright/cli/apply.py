"""`imagewright plan` and `apply`: the library as a file wants it, for those who keep their images in Git."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli import exit_codes, terminal
from imagewright.cli.depot_files import problems_told
from imagewright.cli.server import connected

if TYPE_CHECKING:
    from imagewright.cli.wanted import Wanted
    from imagewright.client.connection import Connection
    from imagewright.contract.services import own_software, settings

FileArgument = Annotated[
    Path, typer.Argument(help='A software specification as JSON, with "display_name" and "message" in it if you like.')
]
NameOption = Annotated[str | None, typer.Option("--name", help="Name of the image. [the one in the file]")]


def plan(
    file: FileArgument,
    name: NameOption = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 5 when something would change, for scripts.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="For a pull request.")] = False,
    json: terminal.JsonOption = False,
) -> None:
    """Show what `apply` would change in the library. Nothing is changed, and no draft is needed.

    Exit code 1: it could not be applied, because the image has errors or something is in the way.

    Example: imagewright plan blades.json --name "Blades"
    """
    from imagewright.contract.services import own_software

    wanted = _read(file, name)
    with connected() as connection:
        found = _plan(connection, wanted)
    if json:
        terminal.echo_json(terminal.structure(found))
    else:
        _show(wanted, found, markdown)
    changes = found.change is not own_software.Change.NONE
    if changes and _refusal(found):
        raise typer.Exit(exit_codes.REFUSED)
    if changes and exit_code:
        raise typer.Exit(exit_codes.CHANGES)


def apply(
    file: FileArgument,
    name: NameOption = None,
    message: Annotated[
        str | None, typer.Option("--message", "-m", help="Why; the history keeps it. [the one in the file]")
    ] = None,
    json: terminal.JsonOption = False,
) -> None:
    """Make the library as a file wants it: commit a new image, or the next version of the one that has this name.

    When the library is so already, nothing is committed. A draft that you or others have is not touched: yours has to
    be committed or thrown away first; others' stay, and who commits second is told who was first.

    Example: imagewright apply racks.json -m "As agreed on Monday"
    """
    from imagewright.cli.draft import committed, made
    from imagewright.contract.services import own_software

    wanted = _read(file, name)
    with connected() as connection:
        found = _plan(connection, wanted)
        if found.change is own_software.Change.NONE:
            _done(wanted, found, found.software_spec or "", json)
            return
        refusal = _refusal(found)
        if refusal:
            _show_findings(found)
            terminal.tell(f"imagewright: {refusal} Nothing was committed.")
            raise typer.Exit(exit_codes.REFUSED)
        spec = own_software.DraftSpec(display_name=wanted.display_name, software_spec=_software_spec(wanted))
        # The bar goes first, so that it is not in the way of what there is to be told.
        with made(connection, own_software.draft, spec=spec) as draft, terminal.bars() as bars:
            why = wanted.message if message is None else message
            committed_spec = committed(connection, draft, why, bars, tell_end=False)
    _done(wanted, found, committed_spec, json)


def _read(file: Path, name: str | None) -> Wanted:
    from imagewright.cli.wanted import read_wanted

    with problems_told():
        return read_wanted(file, name)


def _software_spec(wanted: Wanted) -> settings.SoftwareSpec:
    from imagewright.contract import rest_values
    from imagewright.contract.services import settings
    from imagewright.contract.types import StructureRef

    try:
        found: settings.SoftwareSpec = rest_values.decode(
            StructureRef(settings.SoftwareSpec.canonical_name), wanted.spec.to_document()
        )
    except ValueError as error:
        terminal.tell(f"imagewright: the file is no whole specification: {error}")
        raise typer.Exit(exit_codes.UNUSABLE) from None
    return found


def _plan(connection: Connection, wanted: Wanted) -> own_software.Plan:
    from imagewright.contract.services import own_software

    spec = own_software.PlanSpec(display_name=wanted.display_name, software_spec=_software_spec(wanted))
    found: own_software.Plan = connection.call(own_software.plan, spec=spec)
    return found


def _refusal(found: own_software.Plan) -> str | None:
    """Why the change could not be committed."""
    from imagewright.cli.findings import has_errors

    if has_errors(found.findings):
        return "The image has errors."
    return found.obstacle


def _show(wanted: Wanted, found: own_software.Plan, markdown: bool) -> None:
    from imagewright.contract.services import own_software
    from imagewright.model.diff_text import diff_markdown, diff_text

    name = wanted.display_name
    if found.change is own_software.Change.NONE:
        terminal.say(f"No change: {name} is in the library as {found.software_spec}, version {found.version}.")
        return
    if found.change is own_software.Change.UPDATE or markdown:
        before = f"{name}@{found.version}" if found.version else "nothing"
        write = diff_markdown if markdown else diff_text
        typer.echo(write(terminal.structure(found.difference), before, name))
    else:
        # Everything is new; what it is made of says more than a list of all that.
        terminal.fields([("Name", name), *_made_of(found)])
        terminal.say("")
    _show_findings(found)
    obstacle = _refusal(found)
    if obstacle:
        terminal.tell(f"imagewright: This cannot be applied now. {obstacle}")
    elif found.change is own_software.Change.CREATE:
        terminal.say(f"To be committed: {name}, a new image.")
    else:
        terminal.say(f"To be committed: {name}, version {(found.version or 0) + 1} of {found.software_spec}.")


def _made_of(found: own_software.Plan) -> Iterator[tuple[str, str | None]]:
    spec, figures = found.pinned, found.difference.image.after
    yield "Base image", spec.base_image.version
    yield "Add-on", f"{spec.add_on.name} {spec.add_on.version}" if spec.add_on else None
    chosen = sorted((spec.components or {}).items())
    yield "Components", "\n".join(f"{name} {version or 'any version'}" for name, version in chosen) or None
    yield "Removed", "\n".join(sorted(spec.removed_components or ())) or None
    yield (
        "Gives",
        f"{figures.components} components, {figures.vibs} VIBs",
    )


def _show_findings(found: own_software.Plan) -> None:
    from imagewright.cli.findings import findings_text

    typer.echo(findings_text(found.findings), nl=False)


def _done(wanted: Wanted, found: own_software.Plan, spec: str, json: bool) -> None:
    from imagewright.contract.services import own_software

    changed = found.change is not own_software.Change.NONE
    version = (found.version or 0) + changed
    if json:
        terminal.echo_json({"change": found.change.value, "software_spec": spec, "version": version})
    elif changed:
        terminal.say(f"committed {wanted.display_name} as {spec}, version {version}")
    else:
        terminal.say(f"no change: {wanted.display_name} is {spec}, version {version}")

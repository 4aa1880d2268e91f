"""The command line: `imagewright COMMAND`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from imagewright.cli import audit as audit_command
from imagewright.cli import check as check_command
from imagewright.cli import diff as diff_command
from imagewright.cli import effective as effective_command
from imagewright.cli import export as export_command
from imagewright.cli import inventory, user
from imagewright.cli import serve as serve_command
from imagewright.settings import SettingsError

app = typer.Typer(
    name="imagewright",
    help="Compose, validate, version and export ESX images, over the vSphere 9.1 image API.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve_command.serve)
app.command("audit")(audit_command.audit)
app.command("check")(check_command.check)
app.command("effective")(effective_command.effective)
app.command("diff")(diff_command.diff)
app.command("export")(export_command.export)
app.add_typer(user.app, name="user")
app.add_typer(inventory.app, name="inventory")


@app.command("sample-depot")
def sample_depot(
    folder: Annotated[Path, typer.Argument(help="Where to write the sample depots; made when it is not there.")],
) -> None:
    """Write our own sample depots: base images, add-ons, hardware support, drivers, and a broken one.

    Example: imagewright sample-depot /tmp/depots
    """
    from imagewright.cli.sample_depot import write_sample_depots

    for path in write_sample_depots(folder):
        typer.echo(path)


@app.command("demo")
def demo(
    bundle: Annotated[
        list[Path] | None, typer.Option(help="An offline bundle of your own to import too; can be given several times.")
    ] = None,
) -> None:
    """Run the main job against a server of its own: depots in, a draft, validation, commit, image out.

    Example: imagewright demo
    """
    from imagewright.cli.demo import run

    raise typer.Exit(run(bundle or ()))


def main() -> None:
    """Runs the command line; a mistake of the user is one line and exit code 2."""
    try:
        app()
    except SettingsError as error:
        typer.echo(f"imagewright: {error}.", err=True)
        sys.exit(2)

"""All commands, in the groups in which `imagewright --help` shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from imagewright.cli import apply as apply_command
from imagewright.cli import audit as audit_command
from imagewright.cli import check as check_command
from imagewright.cli import depot, draft, image, inventory, task, upkeep, user
from imagewright.cli import diff as diff_command
from imagewright.cli import effective as effective_command
from imagewright.cli import export as export_command
from imagewright.cli import login as login_command
from imagewright.cli import sbom as sbom_command
from imagewright.cli import serve as serve_command
from imagewright.cli import worker as worker_command
from imagewright.cli.terminal import JsonOption, echo_json, say

app = typer.Typer(
    name="imagewright",
    help="Compose, validate, version and export ESX images, over the vSphere 9.1 image API.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)

IMAGES, OTHERS = "With a server: images", "With a server: what else it knows"
FILES, RUNNING = "Without a server", "Running a server"

for panel, nouns in (
    (IMAGES, (depot.app, draft.app, image.app)),
    (OTHERS, (task.app, inventory.app, user.app)),
    (RUNNING, (upkeep.app,)),
):
    for noun in nouns:
        app.add_typer(noun, rich_help_panel=panel)
for panel, commands in (
    (IMAGES, (login_command.login, apply_command.plan, apply_command.apply, login_command.logout)),
    (FILES, (check_command.check, effective_command.effective, diff_command.diff)),
    (FILES, (export_command.export, sbom_command.sbom)),
    (RUNNING, (serve_command.serve, worker_command.worker, audit_command.audit)),
    (RUNNING, (upkeep.backup, upkeep.restore, upkeep.fsck)),
):
    for command in commands:
        app.command(rich_help_panel=panel)(command)


@app.command("sample-depot", rich_help_panel=FILES)
def sample_depot(
    folder: Annotated[Path, typer.Argument(help="Where to write the sample depots; made when it is not there.")],
    json: JsonOption = False,
) -> None:
    """Write our own sample depots: base images, add-ons, hardware support, drivers, and a broken one.

    Example: imagewright sample-depot depots
    """
    from imagewright.cli.sample_depot import write_sample_depots

    paths = write_sample_depots(folder)
    if json:
        echo_json([str(path) for path in paths])
        return
    for path in paths:
        say(str(path))


@app.command("demo", rich_help_panel=RUNNING)
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

"""`imagewright db copy`, `backup`, `restore` and `fsck`, for those who run a server. All work on its data.

Exit codes: 0 done, 1 refused or something was found, 2 something cannot be read or used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from imagewright.cli import exit_codes
from imagewright.cli.data_folder import ConfigOption, DataOption, opened
from imagewright.cli.terminal import JsonOption, bars, echo_json, say, tell
from imagewright.settings import load_settings

app = typer.Typer(name="db", help="Move the database.", no_args_is_help=True)


@app.command("copy")
def copy(
    source: Annotated[str, typer.Argument(help="URL of the database to copy: sqlite:///PATH or postgresql://...")],
    target: Annotated[str, typer.Argument(help="URL of an empty one; a file is made.")],
    json: JsonOption = False,
) -> None:
    """Copy a database, every row, into an empty one of the same or the other kind, and check what was written.

    Nobody may have the source open: what would be done there later would be lost. Stop the servers and workers, copy,
    and start them with the new URL. For a copy of a running server, use backup.

    Example: imagewright db copy sqlite:///restored/imagewright.db sqlite:///copied.db
    """
    from imagewright.backups import copy_database

    with _troubles_told():
        sums = copy_database(source, target)
    if json:
        echo_json([{"table": each.table, "rows": each.rows, "sha256": each.sha256} for each in sums])
        return
    for each in sums:
        typer.echo(f"{each.table}\t{each.rows}\tsha256:{each.sha256}")
    typer.echo(f"copied {sum(each.rows for each in sums)} rows of {len(sums)} tables, and read all of them again")


def backup(
    to: Annotated[Path, typer.Argument(help="A new folder for the backup.")],
    data: DataOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Copy the database and all files into a new folder, while the server works.

    Everything that was acknowledged before is in it. The certificate and the settings are not.

    Example: imagewright backup saved
    """
    from imagewright.backups import back_up

    settings = load_settings({"data": data}, os.environ, config)
    with _troubles_told(), bars() as shown:
        made = back_up(settings, to, shown.bytes("files"))
    if json:
        echo_json(
            {
                "folder": str(to),
                "rows": made.rows,
                "files": made.blobs,
                "size": made.size,
                "missing": list(made.lacking),
            }
        )
    else:
        say(f"{to}: {made.rows} rows, {made.blobs} files, {made.size} bytes")
    if made.lacking:
        tell(f"imagewright: {len(made.lacking)} files were not there; imagewright fsck says what needs them.")
        raise typer.Exit(exit_codes.REFUSED)


def restore(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="The folder of a backup.")],
    data: DataOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Put a backup back, where the settings say that database and files are. The database must be empty.

    Every file is checked. Start the server afterwards: it goes on with the tasks that were not finished.

    Example: imagewright restore saved --data ./restored
    """
    from imagewright.backups import restore as put_back

    settings = load_settings({"data": data}, os.environ, config)
    with _troubles_told(), bars() as shown:
        made = put_back(settings, source, shown.bytes("files"))
    if json:
        echo_json({"rows": made.rows, "files": made.blobs, "size": made.size, "missing": list(made.lacking)})
    else:
        say(f"restored {made.rows} rows, {made.blobs} files, {made.size} bytes")
    if made.lacking:
        tell(f"imagewright: {len(made.lacking)} files were not there when the backup was made.")
        raise typer.Exit(exit_codes.REFUSED)


def fsck(
    deep: Annotated[bool, typer.Option("--deep", help="Also read every file, and compare its SHA-256.")] = False,
    data: DataOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Check that rows and files agree: what is missing, damaged, needed by nothing, or contradicts itself.

    Changes nothing, and can run while the server works. Exit code 1 when something was found.

    Example: imagewright fsck --deep
    """
    from imagewright.app.consistency import examine
    from imagewright.bootstrap import open_blobs, utc_now

    settings = load_settings({"data": data}, os.environ, config)
    with _troubles_told(), opened(data, config) as storage, bars() as shown:
        found = examine(storage, open_blobs(settings), utc_now(), deep=deep, report=shown.bytes("files"))
    if json:
        echo_json({"files": found.blobs, "size": found.size, "faults": list(found.faults)})
        raise typer.Exit(exit_codes.REFUSED if found.faults else exit_codes.DONE)
    for each in found.faults:
        typer.echo(each)
    young = f", {found.unowned} that are new and not needed yet" if found.unowned else ""
    looked = "read" if deep else "looked at"
    typer.echo(f"{found.blobs} files {looked} ({found.size} bytes){young}: {len(found.faults) or 'no'} faults")
    if found.faults:
        raise typer.Exit(exit_codes.REFUSED)


@contextmanager
def _troubles_told() -> Iterator[None]:
    from imagewright.app.ports import StorageUnavailable
    from imagewright.backups import BackupError
    from imagewright.storage.copying import CannotCopy

    try:
        yield
    except (BackupError, CannotCopy) as error:
        tell(f"imagewright: {error}.")
        raise typer.Exit(exit_codes.REFUSED) from None
    except (StorageUnavailable, OSError, ValueError) as error:
        tell(f"imagewright: {error}.")
        raise typer.Exit(exit_codes.UNUSABLE) from None

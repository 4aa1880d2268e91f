"""`imagewright serve`: run the server."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Annotated

import typer

from imagewright.settings import Settings, load_settings


def serve(
    data: Annotated[
        Path | None, typer.Option(help="Folder of the database, the blobs and the certificate. [./data]")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(help="URL of the database: sqlite:///PATH or postgresql://... [a file in the data folder]"),
    ] = None,
    blobs: Annotated[
        str | None, typer.Option(help="Where files are kept: s3://BUCKET/PREFIX. [a folder in the data folder]")
    ] = None,
    listen: Annotated[str | None, typer.Option(help="HOST:PORT to listen on. [127.0.0.1:8443]")] = None,
    no_tls: Annotated[bool, typer.Option("--no-tls", help="Plain HTTP; on loopback only.")] = False,
    cert: Annotated[Path | None, typer.Option(help="PEM file of your own certificate chain.")] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file of its private key.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve the port together. [1]")] = None,
    allow_faults: Annotated[
        bool, typer.Option("--allow-faults", help="Let administrators ask for errors and delays; for tests only.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option(help="File with settings. [./imagewright.toml, if it is there]")
    ] = None,
) -> None:
    """Run the server until it is told to stop (Ctrl-C, SIGTERM).

    Settings come from these options, then from the environment (IMAGEWRIGHT_LISTEN, ...), then from the file. The first
    start makes the database, a self-signed certificate and the user administrator@vsphere.local; its password is
    IMAGEWRIGHT_ADMIN_PASSWORD or in the file IMAGEWRIGHT_ADMIN_PASSWORD_FILE, or is invented and printed once.

    Example: imagewright serve --data ./data --listen 127.0.0.1:8443
    """
    options = {
        "data": data,
        "database": database,
        "blobs": blobs,
        "listen": listen,
        "tls": False if no_tls else None,
        "cert": cert,
        "key": key,
        "workers": workers,
        "allow_faults": allow_faults or None,
    }
    settings = load_settings(options, os.environ, config)
    _run(settings)


def _run(settings: Settings) -> None:
    """Serves until it is told to stop, and tells why when it cannot."""
    from imagewright.logs import write_log

    write_log(settings.log_format, settings.log_level)

    # What is loaded stays until the end: the collector need not look through it while it comes, nor ever again.
    gc.disable()
    from imagewright.bootstrap import serve as run
    from imagewright.processes import ChildFailed

    gc.freeze()
    gc.enable()

    try:
        run(settings, lambda line: typer.echo(line))
    except ChildFailed as error:
        typer.echo(f"imagewright: {error}. The log above says why.", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(
            f"imagewright: cannot serve on {settings.listen} with the data in {settings.data}: {error}.", err=True
        )
        raise typer.Exit(1) from None

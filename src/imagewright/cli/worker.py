"""`imagewright worker`: do the tasks of a server in a process of its own, on this machine or another one."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from imagewright.cli.data_folder import ConfigOption, DataOption
from imagewright.settings import load_settings


def worker(
    threads: Annotated[int | None, typer.Option(help="Tasks that run at the same time. [task_threads, 2]")] = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Do tasks (imports, validations, commits, exports) until told to stop (Ctrl-C, SIGTERM).

    Takes the same settings as the server, and needs the same database and blobs: on one machine the data folder, on
    several a PostgreSQL database and blobs that all of them reach. A task whose worker dies is taken up by another one.
    A server with task_threads = 0 leaves all tasks to its workers.

    Example: imagewright worker --data ./data --threads 4
    """
    settings = load_settings({"data": data, "task_threads": threads}, os.environ, config)
    if settings.task_threads < 1:
        raise typer.BadParameter("a worker does at least one task at a time", param_hint="--threads")

    from imagewright.bootstrap import work
    from imagewright.logs import write_log

    write_log(settings.log_format, settings.log_level)
    work(settings, typer.echo)

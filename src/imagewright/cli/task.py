"""`imagewright task`: what the server is doing, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli import terminal
from imagewright.cli.server import connected, explain

if TYPE_CHECKING:
    from imagewright.client.connection import Connection
    from imagewright.contract.services import cis_task

app = typer.Typer(
    name="task", help="Look at the tasks of the server, wait for them, cancel them.", no_args_is_help=True
)

SHORT = 8
"""Characters of a task's id that tables show; commands take any beginning of an id that only one task has."""

OF_THE_SERVER = frozenset({"imagewright.exports", "imagewright.blobs"})
"""Services whose tasks the server gives itself; no operation is declared for them."""

TaskArgument = Annotated[str, typer.Argument(help="Id of the task, or its beginning.")]


@app.command("ls")
def ls(
    everybody: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    json: terminal.JsonOption = False,
) -> None:
    """List the tasks that run, or all that the server remembers; the newest are last.

    Example: imagewright task ls --all
    """
    with connected() as connection:
        found = _tasks(connection, ended=everybody)
    if json:
        terminal.echo_json({task: terminal.structure(info) for task, info in found.items()})
        return
    rows = [
        (task[:SHORT], info.status.value, _percent(info), terminal.day(info.start_time) if info.start_time else "",
         info.description.default_message)
        for task, info in found.items()
    ]  # fmt: skip
    terminal.table(
        ("TASK", "STATUS", "DONE", "STARTED (UTC)", "WHAT"), rows,
        "No task runs now; those that have ended: imagewright task ls --all",
    )  # fmt: skip


@app.command("show")
def show(task: TaskArgument, json: terminal.JsonOption = False) -> None:
    """Show a task: how far it is and, when it has ended, how.

    Example: imagewright task show TASK
    """
    from imagewright.contract.services import cis_tasks

    with connected() as connection:
        task = _found(connection, task)
        info = connection.call(cis_tasks.get, task=task)
    _show(task, info, json)


@app.command("wait")
def wait(task: TaskArgument, json: terminal.JsonOption = False) -> None:
    """Wait until a task has ended. Exit code 1 when it has failed. Ctrl-C ends the waiting, and not the task.

    Example: imagewright task wait TASK
    """
    with connected() as connection, terminal.bars() as bars:
        task = _found(connection, task)
        progress = bars.task(task[:SHORT])
        for info in connection.watch(task):
            progress(info)
    _show(task, info, json)
    if info.error is not None:
        raise typer.Exit(explain(info.error))


@app.command("cancel")
def cancel(task: TaskArgument, json: terminal.JsonOption = False) -> None:
    """Ask a task to stop as soon as it can. Its owner and administrators may.

    Example: imagewright task cancel TASK
    """
    from imagewright.contract.services import cis_tasks

    with connected() as connection:
        task = _found(connection, task)
        connection.call(cis_tasks.cancel, task=task)
    if json:
        terminal.echo_json({"task": task})
    else:
        terminal.say(f"asked {task[:SHORT]} to stop")


def _show(task: str, info: cis_task.Info, json: bool) -> None:
    if json:
        terminal.echo_json({"task": task, **terminal.structure(info)})
        return
    terminal.fields(
        [
            ("Task", task),
            ("What", info.description.default_message),
            ("Status", f"{info.status.value} ({_percent(info)})" if info.progress else info.status.value),
            ("Progress", info.progress.message.default_message or None if info.progress else None),
            ("User", info.user),
            ("On", info.target.id if info.target else None),
            ("Started", f"{terminal.day(info.start_time)} UTC" if info.start_time else None),
            ("Ended", f"{terminal.day(info.end_time)} UTC" if info.end_time else None),
            ("Result", info.result if isinstance(info.result, str) else None),
            ("Error", "\n".join(each.text for each in info.error.messages) if info.error else None),
        ]
    )


def _percent(info: cis_task.Info) -> str:
    if info.progress is None or not info.progress.total:
        return ""
    return f"{100 * info.progress.completed // info.progress.total} %"


def _tasks(connection: Connection, *, ended: bool) -> dict[str, cis_task.Info]:
    """Tasks of all services by id, oldest first. The API lists tasks by service only."""
    from imagewright.contract.registry import operations
    from imagewright.contract.services import cis_task, cis_tasks

    running = frozenset({cis_task.Status.PENDING, cis_task.Status.RUNNING, cis_task.Status.BLOCKED})
    wanted = cis_tasks.FilterSpec(
        services=OF_THE_SERVER.union(each.service for each in operations if each.is_task),
        status=None if ended else running,
    )
    found: dict[str, cis_task.Info] = connection.call(cis_tasks.list_, filter_spec=wanted)
    return dict(sorted(found.items(), key=lambda item: (item[1].start_time is None, str(item[1].start_time))))


def _found(connection: Connection, beginning: str) -> str:
    """The whole id of a task. NotFound when there is none, BadParameter when there are several."""
    if ":" in beginning:
        return beginning
    matching = [task for task in _tasks(connection, ended=True) if task.startswith(beginning)]
    if len(matching) > 1:
        raise typer.BadParameter(f"{len(matching)} tasks begin with '{beginning}'; give more of the id")
    # An unknown one is asked for as it is, so that the server tells what is wrong.
    return matching[0] if matching else beginning

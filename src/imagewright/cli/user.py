"""`imagewright user`: who may log in. Works on the data folder; the server need not run."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from imagewright.cli.data_folder import ConfigOption, DataOption, opened
from imagewright.settings import secret_from

app = typer.Typer(help="Add and list users, on the data folder.", no_args_is_help=True)

PASSWORD_VARIABLE = "IMAGEWRIGHT_USER_PASSWORD"  # noqa: S105 - the name of a variable


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="User name, such as alice@vsphere.local.")],
    role: Annotated[str | None, typer.Option(help="administrator, editor or viewer.")] = None,
    privilege: Annotated[
        list[str] | None, typer.Option(help="A privilege, instead of a role; can be given several times.")
    ] = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Add a user with a role, or with a set of privileges of its own.

    The password is IMAGEWRIGHT_USER_PASSWORD or in the file IMAGEWRIGHT_USER_PASSWORD_FILE when one of them is set;
    else it is asked for, or read from standard input.

    Example: imagewright user add alice@vsphere.local --role editor
    """
    from imagewright.app.names import checked
    from imagewright.app.passwords import hash_password
    from imagewright.app.ports import User
    from imagewright.app.privileges import KNOWN, Role
    from imagewright.bootstrap import utc_now
    from imagewright.model.errors import InvalidArgument

    if bool(role) == bool(privilege):
        raise typer.BadParameter("give either --role or --privilege")
    if role and role not in set(Role):
        raise typer.BadParameter(f"'{role}' is no role; there are {', '.join(Role)}", param_hint="--role")
    for each in privilege or ():
        if each not in KNOWN:
            raise typer.BadParameter(
                f"'{each}' is no privilege; there are {', '.join(sorted(KNOWN))}", param_hint="--privilege"
            )
    try:
        checked(name, "name")
    except InvalidArgument as error:
        raise typer.BadParameter(str(error)) from None
    user = User(
        name=name,
        password_hash=hash_password(_password()),
        role=role or "",
        created=utc_now(),
        own_privileges=frozenset(privilege or ()),
    )
    with opened(data, config) as storage:
        try:
            with storage.write() as uow:
                uow.users.add(user)
        except ValueError:
            typer.echo(f"imagewright: there is already a user {name}.", err=True)
            raise typer.Exit(1) from None
    typer.echo(f"added {name}")


@app.command("list")
def list_(data: DataOption = None, config: ConfigOption = None) -> None:
    """List the users with their roles, or with their own privileges.

    Example: imagewright user list
    """
    with opened(data, config) as storage, storage.read() as uow:
        users = uow.users.list()
    for user in users:
        typer.echo(f"{user.name}\t{user.role or ','.join(sorted(user.privileges))}")


def _password() -> str:
    given = secret_from(os.environ, PASSWORD_VARIABLE)
    if given is None and sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    password = given if given is not None else sys.stdin.readline().rstrip("\n")
    if not password:
        raise typer.BadParameter(f"no password: set {PASSWORD_VARIABLE}, or write it to standard input")
    return password

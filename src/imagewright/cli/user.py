"""`imagewright user`: who may log in. Through the server, for administrators; with --data on the data folder, for the
first user and for a password that nobody knows any more."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from imagewright.cli import exit_codes, terminal
from imagewright.cli.data_folder import ConfigOption, DataOption, opened
from imagewright.cli.server import connected
from imagewright.settings import secret_from

app = typer.Typer(name="user", help="Manage who may log in, and what he may do.", no_args_is_help=True)

PASSWORD_VARIABLE = "IMAGEWRIGHT_USER_PASSWORD"  # noqa: S105 - the name of a variable

NameArgument = Annotated[str, typer.Argument(help="User name, such as alice@vsphere.local.")]
PrivilegeOption = Annotated[
    list[str] | None, typer.Option(help="A privilege, instead of a role; can be given several times.")
]


@app.command("add")
def add(
    name: NameArgument,
    role: Annotated[str | None, typer.Option(help="administrator, editor or viewer.")] = None,
    privilege: PrivilegeOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Add a user with a role, or with a set of privileges of its own.

    The password is IMAGEWRIGHT_USER_PASSWORD or in the file IMAGEWRIGHT_USER_PASSWORD_FILE when one of them is set;
    else it is asked for, or read from standard input.

    Example: imagewright user add alice@vsphere.local --role editor
    """
    _check_rights(role, privilege)
    if data is None and config is None:
        from imagewright.contract.services import own_users as users

        with connected() as connection:
            rights = None if role else frozenset(privilege or ())
            spec = users.CreateSpec(name=name, password=_password(), role=role, privileges=rights)
            connection.call(users.create, spec=spec)
    else:
        _add_on_folder(name, role, frozenset(privilege or ()), data, config)
    _done(f"added {name}", name, json)


@app.command("ls")
def ls(data: DataOption = None, config: ConfigOption = None, json: terminal.JsonOption = False) -> None:
    """List the users with their roles, or with their own privileges.

    Example: imagewright user ls
    """
    if data is None and config is None:
        from imagewright.contract.services import own_users as users

        with connected() as connection:
            found = connection.call(users.list_)
        rows = [(each.name, each.role or "", each.privileges, each.creation_time) for each in found]
    else:
        with opened(data, config) as storage, storage.read() as uow:
            rows = [(each.name, each.role, each.privileges, each.created) for each in uow.users.list()]
    if json:
        terminal.echo_json(
            [{"name": name, "role": role or None, "privileges": sorted(may)} for name, role, may, _ in rows]
        )
        return
    terminal.table(
        ("USER", "ROLE OR PRIVILEGES", "SINCE (UTC)"),
        [(name, role or " ".join(sorted(may)), terminal.day(since)) for name, role, may, since in rows],
        "There is no user; add the first one with: imagewright user add NAME --role administrator --data DIR",
    )


@app.command("role")
def role(
    name: NameArgument,
    role: Annotated[str | None, typer.Argument(help="administrator, editor or viewer.")] = None,
    privilege: PrivilegeOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Give a user another role, or a set of privileges of its own. That ends the user's sessions.

    Example: imagewright user role alice@vsphere.local viewer
    """
    from imagewright.contract.services import own_users as users

    _check_rights(role, privilege)
    spec = users.UpdateSpec(role=role, privileges=None if role else frozenset(privilege or ()))
    with connected() as connection:
        connection.call(users.update, user=name, spec=spec)
    _done(f"{name} is now {role or 'allowed ' + ' '.join(sorted(privilege or ()))}", name, json)


@app.command("password")
def password(
    name: NameArgument,
    data: DataOption = None,
    config: ConfigOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Give a user another password. That ends the user's sessions.

    The password is IMAGEWRIGHT_USER_PASSWORD when that is set, else it is asked for, or read from standard input.

    Example: imagewright user password alice@vsphere.local
    """
    if data is None and config is None:
        from imagewright.contract.services import own_users as users

        with connected() as connection:
            connection.call(users.update, user=name, spec=users.UpdateSpec(password=_password()))
    else:
        _change_password_on_folder(name, data, config)
    _done(f"{name} has another password", name, json)


@app.command("rm")
def rm(name: NameArgument, json: terminal.JsonOption = False) -> None:
    """Remove a user. That ends the user's sessions; what the user has made stays.

    Example: imagewright user rm alice@vsphere.local
    """
    from imagewright.contract.services import own_users as users

    with connected() as connection:
        connection.call(users.delete, user=name)
    _done(f"removed {name}", name, json)


def _done(text: str, name: str, json: bool) -> None:
    if json:
        terminal.echo_json({"user": name})
    else:
        terminal.say(text)


def _check_rights(role: str | None, privileges: list[str] | None) -> None:
    from imagewright.app.people import require_known
    from imagewright.model.errors import InvalidArgument

    if bool(role) == bool(privileges):
        raise typer.BadParameter("give either a role (administrator, editor or viewer) or --privilege")
    try:
        require_known(role or None, privileges or ())
    except InvalidArgument as error:
        raise typer.BadParameter(str(error)) from None


def _add_on_folder(name: str, role: str | None, own: frozenset[str], data: Path | None, config: Path | None) -> None:
    from imagewright.app.auditing import record_on_data_folder
    from imagewright.app.names import checked
    from imagewright.app.passwords import hash_password
    from imagewright.app.ports import User
    from imagewright.bootstrap import utc_now
    from imagewright.contract.services import own_users as users
    from imagewright.model.errors import InvalidArgument

    try:
        checked(name, "name")
    except InvalidArgument as error:
        raise typer.BadParameter(str(error)) from None
    user = User(name, hash_password(_password()), role or "", utc_now(), own)
    with opened(data, config) as storage:
        try:
            with storage.write() as uow:
                uow.users.add(user)
                uow.audit.add(record_on_data_folder(users.create, name, user.created))
        except ValueError:
            terminal.tell(f"imagewright: There is already a user {name}.")
            raise typer.Exit(exit_codes.REFUSED) from None


def _change_password_on_folder(name: str, data: Path | None, config: Path | None) -> None:
    from imagewright.app.auditing import record_on_data_folder
    from imagewright.app.passwords import hash_password
    from imagewright.app.people import no_such_user, save_user
    from imagewright.bootstrap import utc_now
    from imagewright.contract.services import own_users as users

    hashed = hash_password(_password())
    with opened(data, config) as storage, storage.write() as uow:
        found = uow.users.get(name)
        if found is None:
            raise no_such_user(name)
        save_user(uow, replace(found, password_hash=hashed))
        uow.audit.add(record_on_data_folder(users.update, name, utc_now()))


def _password() -> str:
    given = secret_from(os.environ, PASSWORD_VARIABLE)
    if given is None and sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    password = given if given is not None else sys.stdin.readline().rstrip("\n")
    if not password:
        raise typer.BadParameter(f"no password: set {PASSWORD_VARIABLE}, or write it to standard input")
    return password

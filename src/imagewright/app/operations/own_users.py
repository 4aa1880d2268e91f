"""Who may log in: listed, added, changed and removed by administrators."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from imagewright.app.call import Call
from imagewright.app.names import checked
from imagewright.app.passwords import hash_password
from imagewright.app.people import no_such_user, remove_user, require_known, require_other_administrator, save_user
from imagewright.app.ports import User
from imagewright.contract.binding import implements
from imagewright.contract.services import own_users as users
from imagewright.model.errors import AlreadyExists, InvalidArgument


@implements(users.list_)
def list_(call: Call) -> list[users.Info]:
    """Everybody, by name."""
    return [_info(each) for each in call.uow.users.list()]


@implements(users.get)
def get(call: Call, user: str) -> users.Info:
    """One user."""
    return _info(_user(call, user))


@implements(users.create)
def create(call: Call, spec: users.CreateSpec) -> str:
    """Adds a user with a role, or with a set of privileges of his own, and tells his name."""
    name = checked(spec.name, "spec.name")
    _check_rights(spec.role, spec.privileges)
    # Before the transaction is opened, because it takes a while.
    hashed = _hash(spec.password)
    user = User(name, hashed, spec.role or "", call.now, spec.privileges or frozenset())
    if call.uow.users.get(name) is not None:
        raise AlreadyExists.because("imagewright.user.already_exists", "There is already a user {0}.", name)
    call.uow.users.add(user)
    return name


@implements(users.update)
def update(call: Call, user: str, spec: users.UpdateSpec) -> None:
    """Gives a user another password, or another role or set of privileges; that ends his sessions."""
    changes_rights = spec.role is not None or spec.privileges is not None
    if changes_rights:
        _check_rights(spec.role, spec.privileges)
    hashed = None if spec.password is None else _hash(spec.password)
    found = changed = _user(call, user)
    if hashed is not None:
        changed = replace(changed, password_hash=hashed)
    if changes_rights:
        changed = replace(changed, role=spec.role or "", own_privileges=spec.privileges or frozenset())
        require_other_administrator(call.uow, found, changed)
    if changed != found:
        save_user(call.uow, changed)


@implements(users.delete)
def delete(call: Call, user: str) -> None:
    """Removes a user, and ends his sessions. What he made stays."""
    require_other_administrator(call.uow, _user(call, user), None)
    remove_user(call.uow, user)


def _user(call: Call, name: str) -> User:
    found = call.uow.users.get(name)
    if found is None:
        raise no_such_user(name)
    return found


def _check_rights(role: str | None, privileges: Collection[str] | None) -> None:
    if (role is None) == (privileges is None):
        raise InvalidArgument.because(
            "imagewright.user.role_or_privileges", "Give either spec.role or spec.privileges, and not both."
        )
    require_known(role, privileges or ())


def _hash(password: str) -> str:
    if not password:
        raise InvalidArgument.because("imagewright.user.no_password", "'spec.password' is empty. Choose a password.")
    return hash_password(password)


def _info(user: User) -> users.Info:
    return users.Info(name=user.name, role=user.role or None, privileges=user.privileges, creation_time=user.created)

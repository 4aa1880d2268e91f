"""Changing and removing people. Either ends their sessions, wherever they are logged in."""

from __future__ import annotations

from collections.abc import Iterable

from imagewright.app.ports import UnitOfWork, User
from imagewright.app.privileges import ADMINISTER, KNOWN, Role
from imagewright.model.errors import InvalidArgument, NotAllowedInCurrentState, NotFound
from imagewright.model.finding import listed


def save_user(uow: UnitOfWork, user: User) -> int:
    """Writes a user with another password, role or set of privileges, and tells how many sessions that ended.

    A session is a proof that somebody knew the password, and was given what the role allowed then: neither holds any
    more. Both stand in one transaction, so no session outlives the change. NotFound when there is no such user.
    """
    if not uow.users.save(user):
        raise no_such_user(user.name)
    return uow.sessions.delete_of(user.name)


def remove_user(uow: UnitOfWork, name: str) -> int:
    """Removes a user, but not what he made, and tells how many sessions that ended. NotFound when there is none."""
    if not uow.users.delete(name):
        raise no_such_user(name)
    return uow.sessions.delete_of(name)


def no_such_user(name: str) -> NotFound:
    """The refusal of a name that no user has."""
    return NotFound.because("imagewright.user.not_found", "There is no user {0}; imagewright user ls names all.", name)


def require_known(role: str | None, privileges: Iterable[str]) -> None:
    """InvalidArgument, with those there are, for a role or a privilege that there is not."""
    if role is not None and role not in set(Role):
        raise InvalidArgument.because(
            "imagewright.user.no_such_role", "'{0}' is no role; there are {1}.", role, listed(Role, "and")
        )
    for each in sorted(privileges):
        if each not in KNOWN:
            raise InvalidArgument.because(
                "imagewright.user.no_such_privilege",
                "'{0}' is no privilege; there are {1}.",
                each,
                ", ".join(sorted(KNOWN)),
            )


def require_other_administrator(uow: UnitOfWork, user: User, changed: User | None) -> None:
    """NotAllowedInCurrentState when the last administrator would be gone (None) or be none any more."""
    stays = changed is not None and ADMINISTER in changed.privileges
    if stays or ADMINISTER not in user.privileges:
        return
    if not any(ADMINISTER in each.privileges for each in uow.users.list() if each.name != user.name):
        raise NotAllowedInCurrentState.because(
            "imagewright.user.last_administrator",
            "{0} is the last administrator; nobody could manage users any more. Add another one first.",
            user.name,
        )

"""Changing and removing people. Either ends their sessions, wherever they are logged in."""

from __future__ import annotations

from imagewright.app.ports import UnitOfWork, User
from imagewright.model.errors import NotFound


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
    return NotFound.because(
        "imagewright.user.not_found", "There is no user {0}; imagewright user list names all.", name
    )

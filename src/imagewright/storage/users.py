"""Users and their password hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from imagewright.app.ports import User
from imagewright.storage.rows import duplicates_raise, one, row_of
from imagewright.storage.schema import users

_GET = sa.select(users).where(users.c.name == sa.bindparam("name"))
_LIST = sa.select(users).order_by(users.c.name)
_ADD = sa.insert(users)


@dataclass(frozen=True, slots=True)
class UserTable:
    """`ports.Users` in one transaction."""

    connection: sa.Connection

    def get(self, name: str) -> User | None:
        """The user of exactly this name."""
        row = one(self.connection, _GET, name=name)
        return None if row is None else User(**row)

    def add(self, user: User) -> None:
        """Stores a new user. Raises ValueError when the name is taken."""
        with duplicates_raise(ValueError(f"there is already a user {user.name!r}")):
            self.connection.execute(_ADD, row_of(user))

    def list(self) -> Sequence[User]:
        """Everybody, by name."""
        return [User(**row) for row in self.connection.execute(_LIST).mappings()]

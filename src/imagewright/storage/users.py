"""Users and their password hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import sqlalchemy as sa

from imagewright.app.ports import User
from imagewright.storage.rows import changed, duplicates_raise, row_of
from imagewright.storage.schema import users

_IS_IT = users.c.name == sa.bindparam("of")
COLUMNS = [users.c[field.name] for field in fields(User)]
"""In the order of the fields."""
_GET = sa.select(*COLUMNS).where(_IS_IT)
_LIST = sa.select(*COLUMNS).order_by(users.c.name)
_ADD = sa.insert(users)
_SAVE = sa.update(users).where(_IS_IT)
_DELETE = sa.delete(users).where(_IS_IT)


@dataclass(frozen=True, slots=True)
class UserTable:
    """`ports.Users` in one transaction."""

    connection: sa.Connection

    def get(self, name: str) -> User | None:
        """The user of exactly this name."""
        if "\0" in name:  # Whoever logs in may say so; no user can be called so, and PostgreSQL cannot be asked.
            return None
        row = self.connection.execute(_GET, {"of": name}).first()
        return None if row is None else User(*row)

    def add(self, user: User) -> None:
        """Stores a new user. Raises ValueError when the name is taken."""
        with duplicates_raise(ValueError(f"there is already a user {user.name!r}")):
            self.connection.execute(_ADD, row_of(user))

    def save(self, user: User) -> bool:
        """Writes a changed user; False when there is none of this name."""
        return changed(self.connection, _SAVE, of=user.name, **row_of(user))

    def delete(self, name: str) -> bool:
        """Removes a user; False when there is none of this name. What he made stays."""
        return changed(self.connection, _DELETE, of=name)

    def list(self) -> Sequence[User]:
        """Everybody, by name."""
        return [User(*row) for row in self.connection.execute(_LIST)]

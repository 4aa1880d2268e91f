"""Logins, found by the hash of their token on every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa

from imagewright.app.ports import Session, User
from imagewright.storage.prepared import Prepared
from imagewright.storage.rows import changed, one, row_of
from imagewright.storage.schema import sessions, users
from imagewright.storage.users import COLUMNS as OF_USER

_IS_IT = sessions.c.token_hash == sa.bindparam("hash")
_GET = sa.select(sessions).where(_IS_IT)
_OF_SESSION = [sessions.c[field.name] for field in fields(Session)]
_WITH_USER = Prepared(sa.select(*_OF_SESSION, *OF_USER).join(users, users.c.name == sessions.c.user).where(_IS_IT))
_ADD = sa.insert(sessions)
_DELETE = sa.delete(sessions).where(_IS_IT)
_DELETE_OF = sa.delete(sessions).where(sessions.c.user == sa.bindparam("name"))
_TOUCH = sa.update(sessions).where(_IS_IT, sessions.c.last_accessed < sa.bindparam("time"))
_TOUCH = _TOUCH.values(last_accessed=sa.bindparam("time"))
_DELETE_EXPIRED = sa.delete(sessions).where(
    (sessions.c.last_accessed < sa.bindparam("last_accessed_before"))
    | (sessions.c.created < sa.bindparam("created_before"))
)


@dataclass(frozen=True, slots=True)
class SessionTable:
    """`ports.Sessions` in one transaction."""

    connection: sa.Connection

    def get(self, token_hash: str) -> Session | None:
        """The session of a token."""
        row = one(self.connection, _GET, hash=token_hash)
        return None if row is None else Session(**row)

    def with_user(self, token_hash: str) -> tuple[Session, User] | None:
        """The session of a token and whose it is; None also when that user has gone."""
        row = _WITH_USER.first(self.connection, hash=token_hash)
        if row is None:
            return None
        # By place and not by name: both tables have a column that is called created.
        return Session(*row[: len(_OF_SESSION)]), User(*row[len(_OF_SESSION) :])

    def add(self, session: Session) -> None:
        """Stores a new session."""
        self.connection.execute(_ADD, row_of(session))

    def delete(self, token_hash: str) -> bool:
        """Ends a session; False when there is none."""
        return changed(self.connection, _DELETE, hash=token_hash)

    def delete_of(self, user: str) -> int:
        """Ends all sessions of a user and tells how many."""
        return self.connection.execute(_DELETE_OF, {"name": user}).rowcount

    def touch(self, last_accessed: Mapping[str, datetime]) -> None:
        """Writes when sessions were last used, all at once. Times only move forward: processes write independently."""
        if last_accessed:
            rows = [{"hash": token_hash, "time": time} for token_hash, time in last_accessed.items()]
            self.connection.execute(_TOUCH, rows)

    def delete_expired(self, *, last_accessed_before: datetime, created_before: datetime) -> int:
        """Removes what is too old either way and tells how many."""
        limits = {"last_accessed_before": last_accessed_before, "created_before": created_before}
        return self.connection.execute(_DELETE_EXPIRED, limits).rowcount

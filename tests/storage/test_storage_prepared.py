"""Statements that are prepared once give what SQLAlchemy gives, and fail as it fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from imagewright.model.spec import ImageSpec, SoftwareSpec
from imagewright.storage.database import DatabaseStorage
from imagewright.storage.prepared import Prepared
from imagewright.storage.schema import counters, drafts, users

NOW = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
USER = {"name": "Jörg", "password_hash": "x", "role": "", "own_privileges": frozenset({"a", "b"}), "created": NOW}
DRAFT = {
    "id": "7",
    "owner": "Jörg",
    "created": NOW,
    "spec": SoftwareSpec(ImageSpec(base_image="9.0.0-1")),
    "display_name": None,
    "base_spec": "-1",
    "base_version": None,
    "revision": 1,
}


def test_the_same_as_sqlalchemy(storage: DatabaseStorage) -> None:
    both = sa.select(*users.c, *drafts.c).join(drafts, drafts.c.owner == users.c.name)
    mine = both.where(drafts.c.id == sa.bindparam("draft"), drafts.c.revision + 1 == 2)
    with storage.engines.writer.begin() as connection:
        Prepared(sa.insert(users)).count(connection, **USER)
        Prepared(sa.insert(drafts)).count(connection, **DRAFT)
        # Twice: once when it is written for the driver, and once afterwards.
        prepared = Prepared(mine)
        first, again = prepared.rows(connection, draft="7"), prepared.rows(connection, draft="7")
        assert first == again == [tuple(row) for row in connection.execute(mine, {"draft": "7"})]
        # Two columns are called created; both are there, in UTC.
        assert first == [(*USER.values(), *DRAFT.values())]
        assert first[0][4].tzinfo is UTC
        assert prepared.first(connection, draft="no id") is None


def test_what_was_written_is_counted_and_given(storage: DatabaseStorage) -> None:
    count = sa.update(counters).where(counters.c.name == sa.bindparam("counter")).values(value=counters.c.value + 3)
    with storage.engines.writer.begin() as connection:
        assert Prepared(count).count(connection, counter="drafts") == 1
        assert Prepared(count).count(connection, counter="nothing") == 0
        assert Prepared(count.returning(counters.c.value)).rows(connection, counter="drafts") == [(6,)]


def test_errors_are_those_of_sqlalchemy(storage: DatabaseStorage) -> None:
    add = Prepared(sa.insert(users))
    with storage.engines.writer.begin() as connection:
        add.count(connection, **USER)
    with pytest.raises(sa.exc.IntegrityError), storage.engines.writer.begin() as connection:
        add.count(connection, **USER)
    gone = Prepared(sa.select(sa.table("gone", sa.column("x")).c.x))
    with pytest.raises(sa.exc.DBAPIError, match="gone"), storage.engines.reader.begin() as connection:
        gone.rows(connection)

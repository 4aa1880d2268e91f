"""A session that goes on without a look into the database ends when it would end otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from imagewright.app.authentication import Authenticator, SessionPolicy, SessionToken
from imagewright.app.ports import Storage, User
from imagewright.app.privileges import Role
from imagewright.storage.database import open_storage

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = open_storage(f"sqlite:///{tmp_path / 'imagewright.db'}")
    with opened.write() as uow:
        uow.users.add(User("alice", "a hash", Role.EDITOR, NOON))
    yield opened
    opened.close()


@pytest.fixture
def authenticator() -> Authenticator:
    return Authenticator(SessionPolicy(idle=5 * MINUTE, absolute=20 * MINUTE))


@pytest.fixture
def token(storage: Storage, authenticator: Authenticator) -> str:
    token, session = authenticator.new_session("alice", NOON)
    with storage.write() as uow:
        uow.sessions.add(session)
        authenticator.authenticate(uow, SessionToken(token), NOON)
    return token


def test_it_ends_when_nobody_uses_it(authenticator: Authenticator, token: str) -> None:
    assert authenticator.goes_on(token, NOON + 5 * MINUTE)
    assert not authenticator.goes_on(token, NOON + 11 * MINUTE)


def test_use_keeps_it_until_its_longest_time(authenticator: Authenticator, token: str) -> None:
    minutes = range(0, 30, 4)
    assert [authenticator.goes_on(token, NOON + each * MINUTE) for each in minutes] == [each <= 20 for each in minutes]


def test_use_is_written_and_then_the_database_is_asked(
    storage: Storage, authenticator: Authenticator, token: str
) -> None:
    assert authenticator.goes_on(token, NOON + 4 * MINUTE)
    with storage.write() as uow:
        authenticator.flush(uow, NOON + 4 * MINUTE)
    assert not authenticator.goes_on(token, NOON + 4 * MINUTE)
    with storage.read() as uow:
        caller = authenticator.authenticate(uow, SessionToken(token), NOON + 8 * MINUTE)
    assert caller.session is not None
    assert caller.session.last_accessed == NOON + 4 * MINUTE


def test_a_token_that_nobody_has_seen_does_not(authenticator: Authenticator, token: str) -> None:
    assert not authenticator.goes_on(token + "x", NOON)

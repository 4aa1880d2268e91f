"""What a change of a user does to him while he is logged in. What a role may do is what it may do in this release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imagewright.app.authentication import Authenticator, SessionPolicy, SessionToken
from imagewright.app.people import remove_user, save_user
from imagewright.app.ports import Storage, User
from imagewright.app.privileges import READ, ROLES, Role
from imagewright.model.errors import NotFound, Unauthenticated
from imagewright.storage.database import open_storage

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALICE = User("alice", "a hash", Role.EDITOR, NOW)
LOGINS = 3


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return open_storage(f"sqlite:///{tmp_path / 'imagewright.db'}")


@pytest.mark.parametrize(
    "change",
    [
        lambda uow: save_user(uow, replace(ALICE, password_hash="another hash")),
        lambda uow: save_user(uow, replace(ALICE, role=Role.VIEWER)),
        lambda uow: remove_user(uow, "alice"),
    ],
    ids=["another password", "another role", "removed"],
)
def test_a_change_ends_every_session_of_the_user_and_of_nobody_else(
    storage: Storage, change: Callable[..., int]
) -> None:
    here, there = (Authenticator(SessionPolicy()) for _ in range(2))
    with storage.write() as uow:
        uow.users.add(ALICE)
        uow.users.add(replace(ALICE, name="bob"))
        tokens = []
        for name in ["alice"] * LOGINS + ["bob"]:
            token, session = here.new_session(name, NOW)
            uow.sessions.add(session)
            tokens.append(SessionToken(token))
        for token in tokens:
            here.authenticate(uow, token, NOW)
    with storage.write() as uow:
        assert change(uow) == LOGINS
    with storage.read() as uow:
        # Also in the process where they were in use.
        for process in (here, there):
            for token in tokens[:-1]:
                with pytest.raises(Unauthenticated):
                    process.authenticate(uow, token, NOW)
            assert process.authenticate(uow, tokens[-1], NOW).name == "bob"


def test_nobody_of_that_name(storage: Storage) -> None:
    with storage.write() as uow:
        with pytest.raises(NotFound, match="alice"):
            save_user(uow, ALICE)
        with pytest.raises(NotFound, match="alice"):
            remove_user(uow, "alice")


def test_a_role_means_what_it_means_now_and_an_own_set_what_was_given() -> None:
    stored_by_an_older_release = replace(ALICE, own_privileges=frozenset({"VcIntegrity.lifecycleSettings.Read"}))
    assert stored_by_an_older_release.privileges == ROLES[Role.EDITOR]
    assert replace(ALICE, role="", own_privileges=READ).privileges == READ
    assert replace(ALICE, role="a role of a newer release").privileges == frozenset()

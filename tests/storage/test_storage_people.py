"""Users, sessions, uploads and the audit record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from stored_values import NOON, after, session_of, sha256_of

from imagewright.app.ports import Upload, User
from imagewright.storage.database import DatabaseStorage

ALICE = User("alice", "$argon2id$…", "", NOON, frozenset({"System.Read", "VcIntegrity.lifecycleSettings.Write"}))


def test_user_comes_back_as_it_was(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        unit.users.add(ALICE)
    with storage.read() as unit:
        assert unit.users.get("alice") == ALICE
        assert unit.users.get("Alice") is None


def test_users_are_listed_by_code_points(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        for name in ("bob", "Zoe", "alice", "ärger"):
            unit.users.add(replace(ALICE, name=name))
        assert [user.name for user in unit.users.list()] == ["Zoe", "alice", "bob", "ärger"]


def test_nobody_has_a_name_that_no_database_can_keep(storage: DatabaseStorage) -> None:
    with storage.read() as unit:
        assert unit.users.get("alice\0") is None


def test_user_name_that_is_taken(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        unit.users.add(ALICE)
    with pytest.raises(ValueError, match="'alice'"), storage.write() as unit:
        unit.users.add(ALICE)


def test_session_with_its_user(storage: DatabaseStorage) -> None:
    alice, gone = session_of("alice"), session_of("nobody")
    with storage.write() as unit:
        unit.users.add(ALICE)
        unit.sessions.add(alice)
        unit.sessions.add(gone)
        assert unit.sessions.with_user(alice.token_hash) == (alice, ALICE)
        assert unit.sessions.with_user(gone.token_hash) is None
        assert unit.sessions.with_user("no token") is None


def test_session_lives_until_it_is_deleted(storage: DatabaseStorage) -> None:
    session = session_of("alice")
    with storage.write() as unit:
        unit.sessions.add(session)
        assert unit.sessions.get(session.token_hash) == session
        assert unit.sessions.delete(session.token_hash)
        assert not unit.sessions.delete(session.token_hash)
        assert unit.sessions.get(session.token_hash) is None


def test_touch_moves_sessions_forward_only(storage: DatabaseStorage) -> None:
    alice, bob = session_of("alice"), session_of("bob", last_accessed=after(60))
    with storage.write() as unit:
        unit.sessions.add(alice)
        unit.sessions.add(bob)
        unit.sessions.touch({alice.token_hash: after(30), bob.token_hash: after(30), sha256_of("gone"): after(30)})
        unit.sessions.touch({})
        assert unit.sessions.get(alice.token_hash) == replace(alice, last_accessed=after(30))
        assert unit.sessions.get(bob.token_hash) == bob


def test_sessions_expire_by_idleness_and_by_age(storage: DatabaseStorage) -> None:
    fresh = session_of("fresh", created=after(100), last_accessed=after(100))
    idle = session_of("idle", created=after(100), last_accessed=after(10))
    old = session_of("old", created=NOON, last_accessed=after(100))
    with storage.write() as unit:
        for session in (fresh, idle, old):
            unit.sessions.add(session)
        assert unit.sessions.delete_expired(last_accessed_before=after(50), created_before=after(50)) == 2
        assert unit.sessions.get(fresh.token_hash) == fresh
        assert unit.sessions.get(idle.token_hash) is unit.sessions.get(old.token_hash) is None


def test_times_are_kept_in_utc_whatever_zone_they_came_in(storage: DatabaseStorage) -> None:
    in_india = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with storage.write() as unit:
        unit.sessions.add(session_of("alice", created=in_india))
        stored = unit.sessions.get(session_of("alice").token_hash)
    assert stored is not None
    assert stored.created == NOON
    assert stored.created.utcoffset() == timedelta(0)


def test_time_without_zone_is_refused(storage: DatabaseStorage) -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001
    with pytest.raises(sa.exc.StatementError, match="time zone"), storage.write() as unit:
        unit.sessions.add(session_of("alice", created=naive))


def test_upload_lives_until_it_is_deleted(storage: DatabaseStorage) -> None:
    upload = Upload("file-1", "alice", "bundle.zip", sha256_of("bundle"), 5_000_000_000, NOON)
    with storage.write() as unit:
        unit.uploads.add(upload)
        assert unit.uploads.get("file-1") == upload
        assert unit.uploads.delete("file-1")
        assert not unit.uploads.delete("file-1")
        assert unit.uploads.get("file-1") is None


def test_uploads_from_before_a_moment_come_oldest_first(storage: DatabaseStorage) -> None:
    made = [
        Upload(f"file-{age}", "alice", "b.zip", sha256_of("b"), 5, NOON - timedelta(hours=age)) for age in (1, 3, 2)
    ]
    with storage.write() as unit:
        for upload in made:
            unit.uploads.add(upload)
        found = unit.uploads.created_before(NOON - timedelta(hours=1))
    assert [upload.file_id for upload in found] == ["file-3", "file-2"]


def test_user_that_is_changed_or_removed(storage: DatabaseStorage) -> None:
    changed = replace(ALICE, password_hash="another", role="viewer", own_privileges=frozenset())
    with storage.write() as unit:
        assert not unit.users.save(ALICE)
        unit.users.add(ALICE)
        unit.users.add(replace(ALICE, name="bob"))
        assert unit.users.save(changed)
        assert unit.users.list() == [changed, replace(ALICE, name="bob")]
        assert unit.users.delete("alice")
        assert not unit.users.delete("alice")
        assert [user.name for user in unit.users.list()] == ["bob"]


def test_all_sessions_of_a_user_end_at_once(storage: DatabaseStorage) -> None:
    first, second = session_of("alice"), replace(session_of("alice"), token_hash="another")
    bob = session_of("bob")
    with storage.write() as unit:
        for session in (first, second, bob):
            unit.sessions.add(session)
        assert unit.sessions.delete_of("alice") == 2
        assert unit.sessions.delete_of("alice") == 0
        assert unit.sessions.get(first.token_hash) is unit.sessions.get("another") is None
        assert unit.sessions.get(bob.token_hash) == bob

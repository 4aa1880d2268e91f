"""Transactions: all or nothing, snapshots, readers that wait for nobody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from stored_values import NOON, all_at_once, draft_of, library_spec, session_of, undone

from imagewright.app.ports import AuditRecord, StorageUnavailable, User
from imagewright.storage.database import DatabaseStorage, open_storage

# Adds in one transaction what belongs together, and waits in the middle of a second one.
WRITER = """
import sys
from datetime import UTC, datetime
from imagewright.app.ports import AuditRecord
from imagewright.model.draft import Draft
from imagewright.storage.database import open_storage

now = datetime.now(UTC)
storage = open_storage(sys.argv[1])
with storage.write() as unit:
    unit.drafts.add(Draft("", "acknowledged", now))
print("acknowledged", flush=True)
with storage.write() as unit:
    for number in range(2000):
        unit.drafts.add(Draft("", f"owner-{number}", now))
        unit.audit.add(AuditRecord(now, "x" * 1000, "drafts.create", "", "", "OK"))
    print("in the middle", flush=True)
    sys.stdin.read()
"""


def test_block_that_fails_leaves_nothing(storage: DatabaseStorage) -> None:
    with undone(storage) as unit:
        unit.drafts.add(draft_of("alice"))
        unit.library.add(*library_spec("Blades"))
        unit.audit.add(AuditRecord(NOON, "alice", "drafts.create", "", "", "OK"))
    with storage.read() as unit:
        assert unit.drafts.list() == []
        assert unit.library.list() == []


def test_storage_is_usable_after_a_refused_write(storage: DatabaseStorage) -> None:
    user = User("alice", "", "viewer", NOON)
    with storage.write() as unit:
        unit.users.add(user)
    for _ in range(3):
        with pytest.raises(ValueError, match="alice"), storage.write() as unit:
            unit.users.add(user)
    with storage.write() as unit:
        unit.users.add(replace(user, name="bob"))


def test_reader_sees_one_moment_and_waits_for_no_writer(storage: DatabaseStorage) -> None:
    with storage.read() as reader:
        assert reader.drafts.list() == []
        with storage.write() as writer:
            draft = writer.drafts.add(draft_of("alice"))
            assert reader.drafts.list() == []
        assert reader.drafts.list() == []
    with storage.read() as reader:
        assert reader.drafts.list() == [draft]


def test_reader_begun_during_a_write_does_not_see_it(storage: DatabaseStorage) -> None:
    with storage.write() as writer:
        writer.drafts.add(draft_of("alice"))
        with storage.read() as reader:
            assert reader.drafts.list() == []


def test_reader_cannot_write(storage: DatabaseStorage) -> None:
    with pytest.raises(sa.exc.DBAPIError), storage.read() as unit:
        unit.drafts.add(draft_of("alice"))
    with storage.read() as unit:
        assert unit.drafts.list() == []


def test_writers_wait_for_each_other(storage: DatabaseStorage) -> None:
    entered, leave = Event(), Event()

    def first() -> None:
        with storage.write() as unit:
            unit.drafts.add(draft_of("alice"))
            entered.set()
            assert leave.wait(10)

    def second() -> None:
        with storage.write() as unit:
            unit.drafts.add(draft_of("bob"))

    threads = [Thread(target=first), Thread(target=second)]
    threads[0].start()
    assert entered.wait(10)
    threads[1].start()
    leave.set()
    for thread in threads:
        thread.join()
    with storage.read() as unit:
        assert [draft.owner for draft in unit.drafts.list()] == ["alice", "bob"]


def test_forty_threads_read_and_write(storage: DatabaseStorage) -> None:
    def work(number: int) -> int:
        for turn in range(5):
            with storage.write() as unit:
                unit.sessions.add(session_of(f"user-{number}-{turn}"))
            with storage.read() as unit:
                assert unit.sessions.get(session_of(f"user-{number}-{turn}").token_hash) is not None
        return number

    assert all_at_once(40, work) == list(range(40))


def test_too_many_transactions_are_refused_after_the_wait(database_url: str) -> None:
    storage = open_storage(database_url, busy_timeout=0.05, threads=2)
    with (
        storage.read() as first,
        storage.read() as second,
        pytest.raises(StorageUnavailable, match="no connection"),
        storage.read(),
    ):
        pass
    assert first is not second
    storage.close()


def test_kill_in_the_middle_leaves_the_acknowledged_and_nothing_half(
    database_url: str, open_again: Callable[[], DatabaseStorage]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert [process.stdout.readline().strip(), process.stdout.readline().strip()] == [
            "acknowledged",
            "in the middle",
        ]
        process.kill()
    storage = open_again()
    with storage.write() as unit:
        assert [draft.owner for draft in unit.drafts.list()] == ["acknowledged"]
        # What a killed transaction was given is given out again on SQLite, and not on PostgreSQL.
        assert int(unit.drafts.add(draft_of("next")).id) in (2, 2002)

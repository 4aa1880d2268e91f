"""The audit record: what was written comes back by number, time, user, operation and outcome; the old end goes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stored_values import NOON, after

from imagewright.app.ports import AuditFilter, AuditRecord
from imagewright.storage.database import DatabaseStorage

DRAFTS = "com.vmware.esx.settings.repository.software.drafts"
RECORDS = (
    AuditRecord(NOON, "alice", f"{DRAFTS}.create", "17", "192.0.2.1", "OK", request_id="r-1"),
    AuditRecord(after(10), "alice", f"{DRAFTS}.commit$task", "17", "192.0.2.1", "SUBMITTED", "t-1", "r-2"),
    AuditRecord(after(20), "alice", f"{DRAFTS}.commit$task", "17", "", "INVALID_ARGUMENT", "t-1"),
    AuditRecord(after(30), "bob", f"{DRAFTS}.delete", "17", "192.0.2.2", "UNAUTHORIZED", request_id="r-3"),
    AuditRecord(after(40), "bob", "com.vmware.cis.session.delete", "", "192.0.2.2", "OK", request_id="r-4"),
)


@pytest.fixture
def filled(storage: DatabaseStorage) -> DatabaseStorage:
    with storage.write() as unit:
        for record in RECORDS:
            unit.audit.add(record)
    return storage


def test_records_come_back_as_they_were_with_growing_numbers(filled: DatabaseStorage) -> None:
    with filled.read() as unit:
        found = unit.audit.oldest(AuditFilter(), 100)
    assert tuple(replace(each, number=0) for each in found) == RECORDS
    numbers = [each.number for each in found]
    assert numbers == sorted(set(numbers))
    assert numbers[0] > 0


@pytest.mark.parametrize(
    ("wanted", "positions"),
    [
        (AuditFilter(), [0, 1, 2, 3, 4]),
        (AuditFilter(since=after(20)), [2, 3, 4]),
        (AuditFilter(until=after(20)), [0, 1]),
        (AuditFilter(since=after(10), until=after(30)), [1, 2]),
        (AuditFilter(users=["bob"]), [3, 4]),
        (AuditFilter(users=["bob", "alice"], outcomes=["OK"]), [0, 4]),
        (AuditFilter(operations=[f"{DRAFTS}.delete"]), [3]),
        (AuditFilter(operations=["*.drafts.*"]), [0, 1, 2, 3]),
        (AuditFilter(operations=["*.commit$task", "*.session.delete"]), [1, 2, 4]),
        (AuditFilter(operations=["%"]), []),
        (AuditFilter(operations=["com_vmware*"]), []),
        (AuditFilter(users=["Bob"]), []),
    ],
    ids=str,
)
def test_filters(filled: DatabaseStorage, wanted: AuditFilter, positions: list[int]) -> None:
    with filled.read() as unit:
        oldest, newest = unit.audit.oldest(wanted, 100), unit.audit.newest(wanted, 100)
    assert [replace(each, number=0) for each in oldest] == [RECORDS[each] for each in positions]
    assert newest == list(reversed(oldest))


def test_pages_in_both_directions(filled: DatabaseStorage) -> None:
    with filled.read() as unit:
        newest = unit.audit.newest(AuditFilter(), 2)
        assert [each.request_id for each in newest] == ["r-4", "r-3"]
        following = unit.audit.newest(AuditFilter(), 2, before=newest[-1].number)
        assert [each.outcome for each in following] == ["INVALID_ARGUMENT", "SUBMITTED"]
        oldest = unit.audit.oldest(AuditFilter(), 2)
        assert unit.audit.oldest(AuditFilter(), 1, after=oldest[-1].number) == following[:1]


def test_the_old_end_goes_in_pieces(filled: DatabaseStorage) -> None:
    with filled.write() as unit:
        assert unit.audit.delete_before(NOON, 10) == 0
        assert unit.audit.delete_before(after(30), 2) == 2
        assert unit.audit.delete_before(after(30), 2) == 1
        assert [each.user for each in unit.audit.oldest(AuditFilter(), 10)] == ["bob", "bob"]

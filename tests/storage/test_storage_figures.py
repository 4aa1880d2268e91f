"""How much there is, as whoever watches the server sees it."""

from __future__ import annotations

from dataclasses import replace

from stored_values import NOON, after, draft_of, session_of, sha256_of

from imagewright.app.ports import Upload
from imagewright.model.task import Task, TaskStatus
from imagewright.storage.database import DatabaseStorage


def test_an_empty_database(storage: DatabaseStorage) -> None:
    with storage.read() as unit:
        figures = unit.figures()
    assert set(figures.stock.values()) == {0}
    assert figures.stock.keys() >= {"users", "sessions", "drafts", "specifications", "depots", "vibs", "blobs"}
    assert (figures.tasks, figures.oldest_waiting) == ({}, None)


def test_things_are_counted_by_kind(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        unit.sessions.add(session_of("alice"))
        for owner in ("alice", "bob"):
            unit.drafts.add(draft_of(owner))
        upload = Upload("file-1", "alice", "bundle.zip", sha256_of("bundle"), 5, NOON)
        unit.uploads.add(upload)
        unit.uploads.add(replace(upload, file_id="file-2"))
    with storage.read() as unit:
        stock = unit.figures().stock
    assert {kind: number for kind, number in stock.items() if number} == {
        "sessions": 1, "drafts": 2, "uploads": 2, "blobs": 1,
    }  # fmt: skip


def test_tasks_by_operation_and_state_and_the_longest_wait(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        for number, operation in enumerate(["commit$task", "commit$task", "validate$task"]):
            unit.tasks.add(Task(f"task-{number}", "drafts", operation, "alice", after(number), {}))
    with storage.write() as unit:
        claimed = unit.tasks.claim("worker", after(10), after(40))
        assert claimed is not None
    with storage.read() as unit:
        figures = unit.figures()
    assert figures.tasks == {
        ("drafts.commit$task", TaskStatus.RUNNING.value): 1,
        ("drafts.commit$task", TaskStatus.PENDING.value): 1,
        ("drafts.validate$task", TaskStatus.PENDING.value): 1,
    }
    assert figures.oldest_waiting == after(1)

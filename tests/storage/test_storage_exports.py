"""Files that were asked for, and their parts."""

from __future__ import annotations

from datetime import timedelta

from stored_values import NOON, after, sha256_of

from imagewright.model.export import Export, FilePart
from imagewright.storage.database import DatabaseStorage

ASKED = Export("e" * 64, "task-1", NOON)
PARTS = (FilePart(sha256_of("frame"), 0, 7), FilePart(sha256_of("vib"), 0, 5 << 40), FilePart(sha256_of("frame"), 7, 1))
COMPLETE = Export(ASKED.id, "task-1", NOON, PARTS)


def test_export_comes_back_as_it_was(storage: DatabaseStorage) -> None:
    for export in (ASKED, COMPLETE, ASKED):
        with storage.write() as unit:
            unit.exports.put(export)
        with storage.read() as unit:
            assert unit.exports.get(ASKED.id) == export
            assert unit.exports.get("f" * 64) is None


def test_parts_own_their_blobs(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        unit.exports.put(COMPLETE)
        assert unit.owned_blobs() == {part.sha256 for part in PARTS}
        assert unit.exports.delete(COMPLETE.id)
        assert unit.owned_blobs() == frozenset()
        assert not unit.exports.delete(COMPLETE.id)


def test_what_is_kept_no_longer(storage: DatabaseStorage) -> None:
    other = Export("a" * 64, "task-2", NOON)
    with storage.write() as unit:
        unit.exports.put(COMPLETE)
        unit.exports.put(other)
        assert unit.exports.expired(NOON) == []
        assert set(unit.exports.expired(after(1))) == {COMPLETE.id, other.id}
        assert unit.exports.keep_until(other.id, NOON + timedelta(days=1))
        assert unit.exports.expired(after(1)) == [COMPLETE.id]
        assert not unit.exports.keep_until("f" * 64, NOON)

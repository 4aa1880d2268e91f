"""Moving and copying a database: every row, from either kind into either kind, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgresql_server import PostgresqlServer
from stored_values import NOON, add_depot, draft_of, library_spec, session_of, task_of, undone, vib_of

from imagewright.app.ports import AuditFilter, AuditRecord, StorageUnavailable, Upload, User
from imagewright.model.inventory import Assignment, Entity, EntityKind
from imagewright.model.task import TaskStatus
from imagewright.storage.copying import CannotCopy, copy_as_of_now, move, sums_of
from imagewright.storage.database import DatabaseStorage, Transaction, open_storage
from imagewright.storage.schema import metadata

MANY = 2500
"""More than are in memory at a time."""


@pytest.fixture(params=["sqlite to sqlite", "sqlite to postgresql", "postgresql to sqlite"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where from and where to."""
    kinds = request.param.split(" to ")
    files = [f"sqlite:///{tmp_path / name}" for name in ("source.db", "target.db")]
    if "postgresql" not in kinds:
        yield files[0], files[1]
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    with server.new_database() as url:
        yield (url, files[1]) if kinds[0] == "postgresql" else (files[0], url)


@pytest.fixture
def open_it() -> Iterator[Callable[[str], DatabaseStorage]]:
    opened: list[DatabaseStorage] = []

    def open_one(url: str) -> DatabaseStorage:
        opened.append(open_storage(url, busy_timeout=0.2))
        return opened[-1]

    yield open_one
    for storage in opened:
        storage.close()


def fill(storage: DatabaseStorage) -> None:
    """Something in every table that can be filled through the ports in a few words."""
    cluster = Entity("domain-c8", EntityKind.CLUSTER, "edge", NOON)
    add_depot(storage, "first", vib_of("net"), vib_of("größe"))
    add_depot(storage, "second", vib_of("net"))
    with storage.write() as unit:
        unit.users.add(User("älice", "$argon2id$", "editor", NOON))
        unit.users.add(User("Zoe", "$argon2id$", "", NOON, frozenset({"VirtualMachine.Config"})))
        unit.sessions.add(session_of("älice"))
        unit.drafts.add(draft_of("älice", display_name='with "quotes" and \\u0000'))
        spec = unit.library.add(*library_spec("Blades"))
        unit.inventory.add(cluster)
        unit.inventory.add(Entity("a-host", EntityKind.HOST, "host", NOON, cluster=cluster.id))
        unit.inventory.assign(Assignment(cluster.id, spec.id, "älice", NOON))
        unit.uploads.add(Upload("f", "älice", "b.zip", "0" * 64, 1 << 40, NOON))
        unit.tasks.add(task_of("1", arguments={"number": 1e300, "text": "\0"}))
        for number in range(MANY):
            unit.audit.add(AuditRecord(NOON, "älice", f"call {number}", "", "127.0.0.1", "OK"))
        unit.login_failures.add(["älice"], NOON)


def everything(unit: Transaction) -> list[object]:
    """What the ports give back."""
    return [
        unit.users.list(), unit.drafts.list(), unit.library.list(), unit.inventory.assignments(), unit.depots.list(),
        [unit.depots.content(depot.id) for depot in unit.depots.list()], unit.tasks.list(),
        unit.audit.oldest(AuditFilter(), 10_000), unit.sessions.with_user(session_of("älice").token_hash),
        unit.uploads.get("f"),
    ]  # fmt: skip


def test_move_takes_every_row_and_work_goes_on(
    urls: tuple[str, str], open_it: Callable[[str], DatabaseStorage]
) -> None:
    source = open_it(urls[0])
    fill(source)
    with source.read() as unit:
        before = everything(unit)
    source.close()
    target = open_it(urls[1])
    sums = {each.table: each.rows for each in move(urls[0], target)}
    assert sums.keys() == metadata.tables.keys()
    assert (sums["audit"], sums["drafts"], sums["vibs"], sums["bundle_vibs"]) == (MANY, 1, 2, 3)
    with target.read() as unit:
        assert everything(unit) == before
    with target.write() as unit:
        assert unit.drafts.add(draft_of("bob")).id == "2"
        unit.audit.add(AuditRecord(NOON, "bob", "later", "", "", "OK"))
        unit.tasks.add(task_of("2"))
        unit.login_failures.add(["bob"], NOON)
        assert [record.number for record in unit.audit.newest(AuditFilter(), 2)] == [MANY + 1, MANY]
        assert unit.tasks.claim("worker", NOON, NOON) == replace(
            task_of("1"), arguments={"number": 1e300, "text": "\0"}, status=TaskStatus.RUNNING,
            started=NOON, attempts=1,
        )  # fmt: skip


def test_source_that_somebody_uses_is_not_moved(
    urls: tuple[str, str], open_it: Callable[[str], DatabaseStorage]
) -> None:
    source, target = open_it(urls[0]), open_it(urls[1])
    with source.read() as unit:
        unit.drafts.list()
    with pytest.raises(CannotCopy, match="somebody has the source open"):
        move(urls[0], target, busy_timeout=0.2)
    source.close()
    move(urls[0], target, busy_timeout=0.2)


def test_copy_is_of_one_moment_and_the_source_works_on(
    urls: tuple[str, str], open_it: Callable[[str], DatabaseStorage]
) -> None:
    source, target = open_it(urls[0]), open_it(urls[1])
    fill(source)
    with source.write() as unit:
        unit.drafts.add(draft_of("during"))
        copy_as_of_now(source, target)
    with target.read() as unit:
        assert [draft.owner for draft in unit.drafts.list()] == ["älice"]
    with source.read() as unit:
        assert [draft.owner for draft in unit.drafts.list()] == ["älice", "during"]


def test_target_that_is_not_empty_is_left_alone(
    urls: tuple[str, str], open_it: Callable[[str], DatabaseStorage]
) -> None:
    source, target = open_it(urls[0]), open_it(urls[1])
    fill(source)
    with target.write() as unit:
        unit.users.add(User("there", "", "viewer", NOON))
    with pytest.raises(CannotCopy, match=r"not empty.*table users"):
        copy_as_of_now(source, target)
    with target.read() as unit:
        assert [user.name for user in unit.users.list()] == ["there"]
        assert unit.drafts.list() == []


def test_target_whose_ids_were_given_out_is_not_empty(
    urls: tuple[str, str], open_it: Callable[[str], DatabaseStorage]
) -> None:
    source, target = open_it(urls[0]), open_it(urls[1])
    with target.write() as unit:
        unit.drafts.delete(unit.drafts.add(draft_of("gone")).id)
    with pytest.raises(CannotCopy, match=r"not empty.*table counters"):
        copy_as_of_now(source, target)


def test_source_of_another_release_is_not_copied(
    urls: tuple[str, str], open_it: Callable[[str], DatabaseStorage]
) -> None:
    source, target = open_it(urls[0]), open_it(urls[1])
    with source.engines.writer.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    source.close()
    with pytest.raises(CannotCopy, match=r"revision 0001.*start its server"):
        move(urls[0], target)


def test_what_postgresql_cannot_keep_is_named_and_nothing_copied(
    tmp_path: Path, postgresql_server: PostgresqlServer, open_it: Callable[[str], DatabaseStorage]
) -> None:
    source = open_it(f"sqlite:///{tmp_path}/source.db")
    fill(source)
    with source.write() as unit:
        unit.audit.add(AuditRecord(NOON, "x", "bell\0", "", "", "OK"))
    with postgresql_server.new_database() as url, closing(open_storage(url)) as target:
        with pytest.raises(CannotCopy, match=rf"row {MANY + 1} of the table audit has a NUL character in operation"):
            copy_as_of_now(source, target)
        with target.read() as unit:
            assert unit.users.list() == []


def test_source_that_is_not_there_is_not_made(tmp_path: Path, open_it: Callable[[str], DatabaseStorage]) -> None:
    target = open_it(f"sqlite:///{tmp_path}/target.db")
    with pytest.raises(StorageUnavailable, match="unable to open"):
        move(f"sqlite:///{tmp_path}/source.db", target)
    assert not (tmp_path / "source.db").exists()


def test_sums_tell_rows_apart(storage: DatabaseStorage) -> None:
    fill(storage)

    def sums(connection: sa.Connection) -> dict[str, str]:
        # On PostgreSQL, what an undone transaction was given is not given out again.
        return {each.table: each.sha256 for each in sums_of(connection) if each.table != "counters"}

    with storage.engines.reader.begin() as connection:
        before = sums(connection)
    with undone(storage) as unit:
        unit.drafts.delete("1")
        unit.drafts.add(draft_of("bob"))
    with storage.engines.reader.begin() as connection:
        assert sums(connection) == before
    with storage.write() as unit:
        unit.drafts.save(replace(unit.drafts.list()[0], display_name="other"))
    with storage.engines.reader.begin() as connection:
        after = sums(connection)
    assert [table for table in before if before[table] != after[table]] == ["drafts"]

"""Migrations: what they make is what the schema says; they are whole or not there; a start without them is fast."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from stored_values import draft_of

from imagewright.app.ports import AuditFilter, StorageUnavailable
from imagewright.storage import migrate, migrations
from imagewright.storage.database import DatabaseStorage, open_storage
from imagewright.storage.schema import metadata

OPEN = "import sys; from imagewright.storage.database import open_storage; open_storage(sys.argv[1]).close()"


def statements(url: str) -> dict[str, list[str]]:
    """The CREATE statements of a SQLite database by name. The order of columns and constraints means nothing."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    engine.dispose()
    return {name: sorted(part.strip() for part in re.split(r"[,\n]", sql) if part.strip()) for name, sql in rows}


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(next(iter(migrations.__path__)))))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_migrations_make_what_the_schema_says(storage: DatabaseStorage, database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_migrations_make_the_very_statements_of_the_schema(tmp_path: Path) -> None:
    migrated, created = f"sqlite:///{tmp_path}/migrated.db", f"sqlite:///{tmp_path}/created.db"
    open_storage(migrated).close()
    engine = sa.create_engine(created)
    metadata.create_all(engine)
    engine.dispose()
    made = statements(migrated)
    del made["alembic_version"]
    assert made == statements(created)


ADDS = {"create_table", "create_index", "add_column", "bulk_insert", "execute"}
REVISIONS = sorted(Path(next(iter(migrations.__path__)), "versions").glob("revision_*.py"))


@pytest.mark.parametrize("revision", REVISIONS, ids=lambda path: path.stem)
def test_revision_adds_only_what_processes_of_the_release_before_need_not_know(revision: Path) -> None:
    """They run side by side for a while: nothing of theirs may go, and what they write has no value for what is new."""
    for call in (node for node in ast.walk(ast.parse(revision.read_text())) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        assert not name.startswith("op.") or name.removeprefix("op.") in ADDS, f"{name} takes something away"
        if name == "op.add_column":
            column = ast.unparse(call.args[1])
            assert "server_default=" in column or "nullable=True" in column, f"{column} has to be written"
        if name == "op.execute":
            assert not re.search(r"\b(DROP|ALTER|DELETE)\b", revision.read_text())


def test_migration_that_fails_leaves_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade = command.upgrade

    def fail_at_the_end(config: Config, revision: str) -> None:
        upgrade(config, revision)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "upgrade", fail_at_the_end)
    with pytest.raises(KeyboardInterrupt):
        open_storage(database_url)
    monkeypatch.undo()
    engine = sa.create_engine(database_url)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
    open_storage(database_url).close()


def test_database_of_a_newer_release_is_refused_and_left_alone(storage: DatabaseStorage, database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageUnavailable, match=r"newer release.*9999.*up to 0"):
        open_storage(database_url)
    with engine.connect() as connection:
        assert migrate.stored_revision(connection) == "9999"
    engine.dispose()


def test_audit_records_of_the_first_release_stay_and_its_processes_go_on_writing(
    database_url: str, open_again: Callable[[], DatabaseStorage]
) -> None:
    old = (
        'INSERT INTO audit (time, "user", operation, target, address, outcome) '
        "VALUES ('2026-03-01 12:00:00', 'alice', 'drafts.create', '17', '192.0.2.1', 'OK')"
    )
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(next(iter(migrations.__path__)))))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(old)
    storage = open_again()
    with engine.begin() as connection:
        connection.exec_driver_sql(old)
    engine.dispose()
    with storage.read() as unit:
        records = unit.audit.oldest(AuditFilter(), 10)
    assert [(each.user, each.target, each.task, each.request_id) for each in records] == [("alice", "17", "", "")] * 2


def test_content_outlives_the_process(storage: DatabaseStorage, open_again: Callable[[], DatabaseStorage]) -> None:
    with storage.write() as unit:
        draft = unit.drafts.add(draft_of("alice"))
    storage.close()
    with open_again().read() as unit:
        assert unit.drafts.list() == [draft]


def test_processes_that_start_together_make_one_database(database_url: str) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", OPEN, database_url], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [process.communicate(timeout=60)[1] for process in processes] == [""] * 4
    assert [process.returncode for process in processes] == [0] * 4


def test_existing_database_is_opened_without_alembic(storage: DatabaseStorage, database_url: str) -> None:
    check = f"{OPEN}; assert not [name for name in sys.modules if name.startswith('alembic')]"
    subprocess.run([sys.executable, "-c", check, database_url], check=True, timeout=60)

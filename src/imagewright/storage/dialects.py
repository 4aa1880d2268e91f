"""What SQLite and PostgreSQL do differently: connections, transactions, and the meaning of their errors.

The only module of the storage that knows one database from another, but for `prepared`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import QueuePool

from imagewright.app.ports import TakesLonger

_UNUSABLE_SQLITE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
_UNUSABLE_POSTGRESQL = ("08", "53", "55P03", "57", "58", "XX")
# Classes: connection, resources, lock not available, operator intervention, system error, internal error.
_READ_ONLY_POSTGRESQL = "25006"
_CONFLICT_POSTGRESQL = frozenset({"40001", "40P01"})
_UNIQUE_SQLITE = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})
_UNIQUE_POSTGRESQL = "23505"
_REFERENCE_SQLITE = "SQLITE_CONSTRAINT_FOREIGNKEY"
_REFERENCE_POSTGRESQL = "23503"
MOMENT = 0.002
"""Seconds that a transaction waits for others when somebody waits for it who should not: usually they take less."""
_MIGRATION_LOCK = 0x696D616765  # any number that nobody else takes


class WritersInTurn:
    """SQLite has one writer at a time. Those of one process queue here, where the end of one wakes the next; SQLite's
    own way, which remains between processes, is to look again after some milliseconds of sleep.

    `hasty` is for writers that others wait for: it does not wait for other processes for more than a moment.
    """

    def __init__(self, hasty: sa.Engine, patience: float) -> None:
        self.hasty = hasty
        self._patience = patience
        self._turn = threading.Lock()

    @contextmanager
    def taken(self, at_once: bool) -> Iterator[None]:
        """The turn of one writer. TimeoutError of SQLAlchemy, or TakesLonger with `at_once`, when it does not come."""
        if not self._turn.acquire(timeout=MOMENT if at_once else self._patience):
            if at_once:
                raise TakesLonger("others are writing")
            raise sa.exc.TimeoutError(f"others have been writing for {self._patience} seconds")
        try:
            yield
        finally:
            self._turn.release()


@dataclass(frozen=True, slots=True)
class Engines:
    """One database, twice: transactions of `reader` cannot write and wait for no writer.

    `version` is another number after every change that somebody commits, and None where or when that cannot be told.
    """

    reader: sa.Engine
    writer: sa.Engine
    version: Callable[[], int | None] = lambda: None
    turns: WritersInTurn | None = None
    close_others: Callable[[], None] = lambda: None

    @contextmanager
    def writing(self, at_once: bool) -> Iterator[sa.Connection]:
        """A connection to write with, when its turn has come. With `at_once` it raises TakesLonger rather than wait for
        others of this process; its transaction raises what a locked database raises rather than wait for other
        processes."""
        if self.turns is None:
            with self.writer.connect() as connection:
                yield connection
        else:
            with self.turns.taken(at_once), (self.turns.hasty if at_once else self.writer).connect() as connection:
                yield connection

    def dispose(self) -> None:
        """Closes all connections that are not in use."""
        self.reader.dispose()
        self.writer.dispose()
        self.close_others()


def connect(url: str, *, busy_timeout: float, threads: int, connections: int) -> Engines:
    """Engines for `sqlite:///<path>` or `postgresql://…`; connections are made when they are needed.

    A transaction waits at most `busy_timeout` seconds for others of this process, and as long again for those of other
    processes. At most `threads` transactions can be open at a time, and on PostgreSQL not more than `connections`.
    Raises ValueError for another kind of URL, and OSError when a new file cannot be made.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "postgresql":
        return _connect_postgresql(parsed, busy_timeout, min(threads, connections))
    return _connect_sqlite(Path(parsed.database or ""), busy_timeout, threads)


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise ValueError(f"the database is not given as a URL: {error}") from error
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:"
    if not is_file and parsed.get_backend_name() != "postgresql":
        given = parsed.render_as_string(hide_password=True)
        raise ValueError(f"the database must be sqlite:///<path of a file> or postgresql://…, not {given}")
    return parsed


# --- SQLite ----------------------------------------------------------------------------------------------------------


def _connect_sqlite(path: Path, busy_timeout: float, threads: int) -> Engines:
    # Only its owner may read it: there are password hashes in it. SQLite gives its other files the same mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    reading = ("query_only=ON",)
    reader = _sqlite_engine(path, "BEGIN", busy_timeout, threads, reading)
    pragmas = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON")
    writer = _sqlite_engine(path, "BEGIN IMMEDIATE", busy_timeout, 1, pragmas)
    hasty = _sqlite_engine(path, "BEGIN IMMEDIATE", MOMENT, 1, pragmas)
    watch = _SqliteWatch(path, busy_timeout, reading)

    def close_others() -> None:
        hasty.dispose()
        watch.close()

    return Engines(reader, writer, watch.version, WritersInTurn(hasty, busy_timeout), close_others)


def _open_sqlite(path: Path, busy_timeout: float, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    # mode=rw: a file that has gone is an error and not an empty database.
    uri = f"file:{quote(str(path.absolute()))}?mode=rw"
    connection = sqlite3.connect(
        uri, uri=True, timeout=busy_timeout, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class _SqliteWatch:
    """Tells whether the database has changed: a connection of its own sees what all others commit, in whatever process.

    SQLite's `data_version` means something only within one connection. With another connection, after the file was
    replaced, the numbers go on where they never were.
    """

    def __init__(self, path: Path, busy_timeout: float, pragmas: tuple[str, ...]) -> None:
        self._path = path
        self._open = partial(_open_sqlite, path, busy_timeout, pragmas)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._earlier = 0

    def version(self) -> int | None:
        """None when the database cannot be read now; what reads it will say why."""
        with self._lock:
            try:
                if self._connection is None or self._file != _identity(self._path):
                    self._connect_again()
                return self._earlier + self._number()
            except sqlite3.Error:
                return None

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _number(self) -> int:
        if self._connection is None:
            raise sqlite3.OperationalError("there is no connection")
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def _connect_again(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._earlier += 1 << 32
        self._file = _identity(self._path)
        self._connection = self._open()


def _sqlite_engine(path: Path, begin: str, busy_timeout: float, pool_size: int, pragmas: tuple[str, ...]) -> sa.Engine:
    engine = sa.create_engine(
        "sqlite://",
        creator=partial(_open_sqlite, path, busy_timeout, pragmas),
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=busy_timeout,
        pool_use_lifo=True,
    )
    # In the dialect, where it belongs to this engine alone: a listener to "begin" would make SQLAlchemy look for
    # listeners at every statement, which is a tenth of a short transaction.
    setattr(engine.dialect, "do_begin", partial(_begin, begin))  # noqa: B010 - a method is replaced
    sa.event.listen(engine, "connect", lambda _connection, record: record.info.update(file=_identity(path)))
    sa.event.listen(engine, "checkout", lambda _connection, record, _proxy: _refuse_other_file(path, record.info))
    return engine


def _begin(statement: str, connection: DBAPIConnection) -> None:
    connection.cursor().execute(statement)


def _refuse_other_file(path: Path, info: dict[str, Any]) -> None:
    """Has the pool connect again when the file was moved or replaced: changes to the old one would be lost."""
    if _identity(path) != info["file"]:
        raise sa.exc.DisconnectionError("the database file was replaced")


def _identity(path: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        status = path.stat()
        return status.st_dev, status.st_ino
    return None


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


_APPLICATION = "imagewright"
_VANISHED = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""When a silent connection is taken for lost, in seconds and tries: the other machine may be gone without a word."""


def _connect_postgresql(url: sa.URL, busy_timeout: float, connections: int) -> Engines:
    # The server, too, has to notice that a client is gone, and end its transaction, which others may wait for.
    options = {"lock_timeout": int(busy_timeout * 1000)} | {f"tcp_{name}": value for name, value in _VANISHED.items()}
    make = partial(
        sa.create_engine,
        url.set(drivername="postgresql+psycopg"),
        max_overflow=0,
        pool_timeout=busy_timeout,
        pool_use_lifo=True,
        # Asked before each transaction: a database that was away costs nobody a refusal when it is back.
        pool_pre_ping=True,
        # The column types do JSON themselves, straight from and to values of the core.
        json_serializer=lambda text: text,
        json_deserializer=lambda text: text,
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
            "connect_timeout": max(2, round(busy_timeout)),
            "tcp_user_timeout": 60_000,
            "application_name": _APPLICATION,
            **_VANISHED,
        },
    )
    engine = make(pool_size=connections, isolation_level="REPEATABLE READ")
    # READ COMMITTED, where who comes second counts on from what the first one has counted, and is not refused.
    counting = make(pool_size=1, isolation_level="READ COMMITTED")
    return Engines(
        engine.execution_options(postgresql_readonly=True),
        engine.execution_options(counting=counting),
        close_others=counting.dispose,
    )


@contextmanager
def counting(connection: sa.Connection) -> Iterator[sa.Connection]:
    """A transaction for a number that is given out once, whether the transaction of `connection` is committed or not.

    On SQLite it is the same transaction, because there is one writer; what it undoes is given out again.
    """
    engine = connection.get_execution_options().get("counting")
    if engine is None:
        yield connection
        return
    with engine.begin() as own:
        yield own


@contextmanager
def exclusively(engines: Engines) -> Iterator[sa.Connection]:
    """A transaction beside which no other one of this function runs, in whatever process. It sees what they did."""
    if engines.writer.dialect.name == "sqlite":
        with engines.writer.begin() as connection:
            yield connection
        return
    # REPEATABLE READ would still see the tables as they were before the wait.
    with engines.writer.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        yield connection


@contextmanager
def alone(url: str, busy_timeout: float) -> Iterator[sa.Connection | None]:
    """A transaction on a database that nobody else has open or can begin to use meanwhile; None if somebody has it.

    Raises ValueError for another kind of URL. A file that is not there is not made.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "postgresql":
        engines = _connect_postgresql(parsed, busy_timeout, 1)
        with _disposed(engines.writer), engines.writer.begin() as connection:
            yield connection if _is_alone(connection) else None
        return
    # Asked for before the file is looked at: it is then locked against all who open it, also for reading.
    pragmas = ("locking_mode=EXCLUSIVE", "foreign_keys=ON")
    engine = _sqlite_engine(Path(parsed.database or ""), "BEGIN IMMEDIATE", busy_timeout, 1, pragmas)
    with _disposed(engine), ExitStack() as stack:
        try:
            connection = stack.enter_context(engine.begin())
            connection.execute(sa.text("SELECT count(*) FROM sqlite_master"))
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            yield None
            return
        yield connection


def _is_alone(connection: sa.Connection) -> bool:
    # Who starts reads this table first, and has to wait. A lock takes no view of the data yet; the query does.
    connection.execute(sa.text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND application_name = :name"
    )
    return not connection.execute(sa.text(others), {"name": _APPLICATION}).scalar_one()


@contextmanager
def _disposed(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    finally:
        engine.dispose()


# --- rows as they lie ------------------------------------------------------------------------------------------------


def sorted_by_code_points(connection: sa.Connection, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """An order that is the same on every database, whatever its language is."""
    if not isinstance(column.type, sa.Text):
        return column
    return column.collate("BINARY" if connection.dialect.name == "sqlite" else "C")


def go_on_counting(connection: sa.Connection, table: str, column: str) -> None:
    """Has the database count up from the highest number in a column that it counts itself, as SQLite always does."""
    if connection.dialect.name == "postgresql":
        highest = sa.select(sa.func.max(sa.column(column))).select_from(sa.table(table)).scalar_subquery()
        sequence = sa.func.pg_get_serial_sequence(table, column)
        connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(highest, 1), highest.is_not(None))))


def keeps_no_nul(connection: sa.Connection) -> bool:
    """True when text cannot have a NUL character."""
    return connection.dialect.name == "postgresql"


def settle(engines: Engines) -> None:
    """Makes a SQLite database one file, safe on the disk, that can be read where nothing can be written."""
    engines.dispose()
    with engines.writer.connect() as connection:
        driver = connection.connection.driver_connection
        if driver is not None:
            driver.execute("PRAGMA journal_mode=DELETE")
    engines.dispose()


# --- errors ----------------------------------------------------------------------------------------------------------


def is_unusable(error: sa.exc.DBAPIError, *, writing: bool) -> bool:
    """True when the database is at fault: locked, full, unreadable, gone. False when our statement is."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        # The primary code is in the low byte. For a reader, READONLY means that it tried to write: our fault.
        return code & 0xFF in _UNUSABLE_SQLITE or (writing and code & 0xFF == sqlite3.SQLITE_READONLY)
    state = _state(error)
    if not state:
        # psycopg has no state for a connection that was never made, or that ended without a word.
        return isinstance(error, sa.exc.OperationalError) or error.connection_invalidated
    # Like SQLite's READONLY: a writer met a standby; a reader that tries to write is our fault.
    return state.startswith(_UNUSABLE_POSTGRESQL) or (writing and state == _READ_ONLY_POSTGRESQL)


def is_conflict(error: sa.exc.DBAPIError) -> bool:
    """True when another transaction was faster and this one has to run again. (SQLite lets writers wait instead.)"""
    return _state(error) in _CONFLICT_POSTGRESQL


def is_duplicate(error: sa.exc.IntegrityError) -> bool:
    """True when a value that must be unique is there already."""
    return getattr(error.orig, "sqlite_errorname", "") in _UNIQUE_SQLITE or _state(error) == _UNIQUE_POSTGRESQL


def is_broken_reference(error: sa.exc.IntegrityError) -> bool:
    """True when a row would refer to one that is not there."""
    return getattr(error.orig, "sqlite_errorname", "") == _REFERENCE_SQLITE or _state(error) == _REFERENCE_POSTGRESQL


def _state(error: sa.exc.DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""

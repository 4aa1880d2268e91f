"""The database as the application sees it: transactions, and what happens when they cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from imagewright.app.consistency import BlobUse
from imagewright.app.ports import Figures, OutcomeUnknown, StaleRevision, StorageUnavailable
from imagewright.storage.audit import AuditTable
from imagewright.storage.catalogs import CatalogCache
from imagewright.storage.consistency import blob_uses, contradictions
from imagewright.storage.depots import DepotTable
from imagewright.storage.dialects import Engines, connect, is_conflict, is_unusable, settle
from imagewright.storage.drafts import DraftTable
from imagewright.storage.exports import ExportTables
from imagewright.storage.figures import OWNED_BLOBS, read_figures
from imagewright.storage.inventory import InventoryTables
from imagewright.storage.library import SpecTable
from imagewright.storage.login_failures import LoginFailureTable
from imagewright.storage.migrate import migrate
from imagewright.storage.online_depots import OnlineDepotTable
from imagewright.storage.schedules import ScheduleTable
from imagewright.storage.sessions import SessionTable
from imagewright.storage.tasks import TaskTable
from imagewright.storage.uploads import UploadTable
from imagewright.storage.users import UserTable


def open_storage(url: str, *, busy_timeout: float = 5.0, threads: int = 40, connections: int = 20) -> DatabaseStorage:
    """Opens the database `sqlite:///<path>` or `postgresql://…`, with its tables up to date. A file is made if needed.

    A transaction waits at most `busy_timeout` seconds for others of this process, and as long again for those of other
    processes; `threads` is how many can be open at a time, and on PostgreSQL `connections` when that is less.
    Raises ValueError for another kind of URL, and StorageUnavailable when the database cannot be used.
    """
    try:
        engines = connect(url, busy_timeout=busy_timeout, threads=threads, connections=connections)
    except OSError as error:
        raise StorageUnavailable(f"the database file cannot be used: {error}") from error
    try:
        with errors_translated(writing=True):
            migrate(engines)
    except BaseException:
        engines.dispose()
        raise
    return DatabaseStorage(engines)


class DatabaseStorage:
    """`ports.Storage`. Any number of threads may use it; each transaction belongs to the thread that began it.

    `engines` is for this package.
    """

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self._catalogs = CatalogCache()

    @contextmanager
    def read(self, *, at_once: bool = False) -> Iterator[Transaction]:
        """A transaction that cannot write. It sees the database as of its first query and waits for no writer.

        With `at_once` it raises TakesLonger instead of making a catalogue.
        """
        with errors_translated(writing=False), self.engines.reader.begin() as connection:
            yield Transaction(connection, self._catalogs, at_once=at_once)

    @contextmanager
    def write(self, *, at_once: bool = False) -> Iterator[Transaction]:
        """A transaction that is committed when the block ends, and undone when it ends with an exception.

        With `at_once` it raises TakesLonger, or StorageUnavailable, instead of waiting for others, and TakesLonger
        instead of making a catalogue. Raises StaleRevision also when the database found that another transaction was
        faster, and OutcomeUnknown when the connection broke before the database had said that it committed.
        """
        with (
            errors_translated(writing=True),
            self.engines.writing(at_once) as connection,
            connection.begin() as transaction,
        ):
            yield Transaction(connection, self._catalogs, at_once=at_once)
            with _broken_commits_told():
                transaction.commit()

    @property
    def is_near(self) -> bool:
        """True for SQLite, which runs in this process."""
        return self.engines.turns is not None

    def version(self) -> int | None:
        """Another number after every change of the database; None for PostgreSQL, which would have to be asked."""
        return self.engines.version()

    def settle(self) -> None:
        """Makes a SQLite database one file that can be carried away."""
        settle(self.engines)

    def close(self) -> None:
        """Closes all connections that are not in use."""
        self.engines.dispose()


class Transaction:
    """`ports.UnitOfWork`: the repositories, all on one connection."""

    def __init__(self, connection: sa.Connection, catalogs: CatalogCache, *, at_once: bool = False) -> None:
        self._connection = connection
        self.users = UserTable(connection)
        self.sessions = SessionTable(connection)
        self.drafts = DraftTable(connection)
        self.library = SpecTable(connection)
        self.depots = DepotTable(connection, catalogs, at_once)
        self.online_depots = OnlineDepotTable(connection, self.depots)
        self.inventory = InventoryTables(connection)
        self.uploads = UploadTable(connection)
        self.schedules = ScheduleTable(connection)
        self.exports = ExportTables(connection)
        self.tasks = TaskTable(connection)
        self.audit = AuditTable(connection)
        self.login_failures = LoginFailureTable(connection)

    def figures(self) -> Figures:
        """How much of everything there is."""
        return read_figures(self._connection)

    def blob_uses(self) -> Iterator[BlobUse]:
        """Every blob that a row needs, with what for, once for each row."""
        return blob_uses(self._connection)

    def contradictions(self) -> Iterator[str]:
        """What cannot be true of rows that are as they should be, in a sentence each."""
        return contradictions(self._connection)

    def owned_blobs(self) -> frozenset[str]:
        """The SHA-256 of every blob that something refers to: a VIB, a document of a depot, an upload, an export.

        All other blobs are orphans.
        """
        return frozenset(self._connection.execute(OWNED_BLOBS).scalars())


@contextmanager
def _broken_commits_told() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        if error.connection_invalidated:
            raise OutcomeUnknown(f"the connection to the database broke during a commit: {error.orig}") from error
        raise


@contextmanager
def errors_translated(*, writing: bool) -> Iterator[None]:
    """Raises what the ports say for what the driver raises."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise StorageUnavailable(f"no connection to the database became free: {error}") from error
    except sa.exc.DBAPIError as error:
        if is_conflict(error):
            raise StaleRevision(f"another transaction was faster: {error.orig}") from error
        if is_unusable(error, writing=writing):
            raise StorageUnavailable(f"the database cannot be used: {error.orig}") from error
        raise

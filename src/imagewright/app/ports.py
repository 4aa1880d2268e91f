"""What the application needs of storage and blobs, as protocols; `fetch_ports` has the reading of locations.

All functions here are synchronous; times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from imagewright.app.depot_ports import Depots, OnlineDepots, Schedules
from imagewright.app.privileges import privileges_of
from imagewright.model.draft import Draft
from imagewright.model.export import Export
from imagewright.model.inventory import Assignment, Entity, EntityKind
from imagewright.model.library import LibrarySpec, SpecVersion
from imagewright.model.task import Task, TaskStatus

if TYPE_CHECKING:
    from imagewright.app.consistency import BlobUse

Clock = Callable[[], datetime]
"""Tells the time."""


class StorageUnavailable(Exception):
    """The database cannot be used now: locked beyond its timeout, unreadable, gone, disk full. The text is for logs."""


class OutcomeUnknown(StorageUnavailable):
    """The connection broke while a transaction was being committed: it may have been, or not."""


class TakesLonger(Exception):
    """What was to be done at once would hold up others: it has to wait for somebody, or needs more work, such as a
    catalogue that is not made yet."""


class StaleRevision(Exception):
    """Somebody else changed the same aggregate since it was read. The one way in runs the operation again."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in. `password_hash` is a PHC string; `own_privileges` count only where `role` is ""."""

    name: str
    password_hash: str
    role: str
    created: datetime
    own_privileges: frozenset[str] = frozenset()

    @property
    def privileges(self) -> frozenset[str]:
        """What he may do: what his role means in this release, or his own set."""
        return privileges_of(self.role) if self.role else self.own_privileges


@dataclass(frozen=True, slots=True)
class Session:
    """A login. `token_hash` is the SHA-256 of the token; the token itself is kept nowhere."""

    token_hash: str
    user: str
    created: datetime
    last_accessed: datetime


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded and waits to be imported. `sha256` names its blob, `size` is in bytes."""

    file_id: str
    owner: str
    file_name: str
    sha256: str
    size: int
    created: datetime


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who did what, when, from where, and how it ended.

    `outcome` is "OK", "SUBMITTED" for a call that made a task, or the type of the error; `target` has the ids that it
    was about; `task` is there in the record of a call that made one and in that of its end. `number` grows with every
    record and is given by the storage.
    """

    time: datetime
    user: str
    operation: str
    target: str
    address: str
    outcome: str
    task: str = ""
    request_id: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which records are wanted: all conditions must fit; an empty one fits all. `*` in an operation is any text."""

    since: datetime | None = None
    until: datetime | None = None
    users: Collection[str] = ()
    operations: Collection[str] = ()
    outcomes: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class BlobRef:
    """A stored file by content: SHA-256 in lower-case hexadecimal, size in bytes, and the CRC-32 of zip archives."""

    sha256: str
    size: int
    crc32: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How much there is: things by kind, tasks by operation and state, and when the oldest that waits was submitted."""

    stock: Mapping[str, int]
    tasks: Mapping[tuple[str, str], int]
    oldest_waiting: datetime | None


class Users(Protocol):
    """People, by their exact name."""

    def get(self, name: str) -> User | None: ...
    def add(self, user: User) -> None:
        """Raises ValueError when the name is taken."""

    def save(self, user: User) -> bool:
        """Writes a changed user; False when there is none of this name."""

    def delete(self, name: str) -> bool: ...
    def list(self) -> Sequence[User]: ...


class Sessions(Protocol):
    """Logins, by the hash of their token."""

    def get(self, token_hash: str) -> Session | None: ...
    def with_user(self, token_hash: str) -> tuple[Session, User] | None:
        """The session and whose it is, at once, because every call asks for both."""

    def add(self, session: Session) -> None: ...
    def delete(self, token_hash: str) -> bool: ...
    def delete_of(self, user: str) -> int:
        """Ends all sessions of a user and tells how many."""

    def touch(self, last_accessed: Mapping[str, datetime]) -> None:
        """Writes when sessions were last used, all at once."""

    def delete_expired(self, *, last_accessed_before: datetime, created_before: datetime) -> int:
        """Removes what is too old either way and tells how many."""


class LoginFailures(Protocol):
    """Wrong passwords of the last minutes, counted by subject: a user or an address."""

    def newest(self, subject: str, position: int, since: datetime, until: datetime) -> datetime | None:
        """When the failure at this position, 1 for the newest, came; None when there are not so many in that time."""

    def add(self, subjects: Iterable[str], time: datetime) -> None:
        """Writes a failure down for each of its subjects."""

    def delete_before(self, time: datetime) -> None: ...


class Drafts(Protocol):
    """Drafts, by id; a user has at most one."""

    def add(self, draft: Draft) -> Draft:
        """Stores a new draft under a new id, a small integer as a string that was never used before.

        Raises StaleRevision when the owner has got a draft in the meantime.
        """

    def get(self, draft_id: str) -> Draft | None: ...
    def of_owner(self, owner: str) -> Draft | None: ...
    def list(self, *, base_specs: Collection[str] = (), owners: Collection[str] = ()) -> Sequence[Draft]:
        """Those that fit both filters, in the order of their ids; an empty filter fits all."""

    def save(self, draft: Draft) -> Draft:
        """Writes a changed draft if its revision is still the stored one, else raises StaleRevision."""

    def delete(self, draft_id: str) -> bool: ...


class Library(Protocol):
    """Committed specifications, by id, with all their versions."""

    def add(self, spec: LibrarySpec, first: SpecVersion) -> LibrarySpec:
        """Stores a new specification under a new id `software-spec-N` (also put into `first`).

        Raises StaleRevision when the display name has been taken in the meantime.
        """

    def get(self, spec_id: str) -> LibrarySpec | None: ...
    def list(
        self, *, display_names: Collection[str] = (), orchestrator_owners: Collection[str] = ()
    ) -> Sequence[LibrarySpec]:
        """Those that fit both filters, in the order of their ids; an empty filter fits all."""

    def with_hash(self, image_hash: str) -> Sequence[LibrarySpec]: ...
    def save(self, spec: LibrarySpec) -> LibrarySpec:
        """Writes a changed specification if its revision is still the stored one, else raises StaleRevision."""

    def add_version(self, version: SpecVersion) -> None:
        """Adds a commit to the history. Raises StaleRevision when this version has been committed in the meantime."""

    def versions(self, spec_id: str) -> Sequence[SpecVersion]:
        """Oldest first."""

    def current_versions(self, spec_ids: Collection[str]) -> Mapping[str, int]:
        """The newest version number of each of those that exist."""

    def delete(self, spec_id: str) -> bool:
        """Removes a specification with its history. Raises StaleRevision when it has been assigned in the meantime."""


class Inventory(Protocol):
    """Clusters and hosts by id, and the specification that each of them is to have, if any."""

    def add(self, entity: Entity) -> None:
        """Raises ValueError when the id is taken, and StaleRevision when its cluster has gone in the meantime."""

    def get(self, entity_id: str) -> Entity | None: ...
    def list(self, kind: EntityKind) -> Sequence[Entity]:
        """In the order of their ids."""

    def hosts_of(self, cluster_id: str) -> Sequence[Entity]:
        """In the order of their ids."""

    def delete(self, entity_id: str) -> bool:
        """Removes an entity with its assignment. Raises StaleRevision when it has got a host in the meantime."""

    def assign(self, assignment: Assignment) -> None:
        """Stores an assignment in place of the one that the entity has.

        Raises StaleRevision when entity or specification have gone, or another one was assigned, in the meantime.
        """

    def unassign(self, entity_id: str) -> bool: ...
    def assignments(self, entity_ids: Collection[str] = ()) -> Mapping[str, Assignment]:
        """The assignments by entity; no ids means all."""

    def assigned_to(self, spec_ids: Collection[str] = ()) -> Mapping[str, Sequence[Entity]]:
        """What each of these specifications is assigned to, in the order of the ids; no ids means all."""


class Uploads(Protocol):
    """Uploaded files that wait to be imported."""

    def add(self, upload: Upload) -> None: ...
    def get(self, file_id: str) -> Upload | None: ...
    def created_before(self, moment: datetime) -> Sequence[Upload]:
        """Oldest first."""

    def delete(self, file_id: str) -> bool: ...


class Exports(Protocol):
    """Files that were asked for, by their id."""

    def get(self, export_id: str) -> Export | None: ...
    def put(self, export: Export) -> None:
        """Stores an export in place of the one of this id. StaleRevision when another transaction did so first."""

    def keep_until(self, export_id: str, expires: datetime) -> bool: ...
    def expired(self, now: datetime) -> Sequence[str]:
        """The ids of those that are kept no longer."""

    def delete(self, export_id: str) -> bool: ...


class Tasks(Protocol):
    """Task rows. Every change of state is one conditional UPDATE; False means that it was not to be."""

    def add(self, task: Task) -> None: ...
    def get(self, task_id: str) -> Task | None: ...
    def list(
        self,
        *,
        task_ids: Collection[str] = (),
        services: Collection[str] = (),
        operations: Collection[str] = (),
        statuses: Collection[TaskStatus] = (),
        users: Collection[str] = (),
        targets: Collection[tuple[str, str]] = (),
        limit: int = 1001,
    ) -> Sequence[Task]:
        """Those that fit all filters, newest first; an empty filter fits all. A target is (type, id)."""

    def claim(self, worker: str, now: datetime, lease_until: datetime) -> Task | None:
        """Takes a PENDING task, or a RUNNING one whose lease ran out, for this worker: it is RUNNING now.

        Not one whose target another task works on. Of the rest, one of the user who has the fewest at work, and of
        those the oldest. Raises StaleRevision when another worker has just begun to work on the same target.
        """

    def renew(self, task_id: str, worker: str, lease_until: datetime) -> bool:
        """Keeps a claimed task; False when another worker has it now."""

    def progress(self, task_id: str, worker: str, completed: int, total: int, message: str) -> bool:
        """Tells how far a claimed task is. `completed` never goes down."""

    def finish(
        self,
        task_id: str,
        worker: str,
        status: TaskStatus,
        ended: datetime,
        *,
        result: Any = None,
        error: Mapping[str, Any] | None = None,
    ) -> bool:
        """Ends a claimed task; False when another worker has it now or it has ended."""

    def delete_ended_before(self, time: datetime, limit: int) -> int:
        """Removes at most `limit` of the tasks that ended before this time, and tells how many."""

    def request_cancel(self, task_id: str) -> bool:
        """Asks for a task that has not ended to stop; False when it has ended or was asked already."""


class Audit(Protocol):
    """The record of what was done. It is added to, and shortened at its old end; nothing in it changes."""

    def add(self, record: AuditRecord) -> None: ...
    def newest(self, wanted: AuditFilter, limit: int, *, before: int | None = None) -> Sequence[AuditRecord]:
        """At most `limit` records that fit, newest first; those before a number only, when one is given."""

    def oldest(self, wanted: AuditFilter, limit: int, *, after: int = 0) -> Sequence[AuditRecord]:
        """At most `limit` records that fit, oldest first, of those after a number."""

    def delete_before(self, time: datetime, limit: int) -> int:
        """Removes at most `limit` of the records from before this time, and tells how many."""


class UnitOfWork(Protocol):
    """One transaction. Everything read in it is of one moment; what is written stands or falls together."""

    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def library(self) -> Library: ...
    @property
    def depots(self) -> Depots: ...
    @property
    def online_depots(self) -> OnlineDepots: ...
    @property
    def inventory(self) -> Inventory: ...
    @property
    def uploads(self) -> Uploads: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def tasks(self) -> Tasks: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def login_failures(self) -> LoginFailures: ...
    def figures(self) -> Figures:
        """How much of everything there is, for whoever watches the server."""

    def owned_blobs(self) -> frozenset[str]:
        """The SHA-256 of every blob that something refers to; all other blobs are orphans."""

    def blob_uses(self) -> Iterator[BlobUse]:
        """Every blob that a row needs, with what for, once for each row."""

    def contradictions(self) -> Iterator[str]:
        """What cannot be true of rows that are as they should be, in a sentence each."""


class Storage(Protocol):
    """The database. Both context managers raise StorageUnavailable when it cannot be used.

    `is_near` when a transaction takes microseconds, because nobody else is asked for what is in it.
    """

    @property
    def is_near(self) -> bool: ...

    def read(self, *, at_once: bool = False) -> AbstractContextManager[UnitOfWork]:
        """A transaction that writes nothing; it waits for no writer.

        With `at_once` it raises TakesLonger before it does what takes more than a moment.
        """

    def write(self, *, at_once: bool = False) -> AbstractContextManager[UnitOfWork]:
        """A transaction that is committed when the block ends, and undone when it ends with an exception.

        With `at_once` it raises TakesLonger, or StorageUnavailable, before it waits for others for more than a moment.
        Raises StaleRevision also when the database finds that another transaction was faster (PostgreSQL does, whatever
        was written). After an error of a repository there is nothing to do but to leave the block.
        """

    def version(self) -> int | None:
        """A number that is another one after every change of the database, whoever made it. While it stays the same,
        what was read stays true. None where that cannot be told within some microseconds, or not now."""

    def close(self) -> None: ...


class BlobWriter(Protocol):
    """A blob in the making. Nothing can be read before `commit`; leaving without it leaves nothing behind."""

    def write(self, data: bytes, /) -> int: ...
    def hexdigest(self) -> str:
        """The SHA-256 of what was written so far."""

    def commit(self) -> BlobRef:
        """Makes the blob readable under its SHA-256; the same content stored twice is there once."""


class Blobs(Protocol):
    """Files by content. `OSError` when the folder cannot be used."""

    def are_local(self) -> bool:
        """They lie where only this server writes, so that they change by decay and not by somebody's will."""

    def writer(self) -> AbstractContextManager[BlobWriter]: ...
    def open(self, sha256: str) -> BinaryIO:
        """Raises FileNotFoundError for what is not there."""

    def exists(self, sha256: str) -> bool: ...
    def size(self, sha256: str) -> int: ...
    def stored(self, sha256: str) -> datetime:
        """When this content was stored last; FileNotFoundError for what is not there. An orphan is swept only a good
        while later, for its row may be on the way."""

    def delete(self, sha256: str) -> bool: ...
    def names(self) -> Iterator[str]:
        """The SHA-256 of every blob, in no particular order."""

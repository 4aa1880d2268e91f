"""The library: committed specifications with their versions, and the depots that images are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from imagewright.model.spec import SoftwareSpec


@dataclass(frozen=True, slots=True)
class LibrarySpec:
    """A committed specification as the library has it now.

    `id` is `software-spec-N`. `version` counts the commits, from 1. `modified` moves with commits and with updates
    of the name or the orchestrator. An `orchestrator_owner` locks the specification for everybody but `locked_by`, the
    user that set it. `revision` counts all changes; storage compares and sets it.
    """

    id: str
    display_name: str
    spec: SoftwareSpec
    image_hash: str
    version: int
    created: datetime
    modified: datetime
    orchestrator_owner: str | None = None
    owner_data: str | None = None
    locked_by: str | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class SpecVersion:
    """One commit: who, when, why, and the whole content as of then. Never changed once written."""

    spec_id: str
    version: int
    display_name: str
    author: str
    time: datetime
    message: str
    spec: SoftwareSpec
    image_hash: str


class DepotSource(StrEnum):
    """Where the content of a depot comes from.

    The bundle of an offline depot was fetched from a location (PULL) or uploaded (PUSH). An online depot and the depot
    of an update manager download service (UMDS) are read again and again where they lie.
    """

    PULL = "PULL"
    PUSH = "PUSH"
    ONLINE = "ONLINE"
    UMDS = "UMDS"


@dataclass(frozen=True, slots=True)
class Depot:
    """An imported offline depot. `bundle_sha256` is that of the file as it came, so that it is not imported twice."""

    id: str
    source: DepotSource
    bundle_sha256: str
    created: datetime
    owner: str
    description: str = ""
    location: str | None = None
    file_id: str | None = None
    ownerdata: str | None = None


@dataclass(frozen=True, slots=True)
class OnlineDepot:
    """A depot that is read where it lies: an online depot, or (by its `source`) the UMDS depot.

    `location` is that of its index. What a depot offers counts as long as it is `enabled`; a disabled one keeps what it
    has and is not read. `system_defined` are those of the server's settings, which nobody removes by a call.
    `attempted` is when it was last read, `synchronised` when that last succeeded, and `trouble` why the last attempt
    failed ("" when it did not); the content is always that of the last success. `revision` counts all changes; storage
    compares and sets it.
    """

    id: str
    source: DepotSource
    location: str
    created: datetime
    owner: str
    description: str = ""
    ownerdata: str | None = None
    enabled: bool = True
    system_defined: bool = False
    synchronised: datetime | None = None
    attempted: datetime | None = None
    trouble: str = ""
    revision: int = 1


@dataclass(frozen=True, slots=True)
class OnlineDocument:
    """An index or a metadata archive of an online depot, as it was read last.

    `path` is below the folder of the depot's index, `sha256` names its blob. `etag` and `last_modified` are what its
    server said of this version, word for word; "" is nothing.
    """

    path: str
    sha256: str
    etag: str = ""
    last_modified: str = ""

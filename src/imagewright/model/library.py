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
    """Where the bundle of an offline depot came from: fetched from a location, or uploaded."""

    PULL = "PULL"
    PUSH = "PUSH"


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

"""The inventory: clusters and hosts by name, and which specification each of them is to have. No host is contacted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntityKind(StrEnum):
    """What a specification can be assigned to."""

    CLUSTER = "CLUSTER"
    HOST = "HOST"

    @property
    def noun(self) -> str:
        """How a sentence calls it."""
        return self.value.lower()


@dataclass(frozen=True, slots=True)
class Entity:
    """A cluster or a host. `id` is unique in the whole inventory (`domain-c8`, `host-12`).

    `cluster` is the id of the cluster that a host belongs to, and None for a standalone host and for a cluster.
    """

    id: str
    kind: EntityKind
    name: str
    created: datetime
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """The specification of an entity, and who assigned it when.

    An `orchestrator_owner` locks the assignment for everybody but `user`.
    """

    entity: str
    spec_id: str
    user: str
    time: datetime
    orchestrator_owner: str | None = None
    owner_data: str | None = None

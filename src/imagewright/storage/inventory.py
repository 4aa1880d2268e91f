"""Clusters and hosts, and what is assigned to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from imagewright.app.ports import StaleRevision
from imagewright.model.inventory import Assignment, Entity, EntityKind
from imagewright.storage.rows import broken_references_raise, changed, duplicates_raise, one, row_of
from imagewright.storage.schema import assignments, entities

_IS_IT = entities.c.id == sa.bindparam("entity_id")
_GET = sa.select(entities).where(_IS_IT)
_OF_KIND = sa.select(entities).where(entities.c.kind == sa.bindparam("kind")).order_by(entities.c.id)
_HOSTS_OF = sa.select(entities).where(entities.c.cluster == sa.bindparam("cluster_id")).order_by(entities.c.id)
_ADD = sa.insert(entities)
_DELETE = sa.delete(entities).where(_IS_IT)
_ASSIGNMENTS = sa.select(assignments)
_ASSIGNED = (
    sa.select(assignments.c.spec_id, entities)
    .join(entities, entities.c.id == assignments.c.entity)
    .order_by(entities.c.id)
)
_ASSIGN = sa.insert(assignments)
_UNASSIGN = sa.delete(assignments).where(assignments.c.entity == sa.bindparam("entity_id"))


@dataclass(frozen=True, slots=True)
class InventoryTables:
    """`ports.Inventory` in one transaction."""

    connection: sa.Connection

    def add(self, entity: Entity) -> None:
        """Stores a cluster or a host.

        Raises ValueError when the id is taken, and StaleRevision when its cluster has gone in the meantime.
        """
        gone = StaleRevision(f"the cluster {entity.cluster!r} has gone in the meantime")
        with broken_references_raise(gone), duplicates_raise(ValueError(f"there is already {entity.id!r}")):
            self.connection.execute(_ADD, row_of(entity))

    def get(self, entity_id: str) -> Entity | None:
        """The cluster or host of this id."""
        row = one(self.connection, _GET, entity_id=entity_id)
        return None if row is None else Entity(**row)

    def list(self, kind: EntityKind) -> Sequence[Entity]:
        """All clusters or all hosts, in the order of their ids."""
        return [Entity(**row) for row in self.connection.execute(_OF_KIND, {"kind": kind}).mappings()]

    def hosts_of(self, cluster_id: str) -> Sequence[Entity]:
        """The hosts of a cluster, in the order of their ids."""
        return [Entity(**row) for row in self.connection.execute(_HOSTS_OF, {"cluster_id": cluster_id}).mappings()]

    def delete(self, entity_id: str) -> bool:
        """Removes a cluster or a host with its assignment; False when there is none.

        Raises StaleRevision when the cluster has got a host in the meantime.
        """
        with broken_references_raise(StaleRevision(f"{entity_id!r} has got a host in the meantime")):
            return changed(self.connection, _DELETE, entity_id=entity_id)

    def assign(self, assignment: Assignment) -> None:
        """Stores an assignment in place of the one that the entity has.

        Raises StaleRevision when entity or specification have gone, or another one was assigned, in the meantime.
        """
        self.unassign(assignment.entity)
        gone = StaleRevision(f"{assignment.entity!r} or {assignment.spec_id} has gone in the meantime")
        other = StaleRevision(f"{assignment.entity!r} was assigned another specification in the meantime")
        with broken_references_raise(gone), duplicates_raise(other):
            self.connection.execute(_ASSIGN, row_of(assignment))

    def unassign(self, entity_id: str) -> bool:
        """Takes the assignment of an entity back; False when it has none."""
        return changed(self.connection, _UNASSIGN, entity_id=entity_id)

    def assignments(self, entity_ids: Collection[str] = ()) -> Mapping[str, Assignment]:
        """The assignments by entity; no ids means all."""
        query = _ASSIGNMENTS.where(assignments.c.entity.in_(entity_ids)) if entity_ids else _ASSIGNMENTS
        found = [Assignment(**row) for row in self.connection.execute(query).mappings()]
        return {assignment.entity: assignment for assignment in found}

    def assigned_to(self, spec_ids: Collection[str] = ()) -> Mapping[str, Sequence[Entity]]:
        """What each of these specifications is assigned to, in the order of the ids; no ids means all."""
        query = _ASSIGNED.where(assignments.c.spec_id.in_(spec_ids)) if spec_ids else _ASSIGNED
        found: dict[str, list[Entity]] = {}
        for spec_id, *row in self.connection.execute(query):
            found.setdefault(spec_id, []).append(Entity(*row))
        return found

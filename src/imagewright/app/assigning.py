"""Assigning a specification of the library to clusters and standalone hosts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from imagewright.app.answers import notifications
from imagewright.app.inventory import is_locked
from imagewright.app.library import spec_with
from imagewright.app.ports import UnitOfWork
from imagewright.app.privileges import ADMINISTER
from imagewright.contract.services import inventory
from imagewright.model.finding import Finding, Severity, finding
from imagewright.model.inventory import Assignment, EntityKind

InventoryType = inventory.EntitySpecInventoryType

KINDS: Final = {InventoryType.CLUSTER: EntityKind.CLUSTER, InventoryType.HOST: EntityKind.HOST}
"""What this inventory has of what an entity can be in the API. It has no folders and no datacenters."""


@dataclass(frozen=True, slots=True)
class Assign:
    """What a user wants: one specification for entities of one type."""

    spec_id: str
    type: InventoryType
    entities: tuple[str, ...]
    user: str
    orchestrator_owner: str | None = None
    owner_data: str | None = None

    @property
    def path(self) -> str:
        """The field of the call that lists the entities."""
        return f"entities.{self.type.value.lower()}s"


def assign_entities(uow: UnitOfWork, wanted: Assign, now: datetime) -> inventory.AssignEntitiesResult:
    """Assigns the specification to each entity in place of the one that it has, and tells how that went for each.

    What cannot be assigned is FAILED with the reason, and keeps nobody else from being assigned. NotFound when the
    specification is not in the library.
    """
    spec_with(uow, wanted.spec_id)
    outcomes = {entity_id: _assign(uow, wanted, entity_id, now) for entity_id in wanted.entities}

    def results(type_: InventoryType) -> dict[str, inventory.AssignEntityResult]:
        return outcomes if type_ is wanted.type else {}

    return inventory.AssignEntitiesResult(
        datacenter_results=results(InventoryType.DATACENTER),
        folder_results=results(InventoryType.FOLDER),
        cluster_results=results(InventoryType.CLUSTER),
        host_results=results(InventoryType.HOST),
    )


def _assign(uow: UnitOfWork, wanted: Assign, entity_id: str, now: datetime) -> inventory.AssignEntityResult:
    before = uow.inventory.assignments([entity_id]).get(entity_id)
    found = _obstacle(uow, wanted, entity_id, before)
    if found is None:
        uow.inventory.assign(
            Assignment(entity_id, wanted.spec_id, wanted.user, now, wanted.orchestrator_owner, wanted.owner_data)
        )
        if before is not None and before.spec_id != wanted.spec_id:
            found = finding("imagewright.inventory.replaced", wanted.path, entity=entity_id, previous=before.spec_id)
    failed = found is not None and found.severity is Severity.ERROR
    status = inventory.AssignEntitiesStatus
    return inventory.AssignEntityResult(
        status=status.FAILED if failed else status.COMPLETED,
        notifications=notifications([found] if found else [], now),
    )


def _obstacle(uow: UnitOfWork, wanted: Assign, entity_id: str, before: Assignment | None) -> Finding | None:
    """Why the specification cannot be assigned to this entity, or None."""
    if wanted.type not in KINDS:
        return finding("imagewright.inventory.no_such_type", wanted.path, type=wanted.type.value, entity=entity_id)
    kind = KINDS[wanted.type]
    entity = uow.inventory.get(entity_id)
    if entity is None or entity.kind is not kind:
        return finding("imagewright.inventory.unknown", wanted.path, kind=kind.noun, entity=entity_id)
    if entity.cluster is not None:
        return finding("imagewright.inventory.not_standalone", wanted.path, entity=entity_id, cluster=entity.cluster)
    user = uow.users.get(wanted.user)
    is_administrator = user is not None and ADMINISTER in user.privileges
    if before and is_locked(before, wanted.user, is_administrator=is_administrator):
        owner = before.orchestrator_owner or ""
        return finding("imagewright.inventory.managed", wanted.path, kind=kind.noun, entity=entity_id, owner=owner)
    return None

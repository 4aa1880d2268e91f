"""Clusters and hosts, for all that registers them, looks for them, or asks what is assigned to them.

They are known by id and name only: no host is contacted. A specification is assigned to clusters and to standalone
hosts; a host in a cluster follows its cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imagewright.app.names import checked
from imagewright.app.ports import UnitOfWork
from imagewright.contract.services import repository_software as software
from imagewright.model.errors import AlreadyExists, NotFound, ResourceInUse, Unauthorized
from imagewright.model.finding import listed
from imagewright.model.inventory import Assignment, Entity, EntityKind
from imagewright.model.library import LibrarySpec


def register(uow: UnitOfWork, entity: Entity) -> None:
    """Adds a cluster or a host.

    InvalidArgument for an id or name that cannot be kept, AlreadyExists when the id is taken, NotFound when the cluster
    of a host is not there.
    """
    checked(entity.id, "id")
    checked(entity.name, "name")
    if entity.cluster is not None:
        entity_with(uow, EntityKind.CLUSTER, entity.cluster)
    known = uow.inventory.get(entity.id)
    if known is not None:
        raise AlreadyExists.because(
            "imagewright.inventory.already_exists",
            "The inventory already has '{0}': the {1} {2}. Ids are unique among clusters and hosts together.",
            entity.id,
            known.kind.noun,
            known.name,
        )
    uow.inventory.add(entity)


def entity_with(uow: UnitOfWork, kind: EntityKind, entity_id: str) -> Entity:
    """The cluster or host; NotFound names the id."""
    found = uow.inventory.get(entity_id)
    if found is None or found.kind is not kind:
        raise NotFound.because(
            "imagewright.inventory.not_found",
            "There is no {0} '{1}' in the inventory. An administrator can register it: imagewright inventory add-{0}.",
            kind.noun,
            entity_id,
        )
    return found


def remove(uow: UnitOfWork, kind: EntityKind, entity_id: str) -> None:
    """Takes a cluster or a host out, with its assignment; ResourceInUse for a cluster that has hosts."""
    found = entity_with(uow, kind, entity_id)
    hosts = uow.inventory.hosts_of(found.id)
    if hosts:
        raise ResourceInUse.because(
            "imagewright.inventory.cluster_has_hosts",
            "The cluster {0} has the hosts {1}. Delete them first.",
            found.id,
            listed((host.id for host in hosts), "and"),
        )
    uow.inventory.delete(found.id)


def is_locked(assignment: Assignment, user: str, *, is_administrator: bool) -> bool:
    """True when an orchestrator holds the assignment and this user is neither the one that set it nor administrator."""
    return assignment.orchestrator_owner is not None and assignment.user != user and not is_administrator


def unassign(
    uow: UnitOfWork, kind: EntityKind, entity_ids: Iterable[str], user: str, *, is_administrator: bool
) -> None:
    """Takes the assignments of these entities back; one that has none is left as it is.

    NotFound for what is not there, Unauthorized where an orchestrator holds the assignment; then nothing is changed.
    """
    for entity_id in sorted(entity_ids):
        entity = entity_with(uow, kind, entity_id)
        assignment = uow.inventory.assignments([entity.id]).get(entity.id)
        if assignment and is_locked(assignment, user, is_administrator=is_administrator):
            raise Unauthorized.because(
                "imagewright.inventory.locked",
                "The {0} {1} is managed by the orchestrator {2}; change it there.",
                kind.noun,
                entity.id,
                assignment.orchestrator_owner,
            )
        uow.inventory.unassign(entity.id)


def assigned_entities(entities: Sequence[Entity]) -> software.AssignedEntities:
    """The entities as the API lists them beside a specification; both lists are there even when they are empty."""
    return software.AssignedEntities(
        clusters=tuple(
            software.ClusterInfo(id=each.id, name=each.name) for each in entities if each.kind is EntityKind.CLUSTER
        ),
        hosts=tuple(software.HostInfo(id=each.id, name=each.name) for each in entities if each.kind is EntityKind.HOST),
    )


def assigned_names(entities: Iterable[Entity]) -> str:
    """The entities in a sentence: `the cluster domain-c8 (Blades) and the host host-2 (edge)`."""
    return listed((f"the {each.kind.noun} {each.id} ({each.name})" for each in entities), "and")


def require_unassigned(uow: UnitOfWork, spec: LibrarySpec) -> None:
    """ResourceInUse, with the entities as data, when the specification is assigned to any."""
    entities = uow.inventory.assigned_to([spec.id]).get(spec.id, ())
    if entities:
        raise ResourceInUse.because(
            "imagewright.software.assigned",
            "The specification {0} ({1}) is assigned to {2}. Assign them another one, or take the assignment back with "
            "POST /imagewright/v1/inventory?action=unassign-entities; or edit a copy.",
            spec.id,
            spec.display_name,
            assigned_names(entities),
            data=assigned_entities(entities),
        )

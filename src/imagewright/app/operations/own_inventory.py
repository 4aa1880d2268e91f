"""Our own part of the inventory: registering clusters and hosts, and taking assignments back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from imagewright.app.assigning import KINDS
from imagewright.app.call import Call
from imagewright.app.inventory import entity_with, register, remove, unassign
from imagewright.contract.binding import implements
from imagewright.contract.services import inventory, own_inventory, settings
from imagewright.contract.services import own_inventory_clusters as clusters
from imagewright.contract.services import own_inventory_hosts as hosts
from imagewright.model.errors import NotFound
from imagewright.model.inventory import Assignment, Entity, EntityKind


@implements(own_inventory.unassign_entities)
def unassign_entities(call: Call, entities: inventory.EntitySpec) -> None:
    """Takes the specification of each of these clusters or hosts back; the published API can only assign another one.

    One that has none is left as it is. NotFound for what is not there and Unauthorized where an orchestrator holds the
    assignment; then nothing is changed.
    """
    kind = KINDS.get(entities.type)
    if kind is None:
        raise NotFound.because(
            "imagewright.inventory.no_such_type",
            "The inventory here has clusters and hosts, but nothing of the type {0}.",
            entities.type.value,
        )
    entity_ids = entities.hosts or entities.clusters or frozenset()
    unassign(call.uow, kind, entity_ids, call.caller.name, is_administrator=call.is_administrator)


@implements(clusters.create)
def create_cluster(call: Call, spec: clusters.CreateSpec) -> str:
    """Registers a cluster, and tells its id, which is the given one."""
    register(call.uow, Entity(spec.id, EntityKind.CLUSTER, spec.name, call.now))
    return spec.id


@implements(clusters.list_)
def list_clusters(call: Call) -> list[clusters.Info]:
    """All clusters with their hosts, in the order of their ids."""
    assignments = call.uow.inventory.assignments()
    members: dict[str | None, list[Entity]] = {}
    for host in call.uow.inventory.list(EntityKind.HOST):
        members.setdefault(host.cluster, []).append(host)
    return [
        _cluster(each, members.get(each.id, ()), assignments) for each in call.uow.inventory.list(EntityKind.CLUSTER)
    ]


@implements(clusters.get)
def get_cluster(call: Call, cluster: str) -> clusters.Info:
    """One cluster with its hosts."""
    found = entity_with(call.uow, EntityKind.CLUSTER, cluster)
    return _cluster(found, call.uow.inventory.hosts_of(found.id), call.uow.inventory.assignments([found.id]))


@implements(clusters.delete)
def delete_cluster(call: Call, cluster: str) -> None:
    """Takes a cluster out, with its assignment; ResourceInUse while it has hosts."""
    remove(call.uow, EntityKind.CLUSTER, cluster)


@implements(hosts.create)
def create_host(call: Call, spec: hosts.CreateSpec) -> str:
    """Registers a host, alone or in a cluster, and tells its id, which is the given one."""
    register(call.uow, Entity(spec.id, EntityKind.HOST, spec.name, call.now, spec.cluster))
    return spec.id


@implements(hosts.list_)
def list_hosts(call: Call) -> list[hosts.Info]:
    """All hosts, in the order of their ids."""
    assignments = call.uow.inventory.assignments()
    return [_host(each, assignments) for each in call.uow.inventory.list(EntityKind.HOST)]


@implements(hosts.get)
def get_host(call: Call, host: str) -> hosts.Info:
    """One host."""
    found = entity_with(call.uow, EntityKind.HOST, host)
    return _host(found, call.uow.inventory.assignments([found.id]))


@implements(hosts.delete)
def delete_host(call: Call, host: str) -> None:
    """Takes a host out, with its assignment."""
    remove(call.uow, EntityKind.HOST, host)


def _cluster(entity: Entity, members: Iterable[Entity], assignments: Mapping[str, Assignment]) -> clusters.Info:
    return clusters.Info(
        id=entity.id,
        name=entity.name,
        hosts=tuple(each.id for each in members),
        creation_time=entity.created,
        assignment=_assignment(assignments.get(entity.id)),
    )


def _host(entity: Entity, assignments: Mapping[str, Assignment]) -> hosts.Info:
    return hosts.Info(
        id=entity.id,
        name=entity.name,
        cluster=entity.cluster,
        creation_time=entity.created,
        assignment=_assignment(assignments.get(entity.id)),
    )


def _assignment(assignment: Assignment | None) -> own_inventory.Assignment | None:
    if assignment is None:
        return None
    orchestrated = assignment.orchestrator_owner is not None or assignment.owner_data is not None
    return own_inventory.Assignment(
        software_spec=assignment.spec_id,
        user=assignment.user,
        time=assignment.time,
        orchestrator_info=settings.OrchestratorInfo(
            owner=assignment.orchestrator_owner, owner_data=assignment.owner_data
        )
        if orchestrated
        else None,
    )

"""`imagewright inventory`: the clusters and hosts that specifications are assigned to. Through the server; with --data,
registering and listing work on the data folder, whether the server runs or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imagewright.cli import exit_codes, terminal
from imagewright.cli.data_folder import ConfigOption, DataOption, opened
from imagewright.cli.server import connected

if TYPE_CHECKING:
    from imagewright.client.connection import Connection
    from imagewright.contract.services.inventory import AssignEntitiesResult, EntitySpec
    from imagewright.contract.services.own_inventory_clusters import Info as Cluster
    from imagewright.contract.services.own_inventory_hosts import Info as Host
    from imagewright.model.inventory import EntityKind

app = typer.Typer(
    name="inventory", help="Register and list clusters and hosts; take their specifications back.", no_args_is_help=True
)

IdArgument = Annotated[str, typer.Argument(help="Id, such as domain-c8 or host-12; unique among clusters and hosts.")]
ClusterOption = Annotated[list[str] | None, typer.Option(help="Id of a cluster; several times.")]
HostOption = Annotated[list[str] | None, typer.Option(help="Id of a host that is in no cluster; several times.")]
NameArgument = Annotated[str, typer.Argument(help="Name for people.")]


@app.command("add-cluster")
def add_cluster(
    entity_id: IdArgument,
    name: NameArgument,
    data: DataOption = None,
    config: ConfigOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Register a cluster.

    Example: imagewright inventory add-cluster domain-c8 "Blades, hall 2"
    """
    if data is None and config is None:
        from imagewright.contract.services import own_inventory_clusters as clusters

        with connected() as connection:
            connection.call(clusters.create, spec=clusters.CreateSpec(id=entity_id, name=name))
    else:
        from imagewright.model.inventory import EntityKind

        _add_on_folder(EntityKind.CLUSTER, entity_id, name, None, data, config)
    _done(f"added {entity_id}", entity_id, json)


@app.command("add-host")
def add_host(
    entity_id: IdArgument,
    name: NameArgument,
    cluster: Annotated[str | None, typer.Option(help="Id of the cluster it belongs to. [a standalone host]")] = None,
    data: DataOption = None,
    config: ConfigOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Register a host. No host is contacted.

    Example: imagewright inventory add-host host-12 esx12.example.com --cluster domain-c8
    """
    if data is None and config is None:
        from imagewright.contract.services import own_inventory_hosts as hosts

        with connected() as connection:
            connection.call(hosts.create, spec=hosts.CreateSpec(id=entity_id, name=name, cluster=cluster))
    else:
        from imagewright.model.inventory import EntityKind

        _add_on_folder(EntityKind.HOST, entity_id, name, cluster, data, config)
    _done(f"added {entity_id}", entity_id, json)


@app.command("ls")
def ls(data: DataOption = None, config: ConfigOption = None, json: terminal.JsonOption = False) -> None:
    """List clusters and hosts, with the cluster of a host and the specification that is assigned.

    Example: imagewright inventory ls
    """
    if data is None and config is None:
        with connected() as connection:
            found = _entities(connection)
    else:
        found = _entities_on_folder(data, config)
    if json:
        terminal.echo_json(found)
        return
    terminal.table(
        ("ID", "KIND", "NAME", "CLUSTER", "IMAGE"),
        [[each.get(name) or "-" for name in ("id", "kind", "name", "cluster", "software_spec")] for each in found],
        "There is neither cluster nor host; register one with: imagewright inventory add-cluster ID NAME",
    )


@app.command("assign")
def assign(
    image: Annotated[str, typer.Argument(help="Id or name of the image.")],
    cluster: ClusterOption = None,
    host: HostOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Assign an image to clusters, or to hosts that are in none. What is assigned can be neither edited nor removed.

    Example: imagewright inventory assign "Blades" --cluster domain-c8
    """
    from imagewright.cli.naming import spec_id
    from imagewright.cli.server import finished
    from imagewright.contract.services import inventory

    with connected() as connection, terminal.bars() as bars:
        wanted = spec_id(connection, image)
        for entities in _entity_specs(cluster, host):
            spec = inventory.AssignEntitiesSpec(software_spec_id=wanted, entities=entities)
            result = finished(connection, inventory.assign_entities, bars, "Assign", input_spec=spec)
            _require_assigned(result)
    _done(f"{wanted} is assigned to {', '.join([*(cluster or ()), *(host or ())])}", wanted, json)


@app.command("unassign")
def unassign(
    cluster: ClusterOption = None,
    host: HostOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Take the assigned images of clusters or hosts back. What has none is left as it is.

    Example: imagewright inventory unassign --cluster domain-c8
    """
    from imagewright.contract.services import own_inventory

    with connected() as connection:
        for entities in _entity_specs(cluster, host):
            connection.call(own_inventory.unassign_entities, entities=entities)
    named = ", ".join([*(cluster or ()), *(host or ())])
    _done(f"nothing is assigned to {named}", named, json)


@app.command("rm")
def rm(
    entity_id: Annotated[str, typer.Argument(help="Id of a cluster or a host.")], json: terminal.JsonOption = False
) -> None:
    """Take a cluster or a host out of the inventory, with its assignment.

    Example: imagewright inventory rm host-12
    """
    from imagewright.contract.services import own_inventory_clusters as clusters
    from imagewright.contract.services import own_inventory_hosts as hosts

    with connected() as connection:
        if entity_id in {each.id for each in connection.call(clusters.list_)}:
            connection.call(clusters.delete, cluster=entity_id)
        else:
            connection.call(hosts.delete, host=entity_id)
    _done(f"removed {entity_id}", entity_id, json)


def _done(text: str, entity_id: str, json: bool) -> None:
    if json:
        terminal.echo_json({"id": entity_id})
    else:
        terminal.say(text)


def _require_assigned(result: AssignEntitiesResult) -> None:
    """Ends the command when something could not be assigned; the task tells that in its result."""
    outcomes = {**result.cluster_results, **result.host_results}
    told = [each.message.default_message for one in outcomes.values() for each in one.notifications.errors or ()]
    for text in told:
        terminal.tell(f"imagewright: {text}")
    if told:
        raise typer.Exit(exit_codes.REFUSED)


def _entities(connection: Connection) -> list[dict[str, Any]]:
    from imagewright.contract.services import own_inventory_clusters as clusters
    from imagewright.contract.services import own_inventory_hosts as hosts

    of_clusters: list[Cluster] = connection.call(clusters.list_)
    of_hosts: list[Host] = connection.call(hosts.list_)
    found: list[dict[str, Any]] = [_entity("cluster", each, None) for each in of_clusters]
    return [*found, *(_entity("host", each, each.cluster) for each in of_hosts)]


def _entity(kind: str, info: Cluster | Host, cluster: str | None) -> dict[str, Any]:
    assigned = info.assignment.software_spec if info.assignment else None
    return {"id": info.id, "kind": kind, "name": info.name, "cluster": cluster, "software_spec": assigned}


def _entities_on_folder(data: Path | None, config: Path | None) -> list[dict[str, Any]]:
    from imagewright.model.inventory import EntityKind

    with opened(data, config) as storage, storage.read() as uow:
        entities = [*uow.inventory.list(EntityKind.CLUSTER), *uow.inventory.list(EntityKind.HOST)]
        assignments = uow.inventory.assignments()
    assigned = {each: assignment.spec_id for each, assignment in assignments.items()}
    return [
        {
            "id": each.id,
            "kind": each.kind.noun,
            "name": each.name,
            "cluster": each.cluster,
            "software_spec": assigned.get(each.id),
        }
        for each in entities
    ]


def _entity_specs(clusters: list[str] | None, hosts: list[str] | None) -> list[EntitySpec]:
    """The entities as the API takes them: clusters and hosts apart."""
    from imagewright.contract.services import inventory

    kinds = inventory.EntitySpecInventoryType
    found = []
    if clusters:
        found.append(inventory.EntitySpec(type=kinds.CLUSTER, clusters=frozenset(clusters)))
    if hosts:
        found.append(inventory.EntitySpec(type=kinds.HOST, hosts=frozenset(hosts)))
    if not found:
        raise typer.BadParameter("name at least one --cluster or --host")
    return found


def _add_on_folder(
    kind: EntityKind, entity_id: str, name: str, cluster: str | None, data: Path | None, config: Path | None
) -> None:
    from imagewright.app.auditing import record_on_data_folder
    from imagewright.app.inventory import register
    from imagewright.bootstrap import utc_now
    from imagewright.contract.services import own_inventory_clusters as clusters
    from imagewright.contract.services import own_inventory_hosts as hosts
    from imagewright.model.inventory import Entity, EntityKind

    operation = clusters.create if kind is EntityKind.CLUSTER else hosts.create
    with opened(data, config) as storage, storage.write() as uow:
        register(uow, Entity(entity_id, kind, name, utc_now(), cluster))
        uow.audit.add(record_on_data_folder(operation, entity_id, utc_now()))

"""`imagewright inventory`: the clusters and hosts that specifications are assigned to. Works on the data folder; the
server need not run, and sees changes at once when it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli.data_folder import ConfigOption, DataOption, opened

if TYPE_CHECKING:
    from imagewright.model.inventory import EntityKind

app = typer.Typer(help="Register and list clusters and hosts, on the data folder.", no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(help="Id, such as domain-c8 or host-12; unique among clusters and hosts.")]
NameArgument = Annotated[str, typer.Argument(help="Name for people.")]


@app.command("add-cluster")
def add_cluster(
    entity_id: IdArgument, name: NameArgument, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Register a cluster.

    Example: imagewright inventory add-cluster domain-c8 "Blades, hall 2"
    """
    from imagewright.model.inventory import EntityKind

    _add(EntityKind.CLUSTER, entity_id, name, None, data, config)


@app.command("add-host")
def add_host(
    entity_id: IdArgument,
    name: NameArgument,
    cluster: Annotated[str | None, typer.Option(help="Id of the cluster it belongs to. [a standalone host]")] = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Register a host. No host is contacted.

    Example: imagewright inventory add-host host-12 esx12.example.com --cluster domain-c8
    """
    from imagewright.model.inventory import EntityKind

    _add(EntityKind.HOST, entity_id, name, cluster, data, config)


@app.command("list")
def list_(data: DataOption = None, config: ConfigOption = None) -> None:
    """List clusters and hosts: kind, id, name, the cluster of a host, and the specification that is assigned.

    Example: imagewright inventory list
    """
    from imagewright.model.inventory import EntityKind

    with opened(data, config) as storage, storage.read() as uow:
        entities = [*uow.inventory.list(EntityKind.CLUSTER), *uow.inventory.list(EntityKind.HOST)]
        assignments = uow.inventory.assignments()
    for each in entities:
        spec = assignments[each.id].spec_id if each.id in assignments else "-"
        typer.echo(f"{each.kind.noun}\t{each.id}\t{each.name}\t{each.cluster or '-'}\t{spec}")


def _add(
    kind: EntityKind, entity_id: str, name: str, cluster: str | None, data: Path | None, config: Path | None
) -> None:
    from imagewright.app.inventory import register
    from imagewright.bootstrap import utc_now
    from imagewright.model.errors import ApiError
    from imagewright.model.inventory import Entity

    try:
        with opened(data, config) as storage, storage.write() as uow:
            register(uow, Entity(entity_id, kind, name, utc_now(), cluster))
    except ApiError as refusal:
        typer.echo(f"imagewright: {refusal}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"added {entity_id}")

"""Online depots: naming them, changing them, removing them. What they offer comes with the next sync."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.locations import check_index_location, location_for
from imagewright.app.online_depots import (
    ONLINE_DEPOT,
    change_depot,
    online_depot_with,
    remove_online_depot,
    require_described_here,
    require_removable,
    require_system_defined,
)
from imagewright.contract.binding import implements
from imagewright.contract.services import depots_online as online
from imagewright.model.errors import AlreadyExists
from imagewright.model.library import DepotSource, OnlineDepot
from imagewright.model.task import TaskTarget


@implements(online.create)
def create(call: Call, spec: online.CreateSpec) -> str:
    """Names a depot and tells its id. Nothing is read: the next sync does.

    InvalidArgument when the location is none that this server may read, AlreadyExists when there is a depot of it.
    """
    check_index_location(call, spec.location)
    known = call.uow.online_depots.with_location(spec.location)
    if known is not None:
        raise AlreadyExists.because(
            "imagewright.depot.already_exists", "There is an online depot of this location already: {0}.", known.id
        )
    depot = OnlineDepot(
        id="",
        source=DepotSource.ONLINE,
        location=spec.location,
        created=call.now,
        owner=call.caller.name,
        description=spec.description or "",
        ownerdata=spec.ownerdata,
        enabled=spec.enabled is not False,
    )
    return call.uow.online_depots.add(depot).id


@implements(online.get)
def get(call: Call, depot: str) -> online.Info:
    """One online depot; NotFound when there is none of this id."""
    found = online_depot_with(call.uow, depot)
    return online.Info(
        description=found.description,
        location=location_for(call, found.location),
        enabled=found.enabled,
        system_defined=found.system_defined,
        owner=found.owner or None,
        ownerdata=found.ownerdata,
    )


@implements(online.list_)
def list_(call: Call) -> dict[str, online.Summary]:
    """The online depots, by id."""
    return {
        depot.id: online.Summary(
            description=depot.description,
            location=location_for(call, depot.location),
            enabled=depot.enabled,
            system_defined=depot.system_defined,
            owner=depot.owner or None,
            ownerdata=depot.ownerdata,
        )
        for depot in call.uow.online_depots.list()
    }


@implements(online.update)
def update(call: Call, depot: str, spec: online.UpdateSpec) -> None:
    """Changes what is set. A disabled depot keeps its content, which is offered again when it is enabled.

    A system-defined depot can be enabled, which is the only way back after a flush, and disabled, but not described:
    InvalidArgument.
    """
    found = online_depot_with(call.uow, depot)
    if spec.description is not None:
        require_described_here(found)
    change_depot(call.uow, found, spec.enabled, spec.description)


@implements(online.delete)
def delete(call: Call, depot: str, spec: online.DeleteSpec | None) -> None:
    """Removes a depot at once. The form with a task does the same.

    The API describes this older form as one that forgets the record and keeps the content. Here content without its
    record could never be found or removed again, so both go, and both are kept while something needs them.
    """
    found = require_removable(online_depot_with(call.uow, depot))
    remove_online_depot(call.uow, found, call.caller.name, call.now, force=_forced(spec))
    call.wakes_runner = True


@implements(online.delete_task)
def delete_task(call: Call, depot: str, spec: online.DeleteSpec | None) -> str:
    """Starts a task that removes a depot with everything that no other depot has. NotFound when there is none.

    The task FAILS with resource_in_use, whose data lists what needs the depot, unless `force` is true.
    """
    require_removable(online_depot_with(call.uow, depot))
    return call.submit(
        {"depot": depot, "force": _forced(spec)}, f"Remove the depot {depot}", TaskTarget(ONLINE_DEPOT, depot)
    )


@implements(online.flush)
def flush(call: Call, depot: str, spec: online.DeleteSpec | None) -> str:
    """Starts a task that removes the content of a system-defined depot and disables it. NotFound when there is none.

    InvalidArgument for a depot that somebody has named: that can be deleted. The task FAILS as that of `delete` does.
    """
    require_system_defined(online_depot_with(call.uow, depot))
    return call.submit(
        {"depot": depot, "force": _forced(spec)},
        f"Remove the content of the depot {depot}",
        TaskTarget(ONLINE_DEPOT, depot),
    )


def _forced(spec: online.DeleteSpec | None) -> bool:
    return bool(spec and spec.force)

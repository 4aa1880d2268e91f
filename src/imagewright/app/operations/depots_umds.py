"""The UMDS depot: what an update manager download service has fetched. There is one at most.

While there is one, a sync reads it and no online depot.
"""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.locations import check_index_location, location_for
from imagewright.app.online_depots import change_depot, move_depot, remove_umds_depot, umds_depot
from imagewright.contract.binding import implements
from imagewright.contract.services import depots_umds as umds
from imagewright.model.library import DepotSource, OnlineDepot


@implements(umds.get)
def get(call: Call) -> umds.Info:
    """The UMDS depot; NotFound when there is none."""
    found = umds_depot(call.uow)
    return umds.Info(
        description=found.description,
        enabled=found.enabled,
        location=location_for(call, found.location),
        owner=found.owner,
    )


@implements(umds.set_)
def set_(call: Call, spec: umds.SetSpec) -> None:
    """Names the depot, or another one in its place. Nothing is read: the next sync does.

    The content of the former depot is offered until that sync. InvalidArgument when the location is none that this
    server may read.
    """
    check_index_location(call, spec.location)
    wanted = OnlineDepot(
        id="",
        source=DepotSource.UMDS,
        location=spec.location,
        created=call.now,
        owner=call.caller.name,
        description=spec.description or "",
        enabled=spec.enabled is not False,
    )
    known = next(iter(call.uow.online_depots.list(DepotSource.UMDS)), None)
    if known is None:
        call.uow.online_depots.add(wanted)
    else:
        move_depot(call.uow, known, wanted, call.caller.name, call.now)
        call.wakes_runner = True


@implements(umds.update)
def update(call: Call, spec: umds.UpdateSpec) -> None:
    """Changes what is set; NotFound when there is no UMDS depot. A disabled one keeps its content and is not read."""
    change_depot(call.uow, umds_depot(call.uow), spec.enabled, spec.description)


@implements(umds.delete)
def delete(call: Call) -> None:
    """Removes the depot at once, with its content, as the form with a task does (see `depots_online.delete`)."""
    remove_umds_depot(call.uow, umds_depot(call.uow), call.caller.name, call.now)
    call.wakes_runner = True


@implements(umds.delete_task)
def delete_task(call: Call) -> str:
    """Starts a task that removes the depot with everything that no other depot has. NotFound when there is none.

    The task FAILS with resource_in_use, whose data lists what needs the depot; nothing overrides that.
    """
    umds_depot(call.uow)
    return call.submit({}, "Remove the UMDS depot")

"""How it stands with the depots that are read where they lie: the published API has no word for that."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.locations import location_for
from imagewright.contract.binding import implements
from imagewright.contract.services import own_depots_online as states
from imagewright.model.library import DepotSource, OnlineDepot


@implements(states.list_)
def list_(call: Call) -> dict[str, states.State]:
    """The state of each online depot and of the UMDS depot, by id.

    `synchronised` is when the content was last found to be what is offered, `attempted` when it was last looked, and
    `trouble` why that failed. Of the VIBs that a depot describes, `vibs_fetched` have their file on this server.
    """
    online = call.uow.online_depots
    return {depot.id: _state(call, depot) for depot in (*online.list(DepotSource.UMDS), *online.list())}


def _state(call: Call, depot: OnlineDepot) -> states.State:
    vibs = call.uow.depots.content(depot.id).vibs
    return states.State(
        source=states.Source(depot.source.value),
        location=location_for(call, depot.location),
        enabled=depot.enabled,
        synchronised=depot.synchronised,
        attempted=depot.attempted,
        trouble=depot.trouble or None,
        vibs=len(vibs),
        vibs_fetched=sum(1 for vib in vibs if vib.sha256 and call.services.blobs.exists(vib.sha256)),
    )

"""What is in an online depot, as it was synchronised last."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.depot_parts import metadata_infos
from imagewright.app.online_depots import online_depot_with
from imagewright.contract.binding import implements
from imagewright.contract.services import depots_online_content as content


@implements(content.get)
def get(call: Call, depot: str) -> content.Info:
    """The metadata bundles of a depot by vendor, each with what it describes; NotFound when there is no such depot.

    None before the first sync. A disabled depot shows what it has kept.
    """
    online_depot_with(call.uow, depot)
    return content.Info(metadata_bundles=metadata_infos(call.uow.depots.content(depot), call.uow.depots.catalog()))

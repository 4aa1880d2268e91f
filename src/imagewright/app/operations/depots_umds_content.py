"""What is in the UMDS depot, as it was synchronised last."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.depot_parts import metadata_infos
from imagewright.app.online_depots import umds_depot
from imagewright.contract.binding import implements
from imagewright.contract.services import depots_umds_content as content


@implements(content.get)
def get(call: Call) -> content.Info:
    """The metadata bundles by vendor, each with what it describes; NotFound when there is no UMDS depot."""
    found = call.uow.depots.content(umds_depot(call.uow).id)
    return content.Info(metadata_bundles=metadata_infos(found, call.uow.depots.catalog()))

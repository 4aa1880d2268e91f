"""What is in an offline depot."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.depot_parts import metadata_infos
from imagewright.app.depots import depot_with
from imagewright.contract.binding import implements
from imagewright.contract.services import depots_offline_content as content


@implements(content.get)
def get(call: Call, depot: str) -> content.Info:
    """The metadata bundles of a depot by vendor, each with what it describes; NotFound when there is no such depot."""
    depot_with(call.uow, depot)
    return content.Info(metadata_bundles=metadata_infos(call.uow.depots.content(depot), call.uow.depots.catalog()))

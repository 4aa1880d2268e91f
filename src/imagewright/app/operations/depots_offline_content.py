"""What is in an offline depot."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.depot_parts import metadata_info
from imagewright.app.depots import depot_with
from imagewright.contract.binding import implements
from imagewright.contract.services import depots
from imagewright.contract.services import depots_offline_content as content


@implements(content.get)
def get(call: Call, depot: str) -> content.Info:
    """The metadata bundles of a depot by vendor, each with what it describes; NotFound when there is no such depot."""
    depot_with(call.uow, depot)
    catalog = call.uow.depots.catalog()
    by_vendor: dict[str, list[depots.MetadataInfo]] = {}
    for bundle in call.uow.depots.content(depot).bundles:
        by_vendor.setdefault(bundle.vendor, []).append(metadata_info(bundle, catalog))
    return content.Info(metadata_bundles={vendor: tuple(bundles) for vendor, bundles in by_vendor.items()})

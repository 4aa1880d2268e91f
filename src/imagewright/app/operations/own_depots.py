"""What the API has no operations for: base images that nobody can read, and what was not understood of a depot."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.declaring import declare
from imagewright.app.depots import depot_with
from imagewright.contract.binding import implements
from imagewright.contract.services import own_depots_base_images as base_images
from imagewright.contract.services import own_depots_notes as notes
from imagewright.model.declaration import Declaration
from imagewright.model.library import DepotSource


@implements(base_images.declare)
def declare_base_image(call: Call, depot: str, spec: base_images.DeclareSpec) -> str:
    """Declares a base image of the VIBs or components of a depot, and tells the id of the depot that it becomes.

    InvalidArgument for what does not fit the depot, AlreadyExists when some depot has a base image of this version.
    """
    declaration = Declaration(
        version=spec.version,
        components=spec.components or {},
        vibs=spec.vibs or frozenset(),
        display_name=spec.display_name or "",
        display_version=spec.display_version or "",
        vendor=spec.vendor or "",
        summary=spec.summary or "",
        description=spec.description or "",
        release_date=spec.release_date,
    )
    return declare(call.uow, depot_with(call.uow, depot), declaration, call.caller.name, call.now).id


@implements(notes.list_)
def list_notes(call: Call, depot: str) -> tuple[notes.Info, ...]:
    """What was passed over when the depot was imported or synchronised, or inferred from its content, and why."""
    online = call.uow.online_depots
    if online.get(depot) is None and online.get(depot, DepotSource.UMDS) is None:
        depot_with(call.uow, depot)
    return tuple(
        notes.Info(path=each.path, reason=each.reason) for each in call.uow.depots.content(depot).not_understood
    )

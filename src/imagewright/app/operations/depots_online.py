"""Online depots, of which there are none: what a depot offers is imported when somebody asks for it."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.contract.binding import implements
from imagewright.contract.services import depots_online as online


@implements(online.list_)
def list_(_: Call) -> dict[str, online.Summary]:
    """No online depots: this server follows none, and imports offline depots when it is told to."""
    return {}

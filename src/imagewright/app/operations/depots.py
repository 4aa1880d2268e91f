"""Depots of all kinds together."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.contract.binding import implements
from imagewright.contract.services import depots


@implements(depots.sync)
def sync(call: Call, spec: depots.SyncSpec | None) -> str:
    """Starts a task that reads the UMDS depot, or else all online depots that are enabled.

    With `cleanup` everything is read anew, and what the depots do not offer any more goes.
    """
    return call.submit({"cleanup": bool(spec and spec.cleanup)}, "Synchronise the depots", cancelable=True)

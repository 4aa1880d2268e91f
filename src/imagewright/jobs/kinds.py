"""All kinds of tasks that this server can do."""

from __future__ import annotations

from typing import Final

from imagewright.app.call import Services
from imagewright.jobs import depots, drafts, exports, inventory, online_depots, sweeping
from imagewright.jobs.kind import JobKind

KINDS: Final[tuple[JobKind[Services], ...]] = (
    *drafts.KINDS,
    *depots.KINDS,
    *inventory.KINDS,
    *exports.KINDS,
    *online_depots.KINDS,
    *sweeping.KINDS,
)

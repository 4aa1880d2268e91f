"""Removing blobs that nothing refers to any more, or never did.

A blob is stored before the row that owns it is committed, so one without an owner may be somebody's work in progress.
What is swept is therefore old enough: older than the start of every import, sync and export that is running.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from imagewright.app.ports import Blobs, Storage, UnitOfWork
from imagewright.app.tasks import new_task
from imagewright.contract.services import depots
from imagewright.contract.services import depots_offline as offline
from imagewright.model.task import TaskStatus

log = logging.getLogger(__name__)

SERVICE: Final = "imagewright.blobs"
OPERATION: Final = "sweep$task"
"""Of a task that the server gives itself; the API has no such operation."""

_STORING: Final = (offline.create.service, depots.sync.service, "imagewright.exports")
"""Services whose tasks store blobs before the rows that own them."""

GRACE: Final = timedelta(hours=1)
"""How old an orphan must be to be swept when nobody says where it comes from."""


def sweep_blobs(storage: Storage, blobs: Blobs, now: datetime) -> int:
    """Removes what crashes left behind, from time to time; tells how many blobs."""
    return _sweep(storage, blobs, blobs.names(), now - GRACE)


def sweep_named(
    storage: Storage, blobs: Blobs, names: Iterable[str], stored_before: datetime, by_task: str = ""
) -> int:
    """Removes those of these blobs that have no owner and were stored before that moment; tells how many.

    `by_task` is the import that tidies up after itself and so protects its blobs no longer.
    """
    return _sweep(storage, blobs, names, stored_before, by_task)


def submit_sweep(uow: UnitOfWork, names: Sequence[str], user: str, now: datetime) -> None:
    """Has these blobs swept by a task as soon as this transaction is committed, and never when it is not."""
    description = f"Remove up to {len(names)} files that are not needed any more"
    uow.tasks.add(new_task(SERVICE, OPERATION, user, now, {"blobs": list(names)}, description))


def no_longer_protected(uow: UnitOfWork, before: datetime, by_task: str = "") -> datetime:
    """Blobs without an owner that were stored before this moment are nobody's work in progress: `before` or earlier."""
    running = uow.tasks.list(services=_STORING, statuses=[TaskStatus.RUNNING])
    return min([before, *(task.started or task.submitted for task in running if task.id != by_task)])


def _sweep(storage: Storage, blobs: Blobs, names: Iterable[str], before: datetime, by_task: str = "") -> int:
    with storage.read() as uow:
        owned = uow.owned_blobs()
        limit = no_longer_protected(uow, before, by_task)
    swept = sum(1 for name in names if name not in owned and _delete_old(blobs, name, limit))
    if swept:
        log.info("%d blobs without an owner were removed", swept)
    return swept


def _delete_old(blobs: Blobs, name: str, limit: datetime) -> bool:
    try:
        return blobs.stored(name) < limit and blobs.delete(name)
    except FileNotFoundError:
        return False

"""What a task that stores blobs does when it fails: it takes them away, and tells trouble with the disk as such."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from imagewright.app.call import Services
from imagewright.app.ports import StorageUnavailable
from imagewright.app.sweeping import sweep_named
from imagewright.jobs.kind import Job, LeaseLost
from imagewright.model.errors import ServiceUnavailable

log = logging.getLogger(__name__)


@contextmanager
def tidying(job: Job[Services], stored: Collection[str]) -> Iterator[None]:
    """Takes away what a failed task has stored. After LeaseLost that is for the worker that has the task now.

    Raises ServiceUnavailable for an OSError: whatever is wrong with a location or a depot has its own errors.
    """
    try:
        with _disk_trouble_told():
            yield
    except LeaseLost:
        raise
    except BaseException:
        try:
            sweep_named(job.storage, job.services.blobs, stored, job.services.clock(), by_task=job.task.id)
        except (StorageUnavailable, OSError) as failure:
            # They are orphans and will be swept as such; what went wrong first is what must be told.
            log.warning("Task %s: what it stored is left behind: %s", job.task.id, failure)
        raise


@contextmanager
def _disk_trouble_told() -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        log.error("A depot cannot be stored: %s", failure)
        raise ServiceUnavailable.because(
            "imagewright.depot.not_stored",
            "The server cannot use its storage for the depot now ({0}). Nothing was changed; try again when that is "
            "repaired.",
            failure.strerror or type(failure).__name__,
        ) from failure

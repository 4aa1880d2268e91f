"""Removing the blobs of a depot or of a bundle once the transaction that gave them up is committed."""

from __future__ import annotations

from typing import Final

from imagewright.app import sweeping
from imagewright.app.call import Services
from imagewright.jobs.kind import Finish, Job, JobKind


def sweep(job: Job[Services]) -> Finish:
    """Removes those of the named blobs that nobody owns and nobody has stored again since the task was submitted."""
    sweeping.sweep_named(job.storage, job.services.blobs, job.task.arguments["blobs"], job.task.submitted)
    return lambda _: None


KINDS: Final = (JobKind(sweeping.SERVICE, sweeping.OPERATION, sweep),)

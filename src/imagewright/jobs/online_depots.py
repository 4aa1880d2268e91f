"""Synchronising depots that are read where they lie, and removing them or their content.

A sync is all or nothing for each depot::

    index ──► index of each vendor ──► metadata archives ──► Finish: content, documents and state, all depots at once

What a depot does not offer any more stays until a sync with `cleanup`. A depot that cannot be read completely keeps the
content that it had, and its state says why; then the task ends FAILED and names it, while the other depots are up to
date. VIBs are not fetched here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from imagewright.app.call import Services
from imagewright.app.depots import require_unused
from imagewright.app.fetch_ports import FetchError
from imagewright.app.online_depots import (
    blobs_of,
    depots_to_sync,
    flush_depot,
    online_depot_with,
    remove_online_depot,
    remove_umds_depot,
    umds_depot,
)
from imagewright.app.ports import UnitOfWork
from imagewright.app.sweeping import submit_sweep
from imagewright.app.tasks import error_document
from imagewright.contract.services import depots
from imagewright.contract.services import depots_online as online
from imagewright.contract.services import depots_umds as umds
from imagewright.formats.errors import FormatError
from imagewright.formats.online import archive_places, known_wholly, read_archives, vendor_places
from imagewright.jobs.documents import Documents
from imagewright.jobs.kind import Failed, Finish, Job, JobKind
from imagewright.jobs.tidying import tidying
from imagewright.model.content import DepotContent
from imagewright.model.errors import InternalError, Message
from imagewright.model.library import OnlineDepot, OnlineDocument
from imagewright.model.withdrawn import with_withdrawn

WHOLE: Final = 1000
"""Parts of the work on one depot, as progress counts it."""

MIB: Final = 1024 * 1024


def sync(job: Job[Services]) -> Finish:
    """Reads the UMDS depot, or else all online depots that are enabled.

    Ends FAILED with `error`, with a message for each depot that could not be read, and ServiceUnavailable when the
    blobs cannot be stored or read.
    """
    with job.storage.read() as uow:
        chosen = depots_to_sync(uow)
    work = _Sync(job, chosen)
    with tidying(job, work.stored):
        outcomes = [work.read(depot) for depot in chosen]

    def finish(uow: UnitOfWork) -> Failed | None:
        now = job.services.clock()
        superseded = {name for outcome in outcomes for name in _record(uow, outcome, now)} | work.stored
        unneeded = sorted(name for name in superseded if job.services.blobs.exists(name))
        if unneeded:
            submit_sweep(uow, unneeded, job.task.user, now)
        return _failure(outcomes)

    return finish


def delete_depot(job: Job[Services]) -> Finish:
    """Removes the depot that the task names. ResourceInUse, with the lists of the API, when something needs it."""
    depot_id, force = job.task.arguments["depot"], job.task.arguments["force"]
    _require_unused(job, depot_id, force)
    return lambda uow: remove_online_depot(
        uow, online_depot_with(uow, depot_id), job.task.user, job.services.clock(), force=force
    )


def flush(job: Job[Services]) -> Finish:
    """Removes the content of the depot that the task names. ResourceInUse as for removing it."""
    depot_id, force = job.task.arguments["depot"], job.task.arguments["force"]
    _require_unused(job, depot_id, force)
    return lambda uow: flush_depot(
        uow, online_depot_with(uow, depot_id), job.task.user, job.services.clock(), force=force
    )


def delete_umds_depot(job: Job[Services]) -> Finish:
    """Removes the UMDS depot. NotFound when there is none any more, ResourceInUse when something needs it."""
    with job.storage.read() as uow:
        require_unused(uow, umds_depot(uow).id, online.PrecheckResult, can_be_forced=False)
    return lambda uow: remove_umds_depot(uow, umds_depot(uow), job.task.user, job.services.clock())


def _require_unused(job: Job[Services], depot_id: str, force: bool) -> None:
    with job.storage.read() as uow:
        depot = online_depot_with(uow, depot_id)
        if not force:
            require_unused(uow, depot.id, online.PrecheckResult)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of reading a depot: other content, the same as before (None), or trouble."""

    depot: OnlineDepot
    documents: tuple[OnlineDocument, ...] = ()
    content: DepotContent | None = None
    trouble: str = ""


@dataclass(slots=True)
class _Sync:
    """One sync at work. `stored` are the blobs that it has put into the store."""

    job: Job[Services]
    depots: Sequence[OnlineDepot]
    stored: set[str] = field(default_factory=set)

    def read(self, depot: OnlineDepot) -> _Outcome:
        """Reads one depot. What is wrong with it is in the outcome."""
        services = self.job.services
        known: dict[str, OnlineDocument] = {}
        if not self._cleans_up:
            with self.job.storage.read() as uow:
                known = {document.path: document for document in uow.online_depots.documents(depot.id)}

        def report(count: int, size: int) -> None:
            self._report(depot, count, size)

        try:
            with services.fetcher.visit() as fetcher:
                documents = Documents(
                    depot.location, known, fetcher, services.blobs, services.limits, self.stored, report
                )
                offered = self._content(documents, depot)
        except FetchError as error:
            return _Outcome(depot, trouble=str(error))
        except FormatError as error:
            return _Outcome(depot, trouble=f"{error}.")
        return _Outcome(depot, tuple(documents.read.values()), offered)

    @property
    def _cleans_up(self) -> bool:
        return bool(self.job.task.arguments["cleanup"])

    def _content(self, documents: Documents, depot: OnlineDepot) -> DepotContent | None:
        """What the depot offers and has withdrawn; None when no document has changed."""
        limits = self.job.services.limits
        archives = [
            archive
            for vendor in vendor_places(documents.text(documents.index), documents.index, documents.root, limits)
            for archive in archive_places(documents.text(vendor.path), vendor, documents.root, limits)
        ]
        documents.fetch(archive.path for archive in archives)
        if not documents.changed:
            return None
        # Of a UMDS depot that was moved nothing is known: what it has is from elsewhere, and nobody has withdrawn it.
        before = self._before(depot) if documents.any_known else DepotContent(())
        unchanged = known_wholly(before, documents.unchanged)
        offered = read_archives(archives, documents.open, limits, self.job.services.forms, unchanged)
        return with_withdrawn(offered, before)

    def _before(self, depot: OnlineDepot) -> DepotContent:
        with self.job.storage.read() as uow:
            return uow.depots.content(depot.id)

    def _report(self, depot: OnlineDepot, count: int, size: int) -> None:
        number = self.depots.index(depot)
        # How many documents there will be is not known; ever more of them come ever nearer to the end.
        done = number * WHOLE + WHOLE * count // (count + 10)
        text = f"Reading depot {depot.id}, {number + 1} of {len(self.depots)}: {count} documents, {size // MIB} MiB"
        self.job.progress(done, len(self.depots) * WHOLE, text)


def _record(uow: UnitOfWork, outcome: _Outcome, now: datetime) -> set[str]:
    """Writes down what came of a depot, and tells the blobs that it may not need any more.

    Nothing when somebody has removed, moved or disabled it meanwhile, or when another sync was faster.
    """
    read = outcome.depot
    current = uow.online_depots.get(read.id, read.source)
    if current is None or replace(current, description="", revision=0) != replace(read, description="", revision=0):
        return set()
    if outcome.trouble:
        uow.online_depots.save(replace(current, attempted=now, trouble=outcome.trouble))
        return set()
    synchronised = replace(current, attempted=now, synchronised=now, trouble="")
    if outcome.content is None:
        uow.online_depots.save(synchronised, outcome.documents)
        return set()
    superseded = blobs_of(uow, current)
    uow.online_depots.replace_content(synchronised, outcome.content, outcome.documents)
    return superseded


def _failure(outcomes: Sequence[_Outcome]) -> Failed | None:
    """The end of a sync with troubles. What is said of locations is what everybody may read."""
    failed = [outcome for outcome in outcomes if outcome.trouble]
    if not failed:
        return None
    summary = (
        "{0} of {1} depots could not be synchronised. They keep the content that they had; what could be read is up to "
        "date. Synchronise again when the causes below are repaired."
    )
    counts = (str(len(failed)), str(len(outcomes)))
    messages = [Message("imagewright.depot.not_synchronised", summary.format(*counts), counts)]
    for outcome in failed:
        said = (outcome.depot.id, outcome.trouble)
        messages.append(Message("imagewright.depot.sync_trouble", f"Depot {outcome.depot.id}: {outcome.trouble}", said))
    return Failed(error_document(InternalError(*messages)))


KINDS: Final[tuple[JobKind[Services], ...]] = (
    JobKind(depots.sync.service, depots.sync.operation_id, sync, cancelable=True),
    JobKind(online.delete_task.service, online.delete_task.operation_id, delete_depot),
    JobKind(umds.delete_task.service, umds.delete_task.operation_id, delete_umds_depot),
    JobKind(online.flush.service, online.flush.operation_id, flush),
)

"""Importing offline depots and removing them.

An import is all or nothing::

    location or uploaded file ──► bundle blob ──► metadata ──► one blob for each VIB ──► Finish: depot and content
    file: location, read where it lies ──────────────▲

Until its Finish is committed nothing refers to what it stored. A failed import takes its blobs away itself, one that
was killed is started again and stores the same ones, and what is left over in any other case is swept as orphans.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final
from urllib.parse import unquote, urlsplit

from imagewright.app.call import Services
from imagewright.app.depots import depot_with, refuse_known_bundle, remove_depot, require_unused
from imagewright.app.fetch_ports import FetchError, FileInPlace
from imagewright.app.ports import UnitOfWork
from imagewright.app.sweeping import submit_sweep
from imagewright.app.tasks import result_document
from imagewright.app.uploads import upload_with
from imagewright.contract.services import depots_offline as offline
from imagewright.formats.bundle import OpenDepot, open_depot
from imagewright.formats.errors import FormatError
from imagewright.jobs.kind import Finish, Job, JobKind
from imagewright.jobs.storing import store_vibs
from imagewright.jobs.tidying import tidying
from imagewright.model.content import DepotContent, Vib, VibRef
from imagewright.model.errors import InvalidArgument
from imagewright.model.library import Depot, DepotSource

FETCHED: Final = 400
WHOLE: Final = 1000
"""How much of an import is done when the bundle is here, and in all."""

KIB: Final = 1024
MIB: Final = 1024 * KIB


def import_depot(job: Job[Services]) -> Finish:
    """Imports the bundle that the task names; the result has the id of the new depot.

    InvalidArgument when the location cannot be read (with the HTTP status met), or when there is anything wrong with
    the bundle or a VIB in it (naming file, element and reason); AlreadyExists when this file was imported before;
    ServiceUnavailable when the blobs cannot be stored or read.
    """
    work = _Import(job)
    with tidying(job, work.stored), work.bundle() as bundle:
        with job.storage.read() as uow:
            refuse_known_bundle(uow, bundle.sha256)
        content = work.store(bundle)

    def finish(uow: UnitOfWork) -> Any:
        refuse_known_bundle(uow, bundle.sha256)
        depot = uow.depots.add(work.depot(bundle), content)
        uow.depots.keep_crcs(work.stored)
        if bundle.file_id is not None:
            uow.uploads.delete(bundle.file_id)
        submit_sweep(uow, [bundle.sha256], job.task.user, job.services.clock())
        return result_document(offline.create, offline.CreateResult(depot=depot.id))

    return finish


def delete_depot(job: Job[Services]) -> Finish:
    """Removes the depot that the task names. ResourceInUse, with the lists of the API, when something needs it."""
    depot_id, force = job.task.arguments["depot"], job.task.arguments["force"]
    with job.storage.read() as uow:
        depot = depot_with(uow, depot_id)
        if not force:
            require_unused(uow, depot.id)
    return lambda uow: remove_depot(uow, depot_id, job.task.user, job.services.clock(), force=force)


@dataclass(frozen=True, slots=True)
class _Bundle:
    """A bundle that can be read. `name` is what messages call it; `file_id` is that of its upload."""

    sha256: str
    name: str
    file: BinaryIO
    file_id: str | None = None


@dataclass(slots=True)
class _Import:
    """One import at work. `stored` are the blobs that it has put into the store, and their CRC-32."""

    job: Job[Services]
    stored: dict[str, int] = field(default_factory=dict)

    @property
    def arguments(self) -> Mapping[str, Any]:
        return self.job.task.arguments

    @contextmanager
    def bundle(self) -> Iterator[_Bundle]:
        """The bundle, fetched, uploaded, or where it lies. Raises InvalidArgument when its location cannot be read."""
        if self.arguments["source_type"] != DepotSource.PULL:
            with self.job.storage.read() as uow:
                upload = upload_with(uow, self.arguments["file_id"], self.job.task.user)
            with self.job.services.blobs.open(upload.sha256) as file:
                yield _Bundle(upload.sha256, upload.file_name, file, upload.file_id)
            return
        location = self.arguments["location"]
        name = _file_name(self.job.services.fetcher.shown(location))
        try:
            in_place = self.job.services.fetcher.in_place(location, progress=self._report_reading)
            if in_place is None:
                sha256 = self._fetched(location)
                with self.job.services.blobs.open(sha256) as file:
                    yield _Bundle(sha256, name, file)
            else:
                yield from self._lying(in_place, name)
        except FetchError as error:
            raise InvalidArgument.because("imagewright.depot.not_fetched", "{0}", error) from error

    def _lying(self, in_place: AbstractContextManager[FileInPlace], name: str) -> Iterator[_Bundle]:
        """A file that others may write to: nothing of it counts when it is another at the end."""
        with in_place as found:
            try:
                yield _Bundle(found.sha256, name, found.file)
            except InvalidArgument:
                found.require_unchanged()  # a change is why something was wrong with it
                raise
            found.require_unchanged()

    def store(self, bundle: _Bundle) -> DepotContent:
        """Stores every VIB of the bundle, and gives the content with each VIB as its own file describes it."""
        self.job.progress(FETCHED, WHOLE, f"Reading {bundle.name}")
        services = self.job.services
        try:
            trusted, forms = services.trusted_signers, services.forms
            with open_depot(bundle.file, bundle.name, services.limits, trusted, forms) as opened:
                return opened.content.with_vibs(self._stored_vibs(opened))
        except FormatError as error:
            raise InvalidArgument.because(
                "imagewright.depot.unreadable", "{0}. Nothing was imported.", error
            ) from error

    def depot(self, bundle: _Bundle) -> Depot:
        """The record of the new depot."""
        return Depot(
            id="",
            source=DepotSource(self.arguments["source_type"]),
            bundle_sha256=bundle.sha256,
            created=self.job.services.clock(),
            owner=self.job.task.user,
            description=self.arguments["description"],
            location=self.arguments["location"],
            file_id=bundle.file_id,
            ownerdata=self.arguments["ownerdata"],
        )

    def _fetched(self, location: str) -> str:
        services = self.job.services
        with services.blobs.writer() as writer:
            headers = self.arguments["headers"]
            services.fetcher.fetch(location, writer, headers=headers, progress=self._report_reading)
            blob = writer.commit()
        self.stored[blob.sha256] = blob.crc32
        return blob.sha256

    def _report_reading(self, received: int, total: int | None) -> None:
        done = FETCHED * received // total if total else 0
        whole = f" of {_size(total)}" if total else ""
        self.job.progress(done, WHOLE, f"Fetching the bundle: {_size(received)}{whole}")

    def _stored_vibs(self, opened: OpenDepot) -> dict[VibRef, Vib]:
        def report(written: int, whole: int, text: str) -> None:
            done = FETCHED + (WHOLE - FETCHED) * written // whole
            self.job.progress(min(done, WHOLE - 1), WHOLE, text)

        return store_vibs(opened, self.job.services.blobs, self.stored, report)


def _size(count: int) -> str:
    return f"{count // MIB} MiB" if count >= MIB else f"{count // KIB} KiB"


def _file_name(location: str) -> str:
    return unquote(urlsplit(location).path.rpartition("/")[2]) or "bundle"


KINDS: Final = (
    JobKind(offline.create.service, offline.create.operation_id, import_depot, cancelable=True),
    JobKind(offline.delete_task.service, offline.delete_task.operation_id, delete_depot),
)

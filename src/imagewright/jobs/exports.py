"""Making the files that were asked for.

A bundle is not written: its VIBs lie in the blob store, and only what stands between them is made and stored beside
them. What a task has not finished is nowhere; it is taken up again, or asked for again.
"""

from __future__ import annotations

from threading import Lock
from typing import BinaryIO, Final

from imagewright.app import exports
from imagewright.app.call import Services
from imagewright.app.exports import Wanted, complete, require_whole
from imagewright.app.payloads import fetch_vibs
from imagewright.app.ports import UnitOfWork
from imagewright.formats.bundle_copy import check_files
from imagewright.formats.bundle_plan import BundlePlan, Crcs, PlacedVib
from imagewright.formats.depot_writer import depot_files
from imagewright.formats.errors import FormatError
from imagewright.formats.spec_json import write_spec
from imagewright.jobs.kind import Finish, Job, JobKind
from imagewright.model.catalog import Catalog
from imagewright.model.content import Vib
from imagewright.model.errors import ResourceInaccessible, ServiceUnavailable
from imagewright.model.export import Export, FilePart
from imagewright.model.exporting import image_depot


def make(job: Job[Services]) -> Finish:
    """Makes the file that the task names.

    Files that are in online depots only are fetched. NotFound when no depot holds something of the image any more,
    ResourceInaccessible when the file of a VIB cannot be fetched or read or is damaged, naming the VIB and its depots.
    """
    wanted = Wanted.from_document(dict(job.task.arguments))
    with job.storage.read() as uow:
        catalog, revision = uow.depots.catalog(), uow.depots.catalog_revision()
    effective = job.services.effective.of(wanted.spec, catalog, revision)
    require_whole(effective)
    content = image_depot(effective, catalog, skip_reserved=wanted.skip_reserved)
    fetch_vibs(job.storage, job.services, content.vibs, lambda done, whole: _report_fetched(job, done, whole))
    parts = _bundle(job, BundlePlan(depot_files(content, write_spec(wanted.spec))), catalog)

    def finish(uow: UnitOfWork) -> None:
        if not {vib.sha256 for vib in content.vibs} <= uow.owned_blobs():
            raise ServiceUnavailable.because(
                "imagewright.export.depot_gone", "A depot was removed while the file was made. Export it again."
            )
        complete(uow, Export(job.task.arguments["export"], job.task.id, job.services.clock(), parts))

    return finish


def _bundle(job: Job[Services], plan: BundlePlan, catalog: Catalog) -> tuple[FilePart, ...]:
    pieces = plan.pieces(_checked(job, plan, catalog))
    with job.services.blobs.writer() as writer:
        for piece in pieces:
            if isinstance(piece, bytes):
                writer.write(piece)
        frame = writer.commit()
    parts, place = [], 0
    for piece in pieces:
        if isinstance(piece, PlacedVib):
            parts.append(FilePart(piece.vib.sha256, 0, piece.vib.size))
        elif piece:
            parts.append(FilePart(frame.sha256, place, len(piece)))
            place += len(piece)
    return tuple(parts)


def _report_fetched(job: Job[Services], done: int, whole: int) -> None:
    job.progress(done, 2 * whole or 1, "Fetching files of VIBs from online depots")


def _checked(job: Job[Services], plan: BundlePlan, catalog: Catalog) -> Crcs:
    whole = sum(placed.vib.size for placed in plan.vibs) or 1
    done, lock = 0, Lock()

    def report(more: int) -> None:
        nonlocal done
        with lock:
            done += more
            job.progress(done, whole, f"Checking {len(plan.vibs)} VIBs")

    def open_file(vib: Vib) -> BinaryIO:
        try:
            return job.services.blobs.open(vib.sha256)
        except FileNotFoundError:
            raise _not_there(vib, catalog) from None

    try:
        return check_files(plan, open_file, report)
    except FormatError as error:
        raise ResourceInaccessible.because("imagewright.export.damaged", "Nothing was exported: {0}.", error) from error


def _not_there(vib: Vib, catalog: Catalog) -> ResourceInaccessible:
    return ResourceInaccessible.because(
        "imagewright.export.no_file",
        "Nothing was exported: the file of VIB {0}, of depot {1}, is not on this server. Import the depot again, or "
        "leave reserved VIBs out if it is one.",
        vib.id,
        ", ".join(catalog.depots_of(vib)) or "(none)",
    )


KINDS: Final = (JobKind(exports.SERVICE, exports.OPERATION, make, cancelable=True),)

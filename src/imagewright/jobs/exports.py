"""Making the files that were asked for.

Neither a bundle nor a disc is written: their VIBs lie in the blob store, and only what stands between them, or between
their payloads, is made and stored beside them. What a task has not finished is nowhere; it is taken up again, or asked
for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import BinaryIO, Final

from imagewright.app import exports
from imagewright.app.call import Services
from imagewright.app.exports import Wanted, complete, disc_of, require_whole
from imagewright.app.payloads import fetch_vibs, require_acceptable
from imagewright.app.ports import UnitOfWork
from imagewright.formats.bundle_copy import check_files
from imagewright.formats.bundle_plan import BundlePlan, Crcs
from imagewright.formats.depot_writer import depot_files
from imagewright.formats.errors import FormatError
from imagewright.formats.spec_json import write_spec
from imagewright.jobs.kind import Finish, Job, JobKind
from imagewright.model.catalog import Catalog
from imagewright.model.content import Vib
from imagewright.model.effective import EffectiveSpec
from imagewright.model.errors import ResourceInaccessible, ServiceUnavailable
from imagewright.model.export import Export, ExportKind, FilePart
from imagewright.model.exporting import image_depot


def make(job: Job[Services]) -> Finish:
    """Makes the file that the task names.

    Files that are in online depots only are fetched. NotFound when no depot holds something of the image any more,
    ResourceInaccessible when the file of a VIB cannot be fetched or read or is damaged, naming the VIB and its depots,
    Unsupported when a disc would not start.
    """
    work = _Export(job, Wanted.from_document(dict(job.task.arguments)))
    parts = work.parts()

    def finish(uow: UnitOfWork) -> None:
        if not work.used <= uow.owned_blobs():
            raise ServiceUnavailable.because(
                "imagewright.export.depot_gone", "A depot was removed while the file was made. Export it again."
            )
        uow.depots.keep_crcs(work.learned)
        complete(uow, Export(job.task.arguments["export"], job.task.id, job.services.clock(), parts))

    return finish


@dataclass(slots=True)
class _Export:
    """One export at work. `used` are the blobs of VIBs that the file has parts of, `learned` the CRC-32 of those that
    were compared with their SHA-256, because nobody knew it."""

    job: Job[Services]
    wanted: Wanted
    used: frozenset[str] = frozenset()
    learned: Mapping[str, int] = field(default_factory=dict)

    def parts(self) -> tuple[FilePart, ...]:
        """The parts of the file, with everything checked and stored."""
        with self.job.storage.read() as uow:
            catalog, revision = uow.depots.catalog(), uow.depots.catalog_revision()
        effective = self.job.services.effective.of(self.wanted.spec, catalog, revision)
        require_whole(effective)
        try:
            if self.wanted.kind is ExportKind.ISO_IMAGE:
                return self._disc(effective, catalog)
            return self._bundle(effective, catalog)
        except FormatError as error:
            raise ResourceInaccessible.because(
                "imagewright.export.damaged", "Nothing was exported: {0}.", error
            ) from error

    def _bundle(self, effective: EffectiveSpec, catalog: Catalog) -> tuple[FilePart, ...]:
        content = image_depot(effective, catalog, skip_reserved=self.wanted.skip_reserved)
        plan = BundlePlan(depot_files(content, write_spec(self.wanted.spec)))
        crcs = self._checked(content.vibs, catalog)
        return self._stored(
            piece if isinstance(piece, bytes) else FilePart(piece.vib.sha256, 0, piece.vib.size)
            for piece in plan.pieces(crcs)
        )

    def _disc(self, effective: EffectiveSpec, catalog: Catalog) -> tuple[FilePart, ...]:
        from imagewright.formats.iso import image_database, iso_pieces  # the library takes a while to load

        disc = disc_of(effective)
        content = image_depot(effective, catalog, skip_reserved=True)
        self._checked(content.vibs, catalog)
        pieces = iso_pieces(disc, image_database(content), lambda vib: self._open(vib, catalog))
        return self._stored(
            piece if isinstance(piece, bytes) else FilePart(piece.vib.sha256, piece.offset, piece.length)
            for piece in pieces
        )

    def _checked(self, vibs: tuple[Vib, ...], catalog: Catalog) -> Crcs:
        self.used = frozenset(vib.sha256 for vib in vibs)
        fetch_vibs(self.job.storage, self.job.services, vibs, self._report_fetched)
        require_acceptable(self.job.services, vibs)
        whole = sum(vib.size for vib in vibs) or 1
        done, lock = 0, Lock()

        def report(more: int) -> None:
            nonlocal done
            with lock:
                done += more
                self.job.progress(done, whole, f"Checking {len(vibs)} VIBs")

        known = self._known(vibs)
        crcs = check_files(vibs, lambda vib: self._open(vib, catalog), report, known)
        self.learned = {vib.sha256: crcs[vib.ref] for vib in vibs if vib.ref not in known}
        return crcs

    def _known(self, vibs: tuple[Vib, ...]) -> Crcs:
        """The CRC-32 to compare files with. It finds decay, and no intent: who keeps a bucket could make it fit."""
        if not self.job.services.blobs.are_local():
            return {}
        with self.job.storage.read() as uow:
            crcs = uow.depots.crcs(self.used)
        return {vib.ref: crcs[vib.sha256] for vib in vibs if vib.sha256 in crcs}

    def _report_fetched(self, done: int, whole: int) -> None:
        self.job.progress(done, 2 * whole or 1, "Fetching files of VIBs from online depots")

    def _open(self, vib: Vib, catalog: Catalog) -> BinaryIO:
        try:
            return self.job.services.blobs.open(vib.sha256)
        except FileNotFoundError:
            raise _not_there(vib, catalog) from None

    def _stored(self, pieces: Iterable[bytes | FilePart]) -> tuple[FilePart, ...]:
        """The parts, with what is no part of a VIB in a blob of its own."""
        in_order = [piece for piece in pieces if piece]
        with self.job.services.blobs.writer() as writer:
            for piece in in_order:
                if isinstance(piece, bytes):
                    writer.write(piece)
            frame = writer.commit()
        parts, place = [], 0
        for piece in in_order:
            if isinstance(piece, bytes):
                parts.append(FilePart(frame.sha256, place, len(piece)))
                place += len(piece)
            else:
                parts.append(piece)
        return tuple(parts)


def _not_there(vib: Vib, catalog: Catalog) -> ResourceInaccessible:
    return ResourceInaccessible.because(
        "imagewright.export.no_file",
        "Nothing was exported: the file of VIB {0}, of depot {1}, is not on this server. Import the depot again, or "
        "leave reserved VIBs out if it is one.",
        vib.id,
        ", ".join(catalog.depots_of(vib)) or "(none)",
    )


KINDS: Final = (JobKind(exports.SERVICE, exports.OPERATION, make, cancelable=True),)

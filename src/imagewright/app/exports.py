"""Files of specifications that take a while to make: asking for one, and forgetting those that nobody fetches.

Whoever asks for the same file of the same content over the same depots shares one result, made by one task. The file is
there for a while after it was last asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from imagewright.app.call import Services
from imagewright.app.ports import UnitOfWork
from imagewright.app.sweeping import submit_sweep
from imagewright.app.tasks import new_task
from imagewright.formats.boot_disc import BootDisc, boot_disc
from imagewright.formats.errors import FormatError
from imagewright.model.effective import EffectiveSpec
from imagewright.model.errors import NotFound, Unsupported
from imagewright.model.export import Export, ExportKind, export_id
from imagewright.model.exporting import lacking
from imagewright.model.spec import SoftwareSpec
from imagewright.model.task import TaskStatus

SERVICE: Final = "imagewright.exports"
OPERATION: Final = "make$task"
"""Of the tasks that make files; the API has no such operation."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to make: of this specification, as far as it is exported, and of which VIBs."""

    kind: ExportKind
    spec: SoftwareSpec
    skip_reserved: bool = False

    def export_id(self, catalog_revision: int) -> str:
        """The id of the file that is made of it over these depots."""
        return export_id(self.kind, self.spec, catalog_revision, skip_reserved=self.skip_reserved)

    def to_document(self) -> dict[str, Any]:
        """As the arguments of a task."""
        return {"kind": self.kind.value, "spec": self.spec.to_document(), "skip_reserved": self.skip_reserved}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Wanted:
        """From the arguments of a task."""
        spec = SoftwareSpec.from_document(document["spec"])
        return cls(ExportKind(document["kind"]), spec, document["skip_reserved"])


def already_there(uow: UnitOfWork, services: Services, wanted: Wanted) -> Export | None:
    """The file, when it is complete and was asked for not long ago; then nothing has to be written for a fetch."""
    revision = uow.depots.catalog_revision()
    known = uow.exports.get(wanted.export_id(revision))
    fresh = services.clock() + services.export_lifetime * 0.9
    return known if known is not None and known.is_complete and known.expires > fresh else None


def ask_for(uow: UnitOfWork, services: Services, wanted: Wanted, title: str, user: str) -> tuple[Export, bool]:
    """The export that fits, made if need be, and whether a task was submitted for it.

    `title` is what the task says that it makes. NotFound when no depot holds something of the image any more.
    """
    now = services.clock()
    revision = uow.depots.catalog_revision()
    effective = services.effective.of(wanted.spec, uow.depots.catalog(), revision)
    expires = now + services.export_lifetime
    identity = wanted.export_id(revision)
    known = uow.exports.get(identity)
    if known is not None and (known.is_complete or _is_on_its_way(uow, known)):
        uow.exports.keep_until(identity, expires)
        return known, False
    require_whole(effective)
    if wanted.kind is ExportKind.ISO_IMAGE:
        disc_of(effective)
    arguments = {"export": identity, **wanted.to_document()}
    task = new_task(SERVICE, OPERATION, user, now, arguments, f"Make {title}", cancelable=True)
    uow.tasks.add(task)
    export = Export(identity, task.id, expires)
    uow.exports.put(export)
    return export, True


def complete(uow: UnitOfWork, export: Export) -> None:
    """Makes the parts of a file known, if it is still wanted. They are then kept as long as the file is."""
    known = uow.exports.get(export.id)
    if known is not None and known.task == export.task:
        uow.exports.put(replace(export, expires=known.expires))


def forget_expired(uow: UnitOfWork, now: datetime) -> int:
    """Forgets what nobody has asked for in a long time, and has its blobs swept; tells how many files."""
    blobs: set[str] = set()
    expired = uow.exports.expired(now)
    for each in expired:
        export = uow.exports.get(each)
        blobs.update(part.sha256 for part in (export.parts if export else ()))
        uow.exports.delete(each)
    if blobs:
        submit_sweep(uow, sorted(blobs), "", now)
    return len(expired)


def require_whole(effective: EffectiveSpec) -> None:
    """NotFound, naming it, when something of the image is in no depot."""
    missing = lacking(effective)
    if missing:
        raise NotFound.because(
            "imagewright.export.incomplete",
            "Nothing was exported, because {0}. Import the depot that has it; validating a draft made by copy lists "
            "everything that is missing.",
            missing[0],
        )


def disc_of(effective: EffectiveSpec) -> BootDisc:
    """The installer disc of the default image; Unsupported when it would not start."""
    try:
        return boot_disc(effective.image)
    except FormatError as error:
        raise Unsupported.because("imagewright.export.no_disc", "No ISO image can be made: {0}.", error) from error


def _is_on_its_way(uow: UnitOfWork, export: Export) -> bool:
    task = uow.tasks.get(export.task)
    return task is not None and task.status is not TaskStatus.FAILED

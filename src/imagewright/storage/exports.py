"""Files that were asked for, and the parts of those that are complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from imagewright.app.ports import StaleRevision
from imagewright.model.export import Export, FilePart
from imagewright.storage.rows import changed, duplicates_raise, one
from imagewright.storage.schema import export_parts, exports

_IS_IT = exports.c.id == sa.bindparam("export")
_GET = sa.select(exports).where(_IS_IT)
_ADD = sa.insert(exports)
_KEEP = sa.update(exports).where(_IS_IT)
_DELETE = sa.delete(exports).where(_IS_IT)
_PARTS = (
    sa.select(export_parts.c.sha256, export_parts.c.start, export_parts.c.length)
    .where(export_parts.c.export == sa.bindparam("export"))
    .order_by(export_parts.c.position)
)
_DROP_PARTS = sa.delete(export_parts).where(export_parts.c.export == sa.bindparam("of"))
_ADD_PARTS = sa.insert(export_parts)
_EXPIRED = sa.select(exports.c.id).where(exports.c.expires < sa.bindparam("now")).order_by(exports.c.expires)


@dataclass(frozen=True, slots=True)
class ExportTables:
    """`ports.Exports` in one transaction."""

    connection: sa.Connection

    def get(self, export_id: str) -> Export | None:
        """The export of this id, with its parts when it is complete."""
        row = one(self.connection, _GET, export=export_id)
        if row is None:
            return None
        parts = tuple(FilePart(*part) for part in self.connection.execute(_PARTS, {"export": export_id}))
        return Export(**row, parts=parts)

    def put(self, export: Export) -> None:
        """Stores an export in place of the one of this id. StaleRevision when another transaction did so first."""
        self.delete(export.id)
        row = {"id": export.id, "task": export.task, "expires": export.expires}
        with duplicates_raise(StaleRevision(f"the export {export.id} was asked for in the meantime")):
            self.connection.execute(_ADD, row)
        if export.parts:
            self.connection.execute(
                _ADD_PARTS,
                [
                    {"export": export.id, "position": at, "sha256": part.sha256, "start": part.start,
                     "length": part.length}
                    for at, part in enumerate(export.parts)
                ],
            )  # fmt: skip

    def keep_until(self, export_id: str, expires: datetime) -> bool:
        """Says how long it is kept now; False when there is none of this id."""
        return changed(self.connection, _KEEP, export=export_id, expires=expires)

    def expired(self, now: datetime) -> Sequence[str]:
        """The ids of those that are kept no longer, oldest first."""
        return self.connection.execute(_EXPIRED, {"now": now}).scalars().all()

    def delete(self, export_id: str) -> bool:
        """Forgets an export; False when there is none. Blobs that only it needs are swept later."""
        self.connection.execute(_DROP_PARTS, {"of": export_id})
        return changed(self.connection, _DELETE, export=export_id)

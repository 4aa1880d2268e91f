"""Uploaded files that wait to be imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from imagewright.app.ports import Upload
from imagewright.storage.rows import changed, one, row_of
from imagewright.storage.schema import uploads

_IS_IT = uploads.c.file_id == sa.bindparam("file")
_GET = sa.select(uploads).where(_IS_IT)
_ADD = sa.insert(uploads)
_OLD = sa.select(uploads).where(uploads.c.created < sa.bindparam("moment")).order_by(uploads.c.created)
_DELETE = sa.delete(uploads).where(_IS_IT)


@dataclass(frozen=True, slots=True)
class UploadTable:
    """`ports.Uploads` in one transaction."""

    connection: sa.Connection

    def add(self, upload: Upload) -> None:
        """Stores a new upload; its blob must be there already."""
        self.connection.execute(_ADD, row_of(upload))

    def get(self, file_id: str) -> Upload | None:
        """The upload of this id."""
        row = one(self.connection, _GET, file=file_id)
        return None if row is None else Upload(**row)

    def created_before(self, moment: datetime) -> Sequence[Upload]:
        """The uploads from before that moment, oldest first."""
        return [Upload(**row) for row in self.connection.execute(_OLD, {"moment": moment}).mappings()]

    def delete(self, file_id: str) -> bool:
        """Forgets an upload; False when there is none. Its blob is swept later."""
        return changed(self.connection, _DELETE, file=file_id)

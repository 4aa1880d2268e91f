"""The audit record. Only ever added to."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from imagewright.app.ports import AuditRecord
from imagewright.storage.rows import row_of
from imagewright.storage.schema import audit

_ADD = sa.insert(audit).inline()


@dataclass(frozen=True, slots=True)
class AuditTable:
    """`ports.Audit` in one transaction."""

    connection: sa.Connection

    def add(self, record: AuditRecord) -> None:
        """Writes down what was done, in the transaction that does it."""
        self.connection.execute(_ADD, row_of(record))

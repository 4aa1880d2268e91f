"""Copying a database row by row, from either kind into either kind, as the rows lie there.

Nothing is interpreted: documents are copied as text. What has been written is read again, counted and summed, before it
is committed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from imagewright.storage.columns import Document, DocumentText, Id, SpecDocument, encode
from imagewright.storage.database import DatabaseStorage, errors_translated
from imagewright.storage.dialects import alone, go_on_counting, keeps_no_nul, sorted_by_code_points
from imagewright.storage.migrate import HEAD, stored_revision
from imagewright.storage.schema import counters, metadata

PIECE: Final = 1000
"""Rows that are in memory at a time."""


Rows = list[dict[str, Any]]


class CannotCopy(Exception):
    """A database cannot be copied, or not to where it should go. The text says why; nothing was changed."""


@dataclass(frozen=True, slots=True)
class TableSum:
    """What a table holds: how many rows, and the SHA-256 of all of them in the order of their keys."""

    table: str
    rows: int
    sha256: str


def move(source: str, target: DatabaseStorage, *, busy_timeout: float = 5.0) -> Sequence[TableSum]:
    """Copies the database of this URL when nobody else uses it: what would be done in it later would be lost.

    Raises CannotCopy, ValueError for another kind of URL, and StorageUnavailable.
    """
    with errors_translated(writing=True), alone(source, busy_timeout) as connection:
        if connection is None:
            raise CannotCopy(
                "somebody has the source open; stop the servers and workers that use it, so that nothing is done there "
                "that the copy would lack"
            )
        return _copy(connection, target)


def copy_as_of_now(source: DatabaseStorage, target: DatabaseStorage) -> Sequence[TableSum]:
    """Copies one moment of a database that others go on using. Raises CannotCopy and StorageUnavailable."""
    with errors_translated(writing=True), source.engines.reader.begin() as connection:
        return _copy(connection, target)


def _copy(source: sa.Connection, target: DatabaseStorage) -> Sequence[TableSum]:
    revision = stored_revision(source)
    if revision != HEAD:
        raise CannotCopy(
            f"the tables of the source are those of revision {revision or 'none'}, and this release copies those of "
            f"{HEAD}; start its server with this release once"
        )
    with target.engines.writer.begin() as connection:
        _require_empty(connection)
        connection.execute(sa.delete(counters))
        for table in metadata.sorted_tables:
            _copy_table(source, connection, table)
        sums = sums_of(source)
        for expected, found in zip(sums, sums_of(connection), strict=True):
            if expected != found:
                raise CannotCopy(
                    f"the copy of the table {found.table} differs: {found.rows} rows instead of {expected.rows}, or "
                    "with other content"
                )
        return sums


def sums_of(connection: sa.Connection) -> list[TableSum]:
    """What all tables hold."""
    return [_sum(connection, table) for table in metadata.sorted_tables]


def _require_empty(connection: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        wanted = sa.select(sa.literal(1)).select_from(table).limit(1)
        if table is counters:
            wanted = wanted.where(counters.c.value != 0)
        if connection.execute(wanted).first() is not None:
            raise CannotCopy(f"the target is not empty: there is something in its table {table.name}")


def _copy_table(source: sa.Connection, target: sa.Connection, table: sa.Table) -> None:
    lying = _as_it_lies(table)
    for rows in _pieces(source, table, parents_first=True):
        if keeps_no_nul(target):
            _refuse_nul(table, rows)
        target.execute(sa.insert(lying), rows)
    for column in table.primary_key:
        if table.autoincrement_column is column:
            go_on_counting(target, table.name, column.name)


def _sum(connection: sa.Connection, table: sa.Table) -> TableSum:
    rows, digest = 0, hashlib.sha256()
    for piece in _pieces(connection, table):
        rows += len(piece)
        for row in piece:
            digest.update(encode(list(row.values())))
    return TableSum(table.name, rows, digest.hexdigest())


def _pieces(
    connection: sa.Connection, table: sa.Table, *, parents_first: bool = False
) -> Iterator[list[dict[str, Any]]]:
    """The rows in the order of their keys; or those that others of the same table refer to before those others."""
    lying = _as_it_lies(table)
    order = [sorted_by_code_points(connection, lying.c[column.name]) for column in table.primary_key]
    if parents_first:
        order[:0] = [lying.c[key.parent.name].is_not(None) for key in table.foreign_keys if key.column.table is table]
    statement = sa.select(lying).order_by(*order).execution_options(yield_per=PIECE)
    with connection.execute(statement) as found:
        for piece in found.mappings().partitions():
            yield [dict(row) for row in piece]


def _as_it_lies(table: sa.Table) -> sa.TableClause:
    return sa.table(table.name, *(sa.column(column.name, _lying(column.type)) for column in table.columns))


def _lying(kind: Any) -> Any:
    if isinstance(kind, Document | SpecDocument):
        return DocumentText()
    if isinstance(kind, Id):
        return sa.BigInteger()
    return sa.Text() if isinstance(kind, sa.Enum) else kind


def _refuse_nul(table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        for name, value in row.items():
            if isinstance(value, str) and "\0" in value:
                key = ", ".join(str(row[column.name]) for column in table.primary_key)
                raise CannotCopy(
                    f"row {key} of the table {table.name} has a NUL character in {name}, which PostgreSQL cannot keep"
                )

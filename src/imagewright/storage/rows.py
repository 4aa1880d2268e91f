"""Small steps that the repositories share: values to rows, statements with one outcome, new numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from imagewright.storage.dialects import counting, is_broken_reference, is_duplicate
from imagewright.storage.prepared import Prepared
from imagewright.storage.schema import counters


def row_of(value: Any) -> dict[str, Any]:
    """The fields of a dataclass instance by name, not copied."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def one(connection: sa.Connection, statement: sa.Executable, **parameters: Any) -> sa.RowMapping | None:
    """The first row that a statement gives, by column name, or None."""
    return connection.execute(statement, parameters).mappings().first()


def changed(connection: sa.Connection, statement: sa.UpdateBase, **parameters: Any) -> bool:
    """Runs an UPDATE or DELETE of at most one row, and tells whether there was one to change."""
    return bool(connection.execute(statement, parameters).rowcount)


@contextmanager
def duplicates_raise(error: Exception) -> Iterator[None]:
    """Raises `error` when the block writes a value that must be unique and is there already."""
    try:
        yield
    except sa.exc.IntegrityError as cause:
        if is_duplicate(cause):
            raise error from cause
        raise


@contextmanager
def broken_references_raise(error: Exception) -> Iterator[None]:
    """Raises `error` when the block refers to a row that is not there, or removes one that another refers to."""
    try:
        yield
    except sa.exc.IntegrityError as cause:
        if is_broken_reference(cause):
            raise error from cause
        raise


_COUNT = Prepared(
    sa.update(counters)
    .where(counters.c.name == sa.bindparam("counter"))
    .values(value=counters.c.value + 1)
    .returning(counters.c.value)
)


def next_number(connection: sa.Connection, counter: str) -> int:
    """A number that was never given out before by a transaction that was committed."""
    with counting(connection) as own:
        return next_revision(own, counter)


def next_revision(connection: sa.Connection, counter: str) -> int:
    """Counts up in this transaction, so that who sees its changes sees the number, too."""
    [(number,)] = _COUNT.rows(connection, counter=counter)
    return int(number)

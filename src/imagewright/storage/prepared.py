"""The few statements that nearly every call runs, prepared once.

SQLAlchemy looks at a statement anew for every run: which parameters there are, how it is compiled, what its result will
look like. Beside SQLite, which answers from memory in some microseconds, that was the largest part of a short call.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

_SQLITE = sqlite.dialect(paramstyle="named")

Convert = Callable[[Any], Any]


class _Written(NamedTuple):
    """A statement as the driver takes it. Of parameters and columns those that are not passed on as they are."""

    text: str
    parameters: dict[str, Any]
    to_driver: list[tuple[str, Convert]]
    from_driver: list[tuple[int, Convert]]


class Prepared:
    """A statement of one row or a few, always run with the same names of parameters, and no lists among them.

    On SQLite it goes straight to the driver; the types of columns and parameters convert values as they always do. On
    PostgreSQL, where the way to the database is what takes the time, SQLAlchemy runs it.
    """

    def __init__(self, statement: sa.Executable) -> None:
        self.statement = statement
        self._written: _Written | None = None

    def rows(self, connection: sa.Connection, **parameters: Any) -> list[tuple[Any, ...]]:
        """What the statement gives, each row in the order of its columns."""
        if connection.dialect.name != "sqlite":
            return [tuple(row) for row in connection.execute(self.statement, parameters)]
        return self._converted(self._run(connection, parameters).fetchall())

    def first(self, connection: sa.Connection, **parameters: Any) -> tuple[Any, ...] | None:
        """The only row, or None."""
        return next(iter(self.rows(connection, **parameters)), None)

    def count(self, connection: sa.Connection, **parameters: Any) -> int:
        """Runs a statement that gives nothing; of an UPDATE or DELETE, how many rows it was about."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self.statement, parameters).rowcount
        return self._run(connection, parameters).rowcount

    def _run(self, connection: sa.Connection, parameters: dict[str, Any]) -> sqlite3.Cursor:
        written = self._written
        if written is None:
            # Two threads may do this at the same time, with the same outcome.
            written = self._written = _written(self.statement, list(parameters))
        values = {**written.parameters, **parameters}
        for name, convert in written.to_driver:
            values[name] = convert(values[name])
        driver: Any = connection.connection.driver_connection
        try:
            cursor: sqlite3.Cursor = driver.execute(written.text, values)
        except sqlite3.Error as error:
            # As SQLAlchemy would, so that nobody has to know how a statement was run.
            raise sa.exc.DBAPIError.instance(written.text, values, error, sqlite3.Error) from error
        return cursor

    def _converted(self, rows: list[Any]) -> list[tuple[Any, ...]]:
        if self._written is None or not self._written.from_driver:
            return rows
        converted = []
        for row in rows:
            values = list(row)
            for place, convert in self._written.from_driver:
                values[place] = convert(values[place])
            converted.append(tuple(values))
        return converted


def _written(statement: Any, parameters: list[str]) -> _Written:
    compiled = statement.compile(dialect=_SQLITE, column_keys=parameters)
    binds = {name: bind.type.dialect_impl(_SQLITE).bind_processor(_SQLITE) for name, bind in compiled.binds.items()}
    columns = [
        column.type.dialect_impl(_SQLITE).result_processor(_SQLITE, None) for column in statement.exported_columns
    ]
    return _Written(
        str(compiled),
        {name: bind.value for name, bind in compiled.binds.items() if name not in parameters},
        [(name, convert) for name, convert in binds.items() if convert],
        [(place, convert) for place, convert in enumerate(columns) if convert],
    )

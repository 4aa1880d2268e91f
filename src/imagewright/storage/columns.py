"""Column types: how values of the core lie in the database, the same on every database.

Statements compare and return values of the core only; the text, numbers and JSON behind them are known here alone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from imagewright.model.spec import SoftwareSpec

Name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that is compared and sorted by its code points, whatever the language of the database server is."""

Sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A number that the database counts up itself. (SQLite does that only for a column called INTEGER.)"""

_JSON = sa.Text().with_variant(sa.JSON(none_as_null=True), "postgresql")
"""A document as the text that it is. Either keeps it as it was written: JSONB would make 1e300 an integer and refuse
some text; a column called JSON has numeric affinity in SQLite, which would make the document "5" a number."""

_ENCODER = msgspec.json.Encoder(order="deterministic")


def encode(value: object) -> bytes:
    """The JSON form of a value of the core: equal values have equal bytes."""
    return _ENCODER.encode(value)


class Document(sa.types.TypeDecorator[Any]):
    """A value of the given type as JSON; None is NULL."""

    impl = _JSON
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind
        self._decoder = msgspec.json.Decoder(kind)

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """The value as JSON text."""
        return None if value is None else _ENCODER.encode(value).decode()

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        """The value of JSON text or bytes."""
        return None if value is None else self._decoder.decode(value)


class DocumentText(sa.types.TypeDecorator[str]):
    """A document as the text that lies in the database."""

    impl = _JSON
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> str | None:
        """PostgreSQL's driver gives bytes."""
        return value.decode() if isinstance(value, bytes) else value


class SpecDocument(sa.types.TypeDecorator[SoftwareSpec]):
    """A software specification as the JSON document that is also exported and imported."""

    impl = _JSON
    cache_ok = True

    def process_bind_param(self, value: SoftwareSpec | None, dialect: sa.Dialect) -> str | None:
        """The document of a specification as JSON text."""
        return None if value is None else _ENCODER.encode(value.to_document()).decode()

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> SoftwareSpec | None:
        """The specification of a document."""
        return None if value is None else SoftwareSpec.from_document(msgspec.json.decode(value))


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware time, kept in UTC. Raises ValueError for a time that does not say its zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """The same moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} does not say its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """SQLite gives the time without its zone, which is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Id(sa.types.TypeDecorator[str]):
    """An id `<prefix><number>`, kept as the number, so that ids sort as people count.

    Text that is no such id is compared as 0, which no row has: whoever asks for it finds nothing.
    """

    impl = sa.BigInteger()
    cache_ok = True

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        self.prefix = prefix
        self._form = re.compile(re.escape(prefix) + "([1-9][0-9]{0,17})")

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> int | None:
        """The number of an id."""
        if value is None:
            return None
        match = self._form.fullmatch(value)
        return int(match[1]) if match else 0

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> str | None:
        """The id of a number."""
        return None if value is None else f"{self.prefix}{value}"

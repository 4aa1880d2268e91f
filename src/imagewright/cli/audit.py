"""`imagewright audit`: the audit record as JSON lines. Through the server, for administrators; with --data on the data
folder, whether or not a server runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from imagewright.cli.data_folder import ConfigOption, DataOption, opened
from imagewright.cli.server import connected

if TYPE_CHECKING:
    from imagewright.app.ports import AuditFilter, AuditRecord
    from imagewright.contract.services import own_audit

PAGE: Final = 1000
"""Records that are read at a time."""
FIELDS: Final = ("number", "time", "user", "operation", "target", "address", "outcome", "task", "request_id")
"""Of a line, in this order."""


def audit(
    since: Annotated[datetime | None, typer.Option(help="Only from this time on, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only before this time, UTC.")] = None,
    user: Annotated[list[str] | None, typer.Option(help="Only what this user did; can be given several times.")] = None,
    operation: Annotated[
        list[str] | None, typer.Option(help="Only this operation; * is any text. Can be given several times.")
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(help="Only what ended so: OK, SUBMITTED, UNAUTHORIZED, ... Can be given several times."),
    ] = None,
    after: Annotated[int, typer.Option(help="Only records after the one with this number.")] = 0,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the audit record as JSON lines, oldest first: who did what, when, from where, and how it ended.

    Example: imagewright audit --since 2026-03-01 --operation '*.drafts.commit$task' --outcome OK
    """
    from imagewright.app.ports import AuditFilter

    wanted = AuditFilter(_utc(since), _utc(until), user or (), operation or (), outcome or ())
    on_server = data is None and config is None
    for record in _records_of_server(wanted, after) if on_server else _records_on_folder(wanted, after, data, config):
        typer.echo(_line(record))


def _records_of_server(wanted: AuditFilter, after: int) -> Iterator[own_audit.Info]:
    from imagewright.contract.services import own_audit

    filter_ = own_audit.FilterSpec(
        since=wanted.since,
        until=wanted.until,
        users=frozenset(wanted.users) or None,
        operations=frozenset(wanted.operations) or None,
        outcomes=frozenset(wanted.outcomes) or None,
    )
    following: int | None = after
    with connected() as connection:
        while following is not None:
            iterate = own_audit.IterationSpec(limit=PAGE, after=following)
            page = connection.call(own_audit.list_, filter=filter_, iterate=iterate)
            yield from page.records
            following = page.next


def _records_on_folder(
    wanted: AuditFilter, after: int, data: Path | None, config: Path | None
) -> Iterator[AuditRecord]:
    following: int | None = after
    with opened(data, config) as storage:
        while following is not None:
            with storage.read() as uow:
                page = uow.audit.oldest(wanted, PAGE, after=following)
            yield from page
            following = page[-1].number if len(page) == PAGE else None


def _line(record: AuditRecord | own_audit.Info) -> str:
    fields = {name: getattr(record, name) for name in FIELDS}
    time = record.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({**fields, "time": time, "task": record.task or None}, ensure_ascii=False)


def _utc(time: datetime | None) -> datetime | None:
    return time and time.replace(tzinfo=UTC)

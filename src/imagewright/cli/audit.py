"""`imagewright audit`: the audit record as JSON lines. Works on the data folder; the server need not run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli.data_folder import ConfigOption, DataOption, opened

if TYPE_CHECKING:
    from imagewright.app.ports import AuditFilter, AuditRecord, Storage

PAGE = 1000
"""Records that are read in one transaction."""


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
    with opened(data, config) as storage:
        for record in _records(storage, wanted, after):
            typer.echo(_line(record))


def _records(storage: Storage, wanted: AuditFilter, after: int) -> Iterator[AuditRecord]:
    while True:
        with storage.read() as uow:
            page = uow.audit.oldest(wanted, PAGE, after=after)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].number


def _line(record: AuditRecord) -> str:
    # Not one of the times of the API: a reader of lines may sort them as text.
    time = record.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({**asdict(record), "time": time}, ensure_ascii=False)


def _utc(time: datetime | None) -> datetime | None:
    return time and time.replace(tzinfo=UTC)

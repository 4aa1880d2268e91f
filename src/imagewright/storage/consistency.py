"""What rows say about each other and about blobs, to be checked from time to time. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa

from imagewright.app.consistency import BlobUse
from imagewright.model.library import DepotSource
from imagewright.storage.schema import (
    bulletins,
    bundle_vibs,
    components,
    counters,
    depots,
    drafts,
    export_parts,
    metadata,
    online_documents,
    spec_versions,
    specs,
    uploads,
    vibs,
)

_COUNTED: Final = {"drafts": drafts.c.id, "specs": specs.c.id, "depots": depots.c.id}
"""Which ids each counter has given out."""

_KEPT_VIBS: Final = sa.select(vibs.c.sha256, vibs.c.document).where(
    vibs.c.sha256 != "",
    vibs.c.digest.in_(
        sa.select(bundle_vibs.c.vib)
        .join(depots, depots.c.id == bundle_vibs.c.depot)
        .where(depots.c.source.in_([DepotSource.PULL, DepotSource.PUSH]))
    ),
)


def blob_uses(connection: sa.Connection) -> Iterator[BlobUse]:
    """Every blob that a row needs, with what for. A blob that is needed several times comes several times.

    Of an online depot only the documents are kept, and not its VIBs.
    """
    for sha256, vib in connection.execute(_KEPT_VIBS):
        if not vib.file_missing:
            yield BlobUse(sha256, f"the VIB {vib.id}", vib.size or None)
    upload = uploads.c
    for file_id, name, sha256, size in connection.execute(
        sa.select(upload.file_id, upload.file_name, upload.sha256, upload.size)
    ):
        yield BlobUse(sha256, f"the upload {file_id} ({name})", size)
    document = online_documents.c
    for depot, path, sha256 in connection.execute(sa.select(document.depot, document.path, document.sha256)):
        yield BlobUse(sha256, f"the document {path} of depot {depot}")
    part = export_parts.c
    for export, sha256 in connection.execute(sa.select(part.export, part.sha256)):
        yield BlobUse(sha256, f"the export {export}")


def contradictions(connection: sa.Connection) -> Iterator[str]:
    """What cannot be true of rows that are as they should be, in a sentence each."""
    for table in metadata.sorted_tables:
        for constraint in table.foreign_key_constraints:
            yield from _dangling(connection, table, [(key.parent, key.column) for key in constraint.elements])
    yield from _dangling(
        connection,
        components,
        [(components.c[name], bulletins.c[other]) for name, other in _BULLETIN_OF_COMPONENT.items()],
    )
    yield from _specs_without_their_version(connection)
    yield from _counters_behind(connection)


_BULLETIN_OF_COMPONENT: Final = {"depot": "depot", "bundle": "bundle", "bulletin": "position"}


def _dangling(
    connection: sa.Connection, table: sa.Table, keys: list[tuple[sa.Column[Any], sa.Column[Any]]]
) -> Iterator[str]:
    other = keys[0][1].table.alias()
    found = sa.exists().where(*(mine == other.c[theirs.key] for mine, theirs in keys))
    wanted = sa.select(*table.primary_key).where(~found, *(mine.is_not(None) for mine, _ in keys))
    for row in connection.execute(wanted):
        yield f"row {', '.join(map(str, row))} of {table} refers to a row of {keys[0][1].table} that is not there"


def _specs_without_their_version(connection: sa.Connection) -> Iterator[str]:
    newest = (
        sa.select(sa.func.max(spec_versions.c.version)).where(spec_versions.c.spec_id == specs.c.id).scalar_subquery()
    )
    wanted = sa.select(specs.c.id, specs.c.version, newest).where(sa.func.coalesce(newest, 0) != specs.c.version)
    for spec_id, version, last in connection.execute(wanted):
        yield f"{spec_id} is at version {version}, and the newest in its history is {last or 'none'}"


def _counters_behind(connection: sa.Connection) -> Iterator[str]:
    for name, column in _COUNTED.items():
        given = connection.execute(sa.select(counters.c.value).where(counters.c.name == name)).scalar() or 0
        highest = connection.execute(sa.select(sa.func.max(sa.type_coerce(column, sa.BigInteger())))).scalar() or 0
        if highest > given:
            yield f"the counter of {name} is at {given}, and there is an id {highest}, so ids would be given out twice"

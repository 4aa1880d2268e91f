"""How much of everything there is, for whoever watches the server."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from imagewright.app.ports import Figures
from imagewright.model.task import TaskStatus
from imagewright.storage.schema import (
    base_images,
    components,
    depots,
    drafts,
    export_parts,
    online_documents,
    sessions,
    spec_versions,
    specs,
    tasks,
    uploads,
    users,
    vibs,
)

_COUNTED: Final = {
    "users": users,
    "sessions": sessions,
    "drafts": drafts,
    "specifications": specs,
    "versions": spec_versions,
    "depots": depots,
    "base images": base_images,
    "components": components,
    "vibs": vibs,
    "uploads": uploads,
}
OWNED_BLOBS = sa.union(
    sa.select(vibs.c.sha256).where(vibs.c.sha256 != ""),
    sa.select(uploads.c.sha256),
    sa.select(export_parts.c.sha256),
    sa.select(online_documents.c.sha256),
)
"""The SHA-256 of every blob that a row refers to."""

_STOCK = sa.select(
    sa.select(sa.func.count()).select_from(OWNED_BLOBS.subquery()).scalar_subquery().label("blobs"),
    *(sa.select(sa.func.count()).select_from(table).scalar_subquery().label(kind) for kind, table in _COUNTED.items()),
)
_TASKS = sa.select(tasks.c.service, tasks.c.operation, tasks.c.status, sa.func.count()).group_by(
    tasks.c.service, tasks.c.operation, tasks.c.status
)
_OLDEST = sa.select(sa.func.min(tasks.c.submitted, type_=tasks.c.submitted.type)).where(
    tasks.c.status == TaskStatus.PENDING
)


def read_figures(connection: sa.Connection) -> Figures:
    """The figures of one moment."""
    return Figures(
        stock=dict(connection.execute(_STOCK).mappings().one()),
        tasks={
            (f"{service}.{operation}", status.value): number
            for service, operation, status, number in connection.execute(_TASKS)
        },
        oldest_waiting=connection.execute(_OLDEST).scalar(),
    )

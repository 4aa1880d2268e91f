"""The library: committed specifications and every version that they ever had."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import sqlalchemy as sa

from imagewright.app.ports import StaleRevision
from imagewright.model.library import LibrarySpec, SpecVersion
from imagewright.storage.rows import broken_references_raise, changed, duplicates_raise, next_number, one, row_of
from imagewright.storage.schema import spec_versions, specs

_IS_IT = specs.c.id == sa.bindparam("spec_id")
_GET = sa.select(specs).where(_IS_IT)
_LIST = sa.select(specs).order_by(specs.c.id)
_WITH_HASH = _LIST.where(specs.c.image_hash == sa.bindparam("hash"))
_ADD = sa.insert(specs)
_DELETE = sa.delete(specs).where(_IS_IT)
_CHANGEABLE = (
    "display_name",
    "spec",
    "image_hash",
    "version",
    "modified",
    "orchestrator_owner",
    "owner_data",
    "locked_by",
    "revision",
)
_SAVE = sa.update(specs).where(specs.c.id == sa.bindparam("saved"), specs.c.revision == sa.bindparam("read_revision"))
_ADD_VERSION = sa.insert(spec_versions)
_VERSIONS = (
    sa.select(spec_versions).where(spec_versions.c.spec_id == sa.bindparam("spec_id")).order_by(spec_versions.c.version)
)
_CURRENT = sa.select(specs.c.id, specs.c.version).where(specs.c.id.in_(sa.bindparam("spec_ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class SpecTable:
    """`ports.Library` in one transaction. The rows of the versions go with that of their specification."""

    connection: sa.Connection

    def add(self, spec: LibrarySpec, first: SpecVersion) -> LibrarySpec:
        """Stores a new specification and its first version under a new id.

        Raises StaleRevision when the display name is taken.
        """
        added = replace(spec, id=f"software-spec-{next_number(self.connection, 'specs')}")
        with _unique_name(spec):
            self.connection.execute(_ADD, row_of(added))
        self.add_version(replace(first, spec_id=added.id))
        return added

    def get(self, spec_id: str) -> LibrarySpec | None:
        """The specification of this id, as it is now."""
        row = one(self.connection, _GET, spec_id=spec_id)
        return None if row is None else LibrarySpec(**row)

    def list(
        self, *, display_names: Collection[str] = (), orchestrator_owners: Collection[str] = ()
    ) -> Sequence[LibrarySpec]:
        """Those that fit both filters, in the order of their ids; an empty filter fits all."""
        query = _LIST
        if display_names:
            query = query.where(specs.c.display_name.in_(display_names))
        if orchestrator_owners:
            query = query.where(specs.c.orchestrator_owner.in_(orchestrator_owners))
        return [LibrarySpec(**row) for row in self.connection.execute(query).mappings()]

    def with_hash(self, image_hash: str) -> Sequence[LibrarySpec]:
        """Those whose content has this hash now, in the order of their ids."""
        return [LibrarySpec(**row) for row in self.connection.execute(_WITH_HASH, {"hash": image_hash}).mappings()]

    def save(self, spec: LibrarySpec) -> LibrarySpec:
        """Writes a specification that was read with `spec.revision`, and gives it back with the next one.

        Raises StaleRevision when it was changed or deleted, or the display name taken, in the meantime.
        """
        saved = replace(spec, revision=spec.revision + 1)
        row = {name: getattr(saved, name) for name in _CHANGEABLE}
        with _unique_name(spec):
            written = changed(self.connection, _SAVE, saved=spec.id, read_revision=spec.revision, **row)
        if not written:
            raise StaleRevision(f"{spec.id} is no longer at revision {spec.revision}")
        return saved

    def add_version(self, version: SpecVersion) -> None:
        """Adds a commit to the history. Raises StaleRevision when this version has been committed in the meantime."""
        with duplicates_raise(StaleRevision(f"{version.spec_id} has got version {version.version} in the meantime")):
            self.connection.execute(_ADD_VERSION, row_of(version))

    def versions(self, spec_id: str) -> Sequence[SpecVersion]:
        """The history, oldest first."""
        return [SpecVersion(**row) for row in self.connection.execute(_VERSIONS, {"spec_id": spec_id}).mappings()]

    def current_versions(self, spec_ids: Collection[str]) -> Mapping[str, int]:
        """The newest version number of each of those that exist."""
        rows = self.connection.execute(_CURRENT, {"spec_ids": list(spec_ids)})
        return {row.id: row.version for row in rows}

    def delete(self, spec_id: str) -> bool:
        """Removes a specification with its history; False when there is none.

        Raises StaleRevision when it has been assigned in the meantime.
        """
        with broken_references_raise(StaleRevision(f"{spec_id} has been assigned in the meantime")):
            return changed(self.connection, _DELETE, spec_id=spec_id)


def _unique_name(spec: LibrarySpec) -> AbstractContextManager[None]:
    return duplicates_raise(StaleRevision(f"the display name {spec.display_name!r} has been taken in the meantime"))

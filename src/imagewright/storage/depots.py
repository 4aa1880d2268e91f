"""Depots of every kind, what is in them, and the catalogue of all of them; the records of the offline ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from imagewright.app.ports import StaleRevision, TakesLonger
from imagewright.model.catalog import Catalog
from imagewright.model.content import DepotContent
from imagewright.model.library import Depot, DepotSource
from imagewright.storage.catalogs import CatalogCache, DepotVersion
from imagewright.storage.content import LOOK_UP, delete_content, read_content, write_content
from imagewright.storage.prepared import Prepared
from imagewright.storage.rows import changed, duplicates_raise, next_number, next_revision, one, row_of
from imagewright.storage.schema import bundle_vibs, counters, depots, online_depots, vibs

_IS_IT = depots.c.id == sa.bindparam("depot")
_OFFLINE = sa.select(depots).where(depots.c.source.in_([DepotSource.PULL, DepotSource.PUSH]))
_GET = _OFFLINE.where(_IS_IT)
_WITH_BUNDLE = _OFFLINE.where(depots.c.bundle_sha256 == sa.bindparam("sha256"))
_LIST = _OFFLINE.order_by(depots.c.id)
_IN_THE_CATALOGUE = (
    sa.select(depots.c.id, sa.func.coalesce(online_depots.c.content_revision, 0))
    .select_from(depots.outerjoin(online_depots))
    .where(sa.func.coalesce(online_depots.c.enabled, sa.true()))
    .order_by(depots.c.id)
)
_ADD = sa.insert(depots)
_DELETE = sa.delete(depots).where(_IS_IT)
_DELETE_UNUSED_VIBS = sa.delete(vibs).where(~sa.exists().where(bundle_vibs.c.vib == vibs.c.digest))
_CRCS = sa.select(vibs.c.sha256, vibs.c.crc32).where(
    vibs.c.crc32.is_not(None), vibs.c.sha256.in_(sa.bindparam("names", expanding=True))
)
_SET_CRC = sa.update(vibs).where(vibs.c.sha256 == sa.bindparam("of")).values(crc32=sa.bindparam("crc"))
_REVISION = Prepared(sa.select(counters.c.value).where(counters.c.name == "catalog"))


@dataclass(slots=True)
class DepotTable:
    """`ports.Depots` in one transaction."""

    connection: sa.Connection
    cache: CatalogCache
    at_once: bool = False

    def add(self, depot: Depot, content: DepotContent) -> Depot:
        """Stores a depot with all its content under a new id.

        Raises StaleRevision when the same bundle has been imported in the meantime.
        """
        self.change_catalog()
        added = replace(depot, id=str(next_number(self.connection, "depots")))
        with duplicates_raise(StaleRevision(f"the bundle {depot.bundle_sha256} has been imported in the meantime")):
            self.connection.execute(_ADD, row_of(added))
        write_content(self.connection, added.id, content)
        return added

    def get(self, depot_id: str) -> Depot | None:
        """The offline depot of this id, without its content."""
        row = one(self.connection, _GET, depot=depot_id)
        return None if row is None else Depot(**row)

    def with_bundle(self, bundle_sha256: str) -> Depot | None:
        """The depot that was imported from this file."""
        row = one(self.connection, _WITH_BUNDLE, sha256=bundle_sha256)
        return None if row is None else Depot(**row)

    def list(self) -> Sequence[Depot]:
        """All offline depots, in the order of their ids."""
        return [Depot(**row) for row in self.connection.execute(_LIST).mappings()]

    def content(self, depot_id: str) -> DepotContent:
        """Everything in a depot; empty when there is no such depot."""
        return read_content(self.connection, depot_id)

    def delete(self, depot_id: str) -> bool:
        """Removes a depot of any kind with its content; VIBs that another depot has stay. False when there is none."""
        if not changed(self.connection, _DELETE, depot=depot_id):
            return False
        self.change_catalog()
        self.connection.execute(_DELETE_UNUSED_VIBS)
        return True

    def replace_content(self, depot_id: str, content: DepotContent) -> None:
        """Gives a depot other content; VIBs that no depot has any more go. Its version is the caller's to change."""
        self.change_catalog()
        delete_content(self.connection, depot_id)
        write_content(self.connection, depot_id, content)
        self.connection.execute(_DELETE_UNUSED_VIBS)

    def crcs(self, names: Collection[str]) -> Mapping[str, int]:
        """The CRC-32 of the files of VIBs with these SHA-256, as far as they are known."""
        asked, found = list(names), dict[str, int]()
        for start in range(0, len(asked), LOOK_UP):
            rows = self.connection.execute(_CRCS, {"names": asked[start : start + LOOK_UP]})
            found.update((sha256, crc) for sha256, crc in rows)
        return found

    def keep_crcs(self, crcs: Mapping[str, int]) -> None:
        """Writes the CRC-32 down, by SHA-256, of the files of VIBs. What is no VIB of a depot is passed over."""
        if crcs:
            self.connection.execute(_SET_CRC, [{"of": sha256, "crc": crc} for sha256, crc in sorted(crcs.items())])

    def catalog(self) -> Catalog:
        """What all depots together offer. The same object as long as no depot comes, goes or changes."""
        revision = self.catalog_revision()
        if self.at_once and not self.cache.has(revision):
            raise TakesLonger(f"the catalogue of revision {revision} has to be made")
        return self.cache.get(revision, self._versions, self.content)

    def catalog_revision(self) -> int:
        """Grows whenever a depot comes, goes, is replaced, enabled or disabled."""
        [(revision,)] = _REVISION.rows(self.connection)
        return int(revision)

    def _versions(self) -> Sequence[DepotVersion]:
        return [(depot, version) for depot, version in self.connection.execute(_IN_THE_CATALOGUE)]

    def change_catalog(self) -> None:
        """Counts the catalogue up, before anything else that changes it."""
        # First of all: on PostgreSQL the row of the counter keeps two transactions from changing depots at a time, so
        # that none links to a VIB which another one removes as unused.
        next_revision(self.connection, "catalog")
        self.cache = self.cache.fork()

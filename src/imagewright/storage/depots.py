"""Imported depots, what is in them, and the catalogue of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from imagewright.app.ports import StaleRevision, TakesLonger
from imagewright.model.catalog import Catalog
from imagewright.model.content import DepotContent
from imagewright.model.library import Depot
from imagewright.storage.catalogs import CatalogCache
from imagewright.storage.content import read_content, write_content
from imagewright.storage.rows import changed, duplicates_raise, next_number, one, row_of
from imagewright.storage.schema import bundle_vibs, counters, depots, vibs

_IS_IT = depots.c.id == sa.bindparam("depot")
_GET = sa.select(depots).where(_IS_IT)
_WITH_BUNDLE = sa.select(depots).where(depots.c.bundle_sha256 == sa.bindparam("sha256"))
_LIST = sa.select(depots).order_by(depots.c.id)
_IDS = sa.select(depots.c.id).order_by(depots.c.id)
_ADD = sa.insert(depots)
_DELETE = sa.delete(depots).where(_IS_IT)
_DELETE_UNUSED_VIBS = sa.delete(vibs).where(~sa.exists().where(bundle_vibs.c.vib == vibs.c.digest))
_REVISION = sa.select(counters.c.value).where(counters.c.name == "catalog")


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
        self._change_catalog()
        added = replace(depot, id=str(next_number(self.connection, "depots")))
        with duplicates_raise(StaleRevision(f"the bundle {depot.bundle_sha256} has been imported in the meantime")):
            self.connection.execute(_ADD, row_of(added))
        write_content(self.connection, added.id, content)
        return added

    def get(self, depot_id: str) -> Depot | None:
        """The depot of this id, without its content."""
        row = one(self.connection, _GET, depot=depot_id)
        return None if row is None else Depot(**row)

    def with_bundle(self, bundle_sha256: str) -> Depot | None:
        """The depot that was imported from this file."""
        row = one(self.connection, _WITH_BUNDLE, sha256=bundle_sha256)
        return None if row is None else Depot(**row)

    def list(self) -> Sequence[Depot]:
        """All depots, in the order of their ids."""
        return [Depot(**row) for row in self.connection.execute(_LIST).mappings()]

    def content(self, depot_id: str) -> DepotContent:
        """Everything in a depot; empty when there is no such depot."""
        return read_content(self.connection, depot_id)

    def delete(self, depot_id: str) -> bool:
        """Removes a depot with its content; VIBs that another depot has too stay. False when there is none."""
        if not changed(self.connection, _DELETE, depot=depot_id):
            return False
        self._change_catalog()
        self.connection.execute(_DELETE_UNUSED_VIBS)
        return True

    def catalog(self) -> Catalog:
        """What all depots together offer. The same object as long as no depot comes or goes."""
        revision = self.catalog_revision()
        if self.at_once and not self.cache.has(revision):
            raise TakesLonger(f"the catalogue of revision {revision} has to be made")
        return self.cache.get(revision, self._ids, self.content)

    def catalog_revision(self) -> int:
        """Grows whenever a depot comes or goes."""
        return int(self.connection.execute(_REVISION).scalar_one())

    def _ids(self) -> Sequence[str]:
        return self.connection.execute(_IDS).scalars().all()

    def _change_catalog(self) -> None:
        # First of all: on PostgreSQL the row of the counter keeps two transactions from changing depots at a time, so
        # that none links to a VIB which another one removes as unused.
        next_number(self.connection, "catalog")
        self.cache = self.cache.fork()

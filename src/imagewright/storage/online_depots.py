"""Depots that are read where they lie: the rows that they have besides those of every depot."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from imagewright.app.ports import StaleRevision
from imagewright.model.content import DepotContent
from imagewright.model.library import DepotSource, OnlineDepot, OnlineDocument
from imagewright.storage.depots import DepotTable
from imagewright.storage.rows import changed, duplicates_raise, next_number, one, row_of
from imagewright.storage.schema import depots, online_depots, online_documents

_OF_ANY: Final = ("id", "source", "location", "created", "owner", "description", "ownerdata")
_OF_ONLINE: Final = ("enabled", "system_defined", "synchronised", "attempted", "trouble", "revision")
_CHANGEABLE: Final = ("location", "description", "owner", "ownerdata")

_IS_IT = online_depots.c.depot == sa.bindparam("online_depot")
_LIST = (
    sa.select(*(depots.c[name] for name in _OF_ANY), *(online_depots.c[name] for name in _OF_ONLINE))
    .select_from(depots.join(online_depots))
    .where(depots.c.source == sa.bindparam("kind"))
    .order_by(depots.c.id)
)
_GET = _LIST.where(_IS_IT)
_WITH_LOCATION = _LIST.where(depots.c.bundle_sha256 == sa.bindparam("fingerprint"))
_SAVE = sa.update(online_depots).where(_IS_IT, online_depots.c.revision == sa.bindparam("read_revision"))
_SAVE_RECORD = sa.update(depots).where(depots.c.id == sa.bindparam("online_depot"))
_COUNT_CONTENT = sa.update(online_depots).where(_IS_IT).values(content_revision=online_depots.c.content_revision + 1)
_ENABLED = sa.select(online_depots.c.enabled).where(_IS_IT)
_DOCUMENTS = (
    sa.select(*(each for each in online_documents.c if each.name != "depot"))
    .where(online_documents.c.depot == sa.bindparam("online_depot"))
    .order_by(online_documents.c.path)
)
_FORGET_DOCUMENTS = sa.delete(online_documents).where(online_documents.c.depot == sa.bindparam("online_depot"))


@dataclass(frozen=True, slots=True)
class OnlineDepotTable:
    """`ports.OnlineDepots` in one transaction; `depots` is that of the same one."""

    connection: sa.Connection
    depots: DepotTable

    def add(self, depot: OnlineDepot) -> OnlineDepot:
        """Stores a depot without content under a new id. Raises StaleRevision when its place is taken."""
        self.depots.change_catalog()
        added = replace(depot, id=str(next_number(self.connection, "depots")))
        record = {name: getattr(added, name) for name in _OF_ANY}
        with duplicates_raise(_taken(added)):
            self.connection.execute(sa.insert(depots), {**record, "bundle_sha256": _fingerprint(added)})
        self.connection.execute(
            sa.insert(online_depots), {"depot": added.id, "content_revision": 0, **_row_of_online(added)}
        )
        return added

    def get(self, depot_id: str, source: DepotSource = DepotSource.ONLINE) -> OnlineDepot | None:
        """The depot of this id and kind."""
        row = one(self.connection, _GET, online_depot=depot_id, kind=source)
        return None if row is None else OnlineDepot(**row)

    def with_location(self, location: str) -> OnlineDepot | None:
        """The online depot that is read there."""
        row = one(self.connection, _WITH_LOCATION, fingerprint=_sha256(location), kind=DepotSource.ONLINE)
        return None if row is None else OnlineDepot(**row)

    def list(self, source: DepotSource = DepotSource.ONLINE) -> Sequence[OnlineDepot]:
        """All depots of a kind, in the order of their ids."""
        return [OnlineDepot(**row) for row in self.connection.execute(_LIST, {"kind": source}).mappings()]

    def save(self, depot: OnlineDepot, documents: Collection[OnlineDocument] | None = None) -> OnlineDepot:
        """Writes a depot that was read with `depot.revision`, and gives it back with the next one.

        The documents, when they are given, take the place of those that are known.

        Raises StaleRevision when it was changed or deleted in the meantime.
        """
        was_enabled = self.connection.execute(_ENABLED, {"online_depot": depot.id}).scalar()
        if was_enabled is not None and was_enabled != depot.enabled:
            self.depots.change_catalog()
        saved = replace(depot, revision=depot.revision + 1)
        row = _row_of_online(saved)
        if not changed(self.connection, _SAVE, online_depot=depot.id, read_revision=depot.revision, **row):
            raise StaleRevision(f"the depot {depot.id} is no longer at revision {depot.revision}")
        record = {name: getattr(saved, name) for name in _CHANGEABLE}
        with duplicates_raise(_taken(saved)):
            changed(self.connection, _SAVE_RECORD, online_depot=depot.id, bundle_sha256=_fingerprint(saved), **record)
        if documents is not None:
            self._write_documents(depot.id, documents)
        return saved

    def replace_content(
        self, depot: OnlineDepot, content: DepotContent, documents: Collection[OnlineDocument]
    ) -> OnlineDepot:
        """Writes a changed depot with other content, and the documents that this was read from."""
        self.depots.change_catalog()
        saved = self.save(depot, documents)
        self.connection.execute(_COUNT_CONTENT, {"online_depot": depot.id})
        self.depots.replace_content(depot.id, content)
        return saved

    def documents(self, depot_id: str) -> Sequence[OnlineDocument]:
        """What the content was read from, in the order of the paths."""
        rows = self.connection.execute(_DOCUMENTS, {"online_depot": depot_id}).mappings()
        return [OnlineDocument(**row) for row in rows]

    def _write_documents(self, depot_id: str, documents: Collection[OnlineDocument]) -> None:
        self.connection.execute(_FORGET_DOCUMENTS, {"online_depot": depot_id})
        if documents:
            rows = [{"depot": depot_id, **row_of(document)} for document in documents]
            self.connection.execute(sa.insert(online_documents), rows)


def _row_of_online(depot: OnlineDepot) -> dict[str, Any]:
    return {name: getattr(depot, name) for name in _OF_ONLINE}


def _fingerprint(depot: OnlineDepot) -> str:
    """What no second depot may have."""
    return _sha256(depot.location) if depot.source is DepotSource.ONLINE else depot.source.value


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _taken(depot: OnlineDepot) -> StaleRevision:
    return StaleRevision(f"another depot has taken the place of {depot.id} in the meantime")

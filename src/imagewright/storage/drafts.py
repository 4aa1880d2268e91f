"""Drafts: at most one for each user, held by a unique constraint."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace

import sqlalchemy as sa

from imagewright.app.ports import StaleRevision
from imagewright.model.draft import Draft
from imagewright.storage.prepared import Prepared
from imagewright.storage.rows import duplicates_raise, next_number, row_of
from imagewright.storage.schema import drafts

_IS_IT = drafts.c.id == sa.bindparam("draft")
_ALL = sa.select(*(drafts.c[field.name] for field in fields(Draft)))
_GET = Prepared(_ALL.where(_IS_IT))
_OF_OWNER = Prepared(_ALL.where(drafts.c.owner == sa.bindparam("owner")))
_LIST = _ALL.order_by(drafts.c.id)
_LIST_ALL = Prepared(_LIST)
_ADD = Prepared(sa.insert(drafts))
_DELETE = Prepared(sa.delete(drafts).where(_IS_IT))
_SAVE = Prepared(sa.update(drafts).where(_IS_IT, drafts.c.revision == sa.bindparam("read_revision")))
_CHANGEABLE = ("spec", "display_name", "base_spec", "base_version", "revision")


@dataclass(frozen=True, slots=True)
class DraftTable:
    """`ports.Drafts` in one transaction."""

    connection: sa.Connection

    def add(self, draft: Draft) -> Draft:
        """Stores a new draft under a new id. Raises StaleRevision when the owner has one."""
        added = replace(draft, id=str(next_number(self.connection, "drafts")))
        with duplicates_raise(StaleRevision(f"{draft.owner!r} has got a draft in the meantime")):
            _ADD.count(self.connection, **row_of(added))
        return added

    def get(self, draft_id: str) -> Draft | None:
        """The draft of this id."""
        row = _GET.first(self.connection, draft=draft_id)
        return None if row is None else Draft(*row)

    def of_owner(self, owner: str) -> Draft | None:
        """The one draft of a user."""
        row = _OF_OWNER.first(self.connection, owner=owner)
        return None if row is None else Draft(*row)

    def list(self, *, base_specs: Collection[str] = (), owners: Collection[str] = ()) -> Sequence[Draft]:
        """Those that fit both filters, in the order of their ids; an empty filter fits all."""
        if not base_specs and not owners:
            return [Draft(*row) for row in _LIST_ALL.rows(self.connection)]
        query = _LIST
        if base_specs:
            query = query.where(drafts.c.base_spec.in_(base_specs))
        if owners:
            query = query.where(drafts.c.owner.in_(owners))
        return [Draft(*row) for row in self.connection.execute(query)]

    def save(self, draft: Draft) -> Draft:
        """Writes a draft that was read with `draft.revision`, and gives it back with the next one.

        Raises StaleRevision when it was changed or deleted in the meantime.
        """
        saved = replace(draft, revision=draft.revision + 1)
        row = {name: getattr(saved, name) for name in _CHANGEABLE}
        if not _SAVE.count(self.connection, draft=draft.id, read_revision=draft.revision, **row):
            raise StaleRevision(f"draft {draft.id} is no longer at revision {draft.revision}")
        return saved

    def delete(self, draft_id: str) -> bool:
        """Throws a draft away; False when there is none."""
        return bool(_DELETE.count(self.connection, draft=draft_id))

"""What the application needs of the storage of depots; `ports` has the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from imagewright.model.catalog import Catalog
from imagewright.model.content import DepotContent
from imagewright.model.library import Depot, DepotSource, OnlineDepot, OnlineDocument
from imagewright.model.schedule import SyncSchedule


class Depots(Protocol):
    """Offline depots, and what is in depots of every kind. Their ids are of one series, so an id names one depot."""

    def add(self, depot: Depot, content: DepotContent) -> Depot:
        """Stores a depot with all its content under a new id, a small integer as a string that was never used before.

        Raises StaleRevision when the same bundle has been imported in the meantime.
        """

    def get(self, depot_id: str) -> Depot | None: ...
    def with_bundle(self, bundle_sha256: str) -> Depot | None: ...
    def list(self) -> Sequence[Depot]: ...
    def content(self, depot_id: str) -> DepotContent: ...
    def delete(self, depot_id: str) -> bool:
        """Removes a depot of any kind with its content."""

    def crcs(self, names: Collection[str]) -> Mapping[str, int]:
        """The CRC-32 of the files of VIBs with these SHA-256, as far as they are known."""

    def keep_crcs(self, crcs: Mapping[str, int]) -> None:
        """Writes the CRC-32 down, by SHA-256, of the files of VIBs. What is no VIB of a depot is passed over."""

    def catalog(self) -> Catalog:
        """What all depots together offer, disabled ones excepted. The same object as long as none of them changes."""

    def catalog_revision(self) -> int:
        """Grows whenever a depot comes, goes, is replaced, enabled or disabled."""


class OnlineDepots(Protocol):
    """Depots that are read where they lie, of which `source` is ONLINE or UMDS. `Depots` has their content."""

    def add(self, depot: OnlineDepot) -> OnlineDepot:
        """Stores a depot without content under a new id.

        Raises StaleRevision when the location, or for UMDS the only place, has been taken in the meantime.
        """

    def get(self, depot_id: str, source: DepotSource = DepotSource.ONLINE) -> OnlineDepot | None: ...
    def with_location(self, location: str) -> OnlineDepot | None:
        """The online depot that is read there."""

    def list(self, source: DepotSource = DepotSource.ONLINE) -> Sequence[OnlineDepot]:
        """In the order of their ids."""

    def save(self, depot: OnlineDepot, documents: Collection[OnlineDocument] | None = None) -> OnlineDepot:
        """Writes a changed depot if its revision is still the stored one, else raises StaleRevision.

        The documents, when they are given, take the place of those that are known.
        """

    def replace_content(
        self, depot: OnlineDepot, content: DepotContent, documents: Collection[OnlineDocument]
    ) -> OnlineDepot:
        """Writes a changed depot as `save` does, with other content and the documents that say so."""

    def documents(self, depot_id: str) -> Sequence[OnlineDocument]:
        """What the content was read from, in the order of the paths; nothing when it has to be read anew."""


class Schedules(Protocol):
    """When depots are synchronised: one schedule at most."""

    def get(self) -> SyncSchedule | None: ...
    def save(self, schedule: SyncSchedule) -> SyncSchedule:
        """Writes a schedule over the one of its revision (0 is none), or raises StaleRevision."""

"""The catalogue in memory: made once for each set of depots, from contents that are read once."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock

from imagewright.model.catalog import Catalog
from imagewright.model.content import DepotContent

DepotVersion = tuple[str, int]
"""A depot and how often its content was replaced: what one of these has never changes."""


class CatalogCache:
    """The newest catalogue that was asked for, and the contents of its depots.

    After a depot has come, gone or changed only that one is read. Of several threads that need the same new catalogue
    one makes it and the others wait for it; who needs the one that is there never waits.
    """

    def __init__(self, contents: dict[DepotVersion, DepotContent] | None = None) -> None:
        self._lock = Lock()
        self._contents = contents or {}
        self._newest: tuple[int, Catalog] | None = None

    def has(self, revision: int) -> bool:
        """Whether the catalogue of this revision is made already."""
        newest = self._newest
        return newest is not None and newest[0] == revision

    def get(
        self, revision: int, depots: Callable[[], Sequence[DepotVersion]], read: Callable[[str], DepotContent]
    ) -> Catalog:
        """The catalogue of this revision; `depots` tells its depots, and `read` the content of one by its id."""
        newest = self._newest
        if newest is None or newest[0] < revision:
            with self._lock:
                newest = self._newest
                if newest is None or newest[0] < revision:
                    newest = self._newest = revision, self._make(depots(), read)
        if newest[0] == revision:
            return newest[1]
        # The transaction began before a depot came or went that others know already. It still sees the old ones.
        contents = self._contents
        return _catalog({depot: contents.get(depot) or read(depot[0]) for depot in depots()})

    def _make(self, depots: Sequence[DepotVersion], read: Callable[[str], DepotContent]) -> Catalog:
        known = self._contents
        with _collector_paused():
            self._contents = {depot: known.get(depot) or read(depot[0]) for depot in depots}
            return _catalog(self._contents)

    def fork(self) -> CatalogCache:
        """A cache for a transaction that changes depots: what it sees is nobody else's until it is committed.

        Revisions and ids that an undone transaction has used are used again, for something else.
        """
        return CatalogCache(dict(self._contents))


def _catalog(contents: Mapping[DepotVersion, DepotContent]) -> Catalog:
    return Catalog.of({depot: content for (depot, _version), content in contents.items()})


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Millions of objects that all stay make the garbage collector search in vain, for two thirds of the time."""
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()

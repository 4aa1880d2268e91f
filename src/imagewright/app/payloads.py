"""Files of VIBs that an online depot describes: fetched when somebody needs them, and kept like those of any depot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from imagewright.app.call import Services
from imagewright.app.fetch_ports import Fetcher, FetchError
from imagewright.app.links import folder_of, path_in_url
from imagewright.app.ports import Blobs, Storage, UnitOfWork
from imagewright.formats.errors import FormatError
from imagewright.formats.limits import Limits
from imagewright.formats.online import vib_paths
from imagewright.formats.vib import read_beginning
from imagewright.model.content import Vib, VibRef
from imagewright.model.errors import ResourceInaccessible
from imagewright.model.library import DepotSource, OnlineDepot
from imagewright.model.policy import refusal_of

AT_ONCE: Final = 4
"""How many files are fetched at the same time."""

Report = Callable[[int, int], None]
"""Takes the bytes so far and in all; what it raises ends the fetching."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A location where the file of a VIB may be, and the depot that says so."""

    depot: str
    location: str


def fetch_vibs(storage: Storage, services: Services, vibs: Iterable[Vib], report: Report) -> None:
    """Has the files of these VIBs be in the blob store, as far as an online depot describes them.

    To be called by a task before it reads files, outside of any transaction. What is there already costs nothing. Each
    file must have the size and the SHA-256 that the metadata name, and is then kept as long as a depot describes it. A
    VIB that no enabled online depot has is passed over: that its file is not there is for who needs it to say.

    Raises ResourceInaccessible, naming the VIB, its depots and what was wrong, when a file cannot be had; what was
    fetched before stays. Raises OSError when the blobs cannot be stored, and what `report` raises.
    """
    missing = {vib.ref: vib for vib in vibs if vib.sha256 and not services.blobs.exists(vib.sha256)}
    if not missing:
        return
    with storage.read() as uow:
        places = _places(uow, missing, services.limits)
    wanted = [missing[ref] for ref in places]
    with services.fetcher.visit() as fetcher, ThreadPoolExecutor(AT_ONCE, thread_name_prefix="vib-fetch") as pool:
        fetching = _Fetching(fetcher, services.blobs, places, report, sum(vib.size for vib in wanted))
        running = [pool.submit(fetching.fetch, vib) for vib in wanted]
    failures = [failure for each in running if (failure := each.exception()) is not None]
    for failure in failures:
        if not isinstance(failure, _Ended):
            raise failure


def require_acceptable(services: Services, vibs: Iterable[Vib]) -> None:
    """Refuses those of these VIBs that the policy of the site forbids, now that their files are here to be looked at.

    What an import has looked at is judged with the image. Of a VIB of an online depot only the metadata are known until
    then, and they can claim any level. Raises ResourceInaccessible, and FormatError for a file that is no VIB; a file
    that is not there is passed over.
    """
    for vib in vibs:
        if vib.signature is None and services.blobs.exists(vib.sha256):
            with services.blobs.open(vib.sha256) as file:
                own = read_beginning(file, vib.id, services.limits, services.trusted_signers)
            refusal = refusal_of(own, services.policy)
            if refusal is not None:
                raise ResourceInaccessible.because(
                    "imagewright.depot.vib_refused", "{0} {1}", refusal.text, refusal.resolution
                )


def _places(uow: UnitOfWork, wanted: Mapping[VibRef, Vib], limits: Limits) -> Mapping[VibRef, Sequence[_Place]]:
    places: defaultdict[VibRef, list[_Place]] = defaultdict(list)
    contents = uow.depots.catalog().depots
    for depot in (*uow.online_depots.list(DepotSource.UMDS), *uow.online_depots.list()):
        for bundle in contents[depot.id].bundles if depot.id in contents else ():
            for vib in bundle.vibs:
                if vib.ref in wanted:
                    places[vib.ref] += (_place(depot, path) for path in vib_paths(bundle, vib, limits))
    return places


def _place(depot: OnlineDepot, path: str) -> _Place:
    return _Place(depot.id, folder_of(depot.location) + path_in_url(path))


class _Ended(Exception):
    """Another file cannot be had, so this one is not needed any more."""


@dataclass(slots=True)
class _Fetching:
    """The files on their way."""

    fetcher: Fetcher
    blobs: Blobs
    places: Mapping[VibRef, Sequence[_Place]]
    report: Report
    whole: int
    received: int = 0
    failed: bool = False
    lock: Lock = field(default_factory=Lock)

    def fetch(self, vib: Vib) -> None:
        """Fetches the file of a VIB from the first place that has it."""
        try:
            self._fetch(vib)
        except BaseException:
            self.failed = True
            raise

    def _fetch(self, vib: Vib) -> None:
        places = self.places[vib.ref]
        troubles: list[str] = []
        for place in places:
            try:
                self._fetch_from(place.location, vib)
            except (FetchError, FormatError) as error:
                troubles.append(str(error))
            else:
                return
        raise ResourceInaccessible.because(
            "imagewright.depot.vib_not_fetched",
            "The file of VIB {0} cannot be fetched from depot {1}: {2}",
            vib.id,
            ", ".join(dict.fromkeys(place.depot for place in places)),
            troubles[0],
        )

    def _fetch_from(self, location: str, vib: Vib) -> None:
        shown = self.fetcher.shown(location)
        before = 0

        def watch(received: int, _total: int | None) -> None:
            nonlocal before
            if vib.size and received > vib.size:
                raise FetchError(f"{shown} has more bytes than the {vib.size} that its metadata say.")
            self._count(received - before)
            before = received

        try:
            with self.blobs.writer() as writer:
                size = self.fetcher.fetch(location, writer, progress=watch)
                if writer.hexdigest() != vib.sha256 or (vib.size and size != vib.size):
                    raise FetchError(f"{shown} is not the file that its metadata describe: size or SHA-256 differ.")
                writer.commit()
        except BaseException:
            self._take_back(before)
            raise

    def _count(self, more: int) -> None:
        if self.failed:
            raise _Ended
        with self.lock:
            self.received += more
            self.report(min(self.received, self.whole), self.whole)

    def _take_back(self, count: int) -> None:
        with self.lock:
            self.received -= count

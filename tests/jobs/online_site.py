"""A vendor's online depot on this machine, made of files that a test changes at will."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from depot_bench import Server, Site

from imagewright.contract.services import depots
from imagewright.contract.services import depots_online as online
from imagewright.model.errors import ApiError
from imagewright.model.library import OnlineDepot

FOLDER = "main"


class Vendor:
    """The files of a bundle, unpacked in the folder `main` of the server; VIBs beside the metadata."""

    def __init__(self, web: Server, folder: str = FOLDER) -> None:
        self.web = web
        self.folder = folder

    @property
    def location(self) -> str:
        return self.web.url(f"{self.folder}/index.xml")

    def offer(self, bundle: bytes) -> str:
        """Has the depot offer what a bundle holds, and nothing else; tells the location of its index."""
        self.withdraw()
        for name, data in unpacked(bundle).items():
            self.web.offer(f"{self.folder}/{name}", data)
        return self.location

    @property
    def archives(self) -> list[str]:
        """The paths of the metadata archives that are there."""
        return [path for path in self.web.files if path.startswith(f"{self.folder}/") and path.endswith(".zip")]

    def withdraw(self, *names: str) -> None:
        """Removes these files, or all."""
        for path in list(self.web.files):
            folder, _, name = path.partition("/")
            if folder == self.folder and (not names or name in names):
                del self.web.files[path]


def unpacked(bundle: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def followed(site: Site, location: str, **spec: object) -> str:
    """The id of an online depot of this location."""
    return str(site.call(online.create, spec=online.CreateSpec(location=location, **spec)))  # type: ignore[arg-type]


def synchronised(site: Site, *, cleanup: bool | None = None) -> ApiError | None:
    """What a sync has failed with, if it has."""
    task_id = site.call(depots.sync, spec=depots.SyncSpec(cleanup=cleanup))
    return site.failure(task_id) if site.ended(task_id).error else None


def depot_of(site: Site, depot_id: str) -> OnlineDepot:
    with site.storage.read() as uow:
        depot = uow.online_depots.get(depot_id)
    assert depot is not None
    return depot

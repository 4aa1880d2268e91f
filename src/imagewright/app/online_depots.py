"""Depots that are read where they lie: finding them, which of them are to be read, removing them and their content."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from imagewright.app.depots import require_unused
from imagewright.app.ports import StaleRevision, Storage, UnitOfWork
from imagewright.app.sweeping import submit_sweep
from imagewright.contract.services import depots_online as online
from imagewright.model.content import DepotContent
from imagewright.model.errors import InvalidArgument, NotFound
from imagewright.model.library import DepotSource, OnlineDepot

ONLINE_DEPOT: Final = "com.vmware.esx.settings.depots.online"
"""The resource type of an online depot."""


def online_depot_with(uow: UnitOfWork, depot_id: str) -> OnlineDepot:
    """The online depot; NotFound names the id."""
    depot = uow.online_depots.get(depot_id)
    if depot is None:
        raise NotFound.because(
            "imagewright.depot.not_found",
            "There is no online depot '{0}'. It may have been deleted; list the depots to see those there are.",
            depot_id,
        )
    return depot


def umds_depot(uow: UnitOfWork) -> OnlineDepot:
    """The UMDS depot; NotFound when there is none."""
    for depot in uow.online_depots.list(DepotSource.UMDS):
        return depot
    raise NotFound.because(
        "imagewright.depot.no_umds",
        "There is no UMDS depot. Name one with PUT /api/esx/settings/depots/umds.",
    )


def define_system_depots(storage: Storage, locations: Iterable[str], now: datetime) -> None:
    """Makes these the locations of the system-defined depots, before the server begins to answer.

    A depot of such a location that somebody has named becomes system-defined; what was system-defined and is not any
    more becomes a depot that can be deleted.
    """
    wanted = dict.fromkeys(locations)
    with storage.read() as uow:
        if {depot.location for depot in uow.online_depots.list() if depot.system_defined} == wanted.keys():
            return
    try:
        with storage.write() as uow:
            _define(uow, wanted, now)
    except StaleRevision:
        return  # another process of the same server was faster


def _define(uow: UnitOfWork, wanted: Collection[str], now: datetime) -> None:
    known = {depot.location: depot for depot in uow.online_depots.list()}
    for depot in known.values():
        if depot.system_defined != (depot.location in wanted):
            uow.online_depots.save(replace(depot, system_defined=not depot.system_defined))
    for location in wanted:
        if location not in known:
            uow.online_depots.add(OnlineDepot("", DepotSource.ONLINE, location, now, owner="", system_defined=True))


def change_depot(uow: UnitOfWork, depot: OnlineDepot, enabled: bool | None, description: str | None) -> None:
    """Changes what is not None."""
    changed = replace(
        depot,
        enabled=depot.enabled if enabled is None else enabled,
        description=depot.description if description is None else description,
    )
    if changed != depot:
        uow.online_depots.save(changed)


def require_removable(depot: OnlineDepot) -> OnlineDepot:
    """The depot; InvalidArgument when it is one of the server's settings, which would only come back."""
    if depot.system_defined:
        raise InvalidArgument.because(
            "imagewright.depot.system_defined",
            "The depot {0} is one of the server's settings and cannot be deleted. Flush it to remove its content and "
            "disable it, or take it out of the settings.",
            depot.id,
        )
    return depot


def require_described_here(depot: OnlineDepot) -> None:
    """InvalidArgument when it is one of the server's settings."""
    if depot.system_defined:
        raise InvalidArgument.because(
            "imagewright.depot.system_defined",
            "The depot {0} is one of the server's settings: it can be enabled and disabled, but spec.description must "
            "be unset.",
            depot.id,
        )


def require_system_defined(depot: OnlineDepot) -> OnlineDepot:
    """The depot; InvalidArgument when somebody has named it."""
    if not depot.system_defined:
        raise InvalidArgument.because(
            "imagewright.depot.not_system_defined",
            "The depot {0} is not one of the server's settings, so it cannot be flushed. Delete it, or disable it.",
            depot.id,
        )
    return depot


def depots_to_sync(uow: UnitOfWork) -> tuple[OnlineDepot, ...]:
    """What a sync reads: the UMDS depot when there is one, else all online depots; of either what is enabled."""
    candidates = uow.online_depots.list(DepotSource.UMDS) or uow.online_depots.list()
    return tuple(depot for depot in candidates if depot.enabled)


def flush_depot(uow: UnitOfWork, depot: OnlineDepot, user: str, now: datetime, *, force: bool) -> None:
    """Takes the content of a depot away and disables it; the depot stays. ResourceInUse as for removing it."""
    if not force:
        require_unused(uow, depot.id, online.PrecheckResult)
    blobs = blobs_of(uow, depot)
    uow.online_depots.replace_content(replace(depot, enabled=False, synchronised=None), DepotContent(()), ())
    if blobs:
        submit_sweep(uow, sorted(blobs), user, now)


def move_depot(uow: UnitOfWork, known: OnlineDepot, wanted: OnlineDepot, user: str, now: datetime) -> None:
    """Makes a depot what is wanted of it; its content stays until it is read at its new location.

    The documents of another location say nothing of those at this one, so they are forgotten.
    """
    changed = replace(known, description=wanted.description, owner=wanted.owner, enabled=wanted.enabled)
    if wanted.location == known.location:
        uow.online_depots.save(changed)
        return
    documents = sorted(document.sha256 for document in uow.online_depots.documents(known.id))
    moved = replace(changed, location=wanted.location, synchronised=None, attempted=None, trouble="")
    uow.online_depots.save(moved, ())
    if documents:
        submit_sweep(uow, documents, user, now)


def remove_umds_depot(uow: UnitOfWork, depot: OnlineDepot, user: str, now: datetime) -> None:
    """As `remove_online_depot`; the API has no way to force it."""
    require_unused(uow, depot.id, online.PrecheckResult, can_be_forced=False)
    remove_online_depot(uow, depot, user, now, force=True)


def remove_online_depot(uow: UnitOfWork, depot: OnlineDepot, user: str, now: datetime, *, force: bool) -> None:
    """Takes a depot away with everything that no other depot has; its files are removed by a task of their own.

    ResourceInUse when it is needed and `force` is not set.
    """
    if not force:
        require_unused(uow, depot.id, online.PrecheckResult)
    blobs = blobs_of(uow, depot)
    uow.depots.delete(depot.id)
    if blobs:
        submit_sweep(uow, sorted(blobs), user, now)


def blobs_of(uow: UnitOfWork, depot: OnlineDepot) -> set[str]:
    """The blobs of a depot's documents, and of those VIBs of it that have been fetched, or may have been."""
    vibs = {vib.sha256 for vib in uow.depots.content(depot.id).vibs if vib.sha256}
    return vibs | {document.sha256 for document in uow.online_depots.documents(depot.id)}

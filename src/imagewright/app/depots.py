"""Imported depots: finding them, adding one with its verified content, taking one away."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from imagewright.app.depot_usage import affected_by_removal
from imagewright.app.ports import UnitOfWork
from imagewright.app.sweeping import submit_sweep
from imagewright.contract.services import depots_offline as offline
from imagewright.contract.services import depots_online as online
from imagewright.model.errors import AlreadyExists, NotFound, ResourceInUse
from imagewright.model.library import Depot

OFFLINE_DEPOT: Final = "com.vmware.esx.settings.depots.offline"
"""The resource type of an offline depot."""


def depot_with(uow: UnitOfWork, depot_id: str) -> Depot:
    """The depot; NotFound names the id."""
    depot = uow.depots.get(depot_id)
    if depot is None:
        raise NotFound.because(
            "imagewright.depot.not_found",
            "There is no offline depot '{0}'. It may have been deleted; list the depots to see those there are.",
            depot_id,
        )
    return depot


def refuse_known_bundle(uow: UnitOfWork, sha256: str) -> None:
    """AlreadyExists, with the id of the depot in text and data, when this very file has been imported."""
    known = uow.depots.with_bundle(sha256)
    if known is not None:
        raise AlreadyExists.because(
            "imagewright.depot.already_exists",
            "This bundle has been imported already: it is the depot {0}, of {1}.",
            known.id,
            known.created.isoformat(timespec="seconds"),
            data=offline.CreateResult(depot=known.id),
        )


_FORCED = ", or set spec.force to true; then they cannot be validated or exported until the content is back"


def require_unused(
    uow: UnitOfWork,
    depot_id: str,
    lists: type[offline.PrecheckResult] | type[online.PrecheckResult] = offline.PrecheckResult,
    *,
    can_be_forced: bool = True,
) -> None:
    """ResourceInUse when specifications of the library or drafts need what no other depot has; the data lists them."""
    affected = affected_by_removal(uow, depot_id)
    if affected:
        names = [state.software_spec_name or state.software_spec or "" for state in affected]
        raise ResourceInUse.because(
            "imagewright.depot.in_use",
            "The depot {0} is needed by {1}. Change or delete them, or import the content from elsewhere{2}.",
            depot_id,
            ", ".join(names),
            _FORCED if can_be_forced else "",
            data=lists(affected_desired_states=affected),
        )


def remove_depot(uow: UnitOfWork, depot_id: str, user: str, now: datetime, *, force: bool) -> None:
    """Takes a depot away with everything that no other depot has; its files are removed by a task of their own.

    NotFound when there is no such depot, ResourceInUse when it is needed and `force` is not set.
    """
    depot = depot_with(uow, depot_id)
    if not force:
        require_unused(uow, depot.id)
    blobs = sorted({vib.sha256 for vib in uow.depots.content(depot.id).vibs if vib.sha256})
    uow.depots.delete(depot.id)
    if blobs:
        submit_sweep(uow, blobs, user, now)

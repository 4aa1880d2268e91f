"""Offline depots: importing, finding, removing."""

from __future__ import annotations

import re
from typing import Final

from imagewright.app.call import Call
from imagewright.app.depots import OFFLINE_DEPOT, depot_with, remove_depot
from imagewright.app.locations import check_location, location_for
from imagewright.app.uploads import upload_with
from imagewright.contract.binding import implements
from imagewright.contract.services import depots_offline as offline
from imagewright.model.errors import InvalidArgument
from imagewright.model.library import Depot
from imagewright.model.task import TaskTarget

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}")
_HEADER_VALUE: Final = re.compile(r"[!-~](?:[ -~]{0,8190}[!-~])?")


@implements(offline.create)
def create(call: Call, spec: offline.CreateSpec) -> str:
    """Starts a task that imports a bundle, all or nothing; its result has the id of the depot.

    InvalidArgument when the location is not one that this server may read, or when there is no such upload of the
    caller; everything else that can be wrong with the bundle is found by the task.
    """
    if spec.source_type is offline.SourceType.PULL:
        check_location(call, spec.location or "")
    else:
        upload_with(call.uow, spec.file_id or "", call.caller.name)
    return call.submit(
        {
            "source_type": spec.source_type.value,
            "location": spec.location,
            "headers": _headers(spec.authentication_spec),
            "file_id": spec.file_id,
            "description": spec.description or "",
            "ownerdata": spec.ownerdata,
        },
        "Import an offline depot",
        cancelable=True,
    )


@implements(offline.get)
def get(call: Call, depot: str) -> offline.Info:
    """One imported depot; NotFound when there is none of this id."""
    found = depot_with(call.uow, depot)
    return offline.Info(
        description=found.description,
        source_type=offline.SourceType(found.source.value),
        location=_location(call, found),
        file_id=found.file_id,
        create_time=found.created,
        owner=found.owner,
        ownerdata=found.ownerdata,
    )


@implements(offline.list_)
def list_(call: Call) -> dict[str, offline.Summary]:
    """The imported depots, by id."""
    return {
        depot.id: offline.Summary(
            description=depot.description,
            source_type=offline.SourceType(depot.source.value),
            location=_location(call, depot),
            file_id=depot.file_id,
            owner=depot.owner,
            ownerdata=depot.ownerdata,
        )
        for depot in call.uow.depots.list()
    }


@implements(offline.delete)
def delete(call: Call, depot: str, spec: offline.DeleteSpec | None) -> None:
    """Removes a depot at once. The form with a task does the same.

    The API describes this older form as one that forgets the record and keeps the content. Here content without its
    record could never be found or removed again, so both go, and both are kept while something needs them.
    """
    remove_depot(call.uow, depot, call.caller.name, call.now, force=_forced(spec))
    call.wakes_runner = True


@implements(offline.delete_task)
def delete_task(call: Call, depot: str, spec: offline.DeleteSpec | None) -> str:
    """Starts a task that removes a depot with everything that no other depot has. NotFound when there is none.

    The task FAILS with resource_in_use, whose data lists what needs the depot, unless `force` is true.
    """
    depot_with(call.uow, depot)
    return call.submit(
        {"depot": depot, "force": _forced(spec)}, f"Remove the depot {depot}", TaskTarget(OFFLINE_DEPOT, depot)
    )


def _forced(spec: offline.DeleteSpec | None) -> bool:
    return bool(spec and spec.force)


def _headers(spec: offline.AuthenticationSpec | None) -> dict[str, str] | None:
    """The header to be sent along, by name; HEADER_AUTH is the only method there is."""
    if spec is None:
        return None
    name, value = spec.authentication_key or "", spec.authentication_value or ""
    if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
        raise InvalidArgument.because(
            "imagewright.depot.bad_header",
            "spec.authentication_spec does not make an HTTP header: the key may have letters, digits and hyphens, the "
            "value printable ASCII characters.",
        )
    return {name: value}


def _location(call: Call, depot: Depot) -> str | None:
    return None if depot.location is None else location_for(call, depot.location)

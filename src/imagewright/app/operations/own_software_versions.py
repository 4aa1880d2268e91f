"""The history of a specification: every commit with its author, time, message and content."""

from __future__ import annotations

from typing import Any

from imagewright.app.call import Call
from imagewright.app.library import spec_with, version_with
from imagewright.app.specs import spec_answer
from imagewright.contract.binding import implements
from imagewright.contract.services import own_software_versions as versions
from imagewright.model.library import SpecVersion


@implements(versions.list_)
def list_(call: Call, software_spec: str) -> list[versions.Summary]:
    """The commits of a specification, oldest first, without their content."""
    spec = spec_with(call.uow, software_spec)
    return [versions.Summary(**_fields(each)) for each in call.uow.library.versions(spec.id)]


@implements(versions.get)
def get(call: Call, software_spec: str, version: int) -> versions.Info:
    """One commit with the whole content as of then; NotFound names the versions that there are."""
    found = version_with(call.uow, spec_with(call.uow, software_spec), version)
    return versions.Info(**_fields(found), software_spec=spec_answer(found.spec))


def _fields(version: SpecVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "display_name": version.display_name,
        "author": version.author,
        "time": version.time,
        "message": version.message,
        "image_hash": version.image_hash,
    }

"""Files that the library gives out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote

from imagewright.app.authentication import Credentials
from imagewright.app.call import Origin
from imagewright.app.invoke import Application, raise_as_api_error
from imagewright.app.privileges import SPEC_READ
from imagewright.formats.spec_json import write_spec
from imagewright.model.errors import ApiError, NotFound

EXPORTS = "/imagewright/v1/exports"
"""Where the files are, below the root of the server."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file to be downloaded."""

    name: str
    content: bytes


def software_spec_url(base_url: str, spec_id: str, version: int, *, only_default_image: bool) -> str:
    """Where the JSON of one version of a specification can be had, by anyone who has a session."""
    part = "default-image" if only_default_image else "software-spec"
    return f"{base_url}{EXPORTS}/{quote(spec_id, safe='')}/{version}/{part}.json"


def software_spec_file(
    application: Application, credentials: Credentials, origin: Origin, spec_id: str, version: str, part: str
) -> ExportedFile:
    """The JSON of one version of a specification; `part` is "software-spec" or "default-image"."""
    application.identify(credentials, frozenset({SPEC_READ}), origin)
    try:
        with application.storage.read() as uow:
            versions = {str(each.version): each for each in uow.library.versions(spec_id)}
    except ApiError:
        raise
    except Exception as failure:
        raise_as_api_error(failure, origin)
    found = versions.get(version)
    if found is None or part not in ("software-spec", "default-image"):
        raise NotFound.because(
            "imagewright.export.not_found",
            "There is no file {2}.json of version {1} of the specification '{0}'. Export it again.",
            spec_id,
            version,
            part,
        )
    spec = found.spec if part == "software-spec" else replace(found.spec, alternative_images={})
    # Browsers and file systems refuse much of what a display name may have in it.
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", found.display_name).strip("-.") or spec_id
    return ExportedFile(f"{name}-v{found.version}.json", write_spec(spec))

"""Uploaded files that are not needed after all."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.sweeping import submit_sweep
from imagewright.contract.binding import implements
from imagewright.contract.services import own_uploads
from imagewright.model.errors import NotFound


@implements(own_uploads.delete)
def delete(call: Call, file: str) -> None:
    """Throws an uploaded file away that nobody has imported. Only who uploaded it may; for others it is not there."""
    upload = call.uow.uploads.get(file)
    if upload is None or upload.owner != call.caller.name:
        raise NotFound.because(
            "imagewright.upload.gone",
            "There is no uploaded file with the id '{0}' of the user {1}; it may have been imported already.",
            file,
            call.caller.name,
        )
    call.uow.uploads.delete(file)
    submit_sweep(call.uow, [upload.sha256], call.caller.name, call.now)
    call.wakes_runner = True

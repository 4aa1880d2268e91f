"""Files that people upload: kept as blobs, until an operation that was given their file id takes them."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from imagewright.app.auditing import DONE, record_beside_the_api
from imagewright.app.authentication import Caller, Credentials
from imagewright.app.call import Origin
from imagewright.app.invoke import Application, raise_as_api_error
from imagewright.app.ports import BlobRef, Storage, UnitOfWork, Upload
from imagewright.app.privileges import WRITE
from imagewright.app.sweeping import submit_sweep
from imagewright.model.errors import ApiError, InvalidArgument
from imagewright.model.task import TaskStatus

log = logging.getLogger(__name__)

UPLOAD = "vum-fileupload"
"""What an upload is called in the audit record."""

_ALL = 1_000_000


def require_uploader(application: Application, credentials: Credentials, origin: Origin) -> Caller:
    """The caller, if he may upload: whoever may write specifications or depots."""
    return application.identify(credentials, WRITE, origin, UPLOAD)


def keep_upload(application: Application, caller: Caller, file_name: str, blob: BlobRef, origin: Origin) -> str:
    """Remembers a file that was stored, and tells its file id."""
    now = application.services.clock()
    upload = Upload(uuid.uuid4().hex, caller.name, file_name, blob.sha256, blob.size, now)
    try:
        with application.storage.write() as uow:
            uow.uploads.add(upload)
            uow.audit.add(record_beside_the_api(UPLOAD, upload.file_id, caller.name, origin, now, DONE))
    except ApiError:
        raise
    except Exception as failure:
        raise_as_api_error(failure, origin)
    return upload.file_id


def upload_with(uow: UnitOfWork, file_id: str, user: str) -> Upload:
    """The upload, of this user; InvalidArgument when there is none (it may have been taken already)."""
    upload = uow.uploads.get(file_id)
    if upload is None or upload.owner != user:
        raise InvalidArgument.because(
            "imagewright.upload.not_found",
            "There is no uploaded file with the id '{0}' of the user {1}. Upload it with POST /vum-fileupload and give "
            "the id from the answer; an uploaded file can be imported once.",
            file_id,
            user,
        )
    return upload


def forget_abandoned_uploads(storage: Storage, now: datetime, lifetime: timedelta) -> int:
    """Removes uploads that nobody has imported for so long, with their files, and tells how many.

    One that a task still has to import is kept. The files go by a task of their own, when nothing else has them.
    """
    with storage.read() as uow:
        if not _abandoned(uow, now - lifetime):
            return 0
    with storage.write() as uow:
        abandoned = _abandoned(uow, now - lifetime)
        for upload in abandoned:
            uow.uploads.delete(upload.file_id)
            submit_sweep(uow, [upload.sha256], upload.owner, now)
    for upload in abandoned:
        log.info("the upload %s of %s, from %s, was never imported and is removed", *_named(upload))
    return len(abandoned)


def _abandoned(uow: UnitOfWork, before: datetime) -> Sequence[Upload]:
    old = uow.uploads.created_before(before)
    if not old:
        return ()
    unfinished = uow.tasks.list(statuses=[TaskStatus.PENDING, TaskStatus.RUNNING], limit=_ALL)
    wanted = {task.arguments.get("file_id") for task in unfinished}
    return [upload for upload in old if upload.file_id not in wanted]


def _named(upload: Upload) -> tuple[str, str, str]:
    return upload.file_id, upload.owner, upload.created.isoformat(timespec="seconds")

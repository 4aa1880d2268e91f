"""Files that people upload: kept as blobs, until an operation that was given their file id takes them."""

from __future__ import annotations

import uuid

from imagewright.app.auditing import DONE
from imagewright.app.authentication import Caller, Credentials
from imagewright.app.call import Origin
from imagewright.app.invoke import Application, raise_as_api_error
from imagewright.app.ports import AuditRecord, BlobRef, UnitOfWork, Upload
from imagewright.app.privileges import WRITE
from imagewright.model.errors import ApiError, InvalidArgument


def require_uploader(application: Application, credentials: Credentials, origin: Origin) -> Caller:
    """The caller, if he may upload: whoever may write specifications or depots."""
    return application.identify(credentials, WRITE, origin)


def keep_upload(application: Application, caller: Caller, file_name: str, blob: BlobRef, origin: Origin) -> str:
    """Remembers a file that was stored, and tells its file id."""
    now = application.services.clock()
    upload = Upload(uuid.uuid4().hex, caller.name, file_name, blob.sha256, blob.size, now)
    try:
        with application.storage.write() as uow:
            uow.uploads.add(upload)
            uow.audit.add(
                AuditRecord(
                    now, caller.name, "vum-fileupload", upload.file_id, origin.address, DONE,
                    request_id=origin.request_id,
                )
            )  # fmt: skip
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

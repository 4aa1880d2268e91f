"""Specifications from outside: fetched, uploaded, or in the call itself."""

from __future__ import annotations

import io

from imagewright.app.call import Call
from imagewright.app.drafts import with_one_base_image
from imagewright.app.fetch_ports import FetchError
from imagewright.app.uploads import upload_with
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.formats.errors import FormatError
from imagewright.formats.spec_json import read_spec
from imagewright.model.errors import InvalidArgument
from imagewright.model.spec import SoftwareSpec


def imported_spec(call: Call, spec: drafts.ImportSpec) -> SoftwareSpec:
    """The specification that the call points to; the contract has checked that the right field is set.

    InvalidArgument when it cannot be fetched (with the HTTP status met) or read (with line and column, or the key).
    """
    match spec.source_type:
        case drafts.SourceType.PULL:
            data, where = _fetched(call, spec.location or ""), "the file at the location"
        case drafts.SourceType.PUSH:
            data, where = _uploaded(call, spec.file_id or ""), "the uploaded file"
        case drafts.SourceType.JSON_STRING:
            data, where = (spec.software_spec or "").encode(), "spec.software_spec"
    try:
        return with_one_base_image(read_spec(data, where, call.services.limits))
    except FormatError as error:
        raise InvalidArgument.because("imagewright.spec.unreadable", "{0}.", error) from error


class _TooLarge(Exception):
    pass


def _fetched(call: Call, location: str) -> bytes:
    buffer = io.BytesIO()
    largest = call.services.limits.spec_size

    def refuse_too_large(received: int, _total: int | None) -> None:
        if received > largest:
            raise _TooLarge

    try:
        call.services.fetcher.fetch(location, buffer, progress=refuse_too_large)
    except FetchError as error:
        raise InvalidArgument.because("imagewright.spec.not_fetched", "{0}", error) from error
    except _TooLarge:
        raise _too_large(largest) from None
    return buffer.getvalue()


def _uploaded(call: Call, file_id: str) -> bytes:
    upload = upload_with(call.uow, file_id, call.caller.name)
    largest = call.services.limits.spec_size
    if upload.size > largest:
        raise _too_large(largest)
    with call.services.blobs.open(upload.sha256) as file:
        return file.read()


def _too_large(largest: int) -> InvalidArgument:
    return InvalidArgument.because(
        "imagewright.spec.too_large",
        "The file is larger than {0} bytes, so it is no software specification.",
        largest,
    )

"""`POST /vum-fileupload`: a file in a form, streamed to the blobs; the answer is its file id as a JSON string."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from imagewright.app.call import Origin
from imagewright.app.invoke import Application, raise_as_api_error
from imagewright.app.ports import BlobWriter
from imagewright.app.uploads import keep_upload, require_uploader
from imagewright.model.errors import ApiError, InvalidArgument
from imagewright.web.requests import credentials_of, origin_of
from imagewright.web.rest import error_response, json_response

PIECE = 1024 * 1024
"""Bytes that are gathered before a worker thread is asked to write them."""

LONGEST_BOUNDARY = 70
"""As RFC 2046 has it."""


@dataclass(frozen=True, slots=True)
class Uploads:
    """Answers uploads. `largest` is in bytes."""

    application: Callable[[], Application]
    largest: int
    public_url: str | None = None

    async def answer(self, request: Request) -> Response:
        """Stores the first file of the form. Nothing is kept of a form that breaks off."""
        origin = origin_of(request, self.public_url)
        try:
            application = self.application()
            with application.counted():
                file_id = await self._stored(application, request, origin)
        except ApiError as error:
            return error_response(error)
        return json_response(msgspec.json.encode(file_id), 200)

    async def _stored(self, application: Application, request: Request, origin: Origin) -> str:
        caller = await run_in_threadpool(require_uploader, application, credentials_of(request), origin)
        form = _FileInForm(_boundary(request), self.largest)
        try:
            with ExitStack() as stack:
                writer = await run_in_threadpool(stack.enter_context, application.services.blobs.writer())
                async for part in request.stream():
                    form.feed(part)
                    if len(form.ready) >= PIECE:
                        await run_in_threadpool(form.drain, writer)
                await run_in_threadpool(form.finish, writer)
                blob = await run_in_threadpool(writer.commit)
        except OSError as failure:
            raise_as_api_error(failure, origin)
        return await run_in_threadpool(keep_upload, application, caller, form.file_name, blob, origin)


class _FileInForm:
    """Finds the file in a multipart form that comes in pieces."""

    def __init__(self, boundary: bytes, largest: int) -> None:
        self.file_name = ""
        self.ready = bytearray()
        self._largest = largest
        self._size = 0
        self._header = b""
        self._value = b""
        self._in_file = False
        self._found = False
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_ends,
                "on_part_data": self._data,
                "on_part_end": self._part_ends,
                "on_end": self._form_ends,
            },
        )

    def feed(self, part: bytes) -> None:
        """Takes the next piece of the body."""
        try:
            self._parser.write(part)
        except FormParserError as error:
            raise _bad_form(f"it is not a well-formed multipart body ({error})") from None

    def drain(self, writer: BlobWriter) -> None:
        """Writes what has gathered."""
        writer.write(bytes(self.ready))
        self.ready.clear()

    def finish(self, writer: BlobWriter) -> None:
        """Writes the rest; InvalidArgument when there was no file or the form broke off."""
        if not self._found:
            raise _bad_form("it has no file: a part with a filename")
        if not self._ended:
            raise _bad_form("it ends before its last boundary; the transfer broke off")
        self.drain(writer)

    def _part_begins(self) -> None:
        self._header, self._value = b"", b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        if self._header.lower() == b"content-disposition" and not self._found:
            _, options = parse_options_header(self._value)
            if b"filename" in options:
                self.file_name = options[b"filename"].decode("utf-8", "replace")[:255]
                self._in_file = self._found = True
        self._header, self._value = b"", b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        if not self._in_file:
            return
        self._size += end - start
        if self._size > self._largest:
            raise _bad_form(f"its file is larger than the {self._largest} bytes that this server takes")
        self.ready += data[start:end]

    def _part_ends(self) -> None:
        self._in_file = False

    def _form_ends(self) -> None:
        self._ended = True


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= LONGEST_BOUNDARY:
        raise _bad_form(f"its content type is not multipart/form-data with a boundary of 1 to {LONGEST_BOUNDARY} bytes")
    return boundary


def _bad_form(what: str) -> InvalidArgument:
    return InvalidArgument.because(
        "imagewright.upload.bad_form",
        "The upload was refused because {0}. Send the file as one part of a form, as curl -F file=@bundle.zip does.",
        what,
    )

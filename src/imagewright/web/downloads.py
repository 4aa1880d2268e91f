"""Downloads: files in whole or in part, with constant memory, once they are there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import Final
from urllib.parse import quote

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from imagewright.app.downloads import EXPORTS, Download, Waiting, fetch
from imagewright.app.invoke import Application, raise_as_api_error
from imagewright.app.offered_depot import Offer, OfferedDepot
from imagewright.contract.routing import UnknownPath
from imagewright.model.errors import ApiError, ServiceUnavailable
from imagewright.web.requests import credentials_of, origin_of
from imagewright.web.rest import error_response

PIECE: Final = 256 * 1024
"""Bytes that are read at a time."""

PATIENCE: Final = 600.0
"""Seconds that a request waits for its file to be made; then it is to be sent again."""

_PAUSES: Final = (0.02, 0.05, 0.1, 0.2, 0.5)
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Downloads:
    """Answers GET and HEAD of exported files."""

    def __init__(self, application: Callable[[], Application], public_url: str | None) -> None:
        self._application = application
        self._public_url = public_url

    async def answer(self, request: Request) -> Response:
        """Waits until the file is there, and gives the part of it that is asked for."""
        try:
            download = await self._download(request)
        except ApiError as error:
            return error_response(error)
        return file_response(request, download) if download else Response(status_code=499)

    async def _download(self, request: Request) -> Download | None:
        """None when the client has gone."""
        parts = request.url.path.removeprefix(f"{EXPORTS}/").split("/")
        if len(parts) != 3:
            raise UnknownPath().error()
        origin = origin_of(request, self._public_url)
        image = request.query_params.get("image")
        found = await run_in_threadpool(
            fetch, self._application(), credentials_of(request), origin, parts[0], parts[1], parts[2], image
        )
        deadline, looks = monotonic() + PATIENCE, 0
        while isinstance(found, Waiting):
            if monotonic() > deadline:
                raise ServiceUnavailable.because(
                    "imagewright.export.not_yet", "The file is still being made. Fetch it again in a while."
                )
            await anyio.sleep(_PAUSES[min(looks, len(_PAUSES) - 1)])
            looks += 1
            if await request.is_disconnected():
                return None
            try:
                found = await run_in_threadpool(found.look)
            except ApiError:
                raise
            except Exception as failure:
                raise_as_api_error(failure, origin)
        return found


class DepotFiles:
    """Answers GET and HEAD of the files of the depot that this server offers; nobody needs a session for them."""

    def __init__(self, application: Callable[[], Application], offer: Offer) -> None:
        self._application = application
        self._offer = offer
        self._depot = OfferedDepot()

    async def answer(self, request: Request) -> Response:
        """A file, or what a path gets that is not known: to whom nothing is offered, that is all there is."""
        path = self._offer.file(request.url.path)
        try:
            origin = origin_of(request, None)
            found = await run_in_threadpool(self._depot.find, self._application(), path, origin) if path else None
            if found is None:
                raise UnknownPath().error()
        except ApiError as error:
            return error_response(error)
        return file_response(request, found)


def file_response(request: Request, download: Download) -> Response:
    """The whole file, one range of it, or that the client has it already (RFC 9110)."""
    tag = f'"{download.tag}"'
    headers = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": _disposition(download.name),
    }
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or known == ["*"]:
        return Response(None, 304, headers)
    start, end = 0, download.size
    status = 200
    asked = request.headers.get("range", "")
    # With another tag the client has the beginning of another file.
    if asked and request.headers.get("if-range", tag) == tag and request.method == "GET":
        found = _range(asked, download.size)
        if found == (0, 0):
            return Response(None, 416, headers | {"Content-Range": f"bytes */{download.size}"})
        if found is not None:
            start, end = found
            status = 206
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{download.size}"
    headers["Content-Length"] = str(end - start)
    if request.method == "HEAD":
        return Response(None, status, headers, download.media_type)
    return StreamingResponse(_pieces(download, start, end), status, headers, download.media_type)


async def _pieces(download: Download, start: int, end: int) -> AsyncIterator[bytes]:
    content = await run_in_threadpool(download.open)
    try:
        if start:
            await run_in_threadpool(content.seek, start)
        left = end - start
        while left and (piece := await run_in_threadpool(content.read, min(PIECE, left))):
            left -= len(piece)
            yield piece
    finally:
        content.close()


def _range(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; (0, 0) when there is none of these; None when the header is to be passed
    over: several ranges are answered with the whole."""
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if found is None or found[1] == found[2] == "":
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1 if found[2] else size)
        if found[2] and int(found[2]) < start:
            return None
    return (start, end) if start < end else (0, 0)


def _disposition(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-.")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"

"""The REST dialect: plain JSON, one HTTP status for each error. The published API is under `/api`, and what is our own
under `/imagewright/v1`.

The printed sample of the API's reference has no `/api` before the path and puts its body into an array. Both are
understood at `/esx/...`, and only there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from imagewright.app.invoke import Application
from imagewright.contract import routing
from imagewright.contract.rest_values import decode_input, encode_error, encode_output
from imagewright.contract.services import cis_session
from imagewright.model.errors import ApiError
from imagewright.web.requests import body_of, credentials_of, origin_of, query_of


@dataclass(frozen=True, slots=True)
class RestDialect:
    """Answers one request below the root of the dialect."""

    application: Callable[[], Application]
    public_url: str | None = None
    match: Callable[[str, str, routing.Query], routing.Outcome] = routing.match

    async def answer(self, request: Request, path: str, *, as_printed: bool = False) -> Response:
        """`path` is percent-encoded, relative to the root; `as_printed` lets one object in an array be the object."""
        try:
            query = query_of(request)
            match self.match(request.method, path, query):
                case routing.Match() as found:
                    body = await body_of(request)
                    return await run_in_threadpool(self._call, request, found, query, body, as_printed)
                case outcome:
                    raise outcome.error()
        except ApiError as error:
            return error_response(error)

    def _call(
        self, request: Request, found: routing.Match, query: routing.Query, body: bytes, as_printed: bool
    ) -> Response:
        operation = found.operation
        try:
            result = self.application().invoke(
                operation,
                lambda: decode_input(found, query, body, unwrap_single=as_printed),
                credentials_of(request, prefer_password=operation is cis_session.create),
                origin_of(request, self.public_url),
            )
        except ApiError as error:
            return error_response(error)
        return json_response(encode_output(operation, result), operation.status)


def json_response(body: bytes, status: int = 200) -> Response:
    """An answer; one with no content has no content type."""
    return Response(body, status, media_type="application/json" if body else None)


def error_response(error: ApiError) -> Response:
    """An error as `/api` and everything beside it answers it."""
    status, body = encode_error(error)
    response = json_response(body, status)
    if error.challenge and status == 401:
        response.headers["WWW-Authenticate"] = error.challenge
    if status == 503:
        response.headers["Retry-After"] = "2"
    return response

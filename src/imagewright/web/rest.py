"""The REST dialects: JSON, one HTTP status for each error. The published API is under `/api`, and what is our own under
`/imagewright/v1`.

The printed sample of the API's reference has no `/api` before the path and puts its body into an array. Both are
understood at `/esx/...`, and only there. The older dialect under `/rest` has sessions and reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from imagewright.app.authentication import Credentials
from imagewright.app.invoke import Application
from imagewright.app.ports import TakesLonger
from imagewright.contract import old_rest_values, rest_values, routing
from imagewright.contract.operations import Operation
from imagewright.contract.services import cis_session
from imagewright.model.errors import ApiError, ServiceUnavailable
from imagewright.web.kept_answers import KeptAnswers
from imagewright.web.requests import body_of, credentials_of, origin_of, query_of


@dataclass(frozen=True, slots=True)
class RestForm:
    """How a dialect reads the inputs of an operation, and writes results and errors."""

    read: Callable[[routing.Match, routing.Query, bytes], dict[str, Any]]
    result: Callable[[Operation, Any], Response]
    error: Callable[[ApiError], Response]


@dataclass(frozen=True, slots=True)
class RestDialect:
    """Answers requests below the root of a dialect."""

    application: Callable[[], Application]
    form: RestForm
    kept: KeptAnswers
    public_url: str | None = None
    match: Callable[[str, str, routing.Query], routing.Outcome] = routing.match

    async def answer(self, request: Request, path: str) -> Response:
        """`path` is percent-encoded, relative to the root."""
        try:
            query = query_of(request)
            match self.match(request.method, path, query):
                case routing.Match() as found:
                    body = await body_of(request)
                    return await self._answered(request, found, query, body)
                case outcome:
                    raise outcome.error()
        except ApiError as error:
            return self.form.error(error)

    async def _answered(self, request: Request, found: routing.Match, query: routing.Query, body: bytes) -> Response:
        application = self.application()
        credentials = credentials_of(request, prefer_password=found.operation is cis_session.create)
        quick = application.is_quick(found.operation, credentials)
        version = application.version() if quick and found.operation.reads else None
        call = partial(self._call, request, found, query, body, credentials)
        response = await at_once_or_in_thread(call, quick=quick)
        if version is not None:
            self.kept.keep(request.scope, version, found.operation.key, response)
        return response

    def _call(
        self,
        request: Request,
        found: routing.Match,
        query: routing.Query,
        body: bytes,
        credentials: Credentials,
        at_once: bool,
    ) -> Response:
        operation = found.operation
        try:
            result = self.application().invoke(
                operation,
                lambda: self.form.read(found, query, body),
                credentials,
                origin_of(request, self.public_url),
                at_once=at_once,
            )
        except ApiError as error:
            return self.form.error(error)
        return self.form.result(operation, result)


async def at_once_or_in_thread(call: Callable[[bool], Response], *, quick: bool) -> Response:
    """What `call` answers. A quick one runs here and now: handing it to a thread would take longer than it does.

    `call` is told whether it runs at once, in which case it raises TakesLonger before others notice it.
    """
    if quick:
        try:
            return call(True)
        except TakesLonger:
            pass
    return await run_in_threadpool(call, False)


def json_response(body: bytes, status: int = 200) -> Response:
    """An answer; one with no content has no content type."""
    return Response(body, status, media_type="application/json" if body else None)


def error_response(
    error: ApiError, encode: Callable[[ApiError], tuple[int, bytes]] = rest_values.encode_error
) -> Response:
    """An error as `/api` and everything beside it answers it, or as another dialect writes it."""
    status, body = encode(error)
    response = json_response(body, status)
    if error.challenge and status == 401:
        response.headers["WWW-Authenticate"] = error.challenge
    if isinstance(error, ServiceUnavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _plain_result(operation: Operation, result: Any) -> Response:
    return json_response(rest_values.encode_output(operation, result), operation.status)


def _old_result(operation: Operation, result: Any) -> Response:
    return json_response(old_rest_values.encode_output(operation, result))


PLAIN: Final = RestForm(rest_values.decode_input, _plain_result, error_response)
AS_PRINTED: Final = RestForm(partial(rest_values.decode_input, unwrap_single=True), _plain_result, error_response)
OLD: Final = RestForm(
    old_rest_values.decode_input, _old_result, partial(error_response, encode=old_rest_values.encode_error)
)

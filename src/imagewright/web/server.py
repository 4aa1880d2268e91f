"""The ASGI application: which dialect answers which path."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from imagewright.app.auditing import DONE
from imagewright.app.authentication import unauthenticated
from imagewright.app.downloads import EXPORTS
from imagewright.app.invoke import Application, not_serving
from imagewright.app.offered_depot import ROOT, Offer
from imagewright.app.tracing import REQUEST
from imagewright.contract.routing import OWN_ROOT, UnknownPath, match_old, match_own
from imagewright.web.documentation import documentation
from imagewright.web.downloads import DepotFiles, Downloads
from imagewright.web.health import ALIVE, READY, Readiness, alive
from imagewright.web.jsonrpc import JsonRpcDialect
from imagewright.web.kept_answers import KeptAnswers, send_again
from imagewright.web.requests import request_id_of
from imagewright.web.rest import AS_PRINTED, OLD, PLAIN, RestDialect, error_response
from imagewright.web.uploads import Uploads

log = logging.getLogger(__name__)

METRICS: Final = "/metrics"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`public_url` is how clients reach the server, None for what their requests say; `largest_upload` is in bytes.
    `offer` says to whom the content of the depots is offered as an online depot."""

    public_url: str | None = None
    largest_upload: int = 64 * 1024**3
    offer: Offer | None = None


class Server:
    """Answers HTTP requests, with service_unavailable as long as there is no application.

    `on_start` is called when the listener is ready to open and `on_stop` when it has closed; both must be quick.
    """

    def __init__(
        self,
        settings: WebSettings,
        on_start: Callable[[], None] = lambda: None,
        on_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self.application: Application | None = None
        self.readiness = Readiness()
        self.metrics: Callable[[str | None], Response | None] | None = None
        """Answers `/metrics` for whoever brings the right Authorization; None when it is not asked for here."""
        self._on_start = on_start
        self._on_stop = on_stop
        self._kept = KeptAnswers()
        self._rest = RestDialect(self._ready, PLAIN, self._kept, settings.public_url)
        self._printed = RestDialect(self._ready, AS_PRINTED, self._kept, settings.public_url)
        self._old = RestDialect(self._ready, OLD, self._kept, settings.public_url, match_old)
        self._own = RestDialect(self._ready, PLAIN, self._kept, settings.public_url, match_own)
        self._jsonrpc = JsonRpcDialect(self._ready, settings.public_url)
        self._downloads = Downloads(self._ready, settings.public_url)
        self._depot = DepotFiles(self._ready, settings.offer) if settings.offer else None
        self._uploads = Uploads(self._ready, settings.largest_upload, settings.public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection event of ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            begun, request_id = perf_counter(), request_id_of(scope)
            REQUEST.set(request_id)
            if self.application and (kept := self._kept.find(scope, self.application)):
                await send_again(kept, request_id, send)
                self.application.tell_of_end(kept.operation, DONE, begun)
                return
            request = Request(scope, receive)
            try:
                response = await self._answer(request)
            except ClientDisconnect:
                log.info("a client went away while it was sending its request to %s", _without_token(request.url.path))
                return
            except Exception:
                # The application itself answers with an error; this is about what is around it.
                log.exception("a request to %s was not answered", _without_token(request.url.path))
                response = Response(status_code=500)
            response.raw_headers.append((b"x-request-id", request_id.encode()))
            await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = (request.scope.get("raw_path") or request.scope["path"].encode()).decode("latin-1")
        if path == "/api" and request.method == "POST":
            return await self._jsonrpc.answer(request)
        if path.startswith("/api/"):
            return await self._rest.answer(request, path.removeprefix("/api"))
        if path.startswith("/esx/"):
            return await self._printed.answer(request, path)
        if path.startswith("/rest/"):
            return await self._old.answer(request, path.removeprefix("/rest"))
        if path == "/vum-fileupload" and request.method == "POST":
            return await self._uploads.answer(request)
        if path.startswith(f"{EXPORTS}/") and request.method in ("GET", "HEAD"):
            return await self._downloads.answer(request)
        if self._depot and path.startswith(ROOT) and request.method in ("GET", "HEAD"):
            return await self._depot.answer(request)
        if path.startswith(f"{OWN_ROOT}/"):
            return await self._own.answer(request, path.removeprefix(OWN_ROOT))
        found = await run_in_threadpool(self._beside_the_api, request, path) if request.method == "GET" else None
        return found or error_response(UnknownPath().error())

    def _beside_the_api(self, request: Request, path: str) -> Response | None:
        if path == ALIVE:
            return alive()
        if path == READY:
            return self.readiness.answer()
        if path == METRICS and self.metrics is not None:
            return self.metrics(request.headers.get("authorization")) or error_response(
                unauthenticated(
                    "imagewright.metrics.token", "The metrics are for whoever brings their token as Bearer."
                )
            )
        return documentation(path)

    def _ready(self) -> Application:
        if self.application is None:
            raise not_serving("is starting")
        return self.application

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._on_start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await run_in_threadpool(self._on_stop)
                await send({"type": "lifespan.shutdown.complete"})
                return


def _without_token(path: str) -> str:
    """A path for the log; the token of the offered depot stands in the path."""
    return f"{ROOT}…" if path.startswith(ROOT) else path

"""The bare stack: `bare_server.py ANSWER [CERTIFICATE KEY]`. Answers every request with the same bytes.

The same HTTP server, with the same settings, and a single route of the same framework; the rest is missing. Tells its
port when it listens.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def main(answer: bytes, certificate: str | None = None, key: str | None = None) -> None:
    """Serves until it is ended."""

    async def route(request: Request) -> Response:
        async for _part in request.stream():
            pass
        return Response(answer, media_type="application/json")

    application = Starlette(routes=[Route("/{path:path}", route, methods=["GET", "POST", "DELETE"])])
    config = uvicorn.Config(
        application,
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_bytes(), *sys.argv[2:])

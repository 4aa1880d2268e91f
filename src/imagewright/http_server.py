"""The HTTP server under the ASGI application: the port, TLS, limits of connections, and how it stops."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Final

import uvicorn

from imagewright.settings import Settings
from imagewright.web.connections import ConnectionLimits, connections_within

Certificate = tuple[Path | None, Path | None]
"""PEM files of a certificate chain and of its key; None without TLS."""

OTHER_FILES: Final = 500
"""Open files of a process besides its connections: of the database, of blobs, of downloads."""


class HttpServer(uvicorn.Server):
    """Answers service_unavailable to new calls until those in flight have ended, and only then closes.

    `drain` refuses new calls and waits for those in flight.
    """

    def __init__(self, app: Any, settings: Settings, certificate: Certificate, drain: Callable[[], None]) -> None:
        super().__init__(_configuration(app, settings, certificate))
        self._drain = drain
        self._handshake_seconds = settings.head_timeout
        _allow_open_files(settings.connections + OTHER_FILES)

    def give_up(self) -> None:
        """Ends soon, because there is nothing to serve."""
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal lets calls end; the second one does not."""
        if self.should_exit or sig == signal.SIGQUIT:
            super().handle_exit(sig, frame)
            return

        def drain_and_exit() -> None:
            self._drain()
            self.should_exit = True

        threading.Thread(target=drain_and_exit, name="imagewright-drain", daemon=True).start()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to listen."""
        if self.config.ssl is not None:
            # Who has not shown that it speaks TLS is not a connection yet, so nothing else bounds it. uvicorn has no
            # setting for that.
            loop: Any = asyncio.get_running_loop()
            loop.create_server = partial(loop.create_server, ssl_handshake_timeout=self._handshake_seconds)
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Closes what is idle at once: a client that is not reading does not answer the end of TLS, and the polite way
        would wait for that as long as for a call."""
        for connection in list(self.server_state.connections):
            cycle, transport = getattr(connection, "cycle", None), getattr(connection, "transport", None)
            idle = cycle is None or cycle.response_complete
            if idle and transport is not None and not transport.get_write_buffer_size():
                transport.abort()
        await super().shutdown(sockets)


def listener_on(host: str, port: int) -> socket.socket:
    """A socket that takes connections. OSError when there can be none."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        # From here on connections wait instead of being refused, so that "listening" is true when it is told.
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _configuration(app: Any, settings: Settings, certificate: Certificate) -> uvicorn.Config:
    cert, key = certificate
    return uvicorn.Config(
        app,
        http=connections_within(_connection_limits(settings)),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        headers=_headers(settings),
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=int(settings.idle_timeout) + 1,
        timeout_graceful_shutdown=int(settings.stop_grace) + 1,
        ssl_certfile=cert,
        ssl_keyfile=key,
        ssl_context_factory=_modern_tls if settings.tls else None,
    )


def _connection_limits(settings: Settings) -> ConnectionLimits:
    return ConnectionLimits(
        head_seconds=settings.head_timeout,
        head_bytes=settings.head_size,
        rate=settings.slowest_client,
        stall_seconds=settings.stall_timeout,
        idle_seconds=settings.idle_timeout,
        connections=settings.connections,
    )


def _headers(settings: Settings) -> list[tuple[str, str]]:
    """Those of every answer, whatever it is."""
    strict = [("Strict-Transport-Security", f"max-age={settings.hsts}")] if settings.tls and settings.hsts else []
    return [("X-Content-Type-Options", "nosniff"), *strict]


def _modern_tls(_config: uvicorn.Config, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _allow_open_files(wanted: int) -> None:
    """Each connection is an open file, and many systems allow a thousand unless somebody asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        # Where even that is forbidden, the limit is as it was.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))

"""Connections that are slow, idle, too many or too talkative end, so that they cannot keep others from being served.

uvicorn reads what clients send and times out between requests only. A client that sends its header or body byte by
byte, or reads its answer so, would hold a connection as long as it likes, and a header without an end all memory.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

log = logging.getLogger(__name__)

TICK: Final = 1.0
"""Seconds between two looks at all connections. Deadlines are as exact as that."""
FRAMING: Final = 8
"""Bytes around each byte of a body that clients may need, at the most: a chunk of one byte has six."""
HOST: Final = re.compile(rb"(?:[A-Za-z0-9._~-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
"""The host that a client says it talks to, perhaps with a port: a name or an address. It comes back in URLs."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a client may take.

    `head_seconds` from the first byte of a request, or the beginning of the connection, to the end of its header, which
    has at most `head_bytes`. A body is sent, and an answer is read, at `rate` bytes in a second on the average, and may
    stop for `stall_seconds`. A connection lives `idle_seconds` without a request. A process has at most `connections`.
    """

    head_seconds: float = 15.0
    head_bytes: int = 64 * 1024
    rate: int = 1024
    stall_seconds: float = 30.0
    idle_seconds: float = 75.0
    connections: int = 1000


class Phase(Enum):
    """What a connection waits for."""

    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    IDLE = auto()


class BoundedConnection(HttpToolsProtocol):
    """A connection within its limits.

    What is done for each request is a few assignments; deadlines are looked at once a second, for all connections.
    """

    limits: ClassVar[ConnectionLimits] = ConnectionLimits()
    watch: ClassVar[Watch]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come; when there are too many, the one that has waited longest without a request goes."""
        super().connection_made(transport)
        self._answering: RequestResponseCycle | None = None
        self.phase = Phase.HEAD
        self.since = self.loop.time()
        self._head = self._body = self._around = self._seen = self._unread = 0
        self._allowance = self._most = self.limits.rate * self.limits.stall_seconds
        self._head_too_large = False
        self._trouble = ""
        self.watch.begin(self)
        if len(self.connections) > self.limits.connections:
            self.watch.make_room(self)

    def data_received(self, data: bytes) -> None:
        """Bytes of the client, which are counted before they are understood."""
        awaited_head, body = self.phase is not Phase.BODY, self._body
        if awaited_head:
            self._head += len(data)
        super().data_received(data)
        if awaited_head:
            if self.phase is Phase.HEAD and self._head > self.limits.head_bytes:
                self._refuse_head()
        elif self.phase is Phase.BODY:
            self._around += len(data) - (self._body - body)
            if self._around > self.limits.head_bytes + FRAMING * self._body:
                self.let_go()

    def let_go(self) -> None:
        """Ends the connection at once. What is being answered is told, so that it does not write any more."""
        self._disconnect()
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone, or was let go. Of several requests on their way the server tells only the last one."""
        self._disconnect()
        super().connection_lost(exc)

    def _disconnect(self) -> None:
        self.pipeline.clear()
        if self._answering is not None:
            self._answering.disconnected = True

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def on_message_begin(self) -> None:
        """The first line of a request begins."""
        super().on_message_begin()
        self.phase, self.since = Phase.HEAD, self.watch.now

    def on_headers_complete(self) -> None:
        """The header is there."""
        # What was counted may have a body in it.
        if self._head > self.limits.head_bytes and self._size_of_head() > self.limits.head_bytes:
            self._head_too_large = True
            raise ValueError("the header is too large")
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or not all(map(HOST.fullmatch, hosts)) or (not hosts and self._needs_host()):
            # Of two, somebody before this server may have believed the other one (RFC 9112, 3.2).
            self._trouble = "The request must have one Host header, with the name or address of this server."
            raise ValueError(self._trouble)
        self._head = self._body = self._around = self._seen = 0
        self._allowance = self._most
        self.phase = Phase.BODY
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there."""
        super().on_message_complete()
        if self.phase is Phase.BODY:
            self.phase = Phase.ANSWER

    def on_response_complete(self) -> None:
        """The answer has been given, perhaps before the end of the body, which is then of no interest."""
        self.phase, self.since = Phase.IDLE, self.watch.now
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP, or has too large a header."""
        if self._head_too_large:
            self._refuse_head()
        else:
            super().send_400_response(self._trouble or msg)

    @property
    def is_answering(self) -> bool:
        """Whether somebody waits for an answer."""
        return self.cycle is not None and not self.cycle.response_complete

    def overdue(self, now: float, elapsed: float) -> str:
        """Why the connection must end, "" when it need not. `elapsed` seconds have passed since the last look."""
        if self.flow.write_paused:
            return self._slow_reader(elapsed)
        self._unread = 0
        limits = self.limits
        match self.phase:
            case Phase.HEAD if now - self.since > limits.head_seconds:
                return "a slow header"
            case Phase.BODY if not self.flow.read_paused:
                return self._slow(self._body - self._seen, elapsed, "a slow body")
            case Phase.IDLE if now - self.since > limits.idle_seconds and not self.is_answering:
                return "idle"
        return ""

    def _slow(self, bytes_since: int, elapsed: float, reason: str) -> str:
        self._seen = self._body
        self._allowance = min(self._most, self._allowance + bytes_since - self.limits.rate * elapsed)
        return reason if self._allowance < 0 else ""

    def _slow_reader(self, elapsed: float) -> str:
        unread = self.transport.get_write_buffer_size()
        read, self._unread = max(0, self._unread - unread), unread
        return self._slow(read, elapsed, "a slow reader")

    def _size_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _needs_host(self) -> bool:
        return bool(self.parser.get_http_version() != "1.0")

    def _refuse_head(self) -> None:
        if self.transport.is_closing():
            return
        text = f"The header of the request is larger than {self.limits.head_bytes} bytes.\n".encode()
        head = (
            b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(text),
            text,
        )
        self.transport.write(b"".join((STATUS_LINE[431], *head)))
        self.transport.close()


class Watch:
    """Looks at the connections of one process, as long as there are any."""

    def __init__(self) -> None:
        self.now = 0.0
        self._ticking = False

    def begin(self, connection: BoundedConnection) -> None:
        """A connection has been made."""
        self.now = connection.since
        if not self._ticking:
            self._ticking = True
            connection.loop.call_later(TICK, self._tick, connection)

    def make_room(self, newcomer: BoundedConnection) -> None:
        """Ends the connection that has waited longest and has no request; the new one when all are at work."""
        waiting = [
            each
            for each in newcomer.connections
            if isinstance(each, BoundedConnection)
            and each.phase in (Phase.HEAD, Phase.IDLE)
            and not each.is_answering
            and not each.transport.is_closing()
        ]
        victim = min(waiting, key=lambda each: each.since, default=newcomer)
        victim.let_go()

    def _tick(self, any_of_them: BoundedConnection) -> None:
        loop, connections = any_of_them.loop, any_of_them.connections
        before, self.now = self.now, loop.time()
        ended: Counter[str] = Counter()
        for each in tuple(connections):
            if isinstance(each, BoundedConnection) and (reason := each.overdue(self.now, self.now - before)):
                each.let_go()
                ended[reason] += 1
        if ended:
            # One line, because there may be as many as somebody likes.
            reasons = ", ".join(f"{number} because of {reason}" for reason, number in ended.items())
            log.info("connections were closed: %s", reasons)
        self._ticking = bool(connections)
        if self._ticking:
            loop.call_later(TICK, self._tick, any_of_them)


def connections_within(limits: ConnectionLimits) -> type[BoundedConnection]:
    """The kind of connection that uvicorn is to make."""
    return type("Connection", (BoundedConnection,), {"limits": limits, "watch": Watch()})

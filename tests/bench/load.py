"""The load generator, in a process of its own: `load.py PLAN`, where PLAN is a file of JSON. Prints JSON.

Each of its clients has a connection and sends its requests over and over, the next one when the answer is there, or,
with a `pause`, after that. `{id}` in a request stands for the id that the client was last answered with. Of an answer
only status and length are read. All clients are in one thread, on epoll: it is meant to cost little beside the server
that it is to keep busy, and tells what it cost, as its own share of one core.
"""

from __future__ import annotations

import json
import random
import selectors
import socket
import ssl
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 30.0
MADE = b"{id}"


@dataclass
class Client:
    """One connection, with the requests that it sends in turns and the times that their answers took, by request."""

    connection: socket.socket
    requests: list[bytes]
    turn: int = 0
    sent: float = 0.0
    due: float = 0.0
    received: bytes = b""
    made: bytes = b""
    taken: list[list[float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.taken = [[] for _ in self.requests]

    def send(self) -> None:
        """Sends the next request."""
        request = self.requests[self.turn]
        if MADE in request:
            request = request.replace(MADE, self.made)
        self.received = b""
        self.sent = time.perf_counter()
        self.connection.sendall(request)

    def receive(self) -> bool:
        """Takes what has come; true when it is a whole answer."""
        piece = self.connection.recv(1 << 18)
        if not piece:
            raise SystemExit("the server has closed a connection")
        self.received = self.received + piece if self.received else piece
        if not _is_whole(self.received):
            return False
        if not self.received.startswith(b"HTTP/1.1 2"):
            raise SystemExit(f"an answer is an error: {self.received[:500]!r}")
        self.taken[self.turn].append(time.perf_counter() - self.sent)
        if self.received.endswith(b'"'):
            self.made = self.received.rsplit(b'"', 2)[1]
        self.turn = (self.turn + 1) % len(self.requests)
        return True


def _is_whole(answer: bytes) -> bool:
    head, end, _ = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    at = head.lower().find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return len(answer) >= len(head) + 4 + length


def connected(port: int, certificate: str | None) -> socket.socket:
    """A connection to the server on this machine."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if certificate is None:
        return connection
    context = ssl.create_default_context(cafile=certificate)
    return context.wrap_socket(connection, server_hostname="localhost")


def one_by_one(client: Client, ends: float) -> None:
    """A single client has no need of epoll, and of TLS epoll does not see what is decrypted already."""
    while time.perf_counter() < ends or client.turn:
        client.send()
        while not client.receive():
            pass


def together(clients: list[Client], ends: float, pause: float) -> None:
    """Many clients, without TLS."""
    waiting = selectors.DefaultSelector()
    for client in clients:
        waiting.register(client.connection, selectors.EVENT_READ, client)
        client.due = time.perf_counter() + random.random() * pause
    resting, busy = list(clients), 0
    while True:
        now = time.perf_counter()
        for client in [each for each in resting if each.due <= now]:
            resting.remove(client)
            if now < ends:
                client.send()
                busy += 1
        if not resting and not busy:
            return
        # With nobody resting there is nothing to wait for but answers.
        rest = max(0.0, min(each.due for each in resting) - time.perf_counter()) if resting else PATIENCE
        for key, _ in waiting.select(rest):
            if key.data.receive():
                busy -= 1
                key.data.due = time.perf_counter() + pause * (0.5 + random.random())
                resting.append(key.data)


def main(plan: dict[str, Any]) -> dict[str, Any]:
    """Does what the plan says."""
    clients = [
        Client(connected(plan["port"], plan["certificate"]), [request.encode("latin-1") for request in requests])
        for requests in plan["clients"]
    ]
    begin, cost = time.perf_counter(), time.process_time()
    if len(clients) == 1:
        one_by_one(clients[0], begin + plan["seconds"])
    else:
        together(clients, begin + plan["seconds"], plan["pause"])
    seconds = time.perf_counter() - begin
    taken = [
        sorted(time for client in clients for time in client.taken[number])
        for number in range(len(clients[0].requests))
    ]
    return {"seconds": seconds, "share": (time.process_time() - cost) / seconds, "taken": taken}


if __name__ == "__main__":
    json.dump(main(json.loads(Path(sys.argv[1]).read_text())), sys.stdout)

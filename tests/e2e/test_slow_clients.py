"""Clients that would hold connections, memory or files for ever: they are let go, and others are served meanwhile."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from server_process import ALICE, PATIENCE, ServerProcess, eventually, serving
from wire_clients import DRAFTS, Rest, basic, connection, login

FEW = 5
HEAD_SIZE = 8192
RATE = 2000
TIGHT = {
    "IMAGEWRIGHT_HEAD_TIMEOUT": "1",
    "IMAGEWRIGHT_HEAD_SIZE": str(HEAD_SIZE),
    "IMAGEWRIGHT_SLOWEST_CLIENT": str(RATE),
    "IMAGEWRIGHT_STALL_TIMEOUT": "1",
    "IMAGEWRIGHT_IDLE_TIMEOUT": "1.5",
    "IMAGEWRIGHT_CONNECTIONS": str(FEW),
}
POST = b"POST /api HTTP/1.1\r\nHost: x\r\n"
LONG = POST + b"Content-Length: 1000000\r\n\r\n"
NAME = f"{DRAFTS}/no-such-draft/display-name"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that is strict with its clients, without TLS so that bytes can be counted."""
    with serving(tmp_path_factory.mktemp("tight") / "data", ["--no-tls"], TIGHT) as server:
        yield server


@pytest.fixture
def client(tight: ServerProcess) -> Iterator[socket.socket]:
    with connected(tight) as made:
        yield made


def connected(server: ServerProcess, receive_buffer: int | None = None) -> socket.socket:
    host, _, port = server.host.rpartition(":")
    made = socket.socket()
    if receive_buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.settimeout(PATIENCE)
    made.connect((host, int(port)))
    return made


def answer_before_the_end(client: socket.socket) -> bytes:
    """What the server says before it closes the connection."""
    said = b""
    try:
        while data := client.recv(65536):
            said += data
    except ConnectionResetError:
        pass
    return said


def trickled(client: socket.socket, piece: bytes, pause: float) -> int:
    """Sends a piece again and again until the server closes the connection, and tells how many bytes it took."""
    sent, waiting = 0, threading.Event()
    client.setblocking(False)
    try:
        for _ in range(int(PATIENCE / max(pause, 0.001))):
            with suppress(BlockingIOError):
                sent += client.send(piece)
            with suppress(BlockingIOError):
                if client.recv(1024) == b"":
                    return sent
            if pause:
                waiting.wait(pause)
    except (ConnectionResetError, BrokenPipeError):
        return sent
    raise AssertionError("the connection goes on and on")


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX-Never-Ends: ", LONG, LONG + b"x" * 1000, CHUNKED],
    ids=["nothing", "a line", "half a header", "no body", "half a body", "no chunk"],
)
def test_what_is_begun_and_not_ended(client: socket.socket, begun: bytes) -> None:
    client.sendall(begun)
    assert b"200" not in answer_before_the_end(client)


def test_a_header_that_trickles(client: socket.socket) -> None:
    client.sendall(b"GET / HTTP/1.1\r\n")
    assert trickled(client, b"X-Slow: 1\r\n", 0.1) < HEAD_SIZE


def test_blank_lines_are_no_request(client: socket.socket) -> None:
    trickled(client, b"\r\n", 0.1)


def test_a_body_that_trickles(client: socket.socket) -> None:
    client.sendall(LONG)
    trickled(client, b"x", 0.05)


def test_a_body_that_is_slow_but_not_too_slow(client: socket.socket) -> None:
    """It takes several times as long as a client may stop."""
    pieces, waiting = 20, threading.Event()
    size = RATE // 2
    client.sendall(POST + b"Content-Length: %d\r\n\r\n" % (pieces * size))
    for _ in range(pieces):
        client.sendall(b"x" * size)
        waiting.wait(0.2)
    assert b"200 OK" in client.recv(1024)


def test_an_answer_that_nobody_reads(tight: ServerProcess) -> None:
    with connected(tight, receive_buffer=4096) as client:
        client.sendall(b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n" * 30)
        assert tight.log.first("because of a slow reader")


def test_an_idle_connection(client: socket.socket) -> None:
    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200 OK" in answer_before_the_end(client)


@pytest.mark.parametrize(
    "head",
    [b"X-Long: " + b"x" * HEAD_SIZE, b"X-Many: 1\r\n" * (HEAD_SIZE // 10)],
    ids=["a long one", "many"],
)
def test_a_header_that_is_too_large(client: socket.socket, head: bytes) -> None:
    client.sendall(b"GET /healthz HTTP/1.1\r\n" + head + b"\r\n\r\n")
    said = answer_before_the_end(client)
    assert said.startswith(b"HTTP/1.1 431 ")
    assert b"larger than 8192 bytes" in said


def test_a_large_body_after_a_small_header_is_no_large_header(tight: ServerProcess) -> None:
    with connection(tight) as http:
        assert http.post("/api", content=b"x" * HEAD_SIZE * 4).status_code == 200


@pytest.mark.parametrize(
    ("begun", "piece"),
    [
        (b"GET / HTTP/1.1\r\nX-Endless: ", b"x" * 65536),
        (b"GET / HTTP/1.1\r\n", b"X-Endless: x\r\n" * 1000),
        (CHUNKED + b"0\r\n", b"X-Trailer: x\r\n" * 1000),
        (CHUNKED + b"1;extension=", b"x" * 65536),
    ],
    ids=["a header", "headers", "trailers", "an extension"],
)
def test_what_never_ends_takes_no_memory(client: socket.socket, begun: bytes, piece: bytes) -> None:
    client.sendall(begun)
    # What lies in the buffers of both sides is counted too.
    assert trickled(client, piece, 0) < 16 * 1024 * 1024


@pytest.fixture
def plain(fresh_users: Path) -> Iterator[ServerProcess]:
    """A server with the usual limits."""
    with serving(fresh_users, ["--no-tls"]) as server:
        yield server


def test_large_bodies_of_strangers_together_take_no_more_memory_than_is_set_aside(plain: ServerProcess) -> None:
    # Sixteen of them leave no room for another one.
    large = b" " * (31 * 512 * 1024)
    with connection(plain) as http:
        rest = Rest(http, login(http, ALICE))
        with ExitStack() as stack:
            for _ in range(16):
                client = stack.enter_context(connected(plain))
                client.sendall(POST + b"Content-Length: %d\r\n\r\n" % (len(large) + 1) + large)
            # All of it is on its way, but the server may not have read it all.
            eventually("large bodies are refused", lambda: rest.request("PUT", NAME, content=large).status_code == 503)
            rest.refused("PUT", NAME, 503, "SERVICE_UNAVAILABLE", content=large).says("large requests")
            assert memory_of(plain) < 1024 * 1024 * 1024
            # Which is no trouble for what is done by hand.
            assert rest.result("GET", DRAFTS, 200) == {}
            rest.refused("PUT", NAME, 404, "NOT_FOUND", json={"display_name": "x"})
        eventually("there is room again", lambda: rest.request("PUT", NAME, content=large).status_code == 400)


def memory_of(server: ServerProcess) -> int:
    """The bytes that the process has in memory, as Linux tells."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


GARBAGE = {
    "of another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a handshake": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
    "zeros": bytes(1000),
    "a long method": b"X" * 5000 + b" / HTTP/1.1\r\n\r\n",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and chunks": POST
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "a length beyond measure": POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "a chunk beyond measure": CHUNKED + b"ffffffffffffffffffff\r\n",
    "a blank in a name": b"GET /healthz HTTP/1.1\r\nX Y: 1\r\n\r\n",
    "a line end in a target": b"GET /health\rz HTTP/1.1\r\n\r\n",
    "no target": b"GET HTTP/1.1\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: elsewhere.test\r\n\r\n",
    "a host that is none": b"GET /healthz HTTP/1.1\r\nHost: x/<script>\r\n\r\n",
    "a host and more": b"GET /healthz HTTP/1.1\r\nHost: localhost, elsewhere.test\r\n\r\n",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_request_is_refused_and_nothing_in_it_is_done(
    tight: ServerProcess, client: socket.socket, garbage: bytes
) -> None:
    client.sendall(garbage)
    said = answer_before_the_end(client)
    assert said == b"" or said.startswith(b"HTTP/1.1 400 "), said
    assert b"200" not in said
    with connection(tight) as http:
        assert http.get("/healthz").status_code == 200
    assert not [line for line in tight.log.seen if "Traceback" in line], "\n".join(tight.log.seen)


@pytest.mark.parametrize("host", ["localhost", "Image-Wright.example.test:8443", "[::1]:8443", "192.0.2.1", ""])
def test_a_host_may_be_a_name_or_an_address_with_a_port(client: socket.socket, host: str) -> None:
    client.sendall(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert b"200 OK" in client.recv(1024)


def test_who_tells_that_a_body_is_too_large_need_not_send_it(client: socket.socket) -> None:
    client.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n")
    said = answer_before_the_end(client)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"body_too_large" in said


def test_many_idle_connections_keep_nobody_out(tight: ServerProcess) -> None:
    with ExitStack() as stack:
        for _ in range(4 * FEW):
            stack.enter_context(connected(tight)).sendall(b"GET / HTTP/1.1\r\n")
            with connection(tight) as http:
                assert http.get("/healthz").status_code == 200


# TLS


def test_who_does_not_speak_tls_is_let_go(fresh_users: Path) -> None:
    with serving(fresh_users, settings=TIGHT) as server, connected(server) as client:
        assert answer_before_the_end(client) == b""
        with connection(server) as http:
            assert Rest(http, login(http, ALICE)).result("GET", DRAFTS, 200) == {}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(server: ServerProcess, version: ssl.TLSVersion) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with connected(server) as client, pytest.raises(ssl.SSLError):
        context.wrap_socket(client)


def test_answers_over_tls_ask_for_tls_for_ever(server: ServerProcess, tight: ServerProcess) -> None:
    with connection(server) as safe, connection(tight) as plain:
        for path in ("/healthz", "/docs", "/api/session", "/nowhere"):
            answer = safe.get(path, headers={"Authorization": basic(ALICE)})
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "strict-transport-security" not in plain.get(path).headers

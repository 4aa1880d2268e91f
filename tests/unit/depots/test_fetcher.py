"""The fetcher against a real server on this machine, whose address the policy allows explicitly."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from imagewright.app.fetch_ports import Fetcher, FetchError
from imagewright.depots.fetcher import UrlFetcher
from imagewright.depots.policy import FetchPolicy
from imagewright.depots.transfer import CHUNK

LOOPBACK = FetchPolicy(
    allowed_networks=(ip_network("127.0.0.1/32"),),
    connect_timeout=2,
    read_timeout=5,
    total_timeout=20,
    retry_pause=0.01,
)
TOKEN = "Q7xR2mVb9KpL4sTn8WzY3cFd"
BODY = os.urandom(3 * CHUNK // 2)


class Answers(BaseHTTPRequestHandler):
    """One answer per path."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers.items())))
        name = self.path.strip("/").split("/")[-1].partition("?")[0]
        answer: Callable[[], None] | None = getattr(self, "answer_" + name, None)
        if answer is None:
            self.whole(b"", status=404)
        else:
            answer()

    def whole(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status, "Whatever <b>the server</b> says")
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_file(self) -> None:
        self.whole(BODY)

    def answer_empty(self) -> None:
        self.whole(b"")

    def answer_broken(self) -> None:
        self.whole(b"", status=500)

    def answer_zipped(self) -> None:
        self.whole(b"zzz", Content_Encoding="gzip")

    def answer_loop(self) -> None:
        self.whole(b"", status=302, Location="/loop")

    def answer_moved(self) -> None:
        self.whole(b"go there", status=301, Location="file")

    def answer_lost(self) -> None:
        self.whole(b"", status=302)

    def answer_away(self) -> None:
        self.whole(b"", status=302, Location=self.server.elsewhere)

    def answer_dropped(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[:1000])
        self.close_connection = True

    def answer_chunked(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(BODY), 65536):
            piece = BODY[start : start + 65536]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def answer_silent(self) -> None:
        self.server.closing.wait()

    def answer_dripping(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.closing.wait(0.02):
            try:
                self.wfile.write(b"x")
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


class Server(ThreadingHTTPServer):
    """Knows what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        self.elsewhere = ""

    def url(self, path: str, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.server_port}/{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that give up are what is tested."""


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as running:
        yield running


def fetched(
    location: str,
    policy: FetchPolicy = LOOPBACK,
    headers: Mapping[str, str] | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> bytes:
    fetcher: Fetcher = UrlFetcher(policy)
    sink = io.BytesIO()
    size = fetcher.fetch(location, sink, headers=headers, progress=progress)
    assert size == len(sink.getvalue())
    return sink.getvalue()


def refusal(location: str, policy: FetchPolicy = LOOPBACK) -> str:
    with pytest.raises(FetchError) as caught:
        fetched(location, policy)
    return str(caught.value)


class Chunks:
    """A sink that remembers how it was filled."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def write(self, data: bytes, /) -> None:
        self.sizes.append(len(data))


# What is read


@pytest.mark.parametrize("path", ["file", "moved", "chunked"])
def test_a_location_is_read_as_it_is(server: Server, path: str) -> None:
    assert fetched(server.url(path)) == BODY


def test_an_empty_file_is_a_file(server: Server) -> None:
    assert fetched(server.url("empty")) == b""


def test_the_sink_gets_chunks_and_progress_the_bytes_so_far(server: Server) -> None:
    sink = Chunks()
    seen: list[tuple[int, int | None]] = []
    UrlFetcher(LOOPBACK).fetch(server.url("file"), sink, progress=lambda done, total: seen.append((done, total)))
    assert sink.sizes == [CHUNK, len(BODY) - CHUNK]
    assert seen == sorted(seen)
    assert seen[-1] == (len(BODY), len(BODY))


def test_progress_has_no_total_when_none_was_declared(server: Server) -> None:
    totals: set[int | None] = set()
    fetched(server.url("chunked"), progress=lambda _, total: totals.add(total))
    assert totals == {None}


def test_an_exception_of_progress_ends_the_transfer(server: Server) -> None:
    def cancel(_done: int, _total: int | None) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        UrlFetcher(LOOPBACK).fetch(server.url("file"), io.BytesIO(), progress=cancel)


def test_a_full_disk_is_not_the_fault_of_the_location(server: Server) -> None:
    class Full:
        def write(self, data: bytes, /) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        UrlFetcher(LOOPBACK).fetch(server.url("file"), Full())


def test_the_server_is_asked_for_plain_bytes_with_the_headers_given(server: Server) -> None:
    fetched(server.url("file"), headers={"X-Token": "abc"})
    (_, headers), *_ = server.requests
    assert headers["host"] == f"127.0.0.1:{server.server_port}"
    assert headers["accept-encoding"] == "identity"
    assert headers["x-token"] == "abc"


def test_user_name_and_password_become_a_header(server: Server) -> None:
    fetched(server.url("file").replace("127.0.0.1", "u:p%40@127.0.0.1"))
    assert server.requests[0][1]["authorization"] == "Basic dTpwQA=="


def test_private_headers_follow_to_the_same_server_only(server: Server) -> None:
    with serving(Server()) as other:
        server.elsewhere = other.url("file")
        secret = {"Authorization": "Bearer s"}
        fetched(server.url("away"), headers=secret)
        assert "authorization" not in other.requests[0][1]
        fetched(server.url("moved"), headers=secret)
        assert server.requests[-1][1]["authorization"] == "Bearer s"


def test_variables_of_the_environment_do_not_choose_a_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9")
    assert fetched(server.url("file")) == BODY


def test_a_configured_proxy_is_asked(server: Server) -> None:
    policy = replace(LOOPBACK, proxy=server.url("").replace("127.0.0.1", "me:pw@127.0.0.1"))
    assert fetched("http://depot.invalid/file", policy) == BODY
    path, headers = server.requests[0]
    assert path == "http://depot.invalid/file"
    assert headers["Proxy-Authorization"] == "Basic bWU6cHc="


def test_a_name_that_only_the_proxy_knows_is_looked_up_once_for_all_files(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, asked = socket.getaddrinfo, []

    def slow_to_say_no(host: str, port: int, *args: int, **options: int) -> list[tuple[object, ...]]:
        if host == "depot.invalid" and options.get("flags") != socket.AI_NUMERICHOST:
            asked.append(host)
        return original(host, port, *args, **options)  # type: ignore[return-value]

    monkeypatch.setattr(socket, "getaddrinfo", slow_to_say_no)
    fetcher = UrlFetcher(replace(LOOPBACK, proxy=server.url("")))
    with fetcher.visit() as visitor:
        for _ in range(3):
            visitor.fetch("http://depot.invalid/file", io.BytesIO())
    fetcher.fetch("http://depot.invalid/file", io.BytesIO())
    assert (asked, len(server.requests)) == (["depot.invalid"], 4)


def test_a_proxy_does_not_open_what_is_forbidden(server: Server) -> None:
    policy = FetchPolicy(proxy=server.url(""))
    assert "loopback" in refusal(server.url("file"), policy)
    assert server.requests == []


# What servers do


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nothing", "answered 404 Not Found. Check the location"),
        ("broken", "answered 500 Internal Server Error. Try again later."),
        ("loop", "redirects more than 5 times"),
        ("lost", "answered 302 Found without saying where to"),
        ("dropped", f"broke off after 1000 of {len(BODY)} bytes. Try again."),
        ("zipped", "answered with compressed content"),
    ],
)
def test_what_a_server_does_wrong_is_said_with_a_way_out(server: Server, path: str, said: str) -> None:
    text = refusal(server.url(path))
    assert text.startswith(server.url(path))
    assert said in text
    assert "Whatever" not in text


@pytest.mark.parametrize("path", ["file", "chunked"])
def test_a_file_above_the_limit_is_refused_declared_or_not(server: Server, path: str) -> None:
    sink = Chunks()
    policy = replace(LOOPBACK, size_limit=len(BODY) - 1)
    with pytest.raises(FetchError, match=f"larger than the {len(BODY) - 1} bytes"):
        UrlFetcher(policy).fetch(server.url(path), sink)
    assert sum(sink.sizes) <= (0 if path == "file" else CHUNK)


def test_a_file_of_exactly_the_limit_is_read(server: Server) -> None:
    assert fetched(server.url("chunked"), replace(LOOPBACK, size_limit=len(BODY))) == BODY


def test_a_silent_server_is_given_up(server: Server) -> None:
    assert "sent nothing for 0.1 seconds" in refusal(server.url("silent"), replace(LOOPBACK, read_timeout=0.1))


def test_a_server_that_drips_header_bytes_is_given_up(server: Server) -> None:
    policy = replace(LOOPBACK, total_timeout=0.2)
    assert "not read completely within 0.2 seconds" in refusal(server.url("dripping"), policy)


def test_a_refused_connection_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert f"127.0.0.1 port {port} says Connection refused" in refusal(f"http://127.0.0.1:{port}/x")


def test_an_answer_that_is_not_http_is_named(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: _say(listener, b"SSH-2.0-OpenSSH\r\n\r\n"))
        thread.start()
        assert "no answer that is HTTP" in refusal(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join()


def _say(listener: socket.socket, text: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(text)


@pytest.mark.parametrize(
    ("elsewhere", "said"),
    [
        ("http://127.0.0.2:1/x", "127.0.0.2 is the server itself"),
        ("http://169.254.169.254/latest/meta-data", "a cloud's metadata service"),
        ("file:///etc/passwd", "no http or https location"),
        ("ftp://example.com/x", "no http or https location"),
        ("http://[::1", "malformed"),
        (f"https://user:pw@127.0.0.2/{TOKEN}?key=1", "https://***@127.0.0.2/***?***"),
    ],
)
def test_a_redirect_leads_only_where_a_location_may_lead(server: Server, elsewhere: str, said: str) -> None:
    server.elsewhere = elsewhere
    assert said in refusal(server.url("away"))


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        built.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return path


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[Server]:
    server = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server) as running:
        yield running


def test_an_unknown_certificate_is_refused(tls_server: Server) -> None:
    assert "certificate that is not trusted (self-signed certificate)" in refusal(tls_server.url("file", "https"))


def test_certificates_of_the_ca_bundle_are_trusted(tls_server: Server, certificate: Path) -> None:
    assert fetched(tls_server.url("file", "https"), replace(LOOPBACK, ca_bundle=certificate)) == BODY


def test_a_redirect_does_not_take_the_encryption_away(tls_server: Server, certificate: Path, server: Server) -> None:
    tls_server.elsewhere = server.url("file")
    text = refusal(tls_server.url("away", "https"), replace(LOOPBACK, ca_bundle=certificate))
    assert "which is not encrypted" in text
    assert server.requests == []


def test_a_server_without_tls_is_named(server: Server) -> None:
    assert "does not speak TLS" in refusal(server.url("file", "https"))


def test_a_missing_ca_bundle_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        UrlFetcher(replace(LOOPBACK, ca_bundle=tmp_path / "none.pem"))


# Where locations may lead


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.9.1",
        "localhost",
        "LocalHost.",
        "depot.localhost",
        "[::1]",
        "[::]",
        "0.0.0.0",
        "0.1.2.3",
        "2130706433",
        "0x7f000001",
        "127.1",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "169.254.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "224.0.0.1",
        "[ff02::1]",
        "255.255.255.255",
    ],
)
def test_the_forbidden_addresses_are_refused_in_every_notation(host: str) -> None:
    fetcher = UrlFetcher(FetchPolicy())
    with pytest.raises(FetchError, match="may not be read"):
        fetcher.check(f"http://{host}/x")
    with pytest.raises(FetchError, match="may not be read"):
        fetcher.fetch(f"https://{host}:8443/x", io.BytesIO())


@pytest.mark.parametrize("host", ["10.1.2.3", "192.168.0.1", "[fd12::1]", "203.0.113.9", "depot.example.com"])
def test_other_hosts_are_allowed(host: str) -> None:
    UrlFetcher(FetchPolicy()).check(f"https://{host}/x")


def test_a_name_is_judged_by_its_addresses(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["127.0.0.1", "203.0.113.9"])

    def rebinding(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        if host != "rebind.example":
            raise socket.gaierror(socket.EAI_NONAME, "not numeric")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    with monkeypatch.context() as patched:
        patched.setattr("imagewright.depots.policy.socket.getaddrinfo", rebinding)
        text = refusal(f"http://rebind.example:{server.server_port}/file", FetchPolicy())
    assert "rebind.example is the server itself" in text
    assert server.requests == []


def test_the_connection_goes_to_the_address_that_was_checked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    original = socket.getaddrinfo

    def once(host: str, port: int, *args: int, flags: int = 0, **named: int) -> object:
        if flags:
            raise socket.gaierror(socket.EAI_NONAME, "not numeric")
        asked.append(host)
        return original("127.0.0.1" if host == "depot.example" else host, port, *args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    assert fetched(f"http://depot.example:{server.server_port}/file") == BODY
    assert asked == ["depot.example", "127.0.0.1"]
    assert server.requests[0][1]["host"] == f"depot.example:{server.server_port}"


def test_a_name_without_address_is_named() -> None:
    assert "the name nobody.invalid has no address here" in refusal("http://nobody.invalid/x")


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("ftp://example.com/x", "scheme"),
        ("gopher://example.com/x", "scheme"),
        ("data:text/plain,hello", "scheme"),
        ("/etc/passwd", "scheme"),
        ("", "scheme"),
        ("http://", "names no host"),
        ("http:///path", "names no host"),
        ("http://host:port/", "malformed"),
        ("http://[::1/x", "malformed"),
        ("http://a\nb/", "malformed"),
        ("http://0177.0.0.1/x", "malformed"),
    ],
)
def test_what_is_no_location_is_refused(location: str, said: str) -> None:
    with pytest.raises(FetchError, match=said) as caught:
        UrlFetcher(FetchPolicy()).check(location)
    assert "\n" not in str(caught.value)


# Files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    allowed = tmp_path / "depots"
    (allowed / "in").mkdir(parents=True)
    (allowed / "in" / "a b.zip").write_bytes(BODY)
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "depots-not").mkdir()
    (tmp_path / "depots-not" / "x").write_bytes(b"secret")
    (allowed / "escape").symlink_to(tmp_path / "secret")
    (allowed / "up").symlink_to(tmp_path)
    (allowed / "inside").symlink_to(allowed / "in" / "a b.zip")
    os.mkfifo(allowed / "pipe")
    return allowed


@pytest.mark.parametrize("path", ["in/a%20b.zip", "inside", "in/../in/a%20b.zip"])
def test_files_below_the_folders_are_read(folder: Path, path: str) -> None:
    assert fetched(f"file://{folder}/{path}", FetchPolicy(file_folders=(folder,))) == BODY


def test_files_are_read_below_a_folder_that_is_a_link(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert fetched(f"file://localhost{link}/in/a%20b.zip", FetchPolicy(file_folders=(link,))) == BODY


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../secret", "not in a folder"),
        ("%2e%2e/secret", "not in a folder"),
        ("in/../../secret", "not in a folder"),
        ("../depots-not/x", "not in a folder"),
        ("../nothing", "not in a folder"),
        ("escape", "not in a folder"),
        ("up/secret", "not in a folder"),
        ("nothing", "cannot be opened: No such file or directory"),
        ("in", "is not a regular file"),
        ("pipe", "is not a regular file"),
        ("a%00b", "is no usable path"),
    ],
)
def test_other_files_are_not(folder: Path, path: str, said: str) -> None:
    assert said in refusal(f"file://{folder}/{path}", FetchPolicy(file_folders=(folder,)))
    assert said in refusal_in_place(f"file://{folder}/{path}", FetchPolicy(file_folders=(folder,)))


def refusal_in_place(location: str, policy: FetchPolicy) -> str:
    in_place = UrlFetcher(policy).in_place(location)
    assert in_place is not None
    with pytest.raises(FetchError) as refused, in_place:
        pass
    return str(refused.value)


def test_a_file_is_read_in_place_at_any_place_of_it(folder: Path) -> None:
    data = (folder / "inside").read_bytes()
    told: list[tuple[int, int | None]] = []
    fetcher = UrlFetcher(FetchPolicy(file_folders=(folder,)))
    in_place = fetcher.in_place(f"file://{folder}/inside", progress=lambda *each: told.append(each))
    assert in_place is not None
    with in_place as found:
        assert found.sha256 == hashlib.sha256(data).hexdigest()
        assert found.file.read() == data
        assert found.file.seek(-2, io.SEEK_END) == len(data) - 2
        assert found.file.read() == data[-2:]
        found.file.seek(0)
        with pytest.raises(OSError, match="Invalid argument"):
            found.file.seek(-1)
        found.require_unchanged()
        (folder / "inside").write_bytes(b"other")
        with pytest.raises(FetchError, match="was changed while it was being read"):
            found.require_unchanged()
    assert told[-1] == (len(data), len(data))


def test_what_is_no_file_cannot_be_read_in_place() -> None:
    assert UrlFetcher(FetchPolicy()).in_place("https://depot.example.com/a.zip") is None


def test_no_file_is_read_without_a_folder(folder: Path) -> None:
    with pytest.raises(FetchError, match="reads no files by location"):
        UrlFetcher(FetchPolicy()).check(f"file://{folder}/inside")


def test_files_of_other_hosts_are_not_read(folder: Path) -> None:
    assert "names the host fileserver" in refusal("file://fileserver/x", FetchPolicy(file_folders=(folder,)))


def test_the_size_limit_holds_for_files(folder: Path) -> None:
    policy = FetchPolicy(file_folders=(folder,), size_limit=10)
    assert "larger than the 10 bytes" in refusal(f"file://{folder}/inside", policy)
    assert "larger than the 10 bytes" in refusal_in_place(f"file://{folder}/inside", policy)


# What messages say


def test_no_error_shows_a_secret(server: Server) -> None:
    location = server.url(f"{TOKEN}/main/nothing?key=hunter2").replace("127.0.0.1", "me:hunter3@127.0.0.1")
    text = refusal(location)
    assert text.startswith(f"http://***@127.0.0.1:{server.server_port}/***/main/nothing?*** answered 404 Not Found")
    assert not any(secret in text for secret in (TOKEN, "hunter2", "hunter3"))

"""The only way out of a site: a proxy that asks for a password, and its own certificate authority."""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

USER = "site:secret"


class Proxy(ThreadingHTTPServer):
    """Opens tunnels, and to one place only, whatever the host is called: names are known here alone."""

    daemon_threads = True

    def __init__(self, leads_to: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnels)
        self.leads_to = leads_to
        self.asked: list[str] = []

    def url(self, user: str = USER) -> str:
        return f"http://{user}@127.0.0.1:{self.server_port}"


class _Tunnels(BaseHTTPRequestHandler):
    server: Proxy

    def do_CONNECT(self) -> None:
        if self.headers["Proxy-Authorization"] != "Basic " + b64encode(USER.encode()).decode():
            self.send_error(HTTPStatus.PROXY_AUTHENTICATION_REQUIRED)
            return
        self.server.asked.append(self.path)
        with socket.create_connection(self.server.leads_to) as there:
            self.send_response(HTTPStatus.OK)
            self.end_headers()
            back = Thread(target=_pass_on, args=(there, self.connection), daemon=True)
            back.start()
            _pass_on(self.connection, there)
            back.join()

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def proxy(leads_to: tuple[str, int]) -> Iterator[Proxy]:
    """A proxy that is up."""
    server = Proxy(leads_to)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def make_authority(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate authority of one's own, and a certificate with key that it has issued for a host, both as PEM."""
    now = datetime.now(UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]

    def certificate(subject: str, key: ec.EllipticCurvePrivateKey, *extensions: x509.ExtensionType) -> bytes:
        builder = x509.CertificateBuilder(_named("Site CA"), _named(subject), key.public_key(), 7)
        builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(keys[0], hashes.SHA256()).public_bytes(Encoding.PEM)

    authority, issued = folder / "authority.pem", folder / "issued.pem"
    authority.write_bytes(certificate("Site CA", keys[0], x509.BasicConstraints(ca=True, path_length=0)))
    issued.write_bytes(
        certificate(host, keys[1], x509.SubjectAlternativeName([x509.DNSName(host)]))
        + keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return authority, issued


def encrypt(web: ThreadingHTTPServer, issued: Path) -> None:
    """Lets a server that is not up yet speak TLS only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued)
    web.socket = context.wrap_socket(web.socket, server_side=True, do_handshake_on_connect=False)

"""Which server a client talks to: its URL, and the certificate by which it is known."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

DEFAULT_URL = "https://127.0.0.1:8443"


class BadAddress(ValueError):
    """The text names no server that a password may be sent to; the message says why."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificates are good: those that the system knows, or those in `certificates` (PEM).

    A `pinned` certificate is that of the server itself, seen at login. It is then the only good one, whatever names
    are written in it: who has its key is the server that was logged in to.
    """

    certificates: str | None = None
    pinned: bool = False

    def context(self) -> ssl.SSLContext:
        """The settings of TLS. ssl.SSLError when `certificates` are none."""
        context = ssl.create_default_context(cadata=self.certificates)
        if self.pinned:
            context.check_hostname = False
            # Good by itself, also when somebody else has signed it.
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context


def server_url(text: str) -> str:
    """The URL of a server as people name it: with or without `https://`. BadAddress for what cannot be used.

    Without TLS a password is readable on its way, so that is for servers on the same machine.
    """
    url = text if "://" in text else f"https://{text}"
    parts = urlsplit(url.rstrip("/"))
    try:
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable or parts.path or parts.query or parts.username:
        raise BadAddress(f"'{text}' is not the URL of a server; it looks like {DEFAULT_URL}")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise BadAddress(f"'{text}' is without TLS, and would show your password to the network; use https://")
    return f"{parts.scheme}://{parts.netloc}"


def certificate_of(url: str, timeout: float) -> str:
    """The certificate that the server shows (PEM), whoever signed it. OSError when it cannot be reached."""
    parts = urlsplit(url)
    return ssl.get_server_certificate((parts.hostname or "", parts.port or 443), timeout=timeout)


def fingerprint(certificate: str) -> str:
    """The SHA-256 of a certificate, as `openssl x509 -fingerprint -sha256` writes it."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def same_fingerprint(one: str, other: str) -> bool:
    """Whether two fingerprints are equal, with or without colons and in any case."""
    return one.replace(":", "").lower() == other.replace(":", "").lower()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""The self-signed certificate of the first start."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALIDITY = timedelta(days=825)
"""The longest that common clients accept."""


def ensure_certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """The certificate and key files in `folder`, made when they are not there, good for this machine and for `host`.

    Names in the certificate: localhost, the loopback addresses, the machine's name, and `host` if it is one.
    """
    cert, key = folder / "cert.pem", folder / "key.pem"
    if not (cert.is_file() and key.is_file()):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(cert, key, _names(host))
    return cert, key


def _names(host: str) -> list[x509.GeneralName]:
    wanted = ["localhost", "127.0.0.1", "::1", socket.gethostname(), host]
    names: dict[str, x509.GeneralName] = {}
    for name in wanted:
        try:
            address = ip_address(name)
        except ValueError:
            if name.isascii() and name:
                names[name] = x509.DNSName(name)
        else:
            # "Any address" is where we listen, and nobody's name.
            if not address.is_unspecified:
                names[name] = x509.IPAddress(address)
    return list(names.values())


def _write(cert: Path, key: Path, names: list[x509.GeneralName]) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "imagewright")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        # It signs itself, so that a client can trust exactly this one file.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    cert.write_bytes(built.public_bytes(Encoding.PEM))

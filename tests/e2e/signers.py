"""People who sign VIBs: keys and certificates made for the tests, and signatures as vendor tools write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
YEAR = timedelta(days=365)
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Signer:
    """A key with its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def signer(
    name: str,
    issuer: Signer | None = None,
    authority: bool = False,
    since: datetime = NOW - YEAR,
    until: datetime = NOW + YEAR,
    key: Key | None = None,
) -> Signer:
    """A certificate of this common name, self-signed without an issuer."""
    key = key or new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return Signer(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def signed(
    data: bytes,
    by: Signer,
    *others: Signer,
    digest: hashes.HashAlgorithm | None = None,
    attributes: bool = True,
    detached: bool = True,
) -> bytes:
    """One PEM block. `others` are the certificates that are put beside the signer's."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
    builder = builder.add_signer(by.certificate, by.key, digest or hashes.SHA256())  # type: ignore[arg-type]
    for each in others:
        builder = builder.add_certificate(each.certificate)
    options = [pkcs7.PKCS7Options.Binary]
    options += [pkcs7.PKCS7Options.DetachedSignature] if detached else []
    options += [] if attributes else [pkcs7.PKCS7Options.NoAttributes]
    return builder.sign(Encoding.PEM, options)

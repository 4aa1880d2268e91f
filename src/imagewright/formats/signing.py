"""Signing VIBs: detached PKCS #7 signed-data over the bytes of the descriptor, as `signature` verifies it."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7

from imagewright.formats.errors import FormatError

_OPTIONS = [
    pkcs7.PKCS7Options.Binary,
    pkcs7.PKCS7Options.DetachedSignature,
    # They would hold the time of signing, and two builds of the same VIB would not be the same bytes.
    pkcs7.PKCS7Options.NoAttributes,
]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, its certificate, and those between it and a root."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    issuers: tuple[x509.Certificate, ...] = ()

    def sign(self, descriptor: bytes) -> bytes:
        """The `sig.pkcs7` for these bytes: SHA-256, and the same each time."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(descriptor)
        builder = builder.add_signer(self.certificate, self.key, hashes.SHA256())
        for each in self.issuers:
            builder = builder.add_certificate(each)
        return builder.sign(Encoding.PEM, _OPTIONS)


def read_signing_key(
    key: bytes, key_where: str, certificates: bytes, certificates_where: str, passphrase: bytes | None = None
) -> SigningKey:
    """A signer from PEM files: an RSA key, and its certificate followed by those that issued it.

    Raises FormatError, with what to do, for a key that cannot be read or is of another kind, and for a certificate that
    is not of that key.
    """
    try:
        private = load_pem_private_key(key, passphrase)
    except TypeError as error:  # told by the library so, and in no other way
        what = "is not encrypted, but a passphrase was given" if passphrase else "is encrypted; give its passphrase"
        raise FormatError(key_where, f"{what} (IMAGEWRIGHT_SIGNING_PASSPHRASE)") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise FormatError(key_where, f"is no private key in PEM form that can be read ({error})") from error
    if not isinstance(private, rsa.RSAPrivateKey):
        raise FormatError(key_where, "is no RSA key; only those sign the same bytes in the same way each time")
    try:
        first, *issuers = x509.load_pem_x509_certificates(certificates)
        is_of_key = first.public_key() == private.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise FormatError(
            certificates_where, f"holds no certificates in PEM form that can be read ({error})"
        ) from error
    if not is_of_key:
        raise FormatError(certificates_where, f"begins with a certificate that is not of the key {key_where}")
    return SigningKey(private, first, tuple(issuers))

"""Signatures of VIBs: detached PKCS #7 signed-data over the bytes of the descriptor, as PEM.

Two questions are answered apart from each other. Does the signature prove these bytes? That follows from the
certificates inside. Is the signer trusted? That takes a root that the site trusts, and the time of signing: as the
signature states it, or else the release date of the descriptor. There is no clock here, so the answer stays the same.
Nothing in a signature is an error of the depot: what is wrong with one is its result.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from imagewright.formats.errors import FormatError, plain, shown
from imagewright.model.content import Signature, SignatureResult

LARGEST_PARTS: Final = {"blocks": 4, "signers": 4, "certificates": 20}
"""What one `sig.pkcs7` may hold; real ones hold two blocks at most, with one signer and three certificates in each."""

_LONGEST_CHAIN = 6
_BLOCK = re.compile(rb"\s*-----BEGIN PKCS7-----([A-Za-z0-9+/=\s]*)-----END PKCS7-----\s*")
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_UNREADABLE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError),
    *(UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion),
)
"""What the parsers of ASN.1 and certificates raise for bytes that are none, or that are another structure."""

_WORST_FIRST = (SignatureResult.INVALID, SignatureResult.VALID, SignatureResult.NOT_TRUSTED)


@dataclass(frozen=True, slots=True)
class TrustedSigners:
    """The certificates that a site trusts: roots, or signers themselves."""

    certificates: tuple[x509.Certificate, ...] = ()


NOBODY: Final = TrustedSigners()


def read_trusted_signers(pem: bytes, where: str) -> TrustedSigners:
    """The certificates of a PEM file. Raises FormatError when it holds none, or one that cannot be read."""
    try:
        return TrustedSigners(tuple(x509.load_pem_x509_certificates(pem)))
    except _UNREADABLE as error:
        raise FormatError(where, f"holds no certificates in PEM form that can be read ({error})") from error


def check_signature(
    signature: bytes, descriptor: bytes, released: datetime | None, trusted: TrustedSigners = NOBODY
) -> Signature:
    """What `sig.pkcs7` proves of the descriptor's bytes. `released` is the date that the descriptor names.

    Every block must hold: one that does not makes the whole invalid. Of several that do, a trusted signer counts.
    """
    if not signature.strip():
        return Signature(SignatureResult.UNSIGNED)
    try:
        found = [
            _check_signer(signed, signer, descriptor, released, trusted)
            for signed in _blocks(signature)
            for signer in _signers(signed)
        ]
    except _Refused as refused:
        return Signature(SignatureResult.INVALID, detail=plain(str(refused)))
    except _UNREADABLE as error:
        return Signature(SignatureResult.INVALID, detail=plain(f"is no PKCS #7 signed-data ({error})"))
    return min(found, key=lambda each: _WORST_FIRST.index(each.result))


class _Refused(Exception):
    """A signature that proves nothing; the text says why."""


# --- structure -------------------------------------------------------------------------------------------------------


def _blocks(signature: bytes) -> Iterator[Any]:
    """The signed-data of each PEM block."""
    position = count = 0
    while position < len(signature):
        count += 1
        if count > LARGEST_PARTS["blocks"]:
            raise _Refused(f"has more than {LARGEST_PARTS['blocks']} blocks")
        block = _BLOCK.match(signature, position)
        if block is None:
            raise _Refused(f"has a block {count} that is not PEM between BEGIN PKCS7 and END PKCS7")
        position = block.end()
        content = cms.ContentInfo.load(base64.b64decode(b"".join(block[1].split()), validate=True), strict=True)
        if content["content_type"].native != "signed_data":
            raise _Refused(f"is {content['content_type'].native}, not signed-data")
        if content["content"]["encap_content_info"]["content"].native is not None:
            raise _Refused("carries content of its own; the signature of a VIB must be detached")
        yield content["content"]


def _signers(signed: Any) -> list[Any]:
    signers = _some(signed["signer_infos"], "signers")
    if not signers:
        raise _Refused("names nobody who signed")
    return signers


def _certificates(signed: Any) -> list[x509.Certificate]:
    return [
        x509.load_der_x509_certificate(each.chosen.dump()) for each in _some(signed["certificates"], "certificates")
    ]


def _some(parts: Any, what: str) -> list[Any]:
    found: list[Any] = []
    for part in parts:
        if len(found) == LARGEST_PARTS[what]:
            raise _Refused(f"holds more than {LARGEST_PARTS[what]} {what}")
        found.append(part)
    return found


# --- does it prove the bytes -----------------------------------------------------------------------------------------


def _check_signer(
    signed: Any, signer: Any, descriptor: bytes, released: datetime | None, trusted: TrustedSigners
) -> Signature:
    certificates = _certificates(signed)
    leaf = _certificate_of(signer, certificates)
    name = _name(leaf)
    algorithm = signer["digest_algorithm"]["algorithm"].native
    if algorithm not in _HASHES:
        return Signature(
            SignatureResult.INVALID,
            name,
            plain(f"uses the digest {algorithm}; only SHA-256, SHA-384 and SHA-512 count"),
        )
    attributes = _attributes(signer)
    try:
        proved = _proved_bytes(signer, attributes, descriptor, algorithm)
        _verify(leaf, signer, proved, _HASHES[algorithm])
    except _Refused as refused:
        return Signature(SignatureResult.INVALID, name, plain(str(refused)))
    signing_time = attributes.get("signing_time")
    distrust = _distrust(leaf, certificates, signing_time or released, trusted)
    if distrust:
        return Signature(SignatureResult.NOT_TRUSTED, name, plain(distrust))
    return Signature(SignatureResult.VALID, name)


def _attributes(signer: Any) -> dict[str, Any]:
    """The signed attributes of which one value is needed; a second value makes the signature ambiguous."""
    found: dict[str, Any] = {}
    for attribute in signer["signed_attrs"]:
        kind = attribute["type"].native
        if kind not in ("content_type", "message_digest", "signing_time"):
            continue
        if kind in found or len(attribute["values"]) != 1:
            raise _Refused(f"has its attribute {kind} more than once")
        found[kind] = attribute["values"][0].native
    return found


def _proved_bytes(signer: Any, attributes: dict[str, Any], descriptor: bytes, algorithm: str) -> bytes:
    """The bytes under the signature: the attributes, which hold the digest of the descriptor, or the descriptor."""
    if not len(signer["signed_attrs"]):
        return descriptor
    if attributes.get("content_type") != "data":
        raise _Refused("does not say that it is over data")
    if attributes.get("message_digest") != hashlib.new(algorithm, descriptor).digest():
        raise _Refused("is over another descriptor; this one was changed afterwards")
    # They are signed as the SET that they are, but stored with the tag [0].
    return b"\x31" + bytes(signer["signed_attrs"].dump()[1:])


def _verify(leaf: x509.Certificate, signer: Any, proved: bytes, algorithm: hashes.HashAlgorithm) -> None:
    kind = signer["signature_algorithm"].signature_algo
    value = signer["signature"].native
    try:
        match leaf.public_key():
            case rsa.RSAPublicKey() as key if kind == "rsassa_pkcs1v15":
                key.verify(value, proved, padding.PKCS1v15(), algorithm)
            case ec.EllipticCurvePublicKey() as key if kind == "ecdsa":
                key.verify(value, proved, ec.ECDSA(algorithm))
            case _:
                raise _Refused(f"is of the kind {kind} with a certificate for which that is not known")
    except InvalidSignature:
        raise _Refused("does not fit the descriptor; that one or the signature was changed afterwards") from None
    except UnsupportedAlgorithm as error:
        raise _Refused(f"has a key that cannot be used ({error})") from None


def _certificate_of(signer: Any, certificates: list[x509.Certificate]) -> x509.Certificate:
    wanted = signer["sid"].chosen
    for certificate in certificates:
        if signer["sid"].name == "issuer_and_serial_number":
            same_issuer = certificate.issuer.public_bytes() == wanted["issuer"].dump()
            if same_issuer and certificate.serial_number == wanted["serial_number"].native:
                return certificate
        elif _key_identifier(certificate) == wanted.native:
            return certificate
    raise _Refused("does not hold the certificate of its signer")


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def _name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return plain(str(names[0].value) if names else certificate.subject.rfc4514_string(), 255)


# --- is the signer trusted -------------------------------------------------------------------------------------------


def _distrust(
    leaf: x509.Certificate, certificates: list[x509.Certificate], moment: datetime | None, trusted: TrustedSigners
) -> str:
    """Why the signer is not trusted; empty when he is."""
    if not trusted.certificates:
        return "has a signer whom nobody has named as trusted (setting trusted_signers)"
    moment = moment or leaf.not_valid_before_utc
    if not leaf.not_valid_before_utc <= _aware(moment) <= leaf.not_valid_after_utc:
        first, last = (f"{each:%Y-%m-%d}" for each in (leaf.not_valid_before_utc, leaf.not_valid_after_utc))
        return f"has a certificate that was good from {first} to {last}, and it is of {moment:%Y-%m-%d}"
    builder = (
        PolicyBuilder().store(Store(list(trusted.certificates))).time(_aware(moment)).max_chain_depth(_LONGEST_CHAIN)
    )
    builder = builder.extension_policies(ca_policy=_AUTHORITIES, ee_policy=ExtensionPolicy.permit_all())
    try:
        builder.build_client_verifier().verify(leaf, [each for each in certificates if each != leaf])
    except VerificationError as error:
        return f"has a certificate, issued by {shown(_issuer(leaf))}, that leads to no trusted one ({error})"
    return ""


def _issuer(certificate: x509.Certificate) -> str:
    names = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.issuer.rfc4514_string()


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _is_authority(_policy: Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("an issuer that is no authority")


def _may_issue(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("an issuer that may not sign certificates")


_AUTHORITIES: Final = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_authority)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_issue)
)
"""Roots of vendors are no roots of the web: only what makes a certificate an authority is asked for."""

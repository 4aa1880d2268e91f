"""Signatures of VIBs: whom they name, what they prove, and that nothing hostile in them does harm."""

from __future__ import annotations

import base64
import io
import random
import time

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from made_depots import PAYLOAD, ar, bundle_files, descriptor, metadata_files, vib_file, zip_of
from made_depots import VIB_PATH as PATH
from signers import NOW, YEAR, signed, signer

from imagewright.formats.bundle import open_depot
from imagewright.formats.errors import FormatError
from imagewright.formats.signature import NOBODY, TrustedSigners, check_signature, read_trusted_signers
from imagewright.formats.vib import read_vib_file
from imagewright.model.content import Signature, SignatureResult

TEXT = descriptor().encode()
ROOT = signer("Sample Root", authority=True)
MIDDLE = signer("Sample Intermediate", ROOT, authority=True)
VENDOR = signer("Sample Certified VIB Signing", MIDDLE)
TRUSTED = read_trusted_signers(ROOT.pem, "roots.pem")
GOOD = signed(TEXT, VENDOR, MIDDLE)
VALID, NOT_TRUSTED, INVALID = SignatureResult.VALID, SignatureResult.NOT_TRUSTED, SignatureResult.INVALID


def check(data: bytes, text: bytes = TEXT, trusted: TrustedSigners = TRUSTED) -> Signature:
    return check_signature(data, text, None, trusted)


def pem(der: bytes) -> bytes:
    return b"-----BEGIN PKCS7-----\n" + base64.encodebytes(der) + b"-----END PKCS7-----\n"


# --- what is good ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"\n", b" \n "])
def test_unsigned(data: bytes) -> None:
    assert check(data) == Signature(SignatureResult.UNSIGNED)


def test_one_block() -> None:
    assert check(GOOD) == Signature(VALID, "Sample Certified VIB Signing")


def test_two_blocks() -> None:
    # VIBs of 6.5 and 6.7 hold two.
    assert check(GOOD + signed(TEXT, VENDOR, MIDDLE)).result is VALID


def test_of_two_signers_the_trusted_one_counts() -> None:
    stranger = signed(TEXT, signer("Somebody"))
    assert check(stranger + GOOD) == check(GOOD + stranger) == Signature(VALID, "Sample Certified VIB Signing")


@pytest.mark.parametrize("digest", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
@pytest.mark.parametrize("attributes", [True, False])
def test_digests_with_and_without_attributes(digest: hashes.HashAlgorithm, attributes: bool) -> None:
    assert check(signed(TEXT, VENDOR, MIDDLE, digest=digest, attributes=attributes)).result is VALID


def test_elliptic_keys() -> None:
    by = signer("Curve", ROOT, key=ec.generate_private_key(ec.SECP256R1()))
    assert check(signed(TEXT, by)) == Signature(VALID, "Curve")


def test_the_signer_himself_may_be_trusted() -> None:
    by = signer("Self", authority=True)
    assert check(signed(TEXT, by), trusted=read_trusted_signers(by.pem, "x")).result is VALID


# --- what is not trusted ---------------------------------------------------------------------------------------------


def test_without_trusted_signers_nobody_is() -> None:
    found = check(GOOD, trusted=NOBODY)
    assert (found.result, found.signer) == (NOT_TRUSTED, "Sample Certified VIB Signing")
    assert "nobody has named as trusted" in found.detail


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (signed(TEXT, signer("Stranger")), "issued by 'Stranger', that leads to no trusted one"),
        (signed(TEXT, VENDOR), "issued by 'Sample Intermediate', that leads to no trusted one"),
        # Issued by a certificate that may not issue any.
        (signed(TEXT, signer("Child", VENDOR), VENDOR, MIDDLE), "leads to no trusted one"),
        # Of the same name as the root, by another key.
        (signed(TEXT, signer("Forged", signer("Sample Root", authority=True))), "leads to no trusted one"),
    ],
)
def test_not_trusted(data: bytes, says: str) -> None:
    found = check(data)
    assert found.result is NOT_TRUSTED
    assert says in found.detail


def test_an_expired_certificate() -> None:
    old = signer("Old", ROOT, since=NOW - 3 * YEAR, until=NOW - YEAR)
    found = check(signed(TEXT, old))
    assert (found.result, found.signer) == (NOT_TRUSTED, "Old")
    assert "has a certificate that was good from" in found.detail


def test_the_release_date_counts_where_no_time_of_signing_is_stated() -> None:
    root = signer("Old Root", authority=True, since=NOW - 9 * YEAR, until=NOW + YEAR)
    old = signer("Old", root, since=NOW - 3 * YEAR, until=NOW - YEAR)
    data, trusted = signed(TEXT, old, attributes=False), TrustedSigners((root.certificate,))
    assert check_signature(data, TEXT, NOW - 2 * YEAR, trusted).result is VALID
    assert check_signature(data, TEXT, NOW, trusted).result is NOT_TRUSTED
    assert check_signature(data, TEXT, None, trusted).result is VALID


# --- what is invalid -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attributes", [True, False])
def test_a_descriptor_edited_after_signing(attributes: bool) -> None:
    found = check(signed(TEXT, VENDOR, MIDDLE, attributes=attributes), TEXT.replace(b"net-x", b"net-y"))
    assert (found.result, found.signer) == (INVALID, "Sample Certified VIB Signing")
    assert "was changed afterwards" in found.detail


def test_one_bad_block_spoils_a_good_one() -> None:
    assert check(GOOD + signed(TEXT + b" ", VENDOR, MIDDLE)).result is INVALID


def changed(part: str, value: object) -> bytes:
    """The good signature with one part of its signed-data, or of its signer, replaced."""
    content = cms.ContentInfo.load(base64.b64decode(b"".join(GOOD.split(b"\n")[1:-2])))
    signed_data = content["content"]
    place = signed_data["signer_infos"][0] if part in ("digest_algorithm", "signature") else signed_data
    place[part] = value
    return pem(content.dump(force=True))


WRONG = {
    "noise": (random.Random(1).randbytes(2000), "has a block 1 that is not PEM"),
    "text": (b"trust me", "has a block 1 that is not PEM"),
    "cut": (GOOD[:-40], "has a block 1 that is not PEM"),
    "text between": (GOOD + b"and\n" + GOOD, "has a block 2 that is not PEM"),
    "empty block": (pem(b""), "is no PKCS #7"),
    "noise in PEM": (pem(random.Random(2).randbytes(3000)), "is no PKCS #7"),
    "bad base64": (b"-----BEGIN PKCS7-----\nabc\n-----END PKCS7-----\n", "is no PKCS #7"),
    "cut in PEM": (pem(base64.b64decode(b"".join(GOOD.split(b"\n")[1:-2]))[:-30]), "is no PKCS #7"),
    "deep ASN.1": (pem(b"\x30\x80" * 10_000), "is no PKCS #7"),
    "gigantic length": (pem(b"\x30\x84\xff\xff\xff\xff" + b"\0" * 100), "is no PKCS #7"),
    "only certificates": (
        pem(pkcs7.serialize_certificates([VENDOR.certificate], Encoding.DER)),
        "names nobody who signed",
    ),
    "content of its own": (signed(TEXT, VENDOR, MIDDLE, detached=False), "carries content of its own"),
    "five blocks": (GOOD * 5, "has more than 4 blocks"),
    "21 certificates": (signed(TEXT, VENDOR, *(signer(f"{n}", key=VENDOR.key) for n in range(20))), "more than 20"),
    "old digest": (changed("digest_algorithm", {"algorithm": "sha1"}), "uses the digest sha1"),
    "no certificate": (changed("certificates", cms.CertificateSet([])), "does not hold the certificate of its signer"),
    "no signer": (changed("signer_infos", cms.SignerInfos([])), "names nobody who signed"),
    "signature of nothing": (changed("signature", b"\x01" * 256), "does not fit the descriptor"),
}


@pytest.mark.parametrize("name", WRONG)
def test_invalid(name: str) -> None:
    data, says = WRONG[name]
    found = check(data)
    assert found.result is INVALID
    assert says in found.detail
    assert found.detail.isprintable()
    assert len(found.detail) < 1000


def test_any_change_of_a_byte_is_noticed_or_harmless() -> None:
    """Certificates and attributes that nobody looks at may change; what is proved, and by whom, may not."""
    der = bytearray(base64.b64decode(b"".join(GOOD.split(b"\n")[1:-2])))
    for at in range(0, len(der), 7):
        der[at] ^= 1
        found = check(pem(bytes(der)))
        assert found.result is not VALID or found.signer == "Sample Certified VIB Signing"
        der[at] ^= 1


# --- in VIBs and depots ----------------------------------------------------------------------------------------------


def signed_vib(signature: bytes = GOOD, text: bytes = TEXT) -> bytes:
    return ar(("descriptor.xml", text), ("sig.pkcs7", signature), ("net-x", PAYLOAD))


def test_it_is_told_with_the_vib() -> None:
    def read(data: bytes) -> Signature | None:
        return read_vib_file(io.BytesIO(data), "x.vib", trusted=TRUSTED).signature

    assert read(vib_file()) == Signature(SignatureResult.UNSIGNED)
    assert read(signed_vib()) == Signature(VALID, "Sample Certified VIB Signing")
    edited = read(signed_vib(text=TEXT + b"<!-- one comment more -->"))
    assert edited is not None
    assert edited.result is INVALID


def test_it_is_told_with_the_vibs_of_a_bundle_and_of_a_depot_that_is_one_vib() -> None:
    vib = signed_vib()
    data = zip_of(bundle_files(metadata_files(vib), vib) | {PATH: vib})
    for depot_bytes in (data, vib):
        with open_depot(io.BytesIO(depot_bytes), "depot.zip", trusted=TRUSTED) as depot:
            assert depot.copy_vib(depot.content.vibs[0]).signature == Signature(VALID, "Sample Certified VIB Signing")
    with open_depot(io.BytesIO(data), "depot.zip") as depot:
        assert depot.content.vibs[0].signature is None  # metadata do not tell


def test_ten_megabytes_of_garbage_are_refused_unread() -> None:
    started = time.monotonic()
    with pytest.raises(FormatError, match=r"has a member 'sig.pkcs7' of 10000000 bytes; 65536 are allowed"):
        read_vib_file(io.BytesIO(signed_vib(bytes(10_000_000))), "x.vib")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "data",
    [
        pem(b"\x30\x82\xff\xff" + b"\x05\x00" * 23_000),
        b"-----BEGIN PKCS7-----" * 3000,
        pem(b"\0")[:-1] * 1200,
        b"-----BEGIN PKCS7-----\n" + b" " * 65_000,
    ],
)
def test_the_largest_garbage_that_is_read_takes_no_time(data: bytes) -> None:
    started = time.monotonic()
    assert check(data).result is INVALID
    assert time.monotonic() - started < 2


# --- the setting -----------------------------------------------------------------------------------------------------


def test_several_trusted_signers_in_one_file() -> None:
    assert len(read_trusted_signers(ROOT.pem + VENDOR.pem, "roots.pem").certificates) == 2


@pytest.mark.parametrize("data", [b"", b"hello", ROOT.pem[:200]])
def test_a_file_without_certificates_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match=r"^roots.pem: holds no certificates in PEM form"):
        read_trusted_signers(data, "roots.pem")

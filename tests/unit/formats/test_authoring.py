"""Depots made of descriptions: what is written is read back identically; and who may sign."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from signers import Key, Signer, signer

from imagewright.formats.authoring import build_depot
from imagewright.formats.bundle import open_depot
from imagewright.formats.depot_description import read_description
from imagewright.formats.depot_writer import write_depot
from imagewright.formats.errors import FormatError
from imagewright.formats.payload import PayloadFile
from imagewright.formats.signature import TrustedSigners
from imagewright.formats.signing import SigningKey, read_signing_key
from imagewright.model.content import DepotContent, SignatureResult

DESCRIPTION = """
[depot]
vendor = "Example"
code = "EXA"
date = 2026-11-01
platforms = [{product = "embeddedEsx", version = "8.0"}, {product = "esxio", version = "8.0"}]

[[vib]]
name = "zeta"
version = "2.0-1"
content = "zeta"

[[vib]]
name = "alpha"
version = "1.0-1"
content = "alpha"
platforms = [{product = "esxio", version = "9.0"}]
depends = ["zeta >= 2.0"]

[[vib]]
name = "empty"
version = "1.0-1"
kind = "meta"

[[component]]
name = "Zeta"
version = "2.0"
vibs = ["zeta", "empty"]

[[component]]
name = "Alpha"
version = "1.0"
vibs = ["EXA_bootbank_alpha_1.0-1"]

[[add_on]]
name = "Two"
version = "2.0"

[[add_on]]
name = "One"
version = "1.0"
components = ["Zeta 2.0"]
"""


class InMemory:
    """A folder of texts by path."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def open(self, path: str) -> BinaryIO:
        return io.BytesIO(self._files[path])

    def files(self, path: str) -> list[PayloadFile]:
        return [
            PayloadFile(str(PurePosixPath(name).relative_to(path)), len(data), False, partial(self.open, name))
            for name, data in self._files.items()
            if name.startswith(f"{path}/")
        ]


FOLDER = InMemory({"zeta/opt/z": b"z" * 100_000, "zeta/etc/y": b"", "alpha/opt/a": b"a"})


def built(text: str = DESCRIPTION, signing: SigningKey | None = None) -> tuple[DepotContent, bytes]:
    """What a description says, and the bundle that is made of it."""
    sink = io.BytesIO()
    with build_depot(read_description(text.encode(), "depot.toml"), FOLDER, signing) as depot:
        return write_depot(sink, depot.content, depot.open_vib), sink.getvalue()


def test_what_is_written_is_read_back_identically() -> None:
    described, data = built()

    with open_depot(io.BytesIO(data), "made.zip") as depot:
        assert depot.content == described
        for vib in described.vibs:
            assert replace(depot.copy_vib(vib), signature=None) == vib
    (bundle,) = described.bundles
    assert [each.name for each in bundle.components] == ["Alpha", "Zeta"]
    assert [(each.name, len(each.components)) for each in bundle.add_ons] == [("One", 1), ("Two", 2)]
    zeta = bundle.components[1]
    assert [ref.id for ref in zeta.bulletin.vibs] == ["EXA_bootbank_zeta_2.0-1", "EXA_meta_empty_1.0-1"]


def test_equal_input_makes_equal_bytes_also_with_a_signature() -> None:
    key = signing_key()
    assert built()[1] == built()[1]
    assert built(signing=key)[1] == built(signing=key)[1]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"zeta"\nversion = "2.0-1"', '"alpha"\nversion = "1.0-1"', "makes VIB 'EXA_bootbank_alpha_1.0-1' a second"),
        ('name = "Zeta"\nversion = "2.0"', 'name = "Alpha"\nversion = "1.0"', "makes bulletin 'Alpha_1.0' a second"),
        ('name = "Two"\nversion = "2.0"', 'name = "One"\nversion = "1.0"', "makes the add-on 'One 1.0' a second time"),
        ('name = "Zeta"\nversion = "2.0"', 'name = "Alpha"\nversion = "2.0"', "versions 2.0 and 1.0; name one of them"),
        ('name = "Zeta"', 'name = ""', r"depot.toml line 26 \(component 1, name\): is empty"),
        ('vendor = "Example"', 'vendor = "Example"\nmetadata = "../x.zip"', "it must be the name of a zip"),
    ],
)
def test_what_stands_twice_or_is_unclear_is_refused(old: str, new: str, said: str) -> None:
    assert old in DESCRIPTION
    with pytest.raises(FormatError, match=said):
        built(DESCRIPTION.replace(old, new))


# --- signing ---------------------------------------------------------------------------------------------------------


def pem(key: Key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def signing_key(by: Signer | None = None, *issuers: Signer) -> SigningKey:
    by = by or signer("Somebody")
    certificates = b"".join(each.pem for each in (by, *issuers))
    return read_signing_key(pem(by.key), "key.pem", certificates, "certificates.pem")


def test_a_signature_leads_to_its_root_through_what_issued_it() -> None:
    root = signer("Root", authority=True)
    between = signer("Between", issuer=root, authority=True)
    key = signing_key(signer("Signing", issuer=between), between)
    described, data = built(signing=key)

    with open_depot(io.BytesIO(data), "made.zip", trusted=TrustedSigners((root.certificate,))) as depot:
        signatures = [depot.copy_vib(vib).signature for vib in described.vibs]
    assert [(each.result, each.signer) for each in signatures if each] == [(SignatureResult.VALID, "Signing")] * 3


@pytest.mark.parametrize(
    ("encrypted", "passphrase", "said"),
    [
        (True, None, r"key.pem: is encrypted; give its passphrase \(IMAGEWRIGHT_SIGNING_PASSPHRASE\)"),
        (True, b"wrong", "key.pem: is no private key in PEM form that can be read"),
        (False, b"needless", "key.pem: is not encrypted, but a passphrase was given"),
    ],
)
def test_passphrases(encrypted: bool, passphrase: bytes | None, said: str) -> None:
    by = signer("Somebody")
    locked = BestAvailableEncryption(b"right") if encrypted else NoEncryption()
    key = by.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
    with pytest.raises(FormatError, match=said):
        read_signing_key(key, "key.pem", by.pem, "certificates.pem", passphrase)


def test_keys_that_cannot_be_used() -> None:
    one, other = signer("One"), signer("Other")
    curve = signer("Curve", key=ec.generate_private_key(ec.SECP256R1()))
    for key, certificates, said in (
        (b"nothing", one.pem, "key.pem: is no private key in PEM form"),
        (pem(curve.key), curve.pem, "key.pem: is no RSA key"),
        (pem(one.key), b"nothing", "certificates.pem: holds no certificates in PEM form"),
        (pem(one.key), other.pem, "certificates.pem: begins with a certificate that is not of the key key.pem"),
    ):
        with pytest.raises(FormatError, match=said):
            read_signing_key(key, "key.pem", certificates, "certificates.pem")

"""What of a location may be shown."""

from __future__ import annotations

import base64
import random
import uuid

import pytest

from imagewright.depots.masking import masked


@pytest.mark.parametrize(
    "location",
    [
        "https://dl.example.com/PROD/COMP/ESX_HOST/main/vmw-depot-index.xml",
        "https://hostupdate.vmware.com/software/VUM/PRODUCTION/main/vmw-depot-index.xml",
        "https://depot.example.com/VMware-ESXi-9.0.0.0.24755229-depot.zip",
        "https://depot.example.com:8443/DellEMC-ESXi-8.0U1-21813344-A03.zip",
        "file:///srv/depots/HPE-901.0.0.12.2.5.3-Aug2025-Synergy-Addon-depot.zip",
        "http://[2001:db8::1]/index.xml",
        "https://depot.example.com/ComponentsRepositoryMain/",
        "not a location at all",
        "",
    ],
)
def test_names_stay_readable(location: str) -> None:
    assert masked(location) == location


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://u:p@host/x", "https://***@host/x"),
        ("https://u:p@ss@host/x", "https://***@host/x"),
        ("https://host/x?token=1", "https://host/x?***"),
        ("https://host/x#part", "https://host/x#***"),
        ("https://host/0123456789abcdef0123456789abcdef.zip", "https://host/***.zip"),
        ("https://host/x.zip;key=word", "https://host/x.zip;***"),
        ("https://host/4711081547110815/x", "https://host/***/x"),
        ("https://host/%4bJs%39dLkQ2mXz81PqRt7VbN/x", "https://host/***/x"),
        ("https://host/a\r\nb", "https://host/a\ufffd\ufffdb"),
        ("https://host/" + "a/" * 1000, "https://host/" + "a/" * 243 + "a…"),
    ],
)
def test_what_is_private_is_masked(location: str, shown: str) -> None:
    assert masked(location) == shown


def test_tokens_in_the_path_are_masked_however_they_are_drawn() -> None:
    source = random.Random(91)
    alphabets = (
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "0123456789abcdef",
    )
    tokens = [
        "".join(source.choices(alphabet, k=length))
        for alphabet in alphabets
        for length in (24, 32, 40, 64)
        for _ in range(200)
    ]
    tokens += [str(uuid.UUID(int=source.getrandbits(128))) for _ in range(200)]
    tokens += [base64.urlsafe_b64encode(source.randbytes(32)).decode().rstrip("=") for _ in range(200)]
    shown = [token for token in tokens if token in masked(f"https://dl.example.com/{token}/main/index.xml")]
    assert shown == []

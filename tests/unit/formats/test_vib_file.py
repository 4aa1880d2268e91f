"""VIB files: what real containers look like, what is checked, and that memory does not grow with them."""

from __future__ import annotations

import gzip
import hashlib
import io
import tracemalloc
from dataclasses import replace
from typing import BinaryIO, cast

import pytest
from made_depots import CONTENT, PAYLOAD, ar, descriptor, payload_element, sha256, vib_file

from imagewright.formats.errors import FormatError
from imagewright.formats.vib import copy_vib, read_vib_file, write_vib
from imagewright.model.content import Payload, Signature, SignatureResult, Vib


def read(data: bytes) -> Vib:
    return read_vib_file(io.BytesIO(data), "x.vib")


def test_a_plain_vib() -> None:
    data = vib_file()
    vib = read(data)
    assert vib.id == "SMP_bootbank_net-x_1.0-1"
    assert (vib.size, vib.sha256) == (len(data), sha256(data))
    assert vib.payloads[0].size == len(PAYLOAD)


@pytest.mark.parametrize("mode", ["0", "0o0", "644", "100644", "100000", "rw-r--r-", ""])
def test_the_mode_field_is_not_read(mode: str) -> None:
    # Vendor tools write `0`, those made with Python 3 `0o0`, GNU ar the mode of the file.
    members = (("descriptor.xml", descriptor().encode()), ("sig.pkcs7", b""), ("net-x", PAYLOAD))
    assert read(ar(*members, mode=mode)).name == "net-x"


@pytest.mark.parametrize("numbers", ["1700000000  1000  1000  ", "            xxx   -1    ", "            " * 2])
def test_owners_and_times_are_not_read(numbers: str) -> None:
    # Zero in files of the vendor's tools, real ones in others.
    members = (("descriptor.xml", descriptor().encode()), ("sig.pkcs7", b""), ("net-x", PAYLOAD))
    data = ar(*members).replace(f"{0:<12}{0:<6}{0:<6}".encode(), numbers.encode())
    assert data != ar(*members)
    assert read(data).name == "net-x"


def test_names_may_end_with_a_slash() -> None:
    # GNU and busybox ar write them so; 6 of 66 public VIBs are made with these.
    members = (("descriptor.xml/", descriptor().encode()), ("sig.pkcs7/", b""), ("net-x/", PAYLOAD))
    assert read(ar(*members)).name == "net-x"


def test_long_names_come_from_the_table_of_gnu_ar() -> None:
    name = "a-payload-with-a-long-name"
    text = descriptor(payloads=payload_element(name=name))
    table = f"{name}/\n".encode()
    members = (("//", table), ("descriptor.xml/", text.encode()), ("sig.pkcs7/", b""), ("/0", PAYLOAD))
    assert read(ar(*members)).payloads[0].name == name


def test_a_payload_may_have_another_member_name() -> None:
    # A public VIB names its payload `lsimr3` and the member `payload1`; the checksums tell that it is meant.
    assert read(vib_file(name="payload1")).payloads[0].name == "net-x"


def test_the_last_padding_byte_may_be_missing() -> None:
    payload = gzip.compress(CONTENT + b"!", mtime=0)
    payload += b"\0" * (1 - len(payload) % 2)  # zeros after gzip are filling
    data = vib_file(descriptor(payloads=payload_element(payload)), payload)
    assert len(payload) % 2 == 1
    assert read(data[:-1]).size == len(data) - 1


def test_a_damaged_signature_does_not_make_a_damaged_vib() -> None:
    # A public VIB has a descriptor that its author edited after signing; it is told, and imported all the same.
    members = (("descriptor.xml", descriptor().encode()), ("sig.pkcs7", b"-----BEGIN PKCS7-----"), ("net-x", PAYLOAD))
    assert read(ar(*members)).name == "net-x"


def test_several_payloads_in_any_order() -> None:
    other = gzip.compress(b"other", mtime=0)
    text = descriptor(payloads=payload_element() + payload_element(other, "second"))
    members = [("descriptor.xml", text.encode()), ("sig.pkcs7", b""), ("second", other), ("net-x", PAYLOAD)]
    assert [payload.name for payload in read(ar(*members)).payloads] == ["net-x", "second"]


def test_checksums_of_unknown_kinds_are_passed_over() -> None:
    # The file as a whole has its SHA-256 in the metadata, so that nothing goes unchecked.
    extra = payload_element().replace("</payload>", '<checksum checksum-type="crc-7">ab</checksum></payload>')
    assert len(read(vib_file(descriptor(payloads=extra))).payloads[0].checksums) == 4


def test_copying_gives_the_same_bytes() -> None:
    data, sink = vib_file(), io.BytesIO()
    copied = copy_vib(io.BytesIO(data), sink, "x.vib")
    assert sink.getvalue() == data
    assert copied == read(data)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"size": 1}, r"has \d+ bytes, but the metadata say 1 \(packed-size\)"),
        ({"sha256": "0" * 64}, "is damaged: its SHA-256 is [0-9a-f]{64}, but the metadata say 0000"),
        ({"id": "SMP_bootbank_other_1"}, "is the VIB 'SMP_bootbank_net-x_1.0-1', but the metadata say"),
        ({"payloads": (Payload("net-x", "vgz", 3),)}, "other payloads in its descriptor than in the metadata"),
    ],
)
def test_what_the_metadata_say_must_hold(change: dict[str, object], says: str) -> None:
    data = vib_file()
    expected = replace(read(data), **change)  # type: ignore[arg-type]
    with pytest.raises(FormatError, match=says):
        copy_vib(io.BytesIO(data), None, "x.vib", expected)


def test_other_fields_may_differ_from_the_metadata() -> None:
    # Real metadata sort the file list, add a time zone, and leave out platforms.
    data = vib_file()
    expected = replace(read(data), files=(), release_date=None, platforms=(), relative_path="a/b.vib")
    assert copy_vib(io.BytesIO(data), None, "x.vib", expected).relative_path == "a/b.vib"


def test_written_and_read_again() -> None:
    sink = io.BytesIO()
    asked = Vib("", "net-x", "1.0-1", "SMP", payloads=(Payload("p1", "tgz", 0), Payload("p2", "boot", 0)))
    written = write_vib(sink, asked, {"p1": io.BytesIO(PAYLOAD), "p2": io.BytesIO(b"odd")})
    assert read(sink.getvalue()) == replace(written, signature=Signature(SignatureResult.UNSIGNED))
    assert written.payloads[0].uncompressed_size == len(CONTENT)
    assert [len(payload.checksums) for payload in written.payloads] == [3, 1]


def test_a_payload_name_that_ar_cannot_hold_is_not_written() -> None:
    asked = Vib("", "x", "1", "SMP", payloads=(Payload("a-name-of-17-char", "boot", 0),))
    with pytest.raises(FormatError, match="at most 16 characters"):
        write_vib(io.BytesIO(), asked, {"a-name-of-17-char": io.BytesIO(b"")})


class Zeros(io.RawIOBase):
    """A file that begins with `head` and goes on with zeros, without the memory for them."""

    def __init__(self, head: bytes, zeros: int) -> None:
        self.head = head
        self.left = zeros

    def read(self, size: int = -1) -> bytes:
        if self.head:
            data, self.head = self.head[:size], self.head[size:]
            return data
        count = min(size, self.left)
        self.left -= count
        return bytes(count)


def test_memory_does_not_grow_with_the_payload() -> None:
    size = 64 << 20
    digest = hashlib.sha256()
    for _chunk in range(64):
        digest.update(bytes(1 << 20))
    payload = f'<payload name="p" type="boot" size="{size}"><checksum checksum-type="sha-256">{digest.hexdigest()}'
    head = ar(("descriptor.xml", descriptor(payloads=f"{payload}</checksum></payload>").encode()), ("sig.pkcs7", b""))
    head += f"{'p':<16}{0:<12}{0:<6}{0:<6}{0:<8}{size:<10}`\n".encode()
    tracemalloc.start()
    copied = copy_vib(cast(BinaryIO, Zeros(head, size)), None, "x.vib")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert copied.size == len(head) + size
    assert peak < 8 << 20

"""Broken and hostile depots, each with the sentence that it is refused with."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from made_depots import (
    COMPONENT,
    CONTENT,
    INDEX,
    PAYLOAD,
    VENDOR_INDEX,
    VIB_PATH,
    ar,
    bulletin,
    bundle,
    bundle_files,
    content_of,
    descriptor,
    metadata_files,
    payload_element,
    vib_copy,
    vib_file,
    zip_of,
)

from imagewright.formats.errors import FormatError
from imagewright.formats.limits import MIB, Limits

ENTITIES = '<!DOCTYPE vib [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE vib SYSTEM "file:///etc/passwd">'
SMALL = Limits(total_uncompressed=2 * MIB, entries=20, nested_depth=2, document_size=64 * 1024, bulletins=10)


def with_metadata(**changed: bytes | str) -> bytes:
    """A bundle with other members in its metadata; `vibs`, `vmware` and so on stand for the usual paths."""
    paths = {"vibs": "vibs/net-x-1.xml", "bulletins": "bulletins/Net-X_1.0.xml", "vmware": "vmware.xml"}
    return bundle(metadata_files() | {paths.get(name, name): data for name, data in changed.items()})


def with_vib(vib: bytes) -> bytes:
    """A bundle whose metadata describe exactly this VIB file."""
    return bundle(metadata_files(vib), **{VIB_PATH: vib})


def without(path: str) -> bytes:
    return zip_of({name: data for name, data in bundle_files().items() if name != path})


def renamed(old: str, new: str) -> bytes:
    return zip_of({new if name == old else name: data for name, data in bundle_files().items()})


def patched(data: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """A zip with some bytes of its first (`PK12` member, `PK34` local header) record changed."""
    at = data.index(signature) + offset
    return data[:at] + value + data[at + len(value) :]


def cut_behind_inner(method: int = 0) -> bytes:
    """A bundle that ends where its metadata archive ends, which is a zip that is complete."""
    files = bundle_files()
    last = {name: data for name, data in files.items() if name != "metadata.zip"} | {
        "metadata.zip": files["metadata.zip"]
    }
    data = zip_of(last, method)
    inner = bytes(files["metadata.zip"]) if isinstance(files["metadata.zip"], bytes) else b""
    return data[: data.index(inner) + len(inner)]


def damaged_vib() -> bytes:
    vib = vib_file()
    return bundle(metadata_files(vib), **{VIB_PATH: vib[:-20] + b"\0" + vib[-19:]})


def doubled_member() -> bytes:
    data = zip_of(bundle_files() | {"indey.xml": INDEX})
    return data.replace(b"indey.xml", b"index.xml")


def bomb() -> bytes:
    return with_metadata(extra=b"\0" * (20 * MIB))


def nested(depth: int) -> bytes:
    data = bundle()
    for _level in range(depth):
        data = zip_of({"inner.zip": data})
    return data


def many_bulletins() -> bytes:
    each = [bulletin().replace("Net-X_1.0", f"b{number}") for number in range(11)]
    return with_metadata(vmware=f"<metadataResponse>{''.join(each)}</metadataResponse>")


def crc_damage() -> bytes:
    data = zip_of(bundle_files(), method=0)
    at = data.index(b"<vendorList>")
    return data[:at] + b"<vendorLisT>" + data[at + 12 :]


def lying_size() -> bytes:
    # The list of contents says 10 bytes for a member that has more.
    return patched(zip_of({"index.xml": INDEX}), b"PK\x01\x02", 24, struct.pack("<I", 10))


def cut_member() -> bytes:
    """A VIB that ends in the middle of its payload, in a bundle that describes it so."""
    return with_vib(vib_file()[:-30])


def payload_bomb() -> bytes:
    bomb = gzip.compress(b"\0" * (40 * MIB), mtime=0)
    return with_vib(vib_file(descriptor(payloads=payload_element(bomb)), bomb))


def header_damage(offset: int, value: bytes) -> bytes:
    vib = vib_file()
    return with_vib(vib[: 8 + offset] + value + vib[8 + offset + len(value) :])


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    # --- the file as a whole
    "empty file": (lambda: b"", "depot.zip: is empty; fetch the file again"),
    "empty metadata file": (lambda: bundle(**{"metadata.zip": b""}), "metadata.zip: is empty; fetch the file again"),
    "no zip": (lambda: b"hello, world" * 10, "is no zip file: it begins with 'hello, worldhello, w'"),
    "cut zip": (lambda: bundle()[:-30], "is not a complete zip file"),
    "half a zip": (lambda: bundle()[: len(bundle()) // 2], "is not a complete zip file"),
    "cut behind a zip inside": (
        cut_behind_inner,
        "depot.zip: is not a complete zip file: .* it is that of a file inside, and the rest is missing",
    ),
    "cut a little after a zip inside": (
        lambda: cut_behind_inner() + b"PK\1\2" + b"\0" * 40,
        "is not a complete zip file",
    ),
    "a zip before the zip": (lambda: zip_of({"a": b""}) + bundle(), "does not count from its beginning"),
    "program without its zip": (lambda: b"MZ" + b"\0" * 500, "is no zip file: it begins with 'MZ"),
    "only an end record": (
        lambda: b"PK\x05\x06" + b"\0" * 18,
        "holds no index.xml and no VIB, so it is no offline bundle",
    ),
    "front missing": (lambda: bundle()[200:], "cannot be unpacked"),
    "nonsense offset": (
        lambda: patched(bundle(), b"PK\x05\x06", 16, b"\xff\xff\xff\x7f"),
        "cannot be unpacked|is damaged|is not complete",
    ),
    "no index": (
        lambda: without("index.xml"),
        "holds no index.xml and no VIB, so it is no offline bundle; take the vendor's zip",
    ),
    "no bundle in the inner zip": (lambda: zip_of({"a.zip": zip_of({"a": b""})}), "holds no index.xml"),
    "inner zip damaged": (
        lambda: zip_of({"a.zip": bundle()[:-30]}),
        "depot.zip > a.zip: is not a complete zip file",
    ),
    # --- members
    "header of another name": (
        lambda: patched(bundle(), b"PK\x03\x04", 30, b"x"),
        "depot.zip > index.xml: cannot be unpacked .there is another file where",
    ),
    "header that is none": (
        lambda: patched(bundle(), b"PK\x01\x02", 42, struct.pack("<I", 5)),
        "depot.zip > index.xml: cannot be unpacked .there is no file where",
    ),
    "header behind the end": (
        lambda: patched(bundle(), b"PK\x01\x02", 42, struct.pack("<I", 0x7FFFFFFF)),
        "depot.zip > index.xml: cannot be unpacked .it ends too early",
    ),
    "less than the list of contents says": (
        lambda: patched(bundle(), b"PK\x01\x02", 24, struct.pack("<I", 9999)),
        "depot.zip > index.xml: cannot be unpacked .it ends too early",
    ),
    "checksum of the zip": (crc_damage, "depot.zip > index.xml: cannot be unpacked .*CRC"),
    "lying size": (lying_size, "depot.zip > index.xml: cannot be unpacked"),
    "member twice": (doubled_member, "index.xml: stands twice in the archive"),
    "encrypted": (
        lambda: patched(bundle(), b"PK\x01\x02", 8, b"\x01\x00"),
        "index.xml: is encrypted; unpack it and pack it again",
    ),
    "unknown compression": (
        lambda: patched(bundle(), b"PK\x01\x02", 10, b"\x63\x00"),
        "index.xml: is compressed with method 99; only deflate is read",
    ),
    "path upwards": (
        lambda: renamed(VIB_PATH, "../../etc/cron.d/x"),
        "names the file '../../etc/cron.d/x', which lies outside of the depot",
    ),
    "path upwards with backslashes": (lambda: renamed(VIB_PATH, "a\\..\\..\\x"), "lies outside of the depot"),
    "absolute path": (lambda: renamed(VIB_PATH, "/etc/passwd"), "'/etc/passwd', which lies outside"),
    "drive letter": (lambda: renamed(VIB_PATH, "C:\\x"), "lies outside of the depot"),
    "control character in a path": (lambda: renamed(VIB_PATH, "a\x1b[31m"), "control characters are not allowed"),
    "path of 5000 characters": (lambda: renamed(VIB_PATH, "x" * 5000), "names a file with 5000 characters"),
    # --- limits
    "zip bomb": (bomb, r"extra': unpacks \d+ bytes to 20971520, more than 200 times as much"),
    "too many files": (
        lambda: zip_of(bundle_files() | {f"{number}": b"" for number in range(20)}),
        "holds more than 20 files, the limit for one depot",
    ),
    "too much in total": (
        lambda: zip_of(bundle_files() | {"big": bytes(range(256)) * 4096 * 3}),
        "unpacks to more than 2097152 bytes, the limit for one depot",
    ),
    "too deep": (lambda: nested(1), "lies 3 archives deep; at most 2 are opened"),
    "too many bulletins": (many_bulletins, "holds more than 10 bulletins"),
    "gigantic document": (
        lambda: with_metadata(vmware="<metadataResponse>" + " " * 70_000 + "</metadataResponse>"),
        "vmware.xml: has 70037 bytes; a document may have 65536",
    ),
    "gigantic descriptor": (
        lambda: with_vib(vib_file(descriptor(facts="<x>" + "y" * 70_000 + "</x>"))),
        r"has a member 'descriptor.xml' of \d+ bytes; 65536 are allowed",
    ),
    "nested into itself by the hundred": (lambda: nested(100), "lies 3 archives deep; at most 2 are opened"),
    # --- index files
    "no vendor": (
        lambda: bundle(**{"index.xml": "<vendorList/>"}),
        "index.xml: must be a <vendorList> with at least one <vendor>",
    ),
    "vendor index missing": (
        lambda: without("vendor-index.xml"),
        "depot.zip > index.xml: names 'vendor-index.xml', which is not in the bundle",
    ),
    "vendor index is something else": (
        lambda: bundle(**{"vendor-index.xml": "<html/>"}),
        "vendor-index.xml: begins with <html>, but a vendor index begins with <metaList>",
    ),
    "metadata missing": (
        lambda: without("metadata.zip"),
        "vendor-index.xml: names the metadata 'metadata.zip', which are not in the bundle",
    ),
    "metadata on the network": (
        lambda: bundle(**{"vendor-index.xml": VENDOR_INDEX.replace("metadata.zip", "http://sample.invalid/m.zip")}),
        "names the metadata 'http://sample.invalid/m.zip', which are not in the bundle",
    ),
    "metadata outside": (
        lambda: bundle(**{"vendor-index.xml": VENDOR_INDEX.replace("metadata.zip", "../m.zip")}),
        "names the file '../m.zip', which lies outside of the depot",
    ),
    "metadata without url": (
        lambda: bundle(**{"vendor-index.xml": VENDOR_INDEX.replace("metadata.zip", "")}),
        "<metadata> has no <url>",
    ),
    # --- metadata
    "metadata are no zip": (
        lambda: bundle(**{"metadata.zip": b"PK\x03\x04 no"}),
        "metadata.zip: is not a complete zip",
    ),
    "metadata are empty": (lambda: bundle({"a.txt": b""}), "metadata.zip: holds no VIB, no bulletin and no image"),
    "entities": (lambda: with_metadata(vibs=ENTITIES + "<vib>&b;</vib>"), "has a document type .*entities could hide"),
    "entities in vmware.xml": (lambda: with_metadata(vmware=ENTITIES + "<metadataResponse/>"), "has a document type"),
    "external entity": (lambda: with_metadata(vibs=EXTERNAL + descriptor()), "has a document type"),
    "document type after a comment": (
        lambda: with_metadata(vibs=f"<?xml version='1.0'?><!-- -->\n{EXTERNAL}{descriptor()}"),
        "has a document type",
    ),
    "other encoding": (
        lambda: with_metadata(vibs="<?xml version='1.0' encoding='UTF-7'?>" + descriptor()),
        "is in the encoding 'UTF-7'; write it in UTF-8",
    ),
    "UTF-16 without a mark": (lambda: with_metadata(vibs=descriptor().encode("utf-16-le")), "is not XML in UTF-8"),
    "UTF-32": (lambda: with_metadata(vibs=descriptor().encode("utf-32")), "is not XML in UTF-8"),
    "half of a UTF-16 character": (
        lambda: with_metadata(vibs=descriptor().encode("utf-16") + b"x"),
        "begins as UTF-16, but is not",
    ),
    "document type in UTF-16": (
        lambda: with_metadata(vibs=f'<?xml version="1.0"?>{ENTITIES}{descriptor()}'.encode("utf-16")),
        "has a document type",
    ),
    "document type in another encoding": (
        lambda: with_metadata(
            vibs=f'<?xml version="1.0" encoding="gb18030"?>{ENTITIES}{descriptor()}'.encode("gb18030")
        ),
        "has a document type",
    ),
    "an index of nothing": (lambda: bundle(**{"vendor-index.xml": "<metaList/>"}), "names no metadata"),
    "path upwards in escapes": (
        lambda: with_metadata(vibs=vib_copy(vib_file(), "%2e%2e/%2e%2e/x.vib")),
        "lies outside of the depot",
    ),
    "path down and too far upwards": (
        lambda: with_metadata(vibs=vib_copy(vib_file(), "a/../../x.vib")),
        "lies outside of the depot",
    ),
    "damaged VIB in a zip of VIBs": (lambda: zip_of({"x.vib": vib_file()[:-9]}), "x.vib: ends in the middle of"),
    "not UTF-8": (lambda: with_metadata(vibs=b"<vib>\xff\xfe</vib>"), "is not well-formed XML"),
    "cut XML": (lambda: with_metadata(vibs=descriptor()[:300]), "vibs/net-x-1.xml: is not well-formed XML"),
    "empty XML": (lambda: with_metadata(bulletins=b""), "bulletins/Net-X_1.0.xml: is not well-formed XML"),
    "invisible characters in a tag": (
        lambda: with_metadata(vibs="<vi\ufeffb></vib>"),
        r"Opening and ending tag mismatch: vi\\ufeffb line 1 and vib",
    ),
    "deep XML": (lambda: with_metadata(vibs="<a>" * 5000), "is not well-formed XML"),
    "cut vmware.xml": (
        lambda: with_metadata(vmware=f"<metadataResponse>{bulletin()}"),
        "vmware.xml: is not well-formed XML",
    ),
    "other vmware.xml": (lambda: with_metadata(vmware="<html/>"), "begins with <html>, but must begin with"),
    "bulletin without id": (
        lambda: with_metadata(bulletins=bulletin().replace("Net-X_1.0", "")),
        "<bulletin> has no <id>; it is needed",
    ),
    "component without name": (
        lambda: with_metadata(bulletins=bulletin(COMPONENT.replace("Net-X", ""))),
        "<componentNameSpec> has no attribute name",
    ),
    "component with a control character": (
        lambda: with_metadata(bulletins=bulletin(COMPONENT.replace("Net-X", "Net&#x9b;X"))),
        "control characters are not allowed in names",
    ),
    "one bulletin, two contents": (
        lambda: bundle(metadata_files() | {"bulletins/b.xml": bulletin().replace("general", "critical")}),
        "b.xml: describes bulletin 'Net-X_1.0' a second time, and differently",
    ),
    "one component, two bulletins": (
        lambda: bundle(metadata_files() | {"bulletins/b.xml": bulletin().replace("Net-X_1.0", "other")}),
        "has two bulletins, 'Net-X_1.0' and 'other', for component 'Net-X' '1.0'",
    ),
    "one VIB, two contents": (
        lambda: bundle(metadata_files() | {"vibs/b.xml": vib_copy(vib_file(), sha256="1" * 64)}),
        "vibs/b.xml: describes VIB 'SMP_bootbank_net-x_1.0-1' a second time, with other content",
    ),
    "checksum that is none": (
        lambda: with_metadata(vibs=vib_copy(vib_file(), sha256="12")),
        "<vib> has the SHA-256 '12'; it must have 64 hexadecimal digits",
    ),
    "bulletin id of 10,000 characters": (
        lambda: with_metadata(bulletins=bulletin().replace("Net-X_1.0", "n" * 10_000)),
        "<id> of <bulletin> has 10000 characters; at most 255 are allowed",
    ),
    "component name of 10,000 characters": (
        lambda: with_metadata(bulletins=bulletin(COMPONENT.replace("Net-X", "n" * 10_000))),
        "attribute name of <componentNameSpec> has 10000 characters",
    ),
    "component version of 10,000 characters": (
        lambda: with_metadata(bulletins=bulletin(COMPONENT.replace('version="1.0"', f'version="{"1." * 5000}"'))),
        "attribute version of <componentVersionSpec> has 10000 characters",
    ),
    "VIB name of 10,000 characters": (
        lambda: with_metadata(vibs=vib_copy(vib_file()).replace("<name>net-x", "<name>" + "n" * 10_000)),
        "<name> of <vib> has 10000 characters",
    ),
    "relation of 10,000 characters": (
        lambda: with_metadata(vibs=descriptor(depends=f'<constraint name="{"n" * 10_000}"/>')),
        "attribute name of <constraint> has 10000 characters",
    ),
    "unknown relation": (
        lambda: with_metadata(vibs=descriptor(depends='<constraint name="a" relation="~" version="1"/>')),
        "for 'a' has the relation '~'; known are",
    ),
    "VIB path of 10,000 characters": (
        lambda: with_metadata(vibs=vib_copy(vib_file(), "v/" * 5000)),
        "names a file with 10000 characters; at most 1024 are allowed",
    ),
    "size of thousand digits": (
        lambda: with_metadata(vibs=vib_copy(vib_file(), size="9" * 1000)),
        "has <packed-size> '9{80}...'; it must be a whole number of bytes",
    ),
    "negative size": (lambda: with_metadata(vibs=vib_copy(vib_file(), size="-1")), "has <packed-size> '-1'"),
    "external entity in vmware.xml": (
        lambda: with_metadata(vmware=EXTERNAL + "<metadataResponse/>"),
        "has a document type",
    ),
    "external entity in the index": (
        lambda: bundle(**{"index.xml": EXTERNAL + INDEX}),
        "index.xml: has a document type",
    ),
    "external entity in a descriptor": (
        lambda: with_vib(vib_file(EXTERNAL + descriptor())),
        "descriptor.xml: has a document type",
    ),
    "VIB path outside": (
        lambda: with_metadata(vibs=vib_copy(vib_file(), "../../x.vib")),
        "names the file '../../x.vib', which lies outside of the depot",
    ),
    "VIB path absolute": (lambda: with_metadata(vibs=vib_copy(vib_file(), "/x.vib")), "lies outside of the depot"),
    # --- VIB files
    "VIB of other bytes": (damaged_vib, "is damaged: the sha-256 of the payload is"),
    "VIB of other size": (
        lambda: bundle(metadata_files() | {"vibs/net-x-1.xml": vib_copy(vib_file(), size="7")}),
        "has [0-9]+ bytes, but the metadata say 7",
    ),
    "VIB that is none": (lambda: with_vib(b"MZ" * 50), "is not a VIB: it does not begin with '!<arch>'"),
    "VIB without members": (lambda: with_vib(b"!<arch>\n"), "its first member must be descriptor.xml, but it is empty"),
    "VIB without descriptor": (
        lambda: with_vib(ar(("sig.pkcs7", b""))),
        "its first member must be descriptor.xml, but the first is 'sig.pkcs7'",
    ),
    "VIB without signature member": (
        lambda: with_vib(ar(("descriptor.xml", descriptor().encode()), ("net-x", PAYLOAD))),
        "must have sig.pkcs7 as its second member, but it is 'net-x'",
    ),
    "VIB without payload": (
        lambda: with_vib(ar(("descriptor.xml", descriptor().encode()), ("sig.pkcs7", b""))),
        "lacks the payload 'net-x', which its descriptor names",
    ),
    "VIB with a stowaway": (
        lambda: with_vib(vib_file() + ar(("more", b"1234"))[8:]),
        "has a member 'more' that its descriptor does not name",
    ),
    "VIB with bytes behind": (lambda: with_vib(vib_file() + b"more"), "ends in the middle of a member header"),
    "VIB that ends early": (cut_member, "ends in the middle of member 'net-x': [0-9]+ of [0-9]+ bytes are missing"),
    "VIB with a nonsense size": (
        lambda: header_damage(48, b"12x4      "),
        "has the size '12x4' for member 'descriptor.xml'; it must be a whole number",
    ),
    "VIB with a negative size": (lambda: header_damage(48, b"-5        "), "has the size '-5'"),
    "VIB with a gigantic size": (lambda: header_damage(48, b"9999999999"), "of 9999999999 bytes; 65536 are allowed"),
    "VIB with a damaged header": (lambda: header_damage(58, b"xx"), "its end mark is missing"),
    "VIB with a signature of a megabyte": (
        lambda: with_vib(ar(("descriptor.xml", descriptor().encode()), ("sig.pkcs7", b"x" * 1_000_000))),
        "has a member 'sig.pkcs7' of 1000000 bytes; 65536 are allowed",
    ),
    "VIB with a gigantic table of names": (
        lambda: with_vib(ar(("//", b"x" * 1_500_000), ("descriptor.xml", b""))),
        "has a member '//' of 1500000 bytes; 1048576 are allowed",
    ),
    "VIB with its descriptor twice": (
        lambda: with_vib(ar(*[("descriptor.xml", descriptor().encode())] * 2)),
        "must have sig.pkcs7 as its second member, but it is 'descriptor.xml'",
    ),
    "VIB with a lost long name": (lambda: header_damage(0, b"/77             "), "is not in its table of names"),
    "payload of other size": (
        lambda: with_vib(vib_file(descriptor(payloads=payload_element(size="5")))),
        "> net-x: has [0-9]+ bytes, but the descriptor says 5",
    ),
    "payload of other content": (
        lambda: with_vib(vib_file(descriptor(payloads=payload_element(sha1="0" * 40)))),
        "the sha-1 of what the payload unpacks to is [0-9a-f]{40}, but the descriptor says 0{40}",
    ),
    "payload that lies about what it unpacks to": (
        lambda: with_vib(
            vib_file(descriptor(payloads=payload_element().replace(' type="vgz"', ' type="vgz" uncompressed-size="7"')))
        ),
        "> net-x: unpacks to [0-9]+ bytes, but the descriptor says 7",
    ),
    "payload with a checksum that is none": (
        lambda: with_vib(vib_file(descriptor(payloads=payload_element(raw="xyz")))),
        "<checksum> is 'xyz'; it must be a hexadecimal number",
    ),
    "payload without size": (
        lambda: with_vib(vib_file(descriptor(payloads='<payload name="net-x" type="vgz"/>'))),
        "descriptor.xml: <payload> 'net-x' has no attribute size; it must give the bytes",
    ),
    "payload that is no gzip": (
        lambda: with_vib(
            vib_file(
                descriptor(payloads=re.sub('<checksum checksum-type="sha-256">.*?</checksum>', "", payload_element())),
                CONTENT[: len(PAYLOAD)],
            )
        ),
        "> net-x: is not the gzip file that its checksums speak of",
    ),
    "payload bomb": (payload_bomb, "> net-x: unpacks to more than [0-9]+ bytes; it is taken for an attack"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(name: str) -> None:
    make, says = REFUSED[name]
    with pytest.raises(FormatError, match=says) as raised:
        content_of(make(), SMALL if name != "zip bomb" else replace(SMALL, total_uncompressed=100 * MIB))
    assert str(raised.value).startswith(raised.value.where or "depot.zip")
    assert str(raised.value).isprintable()


def test_there_are_enough_of_them() -> None:
    assert len(REFUSED) >= 100


LOWERED: dict[str, tuple[Limits, str]] = {
    "total": (Limits(total_uncompressed=1000), "unpacks to more than 1000 bytes"),
    "entries": (Limits(entries=3), "holds more than 3 files"),
    "nesting": (Limits(nested_depth=1), "lies 2 archives deep; at most 1"),
    "ratio": (Limits(ratio=1, ratio_floor=1), "more than 1 times as much"),
    "documents": (Limits(document_size=100), "a document may have 100"),
    "bulletins": (Limits(bulletins=0), "holds more than 0 bulletins"),
    "names": (Limits(name_length=4), "characters; at most 4 are allowed"),
    "paths": (Limits(path_length=20), "characters; at most 20 are allowed"),
}
"""A site may set each limit lower: then a good bundle is above it."""


@pytest.mark.parametrize("name", LOWERED)
def test_each_limit_can_be_lowered(name: str) -> None:
    limits, says = LOWERED[name]
    with pytest.raises(FormatError, match=says):
        content_of(bundle(), limits)


@pytest.mark.parametrize("payloads", ["", payload_element(gzip.compress(b"0" * 5000, mtime=0))])
def test_a_payload_is_measured_by_the_ratio_of_the_site(payloads: str) -> None:
    packed = gzip.compress(b"0" * 5000, mtime=0) if payloads else PAYLOAD
    data = with_vib(vib_file(descriptor(payloads=payloads), packed))
    limits = Limits(ratio=20, ratio_floor=1)
    if payloads:
        with pytest.raises(FormatError, match=r"unpacks to more than \d+ bytes; it is taken for an attack"):
            content_of(data, limits)
    else:
        assert content_of(data, limits).vibs


def test_a_document_of_unknown_form_above_the_limit_is_passed_over_and_noted() -> None:
    unknown = b'{"version": "9.1.0", "components": {"Net-X": "1.0"}, "for": "baseimage"}'
    data = bundle(metadata_files() | {"baseimages/x.json": b"[" + unknown + b"]"})
    found, passed_over = content_of(data), content_of(data, Limits(inferred_size=20))
    assert [len(content.bundles[0].base_images) for content in (found, passed_over)] == [1, 0]
    assert any("x.json" in each.path for each in passed_over.not_understood)


def test_a_hundred_thousand_bulletins_are_refused_before_they_are_held() -> None:
    each = "".join(f"<bulletin><id>b{number}</id></bulletin>" for number in range(100_000))
    data = with_metadata(vmware=f"<metadataResponse>{each}</metadataResponse>")
    with pytest.raises(FormatError, match="holds more than 20000 bulletins, the limit"):
        content_of(data)


@pytest.mark.parametrize("other", ["net-x", "SMP_bootbank_net-x_1.0-1"])
def test_relations_in_a_circle_are_read_as_they_are(other: str) -> None:
    # Nothing here follows relations. Whoever does, in the model, goes over each VIB once.
    text = descriptor(depends=f'<constraint name="{other}"/>')
    vib = vib_file(text)
    facts = f"<relative-path>{VIB_PATH}</relative-path>"
    copy = descriptor(depends=f'<constraint name="{other}"/>', facts=facts)
    (found,) = content_of(bundle(metadata_files() | {"vibs/net-x-1.xml": copy}, **{VIB_PATH: vib})).vibs
    assert [relation.name for relation in found.depends] == [other]


def test_the_good_bundle_is_within_these_limits() -> None:
    assert len(content_of(bundle(), SMALL).vibs) == 1


def test_a_gigantic_list_of_contents_is_refused_before_it_is_loaded() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(30):
            archive.writestr(f"{number}" + "x" * 40_000, b"")
    with pytest.raises(FormatError, match=r"has a list of contents of \d+ bytes; the limit is 20 files"):
        content_of(buffer.getvalue(), SMALL)


def test_a_failing_disk_is_not_taken_for_a_damaged_file() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 8:
                raise OSError(5, "Input/output error")
            return super().read(size)

    from imagewright.formats.bundle import open_depot

    with pytest.raises(OSError, match="Input/output error"):
        open_depot(Failing(bundle()), "depot.zip")


def test_nothing_stays_open_when_a_depot_is_refused() -> None:
    # Warnings are errors in this test run: a temporary file left to the garbage collector would show.
    with pytest.raises(FormatError):
        content_of(zip_of({"a.zip": bundle(), "b.zip": bundle()[:-30]}))

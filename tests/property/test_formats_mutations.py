"""Whatever the bytes are: a reader gives a value or raises FormatError, and nothing else, in bounded time."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagewright.formats.bulletin import read_bulletin_xml
from imagewright.formats.bundle import open_depot
from imagewright.formats.depot_writer import write_depot
from imagewright.formats.errors import FormatError
from imagewright.formats.images import READERS, read_image_object, write_image_object
from imagewright.formats.index import (
    MetadataEntry,
    VendorEntry,
    read_index,
    read_vendor_index,
    write_index,
    write_vendor_index,
)
from imagewright.formats.inference import infer_images
from imagewright.formats.limits import MIB, Limits
from imagewright.formats.spec_json import read_spec
from imagewright.formats.vib import read_vib_file, write_vib
from imagewright.formats.vib_xml import read_vib_xml, write_vib_xml
from imagewright.model.content import (
    AddOn,
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    DepotContent,
    HardwareSupportPackage,
    MetadataBundle,
    Operator,
    Payload,
    Platform,
    Relation,
    Vib,
)

LIMITS = Limits(total_uncompressed=64 * MIB, entries=200, document_size=4 * MIB)


def made_vib() -> tuple[Vib, bytes]:
    sink = io.BytesIO()
    vib = Vib(
        "", "net-x", "1.0-1", "SMP", depends=(Relation("a", Operator.HIGHER, "1"),), tags=("driver",),
        platforms=(Platform("embeddedEsx", "8.0"),), payloads=(Payload("p", "tgz", 0),),
    )  # fmt: skip
    return write_vib(sink, vib, {"p": io.BytesIO(gzip.compress(b"content" * 30, mtime=0))}), sink.getvalue()


def made_depot() -> bytes:
    vib, data = made_vib()
    bulletin = Bulletin("Net-X_1.0", "Sample", vibs=(vib.ref,))
    component = ComponentRef("Net-X", "1.0")
    bundle = MetadataBundle(
        "metadata.zip", "Sample", "SMP", (Platform("embeddedEsx", "8.0"),), (vib,), (bulletin,),
        (Component("Net-X", "1.0", "X", "1", bulletin),), (BaseImage("9.1.0.0.1", (component,)),),
        (AddOn("A", "1", (component,)),), (HardwareSupportPackage("m", "p", "1", (component,)),),
    )  # fmt: skip
    sink = io.BytesIO()
    write_depot(sink, DepotContent((bundle,)), lambda _vib: io.BytesIO(data))
    return sink.getvalue()


VIB, VIB_FILE = made_vib()
DEPOT = made_depot()


def member_of(data: bytes, start: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(next(name for name in archive.namelist() if name.startswith(start)))


NET = Component("Net-X", "1.0", "X", "1", Bulletin("Net-X_1.0"))
METADATA = member_of(DEPOT, "metadata.zip")


def read_depot(data: bytes) -> None:
    with open_depot(io.BytesIO(data), "depot.zip", LIMITS) as depot:
        for vib in depot.content.vibs:
            if depot.has_file(vib):
                depot.copy_vib(vib)


def read_metadata_in_depot(data: bytes) -> None:
    """The metadata changed, in a bundle that is sound."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(DEPOT)) as source, zipfile.ZipFile(sink, "w") as target:
        for name in source.namelist():
            target.writestr(name, data if name == "metadata.zip" else source.read(name))
    read_depot(sink.getvalue())


def repacked(path: str) -> Callable[[bytes], None]:
    """One document of the metadata changed, in archives that are sound."""

    def read(data: bytes) -> None:
        sink = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(METADATA)) as source, zipfile.ZipFile(sink, "w") as target:
            for name in source.namelist():
                target.writestr(name, data if name.startswith(path) else source.read(name))
        read_metadata_in_depot(sink.getvalue())

    return read


READ: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
    "depot": (DEPOT, read_depot),
    "metadata": (METADATA, read_metadata_in_depot),
    "vmware.xml": (member_of(METADATA, "vmware.xml"), repacked("vmware.xml")),
    "vib copy": (member_of(METADATA, "vibs/"), repacked("vibs/")),
    "vib file": (VIB_FILE, lambda data: read_vib_file(io.BytesIO(data), "x.vib", LIMITS)),
    "single vib": (VIB_FILE, read_depot),
    "descriptor": (write_vib_xml(VIB, in_metadata=True), lambda data: read_vib_xml(data, "d.xml")),
    "bulletin": (member_of(METADATA, "bulletins/"), lambda data: read_bulletin_xml(data, "b.xml")),
    "index": (write_index([VendorEntry("n", "c", "p")]), lambda data: read_index(data, "i.xml")),
    "vendor index": (
        write_vendor_index([MetadataEntry("u", Platform("embeddedEsx"))]),
        lambda data: read_vendor_index(data, "v.xml"),
    ),
    "inferred": (
        b'{"b": {"version": "9.1.0", "parts": {"Net-X": "1.0"}, "removed": ["a", {"n": "b"}]}}',
        lambda data: infer_images(data, "addons/x.json", "x.json", (NET,)),
    ),
    "inferred from XML": (
        b'<addon name="A"><version>9.1.0</version><c n="Net-X" v="1.0"/><drop><c n="z"/></drop></addon>',
        lambda data: infer_images(data, "addons/x.xml", "x.xml", (NET,)),
    ),
    "specification": (member_of(METADATA, "baseimages/"), lambda data: read_spec(data)),
    **{
        folder: (
            write_image_object(AddOn("A", "1", (ComponentRef("a", "1"),), ("x",))),
            lambda data, folder=folder: read_image_object(folder, data, "x.json"),
        )
        for folder in READERS
    },
}  # fmt: skip


# What parsers stumble over, put in as it is.
TEXT_TOKENS = [
    "<",
    ">",
    "&",
    '"',
    "<vib>",
    "</vib>",
    "&#0;",
    "<!--",
    "]]>",
    "<![CDATA[",
    "..",
    "/",
    "\\",
    "{",
    "}",
    "[",
    "null",
    "1e999",
    "\\ud800",
    "\ufeff",
    "\u202e",
    "\n",
    "\x85",
]
TOKENS = (
    *(token.encode() for token in TEXT_TOKENS),
    *(b"\0", b"\xff\xff\xff\xff", b"\0\0\0\0", b"PK\1\2", b"PK\3\4", b"PK\5\6"),
)


@st.composite
def changes(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with some of them changed, put in, taken out, doubled or cut off."""
    changed = bytearray(data)
    for _change in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(changed)))
        until = min(len(changed), at + draw(st.integers(0, 30)))
        match draw(st.sampled_from(["change", "insert", "delete", "double", "cut", "flip"])):
            case "change":
                token = draw(st.binary(max_size=30) | st.sampled_from(TOKENS))
                changed[at : at + len(token)] = token
            case "insert":
                changed[at:at] = draw(st.binary(max_size=20) | st.sampled_from(TOKENS))
            case "delete":
                del changed[at:until]
            case "double":
                changed[at:at] = changed[at:until]
            case "cut":
                del changed[at:]
            case "flip" if at < len(changed):
                changed[at] ^= 1 << draw(st.integers(0, 7))
    return bytes(changed)


def said_by(read: Callable[[bytes], object], data: bytes) -> str:
    """The sentence that the bytes are refused with; empty when they are read. Anything else fails the test."""
    try:
        read(data)
    except FormatError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", READ)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_changed_bytes(name: str, data: st.DataObject) -> None:
    original, read = READ[name]
    assert said_by(read, data.draw(changes(original))).isprintable()


@pytest.mark.parametrize("name", READ)
@settings(deadline=None, max_examples=30)
@given(noise=st.binary(max_size=300))
def test_noise(name: str, noise: bytes) -> None:
    assert said_by(READ[name][1], noise).isprintable()


def test_the_originals_are_good() -> None:
    for name, (original, read) in READ.items():
        if name not in ("specification", "manifests"):
            assert said_by(read, original) == ""

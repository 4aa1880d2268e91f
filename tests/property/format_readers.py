"""Every reader of `formats`, with something sound for it to read."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7

from imagewright.formats.ar import member_places
from imagewright.formats.bulletin import read_bulletin_xml
from imagewright.formats.bundle import open_depot
from imagewright.formats.case_json import read_case, write_case
from imagewright.formats.declaration_file import read_declaration
from imagewright.formats.depot_answers import read_answers
from imagewright.formats.depot_description import read_description
from imagewright.formats.depot_writer import write_depot
from imagewright.formats.hardware import read_hardware
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
from imagewright.formats.inspection import inspect_depot
from imagewright.formats.known_components import KnownComponents
from imagewright.formats.limits import MIB, Limits
from imagewright.formats.mapping import Mappings, read_mapping
from imagewright.formats.online import ArchivePlace, VendorPlace, archive_places, read_archives, vendor_places
from imagewright.formats.signature import TrustedSigners, check_signature, read_trusted_signers
from imagewright.formats.signing import read_signing_key
from imagewright.formats.spec_json import read_spec, write_spec
from imagewright.formats.vib import read_beginning, read_vib_file, write_vib
from imagewright.formats.vib_xml import read_vib_xml, write_vib_xml
from imagewright.model.case import Case
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
    Solution,
    Vib,
)
from imagewright.model.spec import (
    AddOnSpec,
    AlternativeImage,
    HostHardware,
    ImageSpec,
    PackageSpec,
    SelectionCriteria,
    SelectionType,
    SoftwareSpec,
    SolutionSpec,
)

LIMITS = Limits(total_uncompressed=64 * MIB, entries=200, document_size=4 * MIB)


def made_vib() -> tuple[Vib, bytes]:
    sink = io.BytesIO()
    vib = Vib(
        "", "net-x", "1.0-1", "SMP", depends=(Relation("a", Operator.HIGHER, "1"),), tags=("driver",),
        platforms=(Platform("embeddedEsx", "8.0"),), payloads=(Payload("p", "tgz", 0),),
    )  # fmt: skip
    return write_vib(sink, vib, {"p": io.BytesIO(gzip.compress(b"content" * 30, mtime=0))}), sink.getvalue()


VIB, VIB_FILE = made_vib()
PARTS = (ComponentRef("Net-X", "1.0"),)
IMAGES = {
    "baseimages": BaseImage("9.1.0.0.1", PARTS, quick_patch_compatible_versions={"9.1.0.0.0": "9.1"}),
    "addons": AddOn("A", "1", PARTS, ("x",)),
    "manifests": HardwareSupportPackage("m", "p", "1", PARTS, ("x",)),
    "solutions": Solution("s", "1", PARTS),
}


def made_bundle() -> MetadataBundle:
    bulletin = Bulletin("Net-X_1.0", "Sample", vibs=(VIB.ref,))
    return MetadataBundle(
        "metadata.zip", "Sample", "SMP", (Platform("embeddedEsx", "8.0"),), (VIB,), (bulletin,),
        (Component("Net-X", "1.0", "X", "1", bulletin),), (BaseImage("9.1.0.0.1", PARTS),),
        (AddOn("A", "1", PARTS),), (HardwareSupportPackage("m", "p", "1", PARTS),),
    )  # fmt: skip


BUNDLE = made_bundle()


def made_depot() -> bytes:
    sink = io.BytesIO()
    write_depot(sink, DepotContent((BUNDLE,)), lambda _vib: io.BytesIO(VIB_FILE))
    return sink.getvalue()


DEPOT = made_depot()


def member_of(data: bytes, start: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(next(name for name in archive.namelist() if name.startswith(start)))


MAPPINGS = Mappings(
    read_mapping(
        b"""
[[image]]
kind = "base image"
files = "*.json"
object = "b"
version = "v"
components = ["parts"]
component_name = "@key"
component_version = "@value"
display_name = "name"
""",
        "m.toml",
    )
)
ROOT, VENDOR = "https://sample.invalid/", VendorEntry("n", "c", "p/v.xml")
VENDOR_PLACE = VendorPlace(VENDOR, "p/v.xml")
NET = Component("Net-X", "1.0", "X", "1", Bulletin("Net-X_1.0"))
METADATA = member_of(DEPOT, "metadata.zip")


def made_zip_of_vibs() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as target:
        target.writestr("drivers/x.vib", VIB_FILE)
        target.writestr("readme.txt", b"how to install")
    return sink.getvalue()


NAMESPACED = write_vib_xml(VIB, in_metadata=True).replace(b"<vib ", b'<vib xmlns="urn:depot" ', 1)


def read_depot(data: bytes) -> None:
    with open_depot(io.BytesIO(data), "depot.zip", LIMITS) as depot:
        depot.recorded()
        for vib in depot.content.vibs:
            if not vib.file_missing:
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


DESCRIPTOR = write_vib_xml(VIB, in_metadata=False)
SPEC = SoftwareSpec(
    ImageSpec(
        "9.1.0.0.1", AddOnSpec("A", "1"), {"Net-X": "1.0", "Open": None},
        solutions={"com.sample": SolutionSpec("1", ("Net-X",))}, hardware_support={"m": PackageSpec("p", "1")},
        removed_components=frozenset({"Old"}),
    ),
    {
        "a": AlternativeImage("one", ImageSpec(), SelectionCriteria(SelectionType.HOST_UUID, frozenset({"u"}))),
        "b": AlternativeImage(
            "two",
            ImageSpec(components={"Net-X": "1.0"}),
            SelectionCriteria(
                SelectionType.HOST_HARDWARE_SPEC,
                hardware=HostHardware("V", frozenset({"m"}), frozenset({"f"}), frozenset({"o"})),
            ),
        ),
    },
)  # fmt: skip


def signed(data: bytes) -> tuple[bytes, bytes, bytes]:
    """A signature of these bytes, and the certificate and the key of who signed them."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Sample Signing")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(1))
    certificate = builder.sign(key, hashes.SHA256())
    envelope = pkcs7.PKCS7SignatureBuilder().set_data(data).add_signer(certificate, key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature]
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return envelope.sign(Encoding.PEM, options), certificate.public_bytes(Encoding.PEM), pem


SIGNATURE, CERTIFICATE, SIGNING_KEY = signed(DESCRIPTOR)
TRUSTED = TrustedSigners(tuple(x509.load_pem_x509_certificates(CERTIFICATE)))
LSPCI = b"""host: esx01
00:1f.2 SATA controller [0106]: Intel Corporation C600 [8086:1d02] (rev 06) (prog-if 01 [AHCI 1.0])
\tSubsystem: Dell Device [1028:04f7]
\tKernel driver in use: ahci
04:00.0 "Ethernet controller [0200]" "Intel [8086]" "X710 [1572]" -r01 "Dell [1028]" "Device [0000]"

Slot:\t05:00.0
Class:\tRAID bus controller [0104]
Vendor:\tBroadcom [1000]
Device:\tMegaRAID [0016]
SVendor:\tDell [1028]
SDevice:\tDevice [1fd4]
"""

Form = Literal["bytes", "json", "xml"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Something sound, of what form it is, and who reads it: gives a value or raises FormatError."""

    original: bytes
    form: Form
    read: Callable[[bytes], object]


READERS_OF_FORMATS: dict[str, Reader] = {
    "depot": Reader(DEPOT, "bytes", read_depot),
    "inspected depot": Reader(
        DEPOT, "bytes", lambda data: inspect_depot(io.BytesIO(data), "depot.zip", LIMITS, TRUSTED)
    ),
    "metadata": Reader(METADATA, "bytes", read_metadata_in_depot),
    "vmware.xml": Reader(member_of(METADATA, "vmware.xml"), "xml", repacked("vmware.xml")),
    "vib copy": Reader(member_of(METADATA, "vibs/"), "xml", repacked("vibs/")),
    "vib file": Reader(VIB_FILE, "bytes", lambda data: read_vib_file(io.BytesIO(data), "x.vib", LIMITS)),
    "beginning of a vib": Reader(VIB_FILE, "bytes", lambda data: read_beginning(io.BytesIO(data), "x.vib", LIMITS)),
    "single vib": Reader(VIB_FILE, "bytes", read_depot),
    "zip of vibs": Reader(made_zip_of_vibs(), "bytes", read_depot),
    "program with a bundle behind it": Reader(b"MZ" + b"\0" * 50 + DEPOT, "bytes", read_depot),
    "descriptor in a namespace": Reader(NAMESPACED, "xml", lambda data: read_vib_xml(data, "d.xml")),
    "descriptor": Reader(write_vib_xml(VIB, in_metadata=True), "xml", lambda data: read_vib_xml(data, "d.xml")),
    "signature": Reader(SIGNATURE, "bytes", lambda data: check_signature(data, DESCRIPTOR, None, TRUSTED)),
    "what is signed": Reader(DESCRIPTOR, "xml", lambda data: check_signature(SIGNATURE, data, None, TRUSTED)),
    "trusted signers": Reader(CERTIFICATE, "bytes", lambda data: read_trusted_signers(data, "ca.pem")),
    "bulletin": Reader(member_of(METADATA, "bulletins/"), "xml", lambda data: read_bulletin_xml(data, "b.xml")),
    "index": Reader(write_index([VendorEntry("n", "c", "p")]), "xml", lambda data: read_index(data, "i.xml")),
    "index of an online depot": Reader(
        write_index([VendorEntry("n", "c", "p/v.xml")]), "xml", lambda data: vendor_places(data, "i.xml", ROOT, LIMITS)
    ),
    "vendor index of an online depot": Reader(
        write_vendor_index([MetadataEntry("m.zip", Platform("embeddedEsx"))]),
        "xml",
        lambda data: archive_places(data, VENDOR_PLACE, ROOT, LIMITS),
    ),
    "archive of an online depot": Reader(
        METADATA,
        "bytes",
        lambda data: read_archives([ArchivePlace(VENDOR, "m.zip")], lambda _path: io.BytesIO(data), LIMITS),
    ),
    "places in a vib": Reader(VIB_FILE, "bytes", lambda data: member_places(io.BytesIO(data), "x.vib")),
    "vendor index": Reader(
        write_vendor_index([MetadataEntry("u", Platform("embeddedEsx"))]),
        "xml",
        lambda data: read_vendor_index(data, "v.xml"),
    ),
    "inferred": Reader(
        b'{"b": {"version": "9.1.0", "parts": {"Net-X": "1.0"}, "removed": ["a", {"n": "b"}]}}',
        "json",
        lambda data: infer_images(data, "addons/x.json", "x.json", KnownComponents.of((NET,))),
    ),
    "inferred from XML": Reader(
        b'<addon name="A"><version>9.1.0</version><c n="Net-X" v="1.0"/><drop><c n="z"/></drop></addon>',
        "xml",
        lambda data: infer_images(data, "addons/x.xml", "x.xml", KnownComponents.of((NET,))),
    ),
    "declaration in JSON": Reader(
        b'{"version": "6.7.0", "components": {"a": "1"}, "release_date": "2018-10-16", "summary": "s"}',
        "json",
        lambda data: read_declaration(data, "d.json"),
    ),
    "declaration in TOML": Reader(
        b'version = "6.7.0"\nvibs = ["a", "b"]\nrelease_date = 2018-10-16\n[components]\n',
        "bytes",
        lambda data: read_declaration(data, "d.toml"),
    ),
    "description of a depot": Reader(
        b'[depot]\nvendor = "v"\ncode = "EXA"\ndate = 2026-11-01\n[[vib]]\nname = "a"\nversion = "1-1"\n',
        "bytes",
        lambda data: read_description(data, "depot.toml"),
    ),
    "mapping": Reader(
        b'[[image]]\nkind = "base image"\nfiles = "b/*.json"\nversion = "a.\\"b.c\\"[]"\ncomponents = ["c.*"]\n'
        b'component_id = "@value"\n',
        "bytes",
        lambda data: read_mapping(data, "m.toml"),
    ),
    "document of a mapped form": Reader(
        b'{"b": {"v": "9.1.0", "parts": {"Net-X": "1.0"}, "name": "n"}}',
        "json",
        lambda data: MAPPINGS.read(data, "x.json", "x.json", KnownComponents.of((NET,))),
    ),
    "answers about depots": Reader(
        b'{"depot-content/base-images": [{"version": "1", "components": [{"name": "a", "version": "1"}]}]}',
        "json",
        lambda data: read_answers(data, "answer.json"),
    ),
    "signing key": Reader(
        SIGNING_KEY, "bytes", lambda data: read_signing_key(data, "key.pem", CERTIFICATE, "certificates.pem")
    ),
    "specification": Reader(write_spec(SPEC), "json", read_spec),
    "case": Reader(write_case(Case(SPEC, {"d": DepotContent((BUNDLE,))})), "json", read_case),
    "hardware in JSON": Reader(
        b'{"esx01": [{"vendor": "8086", "device": "1572", "class": "020000"}, "8086:1572:1028:0000"]}',
        "json",
        lambda data: read_hardware(data, "list.json"),
    ),
    "hardware in CSV": Reader(
        b'host,vendor,device,class,name\nesx01,8086,1572,020000,"a ""quoted"", name"\nesx02,0x1000,0016,,\n',
        "bytes",
        lambda data: read_hardware(data, "list.csv"),
    ),
    "hardware of lspci": Reader(LSPCI, "bytes", lambda data: read_hardware(data, "lspci.txt")),
    **{
        folder: Reader(
            write_image_object(IMAGES[folder]),
            "json",
            lambda data, folder=folder: read_image_object(folder, data, "x.json"),
        )
        for folder in READERS
    },
}

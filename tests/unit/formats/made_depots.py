"""Depots made by hand, byte by byte and without the writer, so that every part can be made wrong."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from collections.abc import Mapping

from imagewright.formats.bundle import open_depot
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.model.content import DepotContent

CONTENT = b"what a driver is made of\n" * 20
PAYLOAD = gzip.compress(CONTENT, mtime=0)
VIB_ID = "SMP_bootbank_net-x_1.0-1"
VIB_PATH = f"vib20/net-x/{VIB_ID}.vib"

DESCRIPTOR = """<vib version="5.0"><type>bootbank</type><name>net-x</name><version>1.0-1</version><vendor>SMP</vendor>\
<summary>s</summary><description>d</description><release-date>2025-07-17T00:00:00.000001</release-date><urls/>\
<relationships><depends>{depends}</depends><conflicts/><replaces/><provides/><compatibleWith/></relationships>\
<software-tags><tag>driver</tag></software-tags>{facts}\
<system-requires>{requires}</system-requires><file-list><file>opt/x</file></file-list>\
<acceptance-level>community</acceptance-level><live-install-allowed>true</live-install-allowed>\
<live-remove-allowed>true</live-remove-allowed><cimom-restart>false</cimom-restart>\
<stateless-ready>true</stateless-ready><overlay>false</overlay><payloads>{payloads}</payloads></vib>"""

BULLETIN = """<bulletin><id>Net-X_1.0</id><vendor>Sample</vendor><summary>s</summary><severity>general</severity>\
<category>enhancement</category><urgency>important</urgency><releaseType>extension</releaseType>\
<description>d</description><kbUrl>unknown</kbUrl><contact/>{component}\
<releaseDate>2025-07-17T00:00:00+00:00</releaseDate>\
<platforms><softwarePlatform version="8.0" locale="" productLineID="embeddedEsx"/></platforms>\
<vibList>{vibs}</vibList></bulletin>"""

COMPONENT = '<componentNameSpec name="Net-X" uiString="The X"/><componentVersionSpec version="1.0" uiString="1"/>'

INDEX = """<vendorList><vendor><name>Sample</name><code>SMP</code><indexfile>vendor-index.xml</indexfile><patchUrl/>\
<relativePath/><content><name>VMware ESX</name><type>http://www.vmware.com/depotmanagement/esx</type></content>\
</vendor></vendorList>"""

VENDOR_INDEX = """<metaList><metadata><productId>embeddedEsx</productId><version>8.0</version><locale></locale>\
<url>metadata.zip</url><channelName>default</channelName></metadata></metaList>"""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def payload_element(payload: bytes = PAYLOAD, name: str = "net-x", **changed: str) -> str:
    """The `<payload>` of a descriptor, with the three checksums of real ones."""
    unpacked = gzip.decompress(payload)
    facts = {
        "size": str(len(payload)),
        "raw": sha256(payload),
        "sha1": hashlib.sha1(unpacked).hexdigest(),
        "sha256": sha256(unpacked),
    } | changed
    return (
        f'<payload name="{name}" type="vgz" size="{facts["size"]}">'
        f'<checksum checksum-type="sha-256" verify-process="gunzip">{facts["sha256"]}</checksum>'
        f'<checksum checksum-type="sha-256">{facts["raw"]}</checksum>'
        f'<checksum checksum-type="sha-1" verify-process="gunzip">{facts["sha1"]}</checksum></payload>'
    )


def descriptor(
    depends: str = "", facts: str = "", requires: str = "<maintenance-mode>false</maintenance-mode>", payloads: str = ""
) -> str:
    return DESCRIPTOR.format(depends=depends, facts=facts, requires=requires, payloads=payloads or payload_element())


def ar(*members: tuple[str, bytes], mode: str = "0", end: bytes = b"`\n") -> bytes:
    """An ar container with any header fields."""
    parts = [b"!<arch>\n"]
    for name, data in members:
        parts.append(f"{name:<16}{0:<12}{0:<6}{0:<6}{mode:<8}{len(data):<10}".encode() + end)
        parts.append(data + b"\n" * (len(data) % 2))
    return b"".join(parts)


def vib_file(text: str = "", payload: bytes = PAYLOAD, name: str = "net-x") -> bytes:
    return ar(("descriptor.xml", (text or descriptor()).encode()), ("sig.pkcs7", b""), (name, payload))


def vib_copy(vib: bytes, path: str = VIB_PATH, **changed: str) -> str:
    """The file in `vibs/` for a VIB."""
    facts = {"size": str(len(vib)), "sha256": sha256(vib)} | changed
    return descriptor(
        facts=f"<relative-path>{path}</relative-path><packed-size>{facts['size']}</packed-size>"
        f'<checksum checksum-type="sha-256">{facts["sha256"]}</checksum>'
    )


def bulletin(component: str = COMPONENT, vibs: str = f"<vibID>{VIB_ID}</vibID>") -> str:
    return BULLETIN.format(component=component, vibs=vibs)


def zip_of(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def metadata_files(vib: bytes | None = None) -> dict[str, bytes | str]:
    """The members of a good metadata archive; change them at will."""
    return {
        "vendor-index.xml": VENDOR_INDEX,
        "vmware.xml": f"<metadataResponse><version>3.0</version>{bulletin()}</metadataResponse>",
        "bulletins/Net-X_1.0.xml": bulletin(),
        "vibs/net-x-1.xml": vib_copy(vib or vib_file()),
    }


def bundle_files(metadata: Mapping[str, bytes | str] | None = None, vib: bytes | None = None) -> dict[str, bytes | str]:
    """The members of a good bundle; change them at will."""
    vib = vib or vib_file()
    return {
        "index.xml": INDEX,
        "vendor-index.xml": VENDOR_INDEX,
        "metadata.zip": zip_of(metadata or metadata_files(vib)),
        VIB_PATH: vib,
    }


def bundle(metadata: Mapping[str, bytes | str] | None = None, **changed: bytes | str) -> bytes:
    return zip_of(bundle_files(metadata) | changed)


def content_of(data: bytes, limits: Limits = DEFAULT_LIMITS, verify: bool = True) -> DepotContent:
    """Everything in a depot, with the bytes of every VIB that is there checked."""
    with open_depot(io.BytesIO(data), "depot.zip", limits) as depot:
        for vib in depot.content.vibs:
            if verify and not vib.file_missing:
                depot.copy_vib(vib)
        return depot.content

"""The two index files of a bundle: who delivers (`index.xml`), and where their metadata lie (`vendor-index.xml`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from imagewright.formats.errors import FormatError
from imagewright.formats.xml import add, parse_xml, to_bytes
from imagewright.model.content import Platform

INDEX = "index.xml"
VENDOR_INDEX = "vendor-index.xml"
SPECIFICATION = "software-spec.json"
"""In bundles that were exported: the specification that they were put together for."""


@dataclass(frozen=True, slots=True)
class VendorEntry:
    """A vendor of `index.xml`. `path` is where its index file lies.

    The code is as written: vendor tools ask for exactly 3 letters, and real files do not obey.
    """

    name: str
    code: str
    path: str


@dataclass(frozen=True, slots=True)
class MetadataEntry:
    """A metadata archive and one platform that it is for, or None when the entry names no platform."""

    url: str
    platform: Platform | None


def read_index(data: bytes, where: str) -> tuple[VendorEntry, ...]:
    """The vendors of `index.xml`. Raises FormatError when it names none."""
    root = parse_xml(data, where)
    vendors = tuple(
        VendorEntry(
            name=vendor.text_of("name"),
            code=vendor.text_of("code"),
            path=_join(vendor.text_of("relativePath"), vendor.text_of("indexfile") or VENDOR_INDEX),
        )
        for vendor in root.children("vendor")
    )
    if root.tag != "vendorList" or not vendors:
        raise FormatError(where, "must be a <vendorList> with at least one <vendor>; this is no index of a depot")
    return vendors


def read_vendor_index(data: bytes, where: str) -> tuple[MetadataEntry, ...]:
    """The entries of a vendor's index, in its order; several may point to one archive, for several platforms."""
    root = parse_xml(data, where)
    if root.tag not in ("metaList", "metadataList"):
        raise FormatError(where, f"begins with <{root.tag}>, but a vendor index begins with <metaList>")
    entries = []
    for entry in root.children("metadata"):
        url = entry.text_of("url")
        if not url:
            raise entry.error("has no <url>; it must name the metadata archive")
        platform = Platform(entry.text_of("productId"), entry.text_of("version"), entry.text_of("locale"))
        entries.append(MetadataEntry(url, platform if platform != Platform("") else None))
    return tuple(entries)


def write_index(vendors: Iterable[VendorEntry]) -> bytes:
    """An `index.xml` for these vendors."""
    root = etree.Element("vendorList")
    for entry in vendors:
        vendor = add(root, "vendor")
        for tag, text in (
            ("name", entry.name), ("code", entry.code), ("indexfile", entry.path), ("patchUrl", ""),
            ("relativePath", ""),
        ):  # fmt: skip
            add(vendor, tag, text)
        content = add(vendor, "content")
        add(content, "name", "VMware ESX")
        add(content, "type", "http://www.vmware.com/depotmanagement/esx")
    return to_bytes(root)


def write_vendor_index(entries: Iterable[MetadataEntry]) -> bytes:
    """A vendor's index with these entries."""
    root = etree.Element("metaList")
    for entry in entries:
        platform = entry.platform or Platform("")
        metadata = add(root, "metadata")
        for tag, text in (
            ("productId", platform.product_line), ("version", platform.version), ("locale", platform.locale),
            ("url", entry.url), ("channelName", "default"),
        ):  # fmt: skip
            add(metadata, tag, text)
    return to_bytes(root)


def _join(folder: str, path: str) -> str:
    return f"{folder.rstrip('/')}/{path}" if folder else path

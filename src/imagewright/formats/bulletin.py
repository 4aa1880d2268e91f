"""Bulletins, and the components that some of them are, to and from XML.

A bulletin stands in two places: alone in `bulletins/<id>.xml`, where it names its VIBs by id, and in `vmware.xml`
among all others, where it holds a description of each VIB in a second vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from lxml import etree

from imagewright.formats.errors import FormatError, shown
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.vib_xml import (
    SHA256_NAME,
    checked_identity,
    read_platforms,
    read_relations,
    read_sha256,
    read_tags,
    vib_id,
    write_platform,
    write_relationships,
)
from imagewright.formats.xml import Node, add, parse_xml
from imagewright.model.content import Bulletin, Component, Platform, Vib, VibRef

_FIELDS = (
    ("vendor", "vendor"), ("summary", "summary"), ("severity", "severity"), ("category", "category"),
    ("urgency", "urgency"), ("release_type", "releaseType"), ("description", "description"), ("kb", "kbUrl"),
    ("contact", "contact"),
)  # fmt: skip
"""Attribute and element, in the order of real files."""


@dataclass(frozen=True, slots=True)
class BulletinRecord:
    """A bulletin as one file has it. `component` is set when it is one; `vibs` are those that the file describes."""

    bulletin: Bulletin
    component: Component | None
    vibs: tuple[Vib, ...] = ()


def read_bulletin_xml(data: bytes, where: str, limits: Limits = DEFAULT_LIMITS) -> BulletinRecord:
    """The one bulletin of a file. Raises FormatError, naming the element, when it is none."""
    root = parse_xml(data, where, limits)
    if root.tag != "bulletin":
        raise FormatError(where, f"begins with <{root.tag}>, but a bulletin begins with <bulletin>")
    return read_bulletin(root)


def read_bulletin(node: Node) -> BulletinRecord:
    """The bulletin of a `<bulletin>` element, in whichever of the two files it stands."""
    vibs = tuple(_read_vib(vib) for vib in node.at("vibList", "vib"))
    named = tuple(_read_vib_id(found) for found in node.at("vibList", "vibID"))
    fields = {attribute: node.text_of(tag) for attribute, tag in _FIELDS}
    bulletin = Bulletin(
        id=node.name_of("id"),
        release_date=node.date_of("releaseDate"),
        platforms=read_platforms(node, "platforms", "softwarePlatform"),
        vibs=tuple(dict.fromkeys((*(vib.ref for vib in vibs), *named))),
        **fields,
    )
    return BulletinRecord(bulletin, _read_component(node, bulletin), vibs)


def component_of(bulletin: Bulletin, like: Component) -> Component:
    """The same component, made up of another form of its bulletin."""
    return Component(like.name, like.version, like.display_name, like.display_version, bulletin)


def bulletin_element(bulletin: Bulletin, component: Component | None) -> etree._Element:
    """The element for `bulletins/<id>.xml`, with the VIBs by id."""
    return _write(bulletin, component, lambda parent, ref: add(parent, "vibID", ref.id))


def full_bulletin_element(bulletin: Bulletin, component: Component | None, vibs: dict[VibRef, Vib]) -> etree._Element:
    """The element for `vmware.xml`, with a description of each VIB that is in `vibs`.

    A reference without content means a VIB that is not described. FormatError for any other that is not in `vibs`.
    """
    return _write(bulletin, component, partial(_write_vib, vibs=vibs, platforms=bulletin.platforms))


# --- reading ---------------------------------------------------------------------------------------------------------


def _read_component(node: Node, bulletin: Bulletin) -> Component | None:
    """A bulletin is a component exactly when both elements are there, whatever its id looks like."""
    name, version = node.child("componentNameSpec"), node.child("componentVersionSpec")
    if name is None or version is None:
        return None
    component_name = name.name_attribute("name")
    component_version = version.name_attribute("version")
    return Component(
        name=component_name,
        version=component_version,
        display_name=name.attribute("uiString") or component_name,
        display_version=version.attribute("uiString") or component_version,
        bulletin=bulletin,
    )


def _read_vib_id(node: Node) -> VibRef:
    if not node.text:
        raise node.error("is empty; it must name a VIB")
    return VibRef(node.checked_name(node.text, "<vibID>"))


def _read_vib(node: Node) -> Vib:
    """What `vmware.xml` says of a VIB: no payloads, files or acceptance level, but enough to know and fetch it."""
    kind = node.text_of("vibType") or "bootbank"
    name, version, vendor = (
        checked_identity(node, node.name_of(tag), f"<{tag}> of <vib>") for tag in ("name", "version", "vendor")
    )
    maintenance = _first(node.at("systemReqs", "maintenanceMode"))
    reboot = _first(node.at("postInstall", "rebootRequired"))
    hostd = _first(node.at("postInstall", "hostdRestart"))
    file = _read_file(node)
    needs_maintenance = maintenance.flag(maintenance.text, "the value", True) if maintenance else True
    live = not reboot.flag(reboot.text, "the value", True) if reboot else False
    return Vib(
        id=vib_id(vendor, checked_identity(node, kind, "<vibType>"), name, version),
        name=name,
        version=version,
        vendor=vendor,
        kind=kind,
        summary=node.text_of("summary"),
        depends=read_relations(node, "depends"),
        conflicts=read_relations(node, "conflicts"),
        replaces=read_relations(node, "replaces"),
        provides=read_relations(node, "provides"),
        compatible_with=read_relations(node, "compatibleWith"),
        tags=read_tags(node, "softwareTags"),
        platforms=read_platforms(node, "systemReqs", "swPlatform"),
        maintenance_mode_on_install=needs_maintenance,
        maintenance_mode_on_remove=needs_maintenance,
        live_install_allowed=live,
        live_remove_allowed=live,
        cimom_restart=hostd.flag(hostd.text, "the value", False) if hostd else False,
        size=file.size,
        sha256=file.sha256,
        relative_path=file.relative_path,
    )


class _File(NamedTuple):
    """Where the file of a VIB lies, its bytes and its SHA-256; empty where `vmware.xml` does not say."""

    relative_path: str = ""
    size: int = 0
    sha256: str = ""


def _read_file(node: Node) -> _File:
    file = node.child("vibFile")
    if file is None:
        return _File()
    size = file.text_of("packedSize")
    checksum = file.child("checksum")
    return _File(
        file.text_of("relativePath"),
        file.count(size, "<packedSize>") if size else 0,
        read_sha256(checksum, checksum.text_of("checksumType"), checksum.text_of("checksum")) if checksum else "",
    )


def _first(nodes: list[Node]) -> Node | None:
    return nodes[0] if nodes else None


# --- writing ---------------------------------------------------------------------------------------------------------


def _write(
    bulletin: Bulletin, component: Component | None, write_vib: Callable[[etree._Element, VibRef], object]
) -> etree._Element:
    root = etree.Element("bulletin")
    add(root, "id", bulletin.id)
    for attribute, tag in _FIELDS:
        add(root, tag, getattr(bulletin, attribute))
    if component is not None:
        add(root, "componentNameSpec", name=component.name, uiString=component.display_name)
        add(root, "componentVersionSpec", version=component.version, uiString=component.display_version)
    add(root, "releaseDate", bulletin.release_date.isoformat() if bulletin.release_date else "")
    platforms = add(root, "platforms")
    for platform in bulletin.platforms:
        write_platform(platforms, "softwarePlatform", platform)
    vibs = add(root, "vibList")
    for ref in bulletin.vibs:
        write_vib(vibs, ref)
    return root


def _write_vib(parent: etree._Element, ref: VibRef, vibs: dict[VibRef, Vib], platforms: tuple[Platform, ...]) -> None:
    vib = vibs.get(ref)
    if vib is None and not ref.sha256:
        return  # known not to be described: a part of the component is elsewhere
    if vib is None:
        raise FormatError(shown(ref.id), "is in a bulletin, but is not among the VIBs to be written")
    element = add(parent, "vib")
    for tag, text in (
        ("vibVersion", "1.4.5"), ("vibID", vib.id), ("name", vib.name), ("version", vib.version),
        ("vendor", vib.vendor), ("vibType", vib.kind), ("summary", vib.summary),
    ):  # fmt: skip
        add(element, tag, text)
    requires = add(element, "systemReqs")
    needs_maintenance = vib.maintenance_mode_on_install or vib.maintenance_mode_on_remove
    add(requires, "maintenanceMode", _flag(needs_maintenance))
    # Vendor tools name the platforms of the bulletin here for a VIB that names none.
    for platform in vib.platforms or platforms:
        write_platform(requires, "swPlatform", platform)
    write_relationships(element, vib)
    after = add(element, "postInstall")
    add(after, "rebootRequired", _flag(vib.reboot_required))
    add(after, "hostdRestart", _flag(vib.cimom_restart))
    tags = add(element, "softwareTags")
    for text in vib.tags:
        add(tags, "tag", text)
    _write_file(element, vib)


def _write_file(parent: etree._Element, vib: Vib) -> None:
    file = add(parent, "vibFile")
    add(file, "sourceUrl")
    add(file, "relativePath", vib.relative_path)
    add(file, "packedSize", str(vib.size))
    if vib.sha256:
        checksum = add(file, "checksum")
        add(checksum, "checksumType", SHA256_NAME)
        add(checksum, "checksum", vib.sha256)


def _flag(value: bool) -> str:
    return "true" if value else "false"

"""The XML of a VIB: its descriptor and the copy of it in a depot's metadata, to and from `Vib`.

The copy (`vibs/*.xml`) has the same elements and three more: where the file lies, its size and its SHA-256. Some tools
put these after `software-tags`, some last, and some spell `maintenance-mode` in another way in the copy only.
"""

from __future__ import annotations

from lxml import etree

from imagewright.formats.errors import FormatError, shown
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.xml import Node, add, parse_xml, to_bytes
from imagewright.model.content import (
    AcceptanceLevel,
    Checksum,
    HardwarePlatform,
    Operator,
    Payload,
    Platform,
    Relation,
    Vib,
)

SHA256_NAME = "sha-256"
_SHA256_DIGITS = 64
_TOOLS = {"tools": "locker", "locker": "tools"}
_RELATIONS = ("depends", "conflicts", "replaces", "provides", "compatibleWith")


def read_vib_xml(data: bytes, where: str, limits: Limits = DEFAULT_LIMITS) -> Vib:
    """A descriptor, or a copy of one in the metadata.

    Raises FormatError, naming the element, when what identifies a VIB is missing or cannot be, or when a value is
    outside of its set. Elements that are not known are passed over: some descriptors carry strays.
    """
    root = parse_xml(data, where, limits)
    if root.tag != "vib":
        raise FormatError(where, f"begins with <{root.tag}>, but a VIB descriptor begins with <vib>")
    return read_vib(root)


def read_vib(node: Node) -> Vib:
    """The VIB that a `<vib>` element of a descriptor, or of its copy in the metadata, describes."""
    kind, name, version, vendor = (_identity(node, tag) for tag in ("type", "name", "version", "vendor"))
    maintenance = _maintenance_mode(node)
    relations = {relation: read_relations(node, relation) for relation in _RELATIONS}
    return Vib(
        id=vib_id(vendor, kind, name, version),
        name=name,
        version=version,
        vendor=vendor,
        kind=kind,
        summary=node.text_of("summary"),
        description=node.text_of("description"),
        release_date=node.date_of("release-date"),
        acceptance_level=_acceptance_level(node),
        depends=relations["depends"],
        conflicts=relations["conflicts"],
        replaces=relations["replaces"],
        provides=relations["provides"],
        compatible_with=relations["compatibleWith"],
        tags=read_tags(node, "software-tags"),
        platforms=read_platforms(node, "system-requires", "softwarePlatform"),
        hardware=_hardware(node),
        files=tuple((file.element.text or "").strip() for file in node.at("file-list", "file")),
        payloads=tuple(_read_payload(payload) for payload in node.at("payloads", "payload")),
        urls={url.attribute("key"): url.text for url in node.at("urls", "url")},
        maintenance_mode_on_install=maintenance[0],
        maintenance_mode_on_remove=maintenance[1],
        live_install_allowed=node.flag_of("live-install-allowed", False),
        live_remove_allowed=node.flag_of("live-remove-allowed", False),
        cimom_restart=node.flag_of("cimom-restart", False),
        stateless_ready=node.flag_of("stateless-ready", False),
        overlay=node.flag_of("overlay", False),
        size=_packed_size(node),
        sha256=_file_sha256(node),
        relative_path=node.text_of("relative-path"),
    )


def vib_id(vendor: str, kind: str, name: str, version: str) -> str:
    """How a VIB is called in bulletins and file names."""
    return f"{vendor}_{kind}_{name}_{version}"


def other_id(vib: Vib) -> str | None:
    """The id of a VIB for the tools partition in its other spelling: the type is `tools`, and file names say `locker`.

    None for other VIBs. Whether ids say what the type says or what the file names say is not known, so both count.
    """
    spelling = _TOOLS.get(vib.kind)
    return vib_id(vib.vendor, spelling, vib.name, vib.version) if spelling else None


def write_vib_xml(vib: Vib, in_metadata: bool) -> bytes:
    """The descriptor, or, with path, size and SHA-256 of the file, its copy for the metadata."""
    root = etree.Element("vib", {"version": "5.0"})
    for tag, text in (
        ("type", vib.kind), ("name", vib.name), ("version", vib.version), ("vendor", vib.vendor),
        ("summary", vib.summary), ("description", vib.description),
        ("release-date", vib.release_date.isoformat() if vib.release_date else ""),
    ):  # fmt: skip
        add(root, tag, text)
    urls = add(root, "urls")
    for key, address in vib.urls.items():
        add(urls, "url", address, key=key)
    write_relationships(root, vib)
    tags = add(root, "software-tags")
    for text in vib.tags:
        add(tags, "tag", text)
    if in_metadata:
        add(root, "relative-path", vib.relative_path)
        add(root, "packed-size", str(vib.size))
        if vib.sha256:
            add(root, "checksum", vib.sha256, checksum_type=SHA256_NAME)
    _write_requirements(root, vib)
    files = add(root, "file-list")
    for path in vib.files:
        add(files, "file", path)
    _write_behaviour(root, vib)
    _write_payloads(root, vib)
    return to_bytes(root)


# --- parts that vmware.xml has, too ----------------------------------------------------------------------------------


def read_relations(node: Node, kind: str) -> tuple[Relation, ...]:
    """The constraints of one kind; `provides` spells them `<provide name= version=>`."""
    return tuple(
        _read_relation(found)
        for parent in node.at("relationships", kind)
        for found in parent.children("constraint", "provide")
    )


def write_relationships(parent: etree._Element, vib: Vib) -> None:
    """All five kinds, empty ones too, as vendor tools do."""
    relationships = add(parent, "relationships")
    for kind, relations in zip(
        _RELATIONS, (vib.depends, vib.conflicts, vib.replaces, vib.provides, vib.compatible_with), strict=True
    ):
        element = add(relationships, kind)
        for relation in relations:
            _write_relation(element, relation, as_provide=kind == "provides")


def read_tags(node: Node, tag: str) -> tuple[str, ...]:
    """The software tags: `driver`, `module`, `PCIID 10ec8125` and others."""
    return tuple(found.text for found in node.at(tag, "tag") if found.text)


def read_platforms(node: Node, *path: str) -> tuple[Platform, ...]:
    """The products that the elements at `path` name."""
    return tuple(
        Platform(found.attribute("productLineID"), found.attribute("version"), found.attribute("locale"))
        for found in node.at(*path)
    )


def write_platform(parent: etree._Element, tag: str, platform: Platform) -> None:
    """One product, spelled as vendor tools do."""
    add(parent, tag, locale=platform.locale, productLineID=platform.product_line, version=platform.version)


def read_sha256(node: Node, kind: str, value: str) -> str:
    """A SHA-256 in lower case; empty when another kind of checksum is given, because ours is compared by that alone."""
    if kind and algorithm_name(kind) != SHA256_NAME:
        return ""
    if value and not is_digest(value, _SHA256_DIGITS):
        raise node.error(f"has the SHA-256 {shown(value)}; it must have {_SHA256_DIGITS} hexadecimal digits")
    return value.lower()


def algorithm_name(text: str) -> str:
    """An algorithm as vendor tools write it, `sha-256`; others leave the hyphen out."""
    text = text.lower()
    return f"sha-{text[3:]}" if text[:3] == "sha" and text[3:].isdigit() else text


def is_digest(text: str, digits: int) -> bool:
    """Whether `text` is a hexadecimal number of so many digits."""
    return len(text) == digits and all(char in "0123456789abcdefABCDEF" for char in text)


# --- reading ---------------------------------------------------------------------------------------------------------


def _identity(node: Node, tag: str) -> str:
    """A part of the id, which becomes part of file names: no slash, no blank."""
    text = node.name_of(tag) if tag != "type" or node.text_of(tag) else "bootbank"
    return checked_identity(node, text, f"<{tag}> of <vib>")


def checked_identity(node: Node, text: str, what: str) -> str:
    """`text` when it can be part of a VIB id: a name (see `checked_name`) without slashes and blanks."""
    node.checked_name(text, what)
    if any(char in "/\\" or char.isspace() for char in text):
        raise FormatError(node.where, f"{what} is {shown(text)}; slashes and blanks are not allowed in it")
    return text


def _maintenance_mode(node: Node) -> tuple[bool, bool]:
    """Whether maintenance mode is needed to install and to remove; unknown counts as needed."""
    found = next(iter(node.at("system-requires", "maintenance-mode")), None) or next(
        # One public bundle spells it so in its metadata copy, and rightly in the descriptor.
        iter(node.at("system-requires", "maintenanceMode")),
        None,
    )
    if found is None:
        return True, True
    both = found.flag(found.text, "the value", True)
    return (
        found.flag(found.attribute("on-install"), "attribute on-install", both),
        found.flag(found.attribute("on-remove"), "attribute on-remove", both),
    )


def _hardware(node: Node) -> tuple[HardwarePlatform, ...]:
    return tuple(
        HardwarePlatform(found.attribute("vendor"), found.attribute("model"))
        for found in node.at("system-requires", "hwplatform")
    )


def _acceptance_level(node: Node) -> AcceptanceLevel:
    text = node.text_of("acceptance-level") or AcceptanceLevel.COMMUNITY.value
    if text.lower() not in set(AcceptanceLevel):
        raise node.error(f"has <acceptance-level> {shown(text)}; it must be one of {', '.join(AcceptanceLevel)}")
    return AcceptanceLevel(text.lower())


def _read_relation(node: Node) -> Relation:
    name = node.name_attribute("name")
    version = node.attribute("version")
    operator = node.attribute("relation")
    if not version:
        if operator:
            raise node.error(f"for {shown(name)} has the relation {shown(operator)} but no version")
        return Relation(name)
    node.checked_name(version, f"attribute version of <{node.tag}>")
    operator = operator or Operator.EQUAL.value
    if operator not in set(Operator):
        raise node.error(f"for {shown(name)} has the relation {shown(operator)}; known are {' '.join(Operator)}")
    return Relation(name, Operator(operator), version)


def _read_payload(node: Node) -> Payload:
    name, size, unpacked = node.name_attribute("name"), node.attribute("size"), node.attribute("uncompressed-size")
    if not size:
        raise node.error(f"{shown(name)} has no attribute size; it must give the bytes of the payload as it is stored")
    return Payload(
        name=name,
        kind=node.attribute("type"),
        size=node.count(size, "the size"),
        checksums=tuple(_read_checksum(checksum) for checksum in node.children("checksum")),
        uncompressed_size=node.count(unpacked, "the uncompressed-size") if unpacked else None,
    )


def _read_checksum(node: Node) -> Checksum:
    value = node.text.lower()
    if not value or not is_digest(value, len(value)):
        raise node.error(f"is {shown(node.text)}; it must be a hexadecimal number")
    return Checksum(algorithm_name(node.attribute("checksum-type")), value, node.attribute("verify-process"))


def _packed_size(node: Node) -> int:
    text = node.text_of("packed-size")
    return node.count(text, "<packed-size>") if text else 0


def _file_sha256(node: Node) -> str:
    for found in node.children("checksum"):
        if sha256 := read_sha256(node, found.attribute("checksum-type"), found.text):
            return sha256
    return ""


# --- writing ---------------------------------------------------------------------------------------------------------


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _write_relation(parent: etree._Element, relation: Relation, as_provide: bool) -> None:
    if relation.operator is None or relation.version is None:
        add(parent, "provide" if as_provide else "constraint", name=relation.name)
    elif as_provide and relation.operator is Operator.EQUAL:
        add(parent, "provide", name=relation.name, version=relation.version)
    else:
        add(parent, "constraint", name=relation.name, relation=relation.operator.value, version=relation.version)


def _write_requirements(root: etree._Element, vib: Vib) -> None:
    requires = add(root, "system-requires")
    install, remove = vib.maintenance_mode_on_install, vib.maintenance_mode_on_remove
    mode = add(requires, "maintenance-mode", _flag(install or remove))
    if install != remove:
        mode.set("on-install", _flag(install))
        mode.set("on-remove", _flag(remove))
    for platform in vib.platforms:
        write_platform(requires, "softwarePlatform", platform)
    for machine in vib.hardware:
        add(requires, "hwplatform", vendor=machine.vendor, model=machine.model)


def _write_behaviour(root: etree._Element, vib: Vib) -> None:
    add(root, "acceptance-level", vib.acceptance_level.value)
    for tag, value in (
        ("live-install-allowed", vib.live_install_allowed),
        ("live-remove-allowed", vib.live_remove_allowed),
        ("cimom-restart", vib.cimom_restart),
        ("stateless-ready", vib.stateless_ready),
        ("overlay", vib.overlay),
    ):
        add(root, tag, _flag(value))


def _write_payloads(root: etree._Element, vib: Vib) -> None:
    payloads = add(root, "payloads")
    for payload in vib.payloads:
        element = add(payloads, "payload", name=payload.name, type=payload.kind, size=str(payload.size))
        if payload.uncompressed_size is not None:
            element.set("uncompressed-size", str(payload.uncompressed_size))
        for checksum in payload.checksums:
            found = add(element, "checksum", checksum.value, checksum_type=checksum.algorithm)
            if checksum.verify_process:
                found.set("verify-process", checksum.verify_process)

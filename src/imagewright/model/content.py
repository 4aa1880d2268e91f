"""What depots are made of: VIBs, bulletins, components, base images, add-ons, hardware support, solutions.

Everything here is an immutable value, as read from a depot. Relations between the parts go by name and version; only
VIBs are referred to by id *and* SHA-256, because real files show the same VIB id with different content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class AcceptanceLevel(StrEnum):
    """Who vouches for a VIB, strictest first. The values are those of VIB descriptors."""

    CERTIFIED = "certified"
    ACCEPTED = "accepted"
    PARTNER = "partner"
    COMMUNITY = "community"

    def is_below(self, other: AcceptanceLevel) -> bool:
        """True when fewer vouch for this level than for the other."""
        return _STRICTEST_FIRST.index(self) > _STRICTEST_FIRST.index(other)


_STRICTEST_FIRST = tuple(AcceptanceLevel)


class SignatureResult(StrEnum):
    """What came of checking the signature of a VIB against its descriptor."""

    UNSIGNED = "unsigned"
    VALID = "valid"
    """It proves the descriptor, and its signer is one that this site trusts."""
    NOT_TRUSTED = "not_trusted"
    """It proves the descriptor; whether its signer is who he says, nobody here can tell."""
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of a VIB. `signer` is the common name in the certificate, `VMware Certified VIB Signing`.

    `detail` is the rest of a sentence that begins with the signature, and says why it is not valid, or not trusted.
    """

    result: SignatureResult
    signer: str = ""
    detail: str = ""


class Operator(StrEnum):
    """How the version in a relation compares with the version that is there (`<<` is strictly lower)."""

    LOWER = "<<"
    LOWER_OR_EQUAL = "<="
    EQUAL = "="
    HIGHER_OR_EQUAL = ">="
    HIGHER = ">>"


@dataclass(frozen=True, slots=True)
class Relation:
    """A name, and if `operator` and `version` are set, a bound on its version. Without them every version fits."""

    name: str
    operator: Operator | None = None
    version: str | None = None

    def __str__(self) -> str:
        return self.name if self.operator is None else f"{self.name} {self.operator} {self.version}"


@dataclass(frozen=True, slots=True)
class Platform:
    """The product that something is made for: product line (`embeddedEsx`, `esxio`) and version (`8.0`, `6.*`)."""

    product_line: str
    version: str = ""
    locale: str = ""


@dataclass(frozen=True, slots=True)
class HardwarePlatform:
    """The machine that a VIB wants; an empty part fits every machine."""

    vendor: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Checksum:
    """Hexadecimal digest of a payload: of its bytes, or, with `verify_process` "gunzip", of what they unpack to."""

    algorithm: str
    value: str
    verify_process: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """One payload of a VIB. `size` is in bytes as stored (compressed)."""

    name: str
    kind: str
    size: int
    checksums: tuple[Checksum, ...] = ()
    uncompressed_size: int | None = None


@dataclass(frozen=True, slots=True)
class Vib:
    """A VIB, as its descriptor says, with size and SHA-256 of the whole file.

    `id` is `<vendor>_<kind>_<name>_<version>`. `sha256` is lower-case hexadecimal and empty only when the metadata
    name none. `relative_path` is where the file lies in its depot; `file_missing` is True when the depot describes the
    VIB and does not hold that file. `signature` is None as long as nobody has looked at it.
    """

    id: str
    name: str
    version: str
    vendor: str
    kind: str = "bootbank"
    summary: str = ""
    description: str = ""
    release_date: datetime | None = None
    acceptance_level: AcceptanceLevel = AcceptanceLevel.COMMUNITY
    depends: tuple[Relation, ...] = ()
    conflicts: tuple[Relation, ...] = ()
    replaces: tuple[Relation, ...] = ()
    provides: tuple[Relation, ...] = ()
    compatible_with: tuple[Relation, ...] = ()
    tags: tuple[str, ...] = ()
    platforms: tuple[Platform, ...] = ()
    hardware: tuple[HardwarePlatform, ...] = ()
    files: tuple[str, ...] = ()
    payloads: tuple[Payload, ...] = ()
    urls: Mapping[str, str] = field(default_factory=dict)
    maintenance_mode_on_install: bool = True
    maintenance_mode_on_remove: bool = True
    live_install_allowed: bool = False
    live_remove_allowed: bool = False
    cimom_restart: bool = False
    stateless_ready: bool = False
    overlay: bool = False
    size: int = 0
    sha256: str = ""
    relative_path: str = ""
    file_missing: bool = False
    signature: Signature | None = None

    @property
    def ref(self) -> VibRef:
        """What others call this VIB."""
        return VibRef(self.id, self.sha256)

    @property
    def reboot_required(self) -> bool:
        """True unless the VIB can be both installed and removed on a running host."""
        return not (self.live_install_allowed and self.live_remove_allowed)


@dataclass(frozen=True, slots=True)
class VibRef:
    """A VIB by id and content; the id alone does not tell which file is meant."""

    id: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What a vendor released together. `category`, `urgency` and `release_type` are as written in the depot."""

    id: str
    vendor: str = ""
    summary: str = ""
    description: str = ""
    category: str = ""
    urgency: str = ""
    severity: str = ""
    release_type: str = ""
    kb: str = ""
    contact: str = ""
    release_date: datetime | None = None
    platforms: tuple[Platform, ...] = ()
    vibs: tuple[VibRef, ...] = ()


@dataclass(frozen=True, slots=True)
class ComponentRef:
    """A component by name and version."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Component:
    """A bulletin that has a name and a version, and so can be part of an image."""

    name: str
    version: str
    display_name: str
    display_version: str
    bulletin: Bulletin

    @property
    def ref(self) -> ComponentRef:
        """What base images, add-ons and specifications call this component."""
        return ComponentRef(self.name, self.version)


@dataclass(frozen=True, slots=True)
class BaseImage:
    """The system itself: a version and the components that make it up.

    `declared_by` is who has described it by hand, because it could not be read; empty for one that was read.
    """

    version: str
    components: tuple[ComponentRef, ...]
    display_name: str = ""
    display_version: str = ""
    vendor: str = ""
    summary: str = ""
    description: str = ""
    category: str = ""
    kb: str = ""
    release_date: datetime | None = None
    quick_patch_compatible_versions: Mapping[str, str] = field(default_factory=dict)
    declared_by: str = ""


@dataclass(frozen=True, slots=True)
class AddOn:
    """What a server vendor puts over a base image.

    `removed_components` are names. `supported_base_images` holds base image versions or truncated ones that fit by
    prefix; empty means that the add-on names no restriction.
    """

    name: str
    version: str
    components: tuple[ComponentRef, ...]
    removed_components: tuple[str, ...] = ()
    supported_base_images: tuple[str, ...] = ()
    display_name: str = ""
    display_version: str = ""
    vendor: str = ""
    summary: str = ""
    description: str = ""
    category: str = ""
    kb: str = ""
    release_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class HardwareSupportPackage:
    """Drivers and firmware support of one server vendor, offered by a hardware support manager.

    `supported_releases` are base image versions; a truncated one fits by prefix.
    """

    manager: str
    package: str
    version: str
    components: tuple[ComponentRef, ...] = ()
    removed_components: tuple[str, ...] = ()
    supported_releases: tuple[str, ...] = ()
    manager_display_name: str = ""
    vendor: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Solution:
    """Software that another product asks hosts to carry."""

    name: str
    version: str
    components: tuple[ComponentRef, ...]
    display_name: str = ""
    display_version: str = ""
    vendor: str = ""
    summary: str = ""
    description: str = ""
    release_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class MetadataBundle:
    """One metadata archive of a depot, with everything that it describes."""

    file_name: str
    vendor: str
    vendor_code: str = ""
    platforms: tuple[Platform, ...] = ()
    vibs: tuple[Vib, ...] = ()
    bulletins: tuple[Bulletin, ...] = ()
    components: tuple[Component, ...] = ()
    base_images: tuple[BaseImage, ...] = ()
    add_ons: tuple[AddOn, ...] = ()
    hardware_support: tuple[HardwareSupportPackage, ...] = ()
    solutions: tuple[Solution, ...] = ()


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A part of a depot that was passed over, or inferred from its content: which file, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class DepotContent:
    """Everything that was read from one depot. `bulletins` without a component name are in no component list."""

    bundles: tuple[MetadataBundle, ...]
    not_understood: tuple[NotUnderstood, ...] = ()

    @property
    def vibs(self) -> tuple[Vib, ...]:
        """Every VIB, in the order of the bundles; the same file in two bundles is there once."""
        return tuple({vib.ref: vib for bundle in self.bundles for vib in bundle.vibs}.values())

    def with_vibs(self, known: Mapping[VibRef, Vib]) -> DepotContent:
        """The content with these VIBs in the place of those that it has under their references.

        Where a reference names no SHA-256 and the VIB has one, bulletins get it too, so that they mean this file and
        no other.
        """
        return replace(self, bundles=tuple(_bundle_with_vibs(bundle, known) for bundle in self.bundles))


def _bundle_with_vibs(bundle: MetadataBundle, known: Mapping[VibRef, Vib]) -> MetadataBundle:
    def renamed(bulletin: Bulletin) -> Bulletin:
        refs = tuple(known[ref].ref if ref in known else ref for ref in bulletin.vibs)
        return bulletin if refs == bulletin.vibs else replace(bulletin, vibs=refs)

    return replace(
        bundle,
        vibs=tuple(known.get(vib.ref, vib) for vib in bundle.vibs),
        bulletins=tuple(renamed(bulletin) for bulletin in bundle.bulletins),
        components=tuple(replace(component, bulletin=renamed(component.bulletin)) for component in bundle.components),
    )

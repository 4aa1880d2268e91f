"""The description of a depot that is to be made: a TOML file, see `docs/authoring.md`.

Every complaint names the line and the key, and what is allowed there. What is checked here is the form; whether the
parts fit one another, and the files, is for `authoring`.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import msgspec

from imagewright.formats.errors import FormatError
from imagewright.formats.toml_tables import converted, place_of, read_toml

PAGE = "docs/authoring.md"
LARGEST_DESCRIPTION = 4 * 1024 * 1024
"""Bytes. One with a thousand VIBs has about 500 KiB."""


class _Part(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A table of the description."""


class PlatformPart(_Part, kw_only=True, frozen=True):
    """A product: `{product = "embeddedEsx", version = "8.0"}`."""

    product: str
    version: str = ""
    locale: str = ""


class HardwarePart(_Part, kw_only=True, frozen=True):
    """A machine: `{vendor = "...", model = "..."}`."""

    vendor: str = ""
    model: str = ""


class DepotPart(_Part, kw_only=True, frozen=True):
    """`[depot]`: who delivers it, and what holds for all of its parts unless they say otherwise."""

    vendor: str
    code: str
    date: datetime
    platforms: tuple[PlatformPart, ...] = (PlatformPart(product="embeddedEsx", version="8.0"),)
    metadata: str = ""
    kb: str = ""
    contact: str = ""


class SigningPart(_Part, kw_only=True, frozen=True):
    """`[signing]`: PEM files in the folder, with which every VIB that is made here is signed."""

    key: str
    certificates: str


class PayloadPart(_Part, kw_only=True, frozen=True):
    """A finished payload: `{name = "net", kind = "vgz", file = "net.v00"}`."""

    name: str
    kind: str
    file: str


class VibPart(_Part, kw_only=True, frozen=True):
    """`[[vib]]`: a VIB that is made of files, or, with `file` alone, one that is there already."""

    file: str = ""
    name: str = ""
    version: str = ""
    vendor: str = ""
    kind: str = "bootbank"
    summary: str = ""
    description: str = ""
    date: datetime | None = None
    acceptance_level: str = "community"
    content: str = ""
    payloads: tuple[PayloadPart, ...] = ()
    files: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    compatible_with: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    platforms: tuple[PlatformPart, ...] | None = None
    hardware: tuple[HardwarePart, ...] = ()
    urls: dict[str, str] = {}
    maintenance_mode: bool = True
    maintenance_mode_on_install: bool | None = None
    maintenance_mode_on_remove: bool | None = None
    live_install_allowed: bool = False
    live_remove_allowed: bool = False
    cimom_restart: bool = False
    stateless_ready: bool = True
    overlay: bool = False


class _Released(_Part, kw_only=True, frozen=True):
    """What bulletins and components say of themselves."""

    vibs: tuple[str, ...]
    vendor: str = ""
    summary: str = ""
    description: str = ""
    category: str = "enhancement"
    urgency: str = "important"
    severity: str = "general"
    release_type: str = "extension"
    kb: str = ""
    contact: str = ""
    date: datetime | None = None
    platforms: tuple[PlatformPart, ...] | None = None


class BulletinPart(_Released, kw_only=True, frozen=True):
    """`[[bulletin]]`: a plain bulletin, as releases before 7.0 have them; it can be part of no image."""

    id: str


class ComponentPart(_Released, kw_only=True, frozen=True):
    """`[[component]]`: VIBs that are put into an image together."""

    name: str
    version: str
    display_name: str = ""
    display_version: str = ""


class _Image(_Part, kw_only=True, frozen=True):
    """What base images, add-ons and solutions say of themselves. Without `components` they hold all of the depot."""

    version: str
    components: tuple[str, ...] | None = None
    display_name: str = ""
    display_version: str = ""
    vendor: str = ""
    summary: str = ""
    description: str = ""
    date: datetime | None = None


class BaseImagePart(_Image, kw_only=True, frozen=True):
    """`[[base_image]]`."""

    category: str = "ENHANCEMENT"
    kb: str = ""
    quick_patch_compatible_versions: dict[str, str] = {}


class AddOnPart(_Image, kw_only=True, frozen=True):
    """`[[add_on]]`."""

    name: str
    category: str = "ENHANCEMENT"
    kb: str = ""
    removed_components: tuple[str, ...] = ()
    supported_base_images: tuple[str, ...] = ()


class SolutionPart(_Image, kw_only=True, frozen=True):
    """`[[solution]]`."""

    name: str


class HardwareSupportPart(_Part, kw_only=True, frozen=True):
    """`[[hardware_support]]`: a package of a hardware support manager."""

    manager: str
    package: str
    version: str
    components: tuple[str, ...] | None = None
    removed_components: tuple[str, ...] = ()
    supported_releases: tuple[str, ...] = ()
    manager_display_name: str = ""
    vendor: str = ""
    description: str = ""


class _Document(_Part, kw_only=True, frozen=True):
    depot: DepotPart
    signing: SigningPart | None = None
    vib: tuple[VibPart, ...] = ()
    bulletin: tuple[BulletinPart, ...] = ()
    component: tuple[ComponentPart, ...] = ()
    base_image: tuple[BaseImagePart, ...] = ()
    add_on: tuple[AddOnPart, ...] = ()
    hardware_support: tuple[HardwareSupportPart, ...] = ()
    solution: tuple[SolutionPart, ...] = ()


class Description:
    """A description, which knows where its parts stand."""

    def __init__(self, document: _Document, text: str, where: str) -> None:
        self.depot = document.depot
        self.signing = document.signing
        self.vibs = document.vib
        self.bulletins = document.bulletin
        self.components = document.component
        self.base_images = document.base_image
        self.add_ons = document.add_on
        self.hardware_support = document.hardware_support
        self.solutions = document.solution
        self.where = where
        self._text = text

    def error(self, table: str, index: int | None, key: str, what: str) -> FormatError:
        """A complaint about a key of a table; `index` counts the tables of one name from 0."""
        return FormatError(place_of(self._text, self.where, table, index, key), what)


def read_description(data: bytes, where: str) -> Description:
    """The description in a TOML file. Raises FormatError, naming line and key, for anything else."""
    if len(data) > LARGEST_DESCRIPTION:
        raise FormatError(where, f"has {len(data)} bytes; a description may have {LARGEST_DESCRIPTION}")
    document, text = read_toml(data, where)
    return Description(converted(_with_times(document), _Document, text, where, PAGE), text, where)


def _with_times(value: Any) -> Any:
    """The same with a day written as its beginning, which is what a date without a time means."""
    match value:
        case dict():
            return {key: _with_times(part) for key, part in value.items()}
        case list():
            return [_with_times(part) for part in value]
        case date() if not isinstance(value, datetime):
            return datetime.combine(value, time())
        case _:
            return value

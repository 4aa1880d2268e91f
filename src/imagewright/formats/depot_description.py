"""The description of a depot that is to be made: a TOML file, see `docs/authoring.md`.

Every complaint names the line and the key, and what is allowed there. What is checked here is the form; whether the
parts fit one another, and the files, is for `authoring`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

import msgspec

from imagewright.formats.errors import FormatError, shown

LARGEST_DESCRIPTION = 4 * 1024 * 1024
"""Bytes. One with a thousand VIBs has about 500 KiB."""

T = TypeVar("T")


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
        return FormatError(_place(self._text, self.where, table, index, key), what)


def read_description(data: bytes, where: str) -> Description:
    """The description in a TOML file. Raises FormatError, naming line and key, for anything else."""
    if len(data) > LARGEST_DESCRIPTION:
        raise FormatError(where, f"has {len(data)} bytes; a description may have {LARGEST_DESCRIPTION}")
    document, text = read_toml(data, where)
    return Description(converted(_with_times(document), _Document, text, where), text, where)


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


def read_toml(data: bytes, where: str) -> tuple[dict[str, Any], str]:
    """A TOML document and its text. Raises FormatError, naming line and column."""
    try:
        text = data.decode("utf-8-sig")
        return tomllib.loads(text), text
    except UnicodeDecodeError as error:
        raise FormatError(where, f"is not UTF-8: byte {error.start + 1} cannot be read; save it as UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FormatError(where, f"is not TOML: {error}; correct it there") from error


def converted(document: Mapping[str, Any], kind: type[T], text: str, where: str) -> T:
    """A document as a structure. Raises FormatError, naming line and key, for what does not fit."""
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        what, _at, path = str(error).partition(" - at `$")
        table, index, key = _parts_of(path.rstrip("`"))
        named = re.search("unknown field `(.+)`", what)
        if named:
            what = f"has the key {shown(named[1])}, which is not known there; see docs/authoring.md for those that are"
            key = key or named[1]
        else:
            what = f"is not right: {what[:1].lower()}{what[1:]}".replace("`", "'").replace("object ", "the table ")
        raise FormatError(_place(text, where, table, index, key), what) from error


def _parts_of(path: str) -> tuple[str, int | None, str]:
    """Table, index and key of a path of the converter, such as `.vib[2].depends[0]`."""
    found = re.match(r"\.?(?P<table>\w*)(\[(?P<index>\d+)\])?\.?(?P<key>\w*)", path)
    if found is None:
        return "", None, ""
    return found["table"], int(found["index"]) if found["index"] else None, found["key"]


def _place(text: str, where: str, table: str, index: int | None, key: str) -> str:
    """`depot.toml line 12 (vib 2, depends)`; the lines are looked for in the text, as TOML readers do not tell them."""
    header = rf"^\s*\[\[?\s*{re.escape(table)}\s*\]\]?" if table else r"\A"
    headers = list(re.finditer(header, text, re.MULTILINE))
    at = headers[index or 0] if len(headers) > (index or 0) else None
    named = table if index is None else f"{table} {index + 1}"
    place = ", ".join(filter(None, (named, key)))
    if at is None:
        return f"{where} ({place})" if place else where
    position = at.start() + len(at[0]) - len(at[0].lstrip())
    if key:
        following = re.search(r"^\s*\[", text[at.end() :], re.MULTILINE)
        end = at.end() + following.start() if following else len(text)
        found = re.search(rf"^\s*{re.escape(key)}\b", text[at.end() : end], re.MULTILINE)
        position = at.end() + found.end() if found else position
    line = text.count("\n", 0, position) + 1
    return f"{where} line {line} ({place})" if place else f"{where} line {line}"

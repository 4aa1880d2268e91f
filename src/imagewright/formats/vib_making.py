"""Making a VIB of its part of a description: from files, or taking one that is there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple, Protocol

from imagewright.formats.archive import new_spool, safe_path
from imagewright.formats.depot_description import Description, PlatformPart, VibPart
from imagewright.formats.errors import FormatError, shown
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.payload import PayloadFile, write_payload
from imagewright.formats.signing import SigningKey
from imagewright.formats.vib import copy_vib, write_vib
from imagewright.model.content import AcceptanceLevel, HardwarePlatform, Operator, Payload, Platform, Relation, Vib

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
_VERSION = re.compile(r"[0-9][0-9A-Za-z._]*-[0-9][0-9A-Za-z._-]*")
_LONGEST = 35
"""Characters of the name and of the version of a VIB, as the vendor's own tool allows."""
_RELATION = re.compile(r"(?P<name>\S+)(\s+(?P<operator><<|<=|=|>=|>>)\s+(?P<version>\S+))?")
_KINDS = ("bootbank", "tools", "meta")
_PAYLOAD_NAME = 8
"""Characters of a name that is made up here: it becomes the name of a file where those have 8.3."""


class Folder(Protocol):
    """The files that a description speaks of; paths count from its root and have forward slashes."""

    def open(self, path: str) -> BinaryIO:
        """A file, for reading anywhere in it. FormatError when it is not there, or outside of the folder."""

    def files(self, path: str) -> list[PayloadFile]:
        """All files below a folder, their paths counted from it. FormatError likewise."""


class MadeVib(NamedTuple):
    """A VIB and a temporary file that holds it."""

    vib: Vib
    file: BinaryIO


class VibMaker:
    """Makes the VIBs of one description; the files stay until `resources` are closed."""

    def __init__(
        self,
        description: Description,
        folder: Folder,
        resources: ExitStack,
        signing: SigningKey | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._description = description
        self._folder = folder
        self._resources = resources
        self._signing = signing
        self._limits = limits

    def made(self, index: int) -> MadeVib:
        """The VIB number `index` of the description. FormatError for what does not fit."""
        part = self._description.vibs[index]
        file = self._resources.enter_context(closing(new_spool()))
        if part.file:
            self._refuse_more_than_the_file(index, part)
            return MadeVib(self._taken(index, part, file), file)
        vib = self._described(index, part)
        with ExitStack() as open_payloads:
            payloads = self._payloads(index, part, vib, open_payloads)
            vib = replace(vib, payloads=tuple(payload for payload, _file in payloads.values()))
            contents = {name: content for name, (_payload, content) in payloads.items()}
            made = write_vib(file, vib, contents, self._signing.sign if self._signing else None)
        return MadeVib(made, file)

    def error(self, index: int, key: str, what: str) -> FormatError:
        """A complaint about a key of a VIB."""
        return self._description.error("vib", index, key, what)

    # --- one that is there already

    def _refuse_more_than_the_file(self, index: int, part: VibPart) -> None:
        plain = VibPart(file=part.file)
        for name in part.__struct_fields__:
            if getattr(part, name) != getattr(plain, name):
                raise self.error(index, name, "cannot be changed: with 'file' the VIB is taken as it is")

    def _taken(self, index: int, part: VibPart, file: BinaryIO) -> Vib:
        path = self._path(index, "file", part.file)
        with self._folder.open(path) as source:
            return replace(copy_vib(source, file, path, limits=self._limits), signature=None)

    # --- one that is made

    def _described(self, index: int, part: VibPart) -> Vib:
        depot = self._description.depot
        self._refuse_wrong_identity(index, part)
        if part.acceptance_level not in set(AcceptanceLevel):
            what = f"is {shown(part.acceptance_level)}; it must be one of {_list(AcceptanceLevel)}"
            raise self.error(index, "acceptance_level", what)
        install, remove = part.maintenance_mode_on_install, part.maintenance_mode_on_remove
        return Vib(
            id="",
            name=part.name,
            version=part.version,
            vendor=part.vendor or depot.code,
            kind=part.kind,
            summary=part.summary or part.name,
            description=part.description or part.summary or part.name,
            release_date=in_utc(part.date or depot.date),
            acceptance_level=AcceptanceLevel(part.acceptance_level),
            tags=part.tags,
            platforms=platforms_of(depot.platforms if part.platforms is None else part.platforms),
            hardware=tuple(HardwarePlatform(each.vendor, each.model) for each in part.hardware),
            files=self._files(index, part),
            urls=part.urls,
            maintenance_mode_on_install=part.maintenance_mode if install is None else install,
            maintenance_mode_on_remove=part.maintenance_mode if remove is None else remove,
            live_install_allowed=part.live_install_allowed,
            live_remove_allowed=part.live_remove_allowed,
            cimom_restart=part.cimom_restart,
            stateless_ready=part.stateless_ready,
            overlay=part.overlay,
            depends=self._relations(index, part, "depends"),
            conflicts=self._relations(index, part, "conflicts"),
            replaces=self._relations(index, part, "replaces"),
            provides=self._relations(index, part, "provides"),
            compatible_with=self._relations(index, part, "compatible_with"),
        )

    def _refuse_wrong_identity(self, index: int, part: VibPart) -> None:
        """What the vendor's tool allows in a name and a version; other tools read no more than that, perhaps."""
        if not part.name or not part.version:
            raise self.error(index, "", "needs a name and a version, or a file that is a VIB")
        for key, text, pattern, rule in (
            ("name", part.name, _NAME, "letters, digits, '.', '_' and '-'"),
            ("version", part.version, _VERSION, "VERSION-RELEASE, both beginning with a digit, as in 1.0.0-1"),
        ):
            if len(text) > _LONGEST or not pattern.fullmatch(text):
                raise self.error(index, key, f"is {shown(text)}; it must be {rule}, at most {_LONGEST} characters")
        if part.kind not in _KINDS:
            raise self.error(index, "kind", f"is {shown(part.kind)}; it must be one of {_list(_KINDS)}")
        vendor = part.vendor or self._description.depot.code
        if not _NAME.fullmatch(vendor):
            raise self.error(index, "vendor", f"is {shown(vendor)}; it must be a code without blanks and slashes")

    def _relations(self, index: int, part: VibPart, kind: str) -> tuple[Relation, ...]:
        found = []
        for text in getattr(part, kind):
            relation = _RELATION.fullmatch(text.strip())
            if relation is None:
                raise self.error(
                    index, kind, f"has {shown(text)}; write a name, or 'name OPERATOR version' with {_list(Operator)}"
                )
            operator = Operator(relation["operator"]) if relation["operator"] else None
            found.append(Relation(relation["name"], operator, relation["version"]))
        return tuple(found)

    def _files(self, index: int, part: VibPart) -> tuple[str, ...]:
        """The files that the VIB installs: those of its folder, and those that the description lists."""
        listed = tuple(self._path(index, "files", path) for path in part.files)
        if not part.content:
            return listed
        own = (file.path for file in self._folder.files(self._path(index, "content", part.content)))
        return tuple(sorted({*own, *listed}))

    def _payloads(
        self, index: int, part: VibPart, vib: Vib, resources: ExitStack
    ) -> dict[str, tuple[Payload, BinaryIO]]:
        found: dict[str, tuple[Payload, BinaryIO]] = {}
        if part.content:
            packed = resources.enter_context(closing(new_spool()))
            moment = int(vib.release_date.timestamp()) if vib.release_date else 0
            write_payload(packed, self._folder.files(self._path(index, "content", part.content)), moment)
            name = vib.name.replace("-", "").replace(".", "")[:_PAYLOAD_NAME]
            found[name] = Payload(name, "tgz", 0), packed
        for each in part.payloads:
            if not re.fullmatch(r"[0-9A-Za-z._-]{1,16}", each.name) or each.name in found:
                rule = "another for each payload, of letters, digits, '.', '_' and '-', at most 16 characters"
                raise self.error(index, "payloads", f"has the name {shown(each.name)}; it must be {rule}")
            content = resources.enter_context(self._folder.open(self._path(index, "payloads", each.file)))
            found[each.name] = Payload(each.name, each.kind, 0), content
        if not found and part.kind != "meta":
            raise self.error(index, "", "has nothing in it; give a folder as 'content', or 'payloads' with files")
        return found

    def _path(self, index: int, key: str, path: str) -> str:
        try:
            return safe_path(path, "", self._limits)
        except FormatError as error:
            raise self.error(index, key, error.what) from error


def platforms_of(parts: tuple[PlatformPart, ...]) -> tuple[Platform, ...]:
    """The products of a description."""
    return tuple(Platform(each.product, each.version, each.locale) for each in parts)


def in_utc(date: datetime) -> datetime:
    """A date of a description; without a zone it is UTC."""
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _list(values: Iterable[str]) -> str:
    return ", ".join(values)

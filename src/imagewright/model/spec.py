"""Software specifications: what somebody asks for.

A specification is an immutable value with one *document* form, the JSON object that is exported and imported, in which
unset parts are left out. Its hash is taken over that form, so equal content has an equal hash whoever wrote it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")


class SpecError(ValueError):
    """A document is not a specification. `path` names the part (`components.Foo`), `reason` says what is wrong."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'the specification'} {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class AddOnSpec:
    """The add-on that is asked for."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class PackageSpec:
    """A hardware support package. An unset version means no particular one and is written as the empty string."""

    package: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class SolutionSpec:
    """A solution version and the names of those of its components that are wanted."""

    version: str
    components: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageSpec:
    """One image of a specification: the default one or an alternative one.

    `base_image` is None until chosen. `components` maps names to versions, or to None for "any version that fits".
    `hardware_support` maps manager names to packages.
    """

    base_image: str | None = None
    add_on: AddOnSpec | None = None
    components: Mapping[str, str | None] = field(default_factory=dict)
    solutions: Mapping[str, SolutionSpec] = field(default_factory=dict)
    hardware_support: Mapping[str, PackageSpec] = field(default_factory=dict)
    removed_components: frozenset[str] = frozenset()


class SelectionType(StrEnum):
    """How an alternative image finds its hosts. UNKNOWN is what a new one has; it cannot be committed so."""

    HOST_UUID = "HOST_UUID"
    HOST_HARDWARE_SPEC = "HOST_HARDWARE_SPEC"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class HostHardware:
    """Hosts by hardware: all attributes that are set must fit, each by any one of its values."""

    vendor: str
    models: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    oem_strings: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SelectionCriteria:
    """Which hosts get an alternative image; only the part that belongs to `type` is set."""

    type: SelectionType = SelectionType.UNKNOWN
    host_uuids: frozenset[str] = frozenset()
    hardware: HostHardware | None = None


@dataclass(frozen=True, slots=True)
class AlternativeImage:
    """A second image in a specification, for other hardware. Its base image is that of the default image."""

    display_name: str
    image: ImageSpec
    selection: SelectionCriteria = field(default_factory=SelectionCriteria)


@dataclass(frozen=True, slots=True)
class SoftwareSpec:
    """A whole specification: the default image and, by image id, the alternative ones."""

    image: ImageSpec = field(default_factory=ImageSpec)
    alternative_images: Mapping[str, AlternativeImage] = field(default_factory=dict)

    @property
    def is_composite(self) -> bool:
        """True when there is at least one alternative image."""
        return bool(self.alternative_images)

    def image_id(self, image_id: str) -> str | None:
        """The id of an alternative image as it is written here; ids compare whatever their case."""
        return next((known for known in self.alternative_images if known.lower() == image_id.lower()), None)

    def to_document(self) -> dict[str, Any]:
        """The JSON object of this specification: keys in the published order, unset parts left out."""
        document = _image_document(self.image)
        if self.alternative_images:
            document["alternative_images"] = {
                image_id: _alternative_document(alternative)
                for image_id, alternative in sorted(self.alternative_images.items())
            }
        return document

    @classmethod
    def from_document(cls, document: object) -> SoftwareSpec:
        """Reads what `to_document` writes and what others write; null and absent are the same, key order is free.

        Raises SpecError, naming the part, for anything that is not a specification.
        """
        known = {*_IMAGE_KEYS, "alternative_images"}
        reader = _Reader(document, "")
        reader.refuse_unknown(known)
        return cls(
            image=_read_image(reader),
            alternative_images=reader.mapping("alternative_images", _read_alternative),
        )

    @property
    def image_hash(self) -> str:
        """SHA-256, in lower-case hexadecimal, of the canonical JSON: sorted keys, no blanks, UTF-8."""
        canonical = json.dumps(self.to_document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


# --- values to documents ---------------------------------------------------------------------------------------------

_IMAGE_KEYS = ("base_image", "add_on", "components", "solutions", "hardware_support", "removed_components")
_ALTERNATIVE_KEYS = (*_IMAGE_KEYS, "display_name", "selection_criteria")


def _image_document(image: ImageSpec) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if image.base_image is not None:
        document["base_image"] = {"version": image.base_image}
    if image.add_on is not None:
        document["add_on"] = {"name": image.add_on.name, "version": image.add_on.version}
    if image.components:
        document["components"] = dict(sorted(image.components.items()))
    if image.solutions:
        document["solutions"] = {
            name: {
                "version": solution.version,
                "components": [{"component": component} for component in solution.components],
            }
            for name, solution in sorted(image.solutions.items())
        }
    if image.hardware_support:
        packages = {
            manager: {"pkg": package.package, "version": package.version}
            for manager, package in sorted(image.hardware_support.items())
        }
        document["hardware_support"] = {"packages": packages}
    if image.removed_components:
        document["removed_components"] = sorted(image.removed_components)
    return document


def _alternative_document(alternative: AlternativeImage) -> dict[str, Any]:
    return {
        **_image_document(alternative.image),
        "display_name": alternative.display_name,
        "selection_criteria": _selection_document(alternative.selection),
    }


def _selection_document(selection: SelectionCriteria) -> dict[str, Any]:
    document: dict[str, Any] = {"selection_type": selection.type.value}
    if selection.type is SelectionType.HOST_UUID:
        document["host_uuids"] = sorted(selection.host_uuids)
    if selection.hardware is not None:
        hardware: dict[str, Any] = {"vendor": selection.hardware.vendor}
        for key in ("models", "families", "oem_strings"):
            if values := getattr(selection.hardware, key):
                hardware[key] = sorted(values)
        document["host_hardware_spec"] = hardware
    return document


# --- documents to values ---------------------------------------------------------------------------------------------


class _Reader:
    """One JSON object of a document, which knows where it stands."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, Mapping):
            raise SpecError(path, f"must be a JSON object, not {_kind(value)}")
        self.value = value
        self.path = path

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def refuse_unknown(self, known: set[str] | tuple[str, ...]) -> None:
        for key in self.value:
            if key not in known:
                raise SpecError(self.at(str(key)), f"is not known; known here are {', '.join(sorted(known))}")

    def get(self, key: str) -> Any:
        """The value, or None when absent or null."""
        return self.value.get(key)

    def text(self, key: str) -> str:
        return _text(self.get(key), self.at(key))

    def optional_text(self, key: str) -> str | None:
        return None if self.get(key) is None else self.text(key)

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(_text(item, f"{self.at(key)}[{index}]") for index, item in enumerate(self.items(key)))

    def items(self, key: str) -> list[Any]:
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            raise SpecError(self.at(key), f"must be a JSON array, not {_kind(value)}")
        return list(value)

    def mapping(self, key: str, read: Callable[[object, str], T]) -> dict[str, T]:
        value = self.get(key)
        if value is None:
            return {}
        entries = _Reader(value, self.at(key)).value
        return {name: read(entry, f"{self.at(key)}.{name}") for name, entry in entries.items()}

    def child(self, key: str, known: tuple[str, ...]) -> _Reader | None:
        if self.get(key) is None:
            return None
        reader = _Reader(self.get(key), self.at(key))
        reader.refuse_unknown(known)
        return reader


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise SpecError(path, f"must be a string, not {_kind(value)}")
    return value


def _optional_text(value: object, path: str) -> str | None:
    return None if value is None else _text(value, path)


def _read_image(reader: _Reader) -> ImageSpec:
    base_image = reader.child("base_image", ("version",))
    add_on = reader.child("add_on", ("name", "version"))
    hardware_support = reader.child("hardware_support", ("packages",))
    return ImageSpec(
        base_image=base_image.text("version") if base_image else None,
        add_on=AddOnSpec(add_on.text("name"), add_on.text("version")) if add_on else None,
        components=reader.mapping("components", _optional_text),
        solutions=reader.mapping("solutions", _read_solution),
        hardware_support=hardware_support.mapping("packages", _read_package) if hardware_support else {},
        removed_components=frozenset(reader.texts("removed_components")),
    )


def _read_solution(value: object, path: str) -> SolutionSpec:
    reader = _Reader(value, path)
    reader.refuse_unknown(("version", "components"))
    components = []
    for index, item in enumerate(reader.items("components")):
        entry = _Reader(item, f"{reader.at('components')}[{index}]")
        entry.refuse_unknown(("component",))
        components.append(entry.text("component"))
    return SolutionSpec(reader.text("version"), tuple(components))


def _read_package(value: object, path: str) -> PackageSpec:
    reader = _Reader(value, path)
    reader.refuse_unknown(("pkg", "version"))
    return PackageSpec(reader.optional_text("pkg") or "", reader.optional_text("version") or "")


def _read_alternative(value: object, path: str) -> AlternativeImage:
    reader = _Reader(value, path)
    reader.refuse_unknown(_ALTERNATIVE_KEYS)
    selection = reader.child("selection_criteria", ("selection_type", "host_uuids", "host_hardware_spec"))
    return AlternativeImage(
        display_name=reader.text("display_name"),
        image=_read_image(reader),
        selection=_read_selection(selection) if selection else SelectionCriteria(),
    )


def _read_selection(reader: _Reader) -> SelectionCriteria:
    kind = reader.text("selection_type")
    if kind not in set(SelectionType):
        raise SpecError(reader.at("selection_type"), f"must be one of {', '.join(SelectionType)}, not '{kind}'")
    wanted = {SelectionType.HOST_UUID: "host_uuids", SelectionType.HOST_HARDWARE_SPEC: "host_hardware_spec"}
    for selection_type, key in wanted.items():
        if (reader.get(key) is not None) != (kind == selection_type):
            verb = "is missing" if kind == selection_type else "must not be set"
            raise SpecError(reader.at(key), f"{verb} when the selection type is {kind}")
    hardware = reader.child("host_hardware_spec", ("vendor", "models", "families", "oem_strings"))
    return SelectionCriteria(
        type=SelectionType(kind),
        host_uuids=frozenset(reader.texts("host_uuids")),
        hardware=_read_hardware(hardware) if hardware else None,
    )


def _read_hardware(reader: _Reader) -> HostHardware:
    return HostHardware(
        vendor=reader.text("vendor"),
        models=frozenset(reader.texts("models")),
        families=frozenset(reader.texts("families")),
        oem_strings=frozenset(reader.texts("oem_strings")),
    )

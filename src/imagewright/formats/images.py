"""Base images, add-ons, hardware support packages and solutions: the JSON objects of a depot, to and from values.

What vendors write into these files is not published. The form read and written here is our own, described in
`docs/depot-format.md`; only `components` and `hardwareSupportInfo.package.version` of hardware support manifests are
known from real ones. This module is the one place that gives meaning to such files: `read_image_object` decides, by the
folder, what an object is, and refuses with FormatError what it does not understand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from imagewright.formats.errors import FormatError, shown
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.strict_json import parse_json
from imagewright.formats.xml import checked_name, parse_date
from imagewright.model.content import AddOn, BaseImage, ComponentRef, HardwareSupportPackage, Solution

ImageObject = BaseImage | AddOn | HardwareSupportPackage | Solution

_KINDS: Mapping[type, str] = {
    BaseImage: "base image",
    AddOn: "add-on",
    HardwareSupportPackage: "hardware support package",
    Solution: "solution",
}

BASE_IMAGES = "baseimages"
ADD_ONS = "addons"
MANIFESTS = "manifests"
SOLUTIONS = "solutions"
_FOLDERS: Mapping[type, str] = {
    BaseImage: BASE_IMAGES,
    AddOn: ADD_ONS,
    HardwareSupportPackage: MANIFESTS,
    Solution: SOLUTIONS,
}


class ReadImage(NamedTuple):
    """An object in our form. `passed_over` are the keys that our form has not, and that hold a list or an object."""

    image: ImageObject
    passed_over: tuple[str, ...]


def read_image_object(folder: str, data: bytes, where: str, limits: Limits = DEFAULT_LIMITS) -> ReadImage:
    """The object in a file of one of the folders `READERS`.

    Raises FormatError, naming the key, for a file that is not in our form.
    """
    item = _Object(parse_json(data, where, limits.document_size), where, "", limits)
    return ReadImage(READERS[folder](item), item.passed_over)


def write_image_object(value: ImageObject) -> bytes:
    """The file for an object, keys in a fixed order, empty parts left out."""
    document = _document(value)
    kept = {key: part for key, part in document.items() if part or key == "components"}
    try:
        return (json.dumps(kept, ensure_ascii=False, indent=2) + "\n").encode()
    except UnicodeEncodeError as error:
        raise FormatError(path_of(value), "holds half of a character, which cannot be written") from error


def path_of(value: ImageObject) -> str:
    """What our files are called in the metadata; characters that could lead elsewhere are replaced."""
    text = "-".join(identity_of(value))
    return (
        f"{_FOLDERS[type(value)]}/"
        + "".join(char if char.isalnum() or char in "-_." else "_" for char in text)
        + ".json"
    )


def kind_of(value: ImageObject) -> str:
    """What an object is, in the words of the field."""
    return _KINDS[type(value)]


def identity_of(value: ImageObject) -> tuple[str, ...]:
    """What tells an object from others of its kind; sorts by name and version."""
    match value:
        case BaseImage():
            return (value.version,)
        case HardwareSupportPackage():
            return (value.manager, value.package, value.version)
        case AddOn() | Solution():
            return (value.name, value.version)


def label_of(value: ImageObject) -> str:
    """How an object is called in a sentence."""
    return " ".join(identity_of(value))


# --- reading ---------------------------------------------------------------------------------------------------------


class _Object:
    """One JSON object of a file, which knows where it stands."""

    def __init__(self, value: object, where: str, path: str, limits: Limits) -> None:
        self.where = where
        self.limits = limits
        self.path = path
        if not isinstance(value, dict):
            raise self.error("", "must be a JSON object")
        self.value: dict[str, Any] = value
        self._asked: set[str] = set()

    @property
    def passed_over(self) -> tuple[str, ...]:
        """The keys that nobody has asked for, and that hold a list or an object."""
        return tuple(
            key
            for key, value in self.value.items()
            if key not in self._asked and value and isinstance(value, list | dict)
        )

    def _get(self, key: str) -> Any:
        self._asked.add(key)
        return self.value.get(key)

    def error(self, key: str, what: str) -> FormatError:
        path = ".".join(part for part in (self.path, key) if part)
        return FormatError(self.where, f"{shown(path) if path else 'the document'} {what}")

    def text(self, key: str) -> str:
        value = self._get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.error(key, "must be a string")
        return value

    def name(self, key: str) -> str:
        if not self.text(key):
            raise self.error(key, "is missing; it is needed")
        return checked_name(self.text(key), self.where, shown(key), self.limits)

    def date(self, key: str) -> datetime | None:
        return parse_date(self.text(key))

    def names(self, key: str) -> tuple[str, ...]:
        """A list of names, or of objects that have a `name`."""
        items = self._get(key)
        if items is None:
            return ()
        if not isinstance(items, list):
            raise self.error(key, "must be a list of names")
        names = [item.get("name") if isinstance(item, dict) else item for item in items]
        return tuple(self._name(key, name) for name in names)

    def texts(self, key: str) -> dict[str, str]:
        """An object of names and texts."""
        items = self._get(key)
        if items is None:
            return {}
        if not isinstance(items, dict):
            raise self.error(key, "must be an object of names and texts")
        return {self._name(key, name): self._name(key, text) for name, text in items.items()}

    def components(self, key: str = "components", needed: bool = False) -> tuple[ComponentRef, ...]:
        """An object of names and versions, as real manifests have it, or a list of objects with both."""
        items = self._get(key)
        if items is None and not needed:
            return ()
        if isinstance(items, list):
            entries = [self._part(item, f"{key}[{index}]") for index, item in enumerate(items)]
            return tuple(ComponentRef(entry.name("name"), entry.name("version")) for entry in entries)
        if not isinstance(items, dict):
            raise self.error(key, "must be an object of component names and versions")
        return tuple(ComponentRef(name, version) for name, version in self.texts(key).items())

    def child(self, key: str) -> _Object:
        if key not in self.value:
            raise self.error(key, "is missing; it is needed")
        return self._part(self._get(key), f"{self.path}.{key}" if self.path else key)

    def _part(self, value: object, path: str) -> _Object:
        return _Object(value, self.where, path, self.limits)

    def _name(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.error(key, "must hold strings only")
        return checked_name(value, self.where, shown(key), self.limits)


def _read_base_image(item: _Object) -> BaseImage:
    return BaseImage(
        version=item.name("version"),
        components=item.components(needed=True),
        quick_patch_compatible_versions=item.texts("quickPatchCompatibleVersions"),
        declared_by=item.text("declaredBy"),
        category=item.text("category"),
        kb=item.text("kb"),
        **_display(item),
    )


def _read_add_on(item: _Object) -> AddOn:
    return AddOn(
        name=item.name("name"),
        version=item.name("version"),
        components=item.components(),
        removed_components=item.names("removedComponents"),
        supported_base_images=item.names("supportedBaseImageVersions"),
        category=item.text("category"),
        kb=item.text("kb"),
        **_display(item),
    )


def _read_solution(item: _Object) -> Solution:
    return Solution(
        name=item.name("name"),
        version=item.name("version"),
        components=item.components(needed=True),
        **_display(item),
    )


def _read_manifest(item: _Object) -> HardwareSupportPackage:
    """Known are `components` and the version of the package; its name and the manager stand beside it, under keys that
    nobody has told."""
    support = item.child("hardwareSupportInfo")
    package = support.child("package")
    manager, manager_display_name = _manager(support, package)
    return HardwareSupportPackage(
        manager=manager,
        package=package.name(next((key for key in _NAMED if package.text(key)), "name")),
        version=package.name("version"),
        components=item.components(),
        removed_components=item.names("removedComponents"),
        supported_releases=item.names("supportedReleases"),
        manager_display_name=manager_display_name,
        vendor=item.text("vendor"),
        description=package.text("description"),
    )


def _manager(support: _Object, package: _Object) -> tuple[str, str]:
    """Name and display name of the hardware support manager: a text, or an object, under a key that says so."""
    for place in (support, package):
        for key, value in place.value.items():
            if not _MANAGER.search(key) or not value:
                continue
            if isinstance(value, str):
                return place.name(key), ""
            manager = place.child(key)
            named = next((each for each in _NAMED if manager.text(each)), "name")
            return manager.name(named), manager.text("displayName")
    raise support.error("manager", "is missing; it is needed")


def _display(item: _Object) -> dict[str, Any]:
    return {
        "display_name": item.text("displayName"),
        "display_version": item.text("displayVersion"),
        "vendor": item.text("vendor"),
        "summary": item.text("summary"),
        "description": item.text("description"),
        "release_date": item.date("releaseDate"),
    }


_NAMED = ("name", "id", "pkg", "packageName", "identifier")
_MANAGER = re.compile("manager|hsm", re.IGNORECASE)

READERS: Mapping[str, Callable[[_Object], ImageObject]] = {
    BASE_IMAGES: _read_base_image,
    ADD_ONS: _read_add_on,
    MANIFESTS: _read_manifest,
    SOLUTIONS: _read_solution,
}


# --- writing ---------------------------------------------------------------------------------------------------------


def _document(value: ImageObject) -> dict[str, Any]:
    match value:
        case BaseImage():
            return {
                "version": value.version,
                **_display_document(value),
                "category": value.category,
                "kb": value.kb,
                "components": _components(value),
                "quickPatchCompatibleVersions": dict(value.quick_patch_compatible_versions),
                "declaredBy": value.declared_by,
            }
        case AddOn():
            return {
                "name": value.name,
                "version": value.version,
                **_display_document(value),
                "category": value.category,
                "kb": value.kb,
                "components": _components(value),
                "removedComponents": list(value.removed_components),
                "supportedBaseImageVersions": list(value.supported_base_images),
            }
        case Solution():
            named = {"name": value.name, "version": value.version}
            return {**named, **_display_document(value), "components": _components(value)}
        case HardwareSupportPackage():
            return _manifest_document(value)


def _manifest_document(value: HardwareSupportPackage) -> dict[str, Any]:
    manager = {"name": value.manager, "displayName": value.manager_display_name}
    package = {"name": value.package, "version": value.version, "description": value.description}
    return {
        "hardwareSupportInfo": {
            "manager": {key: text for key, text in manager.items() if text},
            "package": {key: text for key, text in package.items() if text},
        },
        "vendor": value.vendor,
        "components": _components(value),
        "removedComponents": list(value.removed_components),
        "supportedReleases": list(value.supported_releases),
    }


def _display_document(value: BaseImage | AddOn | Solution) -> dict[str, str]:
    return {
        "displayName": value.display_name,
        "displayVersion": value.display_version,
        "vendor": value.vendor,
        "summary": value.summary,
        "description": value.description,
        "releaseDate": value.release_date.isoformat() if value.release_date else "",
    }


def _components(value: ImageObject) -> dict[str, str] | list[dict[str, str]]:
    """Names and versions; as a list only when a name stands there twice, which an object could not hold."""
    by_name = {ref.name: ref.version for ref in value.components}
    if len(by_name) == len(value.components):
        return by_name
    return [{"name": ref.name, "version": ref.version} for ref in value.components]

"""Base images, add-ons, manifests and solutions: our own form of them, and what is known of real manifests."""

from __future__ import annotations

import json

import pytest

from imagewright.formats.errors import FormatError
from imagewright.formats.images import path_of, read_image_object, write_image_object
from imagewright.formats.limits import Limits
from imagewright.model.content import AddOn, BaseImage, ComponentRef, HardwareSupportPackage, Solution

LIMITS = Limits(document_size=10_000)
COMPONENTS = (ComponentRef("ESXi", "9.1.0-0.1"), ComponentRef("Net-X", "1.0"))


def read(folder: str, document: object) -> object:
    return read_image_object(folder, json.dumps(document).encode(), "x.json", LIMITS).image


def test_a_manifest_as_public_scripts_know_it() -> None:
    # They read `components` and `hardwareSupportInfo.package.version`; names stand beside the version.
    document = {
        "components": {"ESXi": "9.1.0-0.1", "Net-X": "1.0"},
        "hardwareSupportInfo": {
            "manager": {"name": "com.sample.manager"},
            "package": {"name": "Sample Package", "version": "2.0"},
        },
        "somethingNew": [1, 2],
    }
    assert read("manifests", document) == HardwareSupportPackage(
        "com.sample.manager", "Sample Package", "2.0", COMPONENTS
    )


@pytest.mark.parametrize(
    "info",
    [
        {"manager": {"id": "com.maker.hsm"}, "package": {"name": "Servers 2", "version": "8.0.3-1"}},
        {"manager": "com.maker.hsm", "package": {"pkg": "Servers 2", "version": "8.0.3-1"}},
        {"managerName": "com.maker.hsm", "package": {"id": "Servers 2", "version": "8.0.3-1"}},
        {"package": {"packageName": "Servers 2", "version": "8.0.3-1", "hsm": "com.maker.hsm"}},
        {"hardwareSupportManager": {"name": "com.maker.hsm"}, "package": {"name": "Servers 2", "version": "8.0.3-1"}},
    ],
)
def test_names_of_package_and_manager_stand_beside_the_version(info: dict[str, object]) -> None:
    # Reported of real manifests is only that they do, not under which keys.
    package = read("manifests", {"components": {"A": "1"}, "hardwareSupportInfo": info})
    assert isinstance(package, HardwareSupportPackage)
    assert (package.manager, package.package, package.version) == ("com.maker.hsm", "Servers 2", "8.0.3-1")


@pytest.mark.parametrize(
    "components",
    [
        {"ESXi": "9.1.0-0.1", "Net-X": "1.0"},
        [{"name": "ESXi", "version": "9.1.0-0.1"}, {"name": "Net-X", "version": "1.0"}],
    ],
)
def test_components_are_an_object_or_a_list(components: object) -> None:
    found = read("baseimages", {"version": "9.1.0.0.1", "components": components})
    assert found == BaseImage("9.1.0.0.1", COMPONENTS)


def test_removed_components_are_names_or_objects_with_names() -> None:
    document = {"name": "A", "version": "1", "removedComponents": ["X", {"name": "Y"}]}
    assert read("addons", document) == AddOn("A", "1", (), ("X", "Y"))


def test_null_is_the_same_as_absent() -> None:
    document = {"name": "A", "version": "1", "components": None, "removedComponents": None, "summary": None}
    assert read("addons", document) == AddOn("A", "1", ())


@pytest.mark.parametrize(
    "value",
    [
        BaseImage("9.1.0.0.1", COMPONENTS, "ESXi", "9.1", quick_patch_compatible_versions={"9.0": "9.0 GA"}),
        BaseImage("8.0.3-0.1", ()),
        AddOn("A/../B", "1", COMPONENTS, ("X",), ("8.0", "9.1"), kb="k", category="BUGFIX"),
        HardwareSupportPackage("m", "p", "1", COMPONENTS, ("X",), ("8.0",), "The M", "Sample", "d"),
        Solution("com.sample", "1", (COMPONENTS[1], ComponentRef("Net-X", "2.0")), summary="two of one name"),
    ],
)
def test_written_and_read_again(value: BaseImage | AddOn | HardwareSupportPackage | Solution) -> None:
    path = path_of(value)
    folder, _slash, name = path.partition("/")
    assert "/" not in name
    assert read_image_object(folder, write_image_object(value), path, LIMITS) == (value, ())


def test_files_are_named_after_what_they_hold() -> None:
    assert path_of(BaseImage("8.0.3-0.1", ())) == "baseimages/8.0.3-0.1.json"
    assert path_of(AddOn("A/../B", "1", ())) == "addons/A_.._B-1.json"


@pytest.mark.parametrize(
    ("folder", "document", "says"),
    [
        ("baseimages", [], "the document must be a JSON object"),
        ("baseimages", {"components": {}}, "'version' is missing; it is needed"),
        ("baseimages", {"version": "1"}, "'components' must be an object of component names and versions"),
        ("baseimages", {"version": 9.1, "components": {}}, "'version' must be a string"),
        ("baseimages", {"version": "1", "components": {"a": 1}}, "'components' must hold strings only"),
        ("baseimages", {"version": "1", "components": ["a"]}, r"'components\[0\]' must be a JSON object"),
        ("baseimages", {"version": "1", "components": [{"name": "a"}]}, r"'components\[0\].version' is missing"),
        ("baseimages", {"version": "1\u0000", "components": {}}, r"is '1\\x00'; control characters are not allowed"),
        ("addons", {"name": "n" * 300, "version": "1"}, "has 300 characters; at most 255"),
        (
            "addons",
            {"name": "A", "version": "1", "removedComponents": "X"},
            "'removedComponents' must be a list of names",
        ),
        (
            "addons",
            {"name": "A", "version": "1", "removedComponents": [1]},
            "'removedComponents' must hold strings only",
        ),
        ("manifests", {"hardwareSupportInfo": {}}, "'hardwareSupportInfo.package' is missing"),
        ("manifests", {"hardwareSupportInfo": {"package": {}}}, "'hardwareSupportInfo.manager' is missing"),
        (
            "manifests",
            {"hardwareSupportInfo": {"package": {"version": "1"}, "manager": "m"}},
            "'hardwareSupportInfo.package.name' is missing",
        ),
        ("solutions", {"name": "A", "version": "1"}, "'components' must be"),
        (
            "baseimages",
            {"version": "1", "components": {}, "quickPatchCompatibleVersions": []},
            "must be an object of names",
        ),
    ],
)
def test_refused(folder: str, document: object, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        read(folder, document)

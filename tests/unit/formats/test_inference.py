"""First contact: base images, add-ons and the rest in vocabularies and nestings that were invented for this."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imagewright.formats.errors import FormatError
from imagewright.formats.inference import ADOPTED_FROM, Inferred, infer_images
from imagewright.formats.known_components import KnownComponents
from imagewright.model.content import (
    AddOn,
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    HardwareSupportPackage,
    Solution,
)

REFS = (ComponentRef("ESXi", "9.1.0-0.25370933"), ComponentRef("Net-X", "1.0.2-1"), ComponentRef("Store-Y", "7.1"))
KNOWN = KnownComponents.of(
    Component(ref.name, ref.version, "", "", Bulletin(f"{ref.name}_{ref.version}")) for ref in REFS
)
ESXI, NET, STORE = ((ref.name, ref.version) for ref in REFS)
BASE = "9.1.0.0.25370933"


def infer(path: str, document: Any) -> tuple[Inferred, ...]:
    data = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    return infer_images(data, path, f"depot.zip > {path}", KNOWN)


def adopted(path: str, document: Any) -> object:
    """The one object in a document, which is sure enough."""
    (found,) = infer(path, document)
    assert found.confidence >= ADOPTED_FROM, found
    return found.image


# --- base images -----------------------------------------------------------------------------------------------------

BASE_IMAGES: dict[str, tuple[str, Any]] = {
    "object of names and versions": (
        "baseimages/x.json",
        {"baseImageVersion": BASE, "parts": dict((ESXI, NET, STORE))},
    ),
    "list of objects, nested": (
        "baseimages/ESXi.json",
        {
            "baseImage": {
                "release": {"releaseID": BASE, "title": "ESXi 9.1"},
                "content": {"packages": [{"pkg": name, "rev": version} for name, version in (ESXI, NET, STORE)]},
            }
        },
    ),
    "texts of name and version": (
        "base-images/1.json",
        {
            "formatVersion": "2.0",
            "ver": BASE,
            "includes": [f"{name}:{version}" for name, version in (ESXI, NET, STORE)],
        },
    ),
    "ids of bulletins": (
        "metadata/base.json",
        {"platform": {"number": BASE, "bulletins": [f"{name}_{version}" for name, version in (ESXI, NET, STORE)]}},
    ),
    "pairs": ("baseimages/p.json", {"id": BASE, "rows": [list(ESXI), list(NET), list(STORE)]}),
    "names with more said of each": (
        "baseimages/n.json",
        {"version": BASE, "set": {name: {"version": version, "role": "core"} for name, version in (ESXI, NET, STORE)}},
    ),
    "two lists": (
        "baseimages/t.json",
        {"spec": {"version": BASE, "groups": {"system": dict([ESXI]), "drivers": dict((NET, STORE))}}},
    ),
    "XML with attributes": (
        "baseimages/x.xml",
        f'<baseImage releaseId="{BASE}"><list><component name="ESXi" version="{ESXI[1]}"/>'
        f'<component name="Net-X" version="{NET[1]}"/><component name="Store-Y" version="7.1"/></list></baseImage>',
    ),
    "XML with elements": (
        "baseimages/y.xml",
        f"<image><spec><version>{BASE}</version></spec><bulletinList>"
        + "".join(f"<entry><id>{name}</id><level>{version}</level></entry>" for name, version in (ESXI, NET, STORE))
        + "</bulletinList></image>",
    ),
}


@pytest.mark.parametrize("name", BASE_IMAGES)
def test_base_images(name: str) -> None:
    image = adopted(*BASE_IMAGES[name])
    assert isinstance(image, BaseImage)
    assert (image.version, set(image.components)) == (BASE, set(REFS))


def test_without_a_folder_that_says_it_the_shape_does() -> None:
    assert isinstance(adopted("x/1.json", {"version": BASE, "all": dict((ESXI, NET, STORE))}), BaseImage)


# --- add-ons ---------------------------------------------------------------------------------------------------------

ADD_ONS: dict[str, tuple[str, Any]] = {
    "flat": (
        "addons/a.json",
        {"name": "SMP-AddOn", "version": "910.0.1-3", "components": dict((NET, STORE)), "removedComponents": ["Old-Z"]},
    ),
    "nested": (
        "addons/a.json",
        {
            "addOnSpec": {"id": "SMP-AddOn", "rev": "910.0.1-3"},
            "payload": {"adds": [{"n": name, "v": version} for name, version in (NET, STORE)]},
            "excluded": [{"n": "Old-Z"}],
        },
    ),
    "XML": (
        "addons/a.xml",
        '<addon><name>SMP-AddOn</name><version>910.0.1-3</version><use><c n="Net-X" v="1.0.2-1"/>'
        '<c n="Store-Y" v="7.1"/></use><drop><c>Old-Z</c></drop></addon>',
    ),
    "texts": (
        "vendor/addon-smp.json",
        {
            "customization": {"key": "SMP-AddOn", "build": "910.0.1-3", "vendor": "Sample"},
            "content": [f"{name} {version}" for name, version in (NET, STORE)],
            "dropped": ["Old-Z"],
        },
    ),
}


@pytest.mark.parametrize("name", ADD_ONS)
def test_add_ons(name: str) -> None:
    image = adopted(*ADD_ONS[name])
    assert isinstance(image, AddOn)
    assert (image.name, image.version) == ("SMP-AddOn", "910.0.1-3")
    assert set(image.components) == set(REFS[1:])
    assert image.removed_components == ("Old-Z",)


def test_an_add_on_within_an_object_is_not_taken_for_what_it_removes() -> None:
    # The version of what it holds is that of what it takes out, too, so both together would name the latter.
    refs = (ComponentRef("Net", "1.0-1"), ComponentRef("Disk", "1.0-1"))
    known = KnownComponents.of(Component(ref.name, ref.version, "", "", Bulletin(f"{ref.name}_1.0-1")) for ref in refs)
    document = {"x": {"name": "Alpha", "version": "803.1-2", "parts": {"Net": "1.0-1"}, "removed": ["Disk"]}}
    (found,) = infer_images(json.dumps(document).encode(), "addons/x.json", "x.json", known)
    assert found.image == AddOn("Alpha", "803.1-2", refs[:1], ("Disk",))


def test_what_is_told_beside_the_components() -> None:
    document = {
        "name": "SMP-AddOn", "displayName": "The add-on", "version": "910.0.1-3", "display_version": "9.1 U1",
        "vendor": "Sample", "summary": "s", "releaseDate": "2026-01-02T00:00:00Z",
        "supportedBaseImageVersions": ["9.1.0", "9.0.2"], "components": dict((NET, STORE)),
    }  # fmt: skip
    image = adopted("addons/a.json", document)
    assert isinstance(image, AddOn)
    assert (image.name, image.display_name, image.display_version) == ("SMP-AddOn", "The add-on", "9.1 U1")
    assert (image.vendor, image.summary, str(image.release_date)[:10]) == ("Sample", "s", "2026-01-02")
    assert (image.supported_base_images, image.removed_components) == (("9.1.0", "9.0.2"), ())


# --- others ----------------------------------------------------------------------------------------------------------


def test_solutions() -> None:
    document = {"solution": {"solutionId": "com.sample.agent", "ver": "2.0.1"}, "components": [list(NET), list(STORE)]}
    assert adopted("solutions/s.json", document) == Solution("com.sample.agent", "2.0.1", REFS[1:])


def test_hardware_support() -> None:
    document = {
        "hsm": {"managerName": "com.sample.manager"},
        "package": {"name": "SMP-Servers", "version": "4.2.0"},
        "content": dict((NET, STORE)),
        "supportedReleases": ["9.1.0", "9.0.2"],
    }
    found = adopted("manifests/m.json", document)
    assert found == HardwareSupportPackage(
        "com.sample.manager", "SMP-Servers", "4.2.0", REFS[1:], supported_releases=("9.1.0", "9.0.2")
    )


def test_several_objects_in_one_document() -> None:
    each = [{"version": f"9.1.{number}.0.1", "parts": dict((ESXI, NET, STORE))} for number in range(3)]
    found = infer("baseimages/all.json", {"images": each})
    assert [inferred.image.version for inferred in found] == ["9.1.0.0.1", "9.1.1.0.1", "9.1.2.0.1"]


def test_it_is_told_where_things_were_found() -> None:
    (found,) = infer("baseimages/x.json", {"a": {"version": BASE, "parts": dict((ESXI, NET, STORE))}})
    assert found.because == "3 known components at 'a.parts', the version at 'version'"
    assert found.confidence == 1.0


def test_what_is_told_is_fit_to_be_shown_and_stored() -> None:
    document = {"a\x00\n": {"version": BASE, "parts\x1b" * 100: dict((ESXI, NET, STORE))}, "summary": "\x00"}
    (found,) = infer("baseimages/x.json", document)
    assert found.because.isprintable()
    assert len(found.because) < 300
    (found,) = infer("baseimages/x.json", {"version": BASE, "all": dict([ESXI]), "summary": "a\x00b"})
    assert isinstance(found.image, BaseImage)
    assert found.image.summary == "ab"


# --- what is not adopted ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("baseimages/x.json", {"version": BASE, "components": {"Unknown": "1.0", "Other": "2.0"}}),
        ("baseimages/x.json", {"components": dict((ESXI, NET))}),
        ("baseimages/x.json", {"version": BASE, "components": []}),
        ("baseimages/x.json", []),
        ("baseimages/x.json", "17"),
        ("addons/x.json", {"version": BASE, "components": dict((NET, STORE))}),
        ("manifests/x.json", {"name": "p", "version": "1.0", "components": dict((NET, STORE))}),
        ("schemas/x.xml", "<schema><element name='a' type='b'/></schema>"),
    ],
)
def test_nothing_is_found(path: str, document: Any) -> None:
    assert infer(path, document) == ()


@pytest.mark.parametrize(
    ("path", "document"),
    [
        # One component in a thousand others: perhaps a list of everything that ever was.
        ("x/x.json", {"version": BASE, "components": {"Net-X": "1.0.2-1"}}),
        # Half of the entries are something else.
        ("baseimages/x.json", {"version": BASE, "components": {**dict((ESXI, NET)), "Gone": "1.0"}}),
        # Several versions, and no word that tells which.
        ("x/x.json", {"one": "9.1.0.1", "two": "9.1.0.2", "name": "Thing", "c": dict([NET])}),
    ],
)
def test_too_weak_to_be_adopted(path: str, document: Any) -> None:
    assert all(found.confidence < ADOPTED_FROM for found in infer(path, document))


def test_a_vib_list_or_a_bulletin_is_no_image() -> None:
    assert infer("x/b.xml", "<bulletin><id>Net-X_1.0.2-1</id><vibList><vibID>a</vibID></vibList></bulletin>") == ()


def test_without_known_components_nothing_is_read() -> None:
    assert infer_images(b"{{{", "baseimages/x.json", "x.json", KnownComponents.of(())) == ()


@pytest.mark.parametrize("data", [b"{", b"<a>", b"\xff", b"<!DOCTYPE a><a/>"])
def test_what_is_neither_json_nor_xml(data: bytes) -> None:
    with pytest.raises(FormatError):
        infer_images(data, "baseimages/x.json", "x.json", KNOWN)


def test_depth_and_width_are_bounded() -> None:
    deep: Any = {"version": BASE, "parts": dict((ESXI, NET))}
    for _level in range(200):
        deep = {"a": deep}
    assert infer("baseimages/x.json", deep) == ()
    wide = {"version": BASE, "parts": [[f"n{number}", "1"] for number in range(50_000)]}
    assert infer("baseimages/x.json", wide) == ()

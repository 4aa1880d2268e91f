"""Images that look like ours and hold more: what is under a key that nobody knows may be the most of them."""

from __future__ import annotations

import json
from typing import Any

from made_depots import INDEX, bundle, bundle_files, content_of, metadata_files, vib_file, zip_of

from imagewright.model.content import AddOn, BaseImage, ComponentRef, DepotContent

NET = ComponentRef("Net-X", "1.0")
NAMED = {"name": "Alpha", "version": "803.0.0-1", "summary": "s", "kb": "https://kb"}


def with_image(path: str, document: dict[str, Any]) -> DepotContent:
    """A bundle whose only component is Net-X 1.0, with this document in its metadata."""
    return content_of(bundle(metadata_files() | {path: json.dumps(document)}))


def add_ons(content: DepotContent) -> list[AddOn]:
    return [each for bundle in content.bundles for each in bundle.add_ons]


def the_note(content: DepotContent) -> str:
    (note,) = content.not_understood
    return note.reason


def test_components_under_a_key_that_our_form_has_not_are_found() -> None:
    content = with_image("addons/a.json", NAMED | {"componentList": {"Net-X": "1.0"}, "removedOnes": ["Old-Y"]})
    (found,) = add_ons(content)
    assert (found.name, found.components, found.removed_components) == ("Alpha", (NET,), ("Old-Y",))
    assert "is inferred and taken for the add-on" in the_note(content)


def test_what_is_taken_out_is_not_lost_beside_components_in_our_form() -> None:
    content = with_image("addons/a.json", NAMED | {"components": {"Net-X": "1.0"}, "excluded": ["Old-Y"]})
    (found,) = add_ons(content)
    assert (found.components, found.removed_components) == ((NET,), ("Old-Y",))


def test_without_any_component_that_is_known_it_is_not_taken_for_an_empty_add_on() -> None:
    content = with_image("addons/a.json", NAMED | {"componentList": {"Their-A": "2.0", "Their-B": "3.0"}})
    assert add_ons(content) == []
    assert the_note(content) == "holds 'componentList', whose meaning is not known"


def test_what_adds_nothing_does_not_take_away_what_our_form_says() -> None:
    about = NAMED | {"components": {"Net-X": "1.0"}, "links": {"home": "https://sample.invalid"}}
    content = with_image("addons/a.json", about)
    (found,) = add_ons(content)
    assert (found.components, found.kb) == ((NET,), "https://kb")
    assert the_note(content) == (
        "holds 'links', whose meaning is not known; the rest is read as the add-on 'Alpha 803.0.0-1'"
    )


def test_texts_that_are_not_known_are_passed_over() -> None:
    content = with_image("addons/a.json", NAMED | {"components": {"Net-X": "1.0"}, "buildId": "7", "nothing": []})
    assert (len(add_ons(content)), content.not_understood) == (1, ())


def test_the_other_kinds() -> None:
    base = {"version": "9.1.0.0.1", "components": {"Net-X": "1.0"}, "schemas": [{"a": 1}]}
    support = {"manager": {"name": "m"}, "package": {"name": "p", "version": "1.0.0-1"}}
    manifest = {"hardwareSupportInfo": support, "updates": [{"component": "Net-X", "to": "1.0"}]}
    content = content_of(
        bundle(metadata_files() | {"baseimages/b.json": json.dumps(base), "manifests/m.json": json.dumps(manifest)})
    )
    (image,) = (each for bundle in content.bundles for each in bundle.base_images)
    assert (type(image), image.components) == (BaseImage, (NET,))
    assert not [each for bundle in content.bundles for each in bundle.hardware_support], "its components are not known"
    said = {note.path.rpartition(" > ")[2]: note.reason for note in content.not_understood}
    assert said == {
        "baseimages/b.json": (
            "holds 'schemas', whose meaning is not known; the rest is read as the base image '9.1.0.0.1'"
        ),
        "manifests/m.json": "holds 'updates', whose meaning is not known",
    }


def test_its_components_may_be_in_another_archive() -> None:
    # Read alone it has no component that is known, and one that our form names; with the other archive it has two.
    document = NAMED | {"components": {"Their-A": "2.0"}, "more": {"Net-X": "1.0", "Their-A": "2.0"}}
    their = metadata_files() | {}
    files = bundle_files(their, vib_file())
    entry = "<metadata><url>addons.zip</url></metadata>"
    both = str(files["vendor-index.xml"]).replace("</metaList>", f"{entry}</metaList>")
    bulletin = next(text for path, text in their.items() if path.startswith("bulletins/"))
    theirs = str(bulletin).replace("Net-X", "Their-A").replace("1.0", "2.0")
    own = {"addons/a.json": json.dumps(document), "bulletins/x.xml": theirs}
    content = content_of(zip_of(files | {"index.xml": INDEX, "vendor-index.xml": both, "addons.zip": zip_of(own)}))
    (found,) = add_ons(content)
    assert found.components == (ComponentRef("Their-A", "2.0"), NET)

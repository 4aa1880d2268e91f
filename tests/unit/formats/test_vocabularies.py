"""First contact with whole bundles: base images and add-ons in invented forms are read, and never taken on a guess."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest
from made_depots import zip_of
from vocabularies import ADD_ON, BASE, REFS, VOCABULARIES, bundle_in

from imagewright.formats.bundle import OpenDepot, open_depot
from imagewright.formats.inference import ADOPTED_FROM
from imagewright.formats.learning import learn, write_mapping
from imagewright.formats.mapping import Mappings, read_mapping
from imagewright.formats.unknown_documents import UnknownForms
from imagewright.model.content import AddOn, BaseImage, ComponentRef

KEEPING = UnknownForms(keep=True)


def opened(data: bytes, forms: UnknownForms = KEEPING) -> OpenDepot:
    return open_depot(io.BytesIO(data), "depot.zip", forms=forms)


def images(depot: OpenDepot) -> tuple[tuple[BaseImage, ...], tuple[AddOn, ...]]:
    (bundle,) = depot.content.bundles
    return bundle.base_images, bundle.add_ons


def essence(image: BaseImage | AddOn) -> object:
    """What a draft asks of an image: all but the texts for people."""
    parts = (image.version, frozenset(image.components))
    if isinstance(image, AddOn):
        return (*parts, image.name, frozenset(image.removed_components), frozenset(image.supported_base_images))
    return parts


@pytest.mark.parametrize("name", VOCABULARIES)
def test_a_bundle_of_this_vocabulary_is_read(name: str) -> None:
    with opened(bundle_in(VOCABULARIES[name].documents())) as depot:
        (base,), (add_on,) = images(depot)
        assert essence(base) == essence(BASE)
        assert essence(add_on) == essence(ADD_ON)
        assert all(found.confidence >= ADOPTED_FROM and not found.mapping for found in depot.found)
        assert {found.note for found in depot.found} == set(depot.content.not_understood)


@pytest.mark.parametrize("name", VOCABULARIES)
def test_what_is_learned_from_one_bundle_reads_another(name: str) -> None:
    vocabulary = VOCABULARIES[name]
    with opened(bundle_in(vocabulary.documents())) as depot:
        mapping = write_mapping(learn(depot.unknown))
    refs = tuple(ComponentRef(f"Other-{ref.name}", ref.version.replace("8.0.", "9.9.")) for ref in REFS)
    base = BaseImage("9.9.1.0.30000001", refs)
    add_on = AddOn("Another-AddOn", "999.1-1", refs[:1], ("Gone", "Away", "Off"), ("9.9.1",))

    forms = UnknownForms(Mappings(read_mapping(mapping, "learned.toml")))
    with opened(bundle_in(vocabulary.documents(base, add_on), refs), forms) as depot:
        (read_base,), (read_add_on,) = images(depot)
        assert essence(read_base) == essence(base)
        assert essence(read_add_on) == essence(add_on)
        assert all(found.mapping.startswith("learned.toml") for found in depot.found)
        assert all("it is read as the" in each.reason for each in depot.content.not_understood)


@pytest.mark.parametrize("name", VOCABULARIES)
def test_components_that_are_not_there_make_it_unsure_and_then_it_is_not_taken(name: str) -> None:
    # Most of what the documents list is unknown to the depot: it may be a list of something else.
    with opened(bundle_in(VOCABULARIES[name].documents(), REFS[:2])) as depot:
        assert all(not found.adopted for found in depot.found if found.image.version == BASE.version)
        assert images(depot)[0] == ()
        assert any(each.path.endswith(VOCABULARIES[name].base_path) for each in depot.content.not_understood)


def test_what_is_unsure_is_learned_as_a_comment() -> None:
    guess = {"one": "9.1.0.0.1", "two": "9.1.0.0.2", "name": "Thing", "c": {REFS[1].name: REFS[1].version}}
    with opened(bundle_in({"x/odd.json": json.dumps(guess).encode()})) as depot:
        mapping = write_mapping(learn(depot.unknown))

    assert b"too unsure to be taken; when it is right, remove the marks\n# [[image]]\n" in mapping
    unmarked = mapping.partition(b"remove the marks\n")[2].replace(b"# ", b"")
    forms = UnknownForms(Mappings(read_mapping(unmarked, "m.toml")))
    with opened(bundle_in({"x/odd.json": json.dumps(guess).encode()}), forms) as depot:
        assert [each.name for each in images(depot)[1]] == ["Thing"]


@pytest.mark.parametrize("name", VOCABULARIES)
def test_an_image_may_consist_of_components_of_another_archive(name: str) -> None:
    # One archive with the images and nothing else, and one with the bulletins: each alone would say nothing.
    documents = VOCABULARIES[name].documents()
    second = "<metadata><productId>esxio</productId><url>images.zip</url></metadata></metaList>"
    with zipfile.ZipFile(io.BytesIO(bundle_in({}))) as source:
        files = {name: source.read(name) for name in source.namelist()}
    files["vendor-index.xml"] = files["vendor-index.xml"].replace(b"</metaList>", second.encode())
    files["images.zip"] = zip_of(documents)

    with opened(zip_of(files)) as depot:
        bulletins, found = depot.content.bundles
        assert (bulletins.base_images, bulletins.add_ons) == ((), ())
        assert [essence(image) for image in (*found.base_images, *found.add_ons)] == [essence(BASE), essence(ADD_ON)]
        assert {each.note for each in depot.found} == set(depot.content.not_understood)
        assert len(learn(depot.unknown)) == 2


@pytest.mark.parametrize(
    "version",
    [
        "7.0.2-0.0.17867351",
        "8.0.3-0.70.24674464",
        "9.0.2-0.25148076",
        # From 9.1 on, all dots.
        "9.1.0.0.25370933",
        "9.1.0.0200.25557999",
        "9.1.1.0.25714478",
    ],
)
@pytest.mark.parametrize("name", VOCABULARIES)
def test_both_forms_of_the_versions_of_base_images(name: str, version: str) -> None:
    with opened(bundle_in(VOCABULARIES[name].documents(base=replace(BASE, version=version)))) as depot:
        assert [image.version for image in images(depot)[0]] == [version]


@pytest.mark.parametrize(
    ("addon", "version"),
    [
        ("HPE-Custom-Syn-AddOn", "900.0.0.12.3.5-5"),
        ("HPE-Custom-AddOn", "803.0.0.11.7.0-23"),
        ("DEL-ESXi", "803.24280767-A02"),
    ],
)
@pytest.mark.parametrize("name", VOCABULARIES)
def test_names_and_versions_of_real_add_ons(name: str, addon: str, version: str) -> None:
    called = replace(ADD_ON, name=addon, version=version)
    with opened(bundle_in(VOCABULARIES[name].documents(add_on=called))) as depot:
        assert [essence(image) for image in images(depot)[1]] == [essence(called)]

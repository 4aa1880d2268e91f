"""The shape of a document tells its form to people who may not see its content: nothing of that comes through."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vocabularies import ADD_ON, BASE, REFS, VOCABULARIES, bundle_in

from imagewright.cli.shape_page import shape_page
from imagewright.formats.bundle import open_depot
from imagewright.formats.shape import PathShape, Shape, shape_document, shape_of
from imagewright.formats.unknown_documents import UnknownForms

KEY = b"a secret of the test"


def shape(documents: dict[str, bytes], key: bytes = KEY) -> Shape:
    """The shape of documents in the metadata of a bundle with known components."""
    with open_depot(io.BytesIO(bundle_in(documents)), "secretive.zip", forms=UnknownForms(keep=True)) as depot:
        return shape_of(depot.content, depot.unknown, depot.found, key)


def written(found: Shape) -> str:
    """All that is ever shown of it: the page and the document."""
    page = shape_page(found)
    return "\n".join(line for line, _style in page._lines) + json.dumps(shape_document(found))


def paths(document: Any) -> dict[str, PathShape]:
    (found,) = shape({"x/odd.json": json.dumps(document).encode()}).documents
    return {each.path: each for each in found.paths}


def test_keys_types_counts_and_match_rates() -> None:
    packages = [{"pkg": ref.name, "rev": ref.version, "core": True, "order": 7} for ref in REFS]
    found = paths({"spec": {"packages": [*packages, {"pkg": "unheard-of", "rev": None}]}})

    assert dict(found["spec.packages[]"].types) == {"object": 6}
    name, version = found["spec.packages[].pkg"], found["spec.packages[].rev"]
    assert (name.count, len(name.hashes), name.lengths) == (6, 6, (4, 16))
    assert name.matches["name of a component"] == 5
    assert dict(version.types) == {"text": 5, "null": 1}
    assert version.matches["version of a component"] == version.matches["version"] == 5
    assert dict(found["spec.packages[].core"].types) == {"true or false": 5}
    assert (found["spec.packages[].order"].count, len(found["spec.packages[].order"].hashes)) == (5, 1)


@pytest.mark.parametrize("name", VOCABULARIES)
def test_nothing_of_the_invented_images_comes_through(name: str) -> None:
    text = written(shape(VOCABULARIES[name].documents()))

    secrets = {
        *(part for ref in REFS for part in (ref.name, ref.version)),
        *(BASE.version, BASE.summary, BASE.display_name, BASE.vendor, "ESX host", "secretive"),
        *(ADD_ON.name, ADD_ON.version, *ADD_ON.removed_components, *ADD_ON.supported_base_images),
    }
    assert [secret for secret in secrets if secret in text] == []
    assert "base image, " in text


def test_keys_that_are_data_are_hidden() -> None:
    known = {ref.name: ref.version for ref in REFS}
    for document in (
        {"parts": known},
        {"parts": {ref.name: {"at": ref.version} for ref in REFS}},
        # None of these is known to the depot; they only look like names and versions.
        {"parts": {"Unheard-Of": "1", "also unheard": "2"}},
        {"parts": {"unheard": "8.0.1", "unseen": "8.0.2"}},
        {"parts": {"8.0.3-24022510": True, "2024-01-01": True}},
        {"parts": {f"{'x' * number}y": number for number in range(1, 23)}},
    ):
        found = paths(document)
        assert set(found) <= {"", "parts", "parts{}", "parts.*", "parts.*.at"}, document
        assert found["parts{}"].count == len(document["parts"])


def test_names_of_fields_are_shown() -> None:
    document = {
        "releaseDate": "2026-01-01", "display_version": "9.1.0", "fullVersion": "9.1.0.1", "name2": "x",
        "software-tags": ["a"], "@schema": "b",
    }  # fmt: skip
    assert set(paths(document)) == {"", *document, "software-tags[]"}


def test_equal_values_are_equal_in_one_run_only() -> None:
    documents = {"x/a.json": b'{"one": "same", "two": "same"}', "x/b.json": b'{"three": "same"}'}
    first, other = shape(documents), shape(documents, b"another secret")

    def samples(found: Shape) -> set[str]:
        return {hashed for document in found.documents for path in document.paths for hashed in path.hashes}

    assert (len(samples(first)), len(samples(other))) == (1, 1)
    assert samples(first) != samples(other)


def test_what_cannot_be_read_has_no_shape() -> None:
    (found,) = shape({"x/broken.json": b"{"}).documents
    assert (found.unreadable, found.paths) == (True, ())


# Values of letters that no word of the page and no hash is made of alone, so that finding one is no accident.
SECRETS = st.text("zqxjvkw", min_size=4, max_size=20)
FIELDS = st.sampled_from(["version", "name", "componentList", "base_image", "spec", "id"])
LEAVES = st.one_of(SECRETS, SECRETS.map(lambda text: f"{text}-1.0"), st.integers(10**11, 10**13))
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(FIELDS, inner, max_size=4),
        st.dictionaries(SECRETS.map(lambda text: f"{text.title()}-{text}"), inner, min_size=1, max_size=3),
    ),
    max_leaves=20,
)


def values(document: Any) -> Iterator[str]:
    """Every value of a document, and every key that is no name of a field."""
    if isinstance(document, dict):
        for key, part in document.items():
            if "-" in key:
                yield key
            yield from values(part)
    elif isinstance(document, list):
        for part in document:
            yield from values(part)
    else:
        yield str(document)


@settings(deadline=None, max_examples=60)
@given(DOCUMENTS)
def test_no_value_comes_through(document: Any) -> None:
    text = written(shape({"x/odd.json": json.dumps({"spec": document}).encode()}))

    assert [value for value in values(document) if value in text] == []

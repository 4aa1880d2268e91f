"""Answers of another server about its depots, as people save them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imagewright.formats.depot_answers import read_answers
from imagewright.formats.errors import FormatError
from imagewright.model.answers_compared import ContentItem, ItemKind
from imagewright.model.content import ComponentRef

BASE = {
    "version": "9.1.0",
    "display_name": "ESXi",
    "display_version": "9.1",
    "release_date": "2026-01-01T00:00:00.000Z",
}
INFO = {**BASE, "components": [{"name": "A", "version": "1", "display_name": "a", "display_version": "1"}]}
ADD_ON = {
    "display_name": "x",
    "display_version": "1",
    "vendor": "v",
    "components": [],
    "removed_components": [{"name": "Z"}],
}
COMPONENT = {"display_name": "y", "display_version": "2", "vendor": "v", "urgency": "LOW", "category": "BUGFIX"}
LISTED = {"name": "Y", "display_name": "y", "vendor": "v", "versions": [{"version": "2", **COMPONENT}]}


def read(answer: Any) -> tuple[ContentItem, ...]:
    return read_answers(json.dumps(answer).encode(), "answer.json").items


def test_a_base_image_says_itself_which_it_is() -> None:
    for answer in (INFO, {"value": INFO}, {"what I saved": INFO}, {"/api/x": {"value": INFO}}):
        (item,) = read(answer)
        assert (item.kind, item.version, item.components) == (
            ItemKind.BASE_IMAGE, "9.1.0", frozenset([ComponentRef("A", "1")]),
        )  # fmt: skip


def test_of_others_the_path_says_it() -> None:
    prefix = "https://vcenter/api/esx/settings/depot-content"
    (add_on,) = read({f"{prefix}/add-ons/My%20AddOn/versions/1.0-2": ADD_ON})
    (component,) = read({f"{prefix}/components/Y/versions/2": COMPONENT})
    assert (add_on.kind, add_on.name, add_on.version, add_on.removed) == (
        ItemKind.ADD_ON, "My AddOn", "1.0-2", frozenset("Z"),
    )  # fmt: skip
    assert (component.kind, component.name, component.version) == (ItemKind.COMPONENT, "Y", "2")


def test_without_it_the_form_tells_the_kind_and_nothing_more() -> None:
    assert [(item.kind, item.name, item.version) for item in (*read(ADD_ON), *read(COMPONENT))] == [
        (ItemKind.ADD_ON, "", ""),
        (ItemKind.COMPONENT, "", ""),
    ]


def test_lists_are_whole_unless_they_were_filtered() -> None:
    def listed(answer: Any) -> frozenset[ItemKind]:
        return read_answers(json.dumps(answer).encode(), "answer.json").listed

    assert listed([BASE]) == {ItemKind.BASE_IMAGE}
    assert listed([LISTED]) == {ItemKind.COMPONENT}
    assert listed({"depot-content/add-ons": []}) == {ItemKind.ADD_ON}
    assert listed({"depot-content/components?names=Y": [LISTED]}) == frozenset()


def test_what_all_versions_share_is_taken_for_a_single_one_only() -> None:
    (one,) = read([LISTED])
    assert one.fields["vendor"] == "v"
    version = {"version": "3", "display_version": "3", "urgency": "LOW"}
    assert ["vendor" in item.fields for item in read([{**LISTED, "versions": [version, version]}])] == [False, False]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("text", "the document is no answer of the depot content; it must be what GET /api/esx/settings/depot-content"),
        ({}, "the document is no answer of the depot content"),
        ({"error_type": "UNAUTHENTICATED", "messages": []}, "the document is no answer of the depot content"),
        ([7], r"'\[0\]' must be an object"),
        ([{"name": "x"}], r"'\[0\]' has a name and no list of versions"),
        ([{"version": 7}], r"'\[0\].version' must be a text"),
        ({"a": [{"version": "1", "components": {}}]}, r"'a\[0\].components' must be a list of objects"),
        ({"depot-content/components": [{"name": "x"}]}, r"'depot-content/components\[0\]' has no list of versions"),
        ([{"name": "x", "versions": [{"version": "1"}, 2]}], r"'\[0\].versions\[1\]' must be an object"),
    ],
)
def test_what_is_no_answer_is_refused(answer: Any, said: str) -> None:
    with pytest.raises(FormatError, match=f"answer.json: {said}"):
        read(answer)

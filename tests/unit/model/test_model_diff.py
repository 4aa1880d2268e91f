"""What differs between two images, as data and as people read it.

The texts in `tests/golden/diffs` were read by hand; a change of wording is a change of these files, made on purpose.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from model_build import base_image, catalog, depot, part, vib
from model_site import small_site

from imagewright.model.bundled import NotOneImage, bundled_spec
from imagewright.model.catalog import Catalog
from imagewright.model.columns import columns
from imagewright.model.compose import compose, compose_spec
from imagewright.model.content import AcceptanceLevel, AddOn, ComponentRef
from imagewright.model.diff import Change, ImageDiff, Kind, Side, SpecDiff, diff, diff_images, kind_of
from imagewright.model.diff_text import diff_markdown, diff_text
from imagewright.model.documents import diff_document
from imagewright.model.finding import Finding, Severity
from imagewright.model.spec import AddOnSpec, ImageSpec, SoftwareSpec

DIFFS = Path(__file__).parents[2] / "golden" / "diffs"
CASES = sorted(path.stem for path in DIFFS.glob("*.json"))


def side(document: dict[str, Any], offered: Catalog) -> Side:
    spec = SoftwareSpec.from_document(document)
    return Side(spec, compose_spec(spec, offered))


@pytest.mark.parametrize("case", CASES)
def test_difference_reads_as_written(case: str) -> None:
    document = json.loads((DIFFS / f"{case}.json").read_text("utf-8"))
    offered = Catalog.of({}) if document.get("without_depots") else small_site()
    difference = diff(side(document["before"], offered), side(document["after"], offered))

    document = diff_document(difference)
    text = diff_text(document, "before.json", "after.json")

    assert text == (DIFFS / f"{case}.txt").read_text("utf-8")
    assert max(map(len, text.splitlines())) <= 80
    assert diff_markdown(document, "before.json", "after.json") == (DIFFS / f"{case}.md").read_text("utf-8")


# --- VIBs ------------------------------------------------------------------------------------------------------------


def difference_of(before: list[Any], after: list[Any]) -> ImageDiff:
    """The difference of two images of these parts."""
    images = []
    for parts in (before, after):
        offered = catalog(depot(*parts, base_images=(base_image("8.0", *parts),)))
        images.append(compose(ImageSpec("8.0"), offered))
    return diff_images(images[0], images[1])


LIVE = {"live_install_allowed": True, "live_remove_allowed": True}
OPEN = {"maintenance_mode_on_install": False, "maintenance_mode_on_remove": False}


@pytest.mark.parametrize(
    ("before", "after", "reboots"),
    [
        (LIVE, LIVE, False),
        ({**LIVE, "live_remove_allowed": False}, LIVE, True),
        ({**LIVE, "live_install_allowed": False}, LIVE, False),
        (LIVE, {**LIVE, "live_install_allowed": False}, True),
        (LIVE, {**LIVE, "live_remove_allowed": False}, False),
    ],
)
def test_a_reboot_is_for_what_goes_or_comes_not_live(
    before: dict[str, bool], after: dict[str, bool], reboots: bool
) -> None:
    difference = difference_of(
        [part("Net", "1", vib("net", "1", **before))], [part("Net", "2", vib("net", "2", **after))]
    )

    assert [change.name for change in difference.rebooting] == ["net"] * reboots


@pytest.mark.parametrize(
    ("before", "after", "needed"),
    [
        (OPEN, OPEN, False),
        ({**OPEN, "maintenance_mode_on_remove": True}, OPEN, True),
        ({**OPEN, "maintenance_mode_on_install": True}, OPEN, False),
        (OPEN, {**OPEN, "maintenance_mode_on_install": True}, True),
        (OPEN, {**OPEN, "maintenance_mode_on_remove": True}, False),
    ],
)
def test_maintenance_mode_is_for_what_goes_or_comes_with_it(
    before: dict[str, bool], after: dict[str, bool], needed: bool
) -> None:
    difference = difference_of(
        [part("Net", "1", vib("net", "1", **before))], [part("Net", "2", vib("net", "2", **after))]
    )

    assert [change.name for change in difference.needing_maintenance_mode] == ["net"] * needed


def test_an_equal_version_with_other_content_is_a_change() -> None:
    released, rebuilt = part("Net", "1", vib("net", "1")), part("Net", "1", vib("net", "1", content="built again"))

    difference = difference_of([released], [rebuilt])

    assert [(change.name, kind_of(change)) for change in difference.components] == [("Net", Kind.CHANGED)]
    assert [(change.name, kind_of(change)) for change in difference.vibs] == [("net", Kind.CHANGED)]


def test_a_vib_that_moved_to_another_component_is_not_installed_again() -> None:
    held = vib("net", "1")

    difference = difference_of([part("Net", "1", held)], [part("Bundle", "1", held)])

    assert [kind_of(change) for change in difference.components] == [Kind.ADDED, Kind.REMOVED]
    assert difference.vibs == ()


def test_figures_are_of_what_is_installed() -> None:
    old = part("Net", "1", vib("net", "1", size=1000, acceptance_level=AcceptanceLevel.CERTIFIED))
    new = part("Net", "2", vib("net", "2", size=300, acceptance_level=AcceptanceLevel.PARTNER))
    agent = part("Agent", "1", vib("agent", "1", size=50, acceptance_level=AcceptanceLevel.ACCEPTED))

    difference = difference_of([old], [new, agent])

    assert (difference.before.size, difference.after.size) == (1000, 350)
    assert (difference.before.components, difference.after.components) == (1, 2)
    assert difference.before.acceptance_level is AcceptanceLevel.CERTIFIED
    assert difference.after.acceptance_level is AcceptanceLevel.PARTNER
    assert "Acceptance level: certified → partner, because of net." in diff_text(
        diff_document(SpecDiff(difference)), "a", "b"
    )


# --- what is asked for -----------------------------------------------------------------------------------------------


def test_what_is_asked_for_without_effect_is_a_difference() -> None:
    offered = catalog(depot(net := part("Net", "1"), base_images=(base_image("8.0", net),)))
    plain, pinned = (compose(ImageSpec("8.0", components=asked), offered) for asked in ({}, {"Net": "1"}))

    difference = diff_images(plain, pinned)

    assert difference.asked == (Change("Net", None, "1"),)
    assert (difference.components, difference.vibs) == ((), ())
    assert not difference.is_empty


def test_another_add_on_comes_and_the_former_goes() -> None:
    before, after = (
        compose(ImageSpec("8.0", AddOnSpec(name, "1")), Catalog.of({})) for name in ("Acme-AddOn", "Other-AddOn")
    )

    changes = diff_images(before, after).add_ons

    assert [(change.name, kind_of(change)) for change in changes] == [
        ("Acme-AddOn", Kind.REMOVED),
        ("Other-AddOn", Kind.ADDED),
    ]


# --- forms -----------------------------------------------------------------------------------------------------------


def test_names_from_depots_do_no_harm_in_a_terminal_or_in_markdown() -> None:
    offered = Catalog.of({})
    hostile = "Net\x1b[2J`|<b>"
    before, after = side({}, offered), side({"components": {hostile: "1|`2"}}, offered)
    difference = diff(before, after)

    text, markdown = diff_text(diff_document(difference), "a", "b"), diff_markdown(diff_document(difference), "a", "b")

    assert "\x1b" not in text + markdown
    assert "| + `Net\\x1b[2J'\\|<b>` | `1\\|'2` | user |" in markdown.splitlines()


def test_findings_about_drivers_come_first_in_markdown() -> None:
    lost = Finding("imagewright.driver.lost", Severity.WARNING, "", "The [device] is lost.", "Use another.")
    same = side({}, Catalog.of({}))

    lines = diff_markdown(diff_document(diff(same, same)), "a", "b", [lost]).splitlines()

    assert lines[2:5] == ["### Drivers", "", "- **WARNING** The \\[device\\] is lost. Use another."]
    assert lines[-1] == "The two are equal."


def test_document_tells_what_happened_and_leaves_out_what_is_unset() -> None:
    difference = SpecDiff(difference_of([part("Net", "1")], [part("Net", "2"), part("Agent", "1")]))

    image = diff_document(difference)["image"]

    assert image["components"] == [
        {"name": "Agent", "kind": "ADDED", "after": "1", "after_source": "BASE_IMAGE"},
        {
            "name": "Net", "kind": "UP", "before": "1", "after": "2",
            "before_source": "BASE_IMAGE", "after_source": "BASE_IMAGE",
        },
    ]  # fmt: skip
    assert [each["kind"] for each in image["vibs"]] == ["ADDED", "UP"]
    assert image["vibs"][1]["before"]["id"] == "VMW_bootbank_net_1"
    assert json.loads(json.dumps(image)) == image


def test_columns_give_way_where_they_are_too_wide() -> None:
    assert columns([("a", "1", "x"), ("long", "22", "")], 12) == ["a     1   x", "long  22"]
    assert columns([("a" * 10, "1", "x"), ("b", "22", "y")], 12) == ["a" * 10, "    1   x", "b", "    22  y"]
    assert columns([("a" * 10, "12345", "12345"), ("b", "1", "y")], 12) == [
        "a" * 10, "    12345", "    12345", "b", "    1  y",
    ]  # fmt: skip


# --- bundles ---------------------------------------------------------------------------------------------------------


def test_a_bundle_is_the_image_of_everything_in_it() -> None:
    net, agent, old, new = part("Net", "1"), part("Agent", "1"), part("Tool", "1"), part("Tool", "2")
    add_on = AddOn("Acme-AddOn", "5", (ComponentRef("Agent", "1"),))
    offered = catalog(depot(net, agent, old, new, base_images=(base_image("8.0", net),), add_ons=(add_on,)))

    assert bundled_spec(offered).image == ImageSpec("8.0", AddOnSpec("Acme-AddOn", "5"), components={"Tool": "2"})


def test_a_bundle_of_several_images_is_not_guessed_at() -> None:
    net = part("Net", "1")
    bases = catalog(depot(net, base_images=(base_image("8.0", net), base_image("9.0", net))))
    add_ons = (AddOn("Acme-AddOn", "5", ()), AddOn("Acme-AddOn", "6", ()))
    two_add_ons = catalog(depot(net, base_images=(base_image("8.0", net),), add_ons=add_ons))

    with pytest.raises(NotOneImage, match="holds no base image"):
        bundled_spec(catalog(depot(net)))
    with pytest.raises(NotOneImage, match=r"holds 2 base images \(8.0 and 9.0\); write a specification"):
        bundled_spec(bases)
    with pytest.raises(NotOneImage, match=r"holds 2 add-ons \(Acme-AddOn 5 and Acme-AddOn 6\)"):
        bundled_spec(two_add_ons)

"""Versions that a specification leaves open."""

from __future__ import annotations

from model_build import Part, base_image, catalog, depot, part, vib

from imagewright.model.compose import compose, pinned
from imagewright.model.effective import EffectiveImage
from imagewright.model.spec import ImageSpec, SoftwareSpec

ESXI = part("ESXi", "8.0-1", vib("esx-base", "8.0-1", payload="boot", provides=["esx-version = 8.0", "api-1"]))


def composed(components: dict[str, str | None], *parts: Part) -> EffectiveImage:
    found = catalog(depot(ESXI, *parts, base_images=(base_image("8.0", ESXI),)))
    return compose(ImageSpec("8.0", components=components), found)


def driver(version: str, *depends: str, name: str = "Net") -> Part:
    return part(name, version, vib(name.lower(), version, depends=depends))


def test_highest_version_that_fits_is_chosen_and_shown() -> None:
    image = composed({"Net": None}, driver("1.9", "api-1"), driver("1.10", "api-1"), driver("2.0", "api-2"))

    assert image.chosen == {"Net": "1.10"}
    assert image.components["Net"].version == "1.10"
    assert image.components["Net"].chosen
    assert image.unresolved == frozenset()


def test_open_versions_are_found_together() -> None:
    image = composed(
        {"Agent": None, "Net": None},
        driver("1", "net >= 1", name="Agent"),
        driver("2", "net >= 3", name="Agent"),
        driver("1", "api-1"),
        driver("2", "api-1"),
    )

    assert image.chosen == {"Agent": "1", "Net": "2"}
    assert image.unresolved == frozenset()


def test_earlier_name_gets_the_higher_version() -> None:
    image = composed(
        {"A": None, "B": None},
        part("A", "1", vib("a", "1")),
        part("A", "2", vib("a", "2", conflicts=["b = 2"])),
        part("B", "1", vib("b", "1")),
        part("B", "2", vib("b", "2")),
    )

    assert image.chosen == {"A": "2", "B": "1"}


def test_earlier_name_stays_high_even_when_two_later_ones_have_to_give_way() -> None:
    image = composed(
        {"A": None, "B": None, "C": None},
        part("A", "1", vib("a", "1")),
        part("A", "2", vib("a", "2", conflicts=["b = 2"])),
        part("B", "1", vib("b", "1", conflicts=["c = 2"])),
        part("B", "2", vib("b", "2")),
        part("C", "1", vib("c", "1")),
        part("C", "2", vib("c", "2")),
    )

    assert image.chosen == {"A": "2", "B": "1", "C": "1"}


def test_lower_version_is_taken_to_give_another_what_it_needs() -> None:
    agent = driver("1", "net << 2", name="Agent")
    image = composed({"Agent": "1", "Net": None}, agent, driver("1", "api-1"), driver("2", "api-1"))

    assert image.chosen == {"Net": "1"}


def test_error_of_others_is_no_reason_for_a_lower_version() -> None:
    broken = driver("1", "nothing-has-this", name="Broken")
    image = composed({"Broken": "1", "Net": None}, broken, driver("1"), driver("2"))

    assert image.chosen == {"Net": "2"}
    assert image.unresolved == frozenset()


def test_without_a_fitting_version_the_highest_is_shown_and_named() -> None:
    image = composed(
        {"Net": None, "Other": None}, driver("1", "api-7"), driver("2", "api-8"), driver("3", name="Other")
    )

    assert image.chosen == {"Net": "2", "Other": "3"}
    assert image.unresolved == {"Net"}


def test_component_that_no_depot_holds_stays_open() -> None:
    image = composed({"Ghost": None})

    assert image.unresolved == {"Ghost"}
    assert "Ghost" not in image.components


def test_ambiguous_version_is_passed_over() -> None:
    rebuilt = part("Net", "2", vib("net", "2", content="built again"))
    image = composed({"Net": None}, driver("1"), driver("2"), rebuilt)

    assert image.chosen == {"Net": "1"}


def test_pinned_specification_gives_the_same_image_when_newer_depots_come() -> None:
    found = catalog(depot(ESXI, driver("1"), base_images=(base_image("8.0", ESXI),)))
    spec = SoftwareSpec(ImageSpec("8.0", components={"Net": None}))

    fixed = pinned(spec, found)

    assert fixed.image.components == {"Net": "1"}
    assert pinned(fixed, found) == fixed


def test_many_open_versions_are_found_quickly() -> None:
    # Twelve components with ten versions each, of which only two are at odds.
    parts = [driver(str(version), name=f"C{name}") for name in range(2, 12) for version in range(10)]
    parts += [part("C0", str(v), vib("c0", str(v), conflicts=["c1 >= 5"])) for v in range(10)]
    parts += [part("C1", str(v)) for v in range(10)]

    image = composed({f"C{name}": None for name in range(12)}, *parts)

    assert image.unresolved == frozenset()
    assert image.chosen == {f"C{name}": "9" for name in range(12)} | {"C1": "4"}

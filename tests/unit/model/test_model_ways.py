"""Ways out: what is offered really helps."""

from __future__ import annotations

from model_build import Part, base_image, catalog, depot, part, vib

from imagewright.model.compose import compose_spec
from imagewright.model.content import AddOn, DepotContent
from imagewright.model.finding import Finding
from imagewright.model.spec import AddOnSpec, ImageSpec, SoftwareSpec
from imagewright.model.validate import validate


def esxi(version: str, *provides: str) -> Part:
    return part("ESXi", version, vib("esx-base", version, payload="boot", provides=provides))


ESXI_8, ESXI_9 = esxi("8.0-1", "api-8"), esxi("9.0-1", "api-8", "api-9")
AGENT = part("Agent", "1-1", vib("agent", "1", depends=["net >= 2"]))


def net(version: str, *depends: str, **fields: object) -> Part:
    return part("Net", version, vib("net", version, depends=depends, **fields))


def site(*parts: Part, **things: object) -> DepotContent:
    bases = (base_image("8.0", ESXI_8), base_image("9.0", ESXI_9))
    return depot(ESXI_8, ESXI_9, *parts, base_images=bases, **things)


def only_finding(image: ImageSpec, *depots: DepotContent) -> Finding:
    found = catalog({f"depot-{number}": content for number, content in enumerate(depots)})
    spec = SoftwareSpec(image)
    (finding,) = validate(spec, compose_spec(spec, found), found, None)
    return finding


def test_version_that_brings_another_error_is_not_offered() -> None:
    finding = only_finding(ImageSpec("8.0", components={"Agent": "1-1"}), site(AGENT, net("2"), net("3", "api-9")))

    assert finding.resolution == "Use the component Net 2, or take Agent out of the image's components."


def test_what_brings_another_error_is_offered_with_what_removes_that_one() -> None:
    image = ImageSpec("8.0", components={"Agent": "1-1"})

    finding = only_finding(image, site(AGENT, net("3", "api-9")))

    assert finding.resolution == (
        "Use the component Net 3 together with the base image 9.0, or take Agent out of the image's components."
    )
    together = finding.ways[0].applied(image)
    assert (together.base_image, together.components) == ("9.0", {"Agent": "1-1", "Net": "3"})


def test_three_changes_where_two_are_not_enough() -> None:
    disk = part("Disk", "1", vib("disk", "1", depends=["api-9"]))

    finding = only_finding(ImageSpec("8.0", components={"Agent": "1-1"}), site(AGENT, net("3", "disk"), disk))

    assert finding.resolution.startswith(
        "Use the component Net 3 together with the component Disk 1 together with the base image 9.0, or "
    )


def test_change_that_turns_out_not_to_be_needed_is_left_out() -> None:
    # The newest Net conflicts with Old; without Old, even the Net of the base image is enough for nothing else.
    old = part("Old", "1", vib("old", "1", conflicts=["net"]))
    image = ImageSpec("8.0", components={"Old": "1", "Net": "1"})

    finding = only_finding(image, site(old, net("1")))

    assert finding.resolution == (
        "No other version in the depots avoids it: "
        "take Old out of the image's components, or take Net out of the image's components."
    )
    assert [len(way.edits) for way in finding.ways] == [1, 1]


def test_version_that_brings_an_error_which_nothing_removes_says_so() -> None:
    finding = only_finding(ImageSpec("8.0", components={"Agent": "1-1"}), site(AGENT, net("3", "api-10")))

    assert finding.resolution == (
        "Use the component Net 3 (which brings other errors), or take Agent out of the image's components."
    )
    assert [way.text for way in finding.ways] == ["take Agent out of the image's components"]


def test_component_that_others_need_is_not_given_up() -> None:
    driver = net("3", "api-10")
    chosen = {"Agent": "1-1", "Net": "3"}

    finding = only_finding(ImageSpec("8.0", components=chosen), site(AGENT, driver))

    assert finding.resolution == (
        "Nothing else in the depots provides api-10: import a depot that does, "
        "or take Net out of the image's components and take Agent out of the image's components."
    )


def test_newest_first_and_after_the_fifth_the_rest_is_counted() -> None:
    offered = [net(str(version)) for version in range(2, 12)]

    finding = only_finding(ImageSpec("8.0", components={"Agent": "1-1"}), site(AGENT, *offered))

    assert finding.resolution.startswith(
        "Use the component Net 11, the component Net 10, the component Net 9, the component Net 8, "
        "the component Net 7 or 5 more, or "
    )


def test_what_no_depot_has_is_said_so() -> None:
    finding = only_finding(ImageSpec("8.0", components={"Agent": "1-1"}), site(AGENT, net("1")))

    assert finding.resolution == (
        "Nothing else in the depots provides net >= 2: import a depot that does, "
        "or take Agent out of the image's components."
    )


def test_base_image_that_the_add_on_does_not_support_is_not_offered_where_others_are() -> None:
    vendor = AddOn("Vendor", "1", (), supported_base_images=("8.0", "8.5"))
    esxi_85 = esxi("8.5-1", "api-9")
    image = ImageSpec("8.0", AddOnSpec("Vendor", "1"), {"Net": "3"})

    finding = only_finding(
        image,
        site(net("3", "api-9"), add_ons=(vendor,)),
        depot(esxi_85, base_images=(base_image("8.5", esxi_85),)),
    )

    assert finding.resolution == "Use the base image 8.5, or take Net out of the image's components."


def test_base_image_whose_components_no_depot_holds_is_not_offered() -> None:
    ghost = part("Ghost", "1")
    hollow = base_image("10.0", ESXI_9, ghost)

    finding = only_finding(
        ImageSpec("8.0", components={"Net": "3"}), site(net("3", "api-9")), depot(base_images=(hollow,))
    )

    assert finding.resolution == "Use the base image 9.0, or take Net out of the image's components."


def test_bound_on_the_release_offers_base_images() -> None:
    finding = only_finding(
        ImageSpec("8.0", components={"Net": "3"}),
        site(part("Net", "3", vib("net", "3", depends=["esx-version >= 9.0"]))),
    )

    assert finding.text.endswith("needs esx-version >= 9.0, and the image has esx-version 8.0.")
    assert finding.resolution == "Use the base image 9.0, or take Net out of the image's components."


def test_what_a_users_older_component_lost_is_named() -> None:
    base = base_image("8.0", ESXI_8, net("2"))
    held = depot(ESXI_8, net("2"), net("1"), AGENT, base_images=(base,))
    finding_list = catalog(held)
    spec = SoftwareSpec(ImageSpec("8.0", components={"Agent": "1-1", "Net": "1"}))

    error, info = validate(spec, compose_spec(spec, finding_list), finding_list, None)

    assert error.because[-1] == "Net 2 holds it, but was replaced by version 1 from the user's components"
    assert error.resolution.startswith("Use the component Net 2, or ")
    assert info.id == "imagewright.component.retained"


def test_chain_starts_at_the_users_own_choice() -> None:
    driver = net("3", "api-9")
    vendor = AddOn("Vendor", "1", (driver[0].ref,))

    finding = only_finding(ImageSpec("8.0", AddOnSpec("Vendor", "1")), site(driver, add_ons=(vendor,)))

    assert finding.path == "add_on"
    assert finding.because == (
        "you chose the add-on Vendor 1",
        "it brings the component Net 3",
        "its VIB net 3 needs api-9",
    )
    assert finding.resolution == "Use the base image 9.0, or mark Net as removed."


def test_clash_offers_the_versions_of_both_that_can_live_together() -> None:
    one = [part("One", v, vib("one", v, conflicts=c)) for v, c in (("1", ()), ("2", ["two >= 2"]))]
    two = [part("Two", v, vib("two", v)) for v in ("1", "2")]

    finding = only_finding(ImageSpec("8.0", components={"One": "2", "Two": "2"}), site(*one, *two))

    assert finding.resolution == (
        "Use the component One 1 or the component Two 1, "
        "or take One out of the image's components, or take Two out of the image's components."
    )

"""The layers of an image, and which VIBs of it are installed."""

from __future__ import annotations

from dataclasses import replace

from model_build import DPU, ESX, base_image, catalog, depot, part, refs, vib

from imagewright.model.compose import compose, compose_spec, pinned
from imagewright.model.content import AddOn, ComponentRef, HardwareSupportPackage, Solution
from imagewright.model.effective import Customization, EffectiveImage, Source
from imagewright.model.spec import AddOnSpec, AlternativeImage, ImageSpec, PackageSpec, SoftwareSpec, SolutionSpec

ESXI = part("ESXi", "8.0-1", vib("esx-base", "8.0-1", payload="boot"))
NET_1, NET_2, NET_3 = part("Net", "1-1"), part("Net", "2-1"), part("Net", "3-1")
TOOLS = part("Tools", "1-1")
EXTRA_1, EXTRA_2 = part("Extra", "1-1"), part("Extra", "2-1")
EVERYTHING = depot(
    ESXI,
    NET_1,
    NET_2,
    NET_3,
    TOOLS,
    EXTRA_1,
    EXTRA_2,
    base_images=(base_image("8.0", ESXI, NET_2, TOOLS),),
    add_ons=(AddOn("Vendor", "1", refs(NET_1), removed_components=("Tools",)),),
    hardware_support=(
        HardwareSupportPackage("hsm-a", "pack", "1", refs(NET_3), supported_releases=("8.0",)),
        HardwareSupportPackage("hsm-a", "pack", "2", refs(NET_2), supported_releases=("9.0",)),
        HardwareSupportPackage("hsm-b", "pack", "1", refs(EXTRA_1), removed_components=("Net",)),
    ),
    solutions=(Solution("wcp", "1", refs(EXTRA_1, EXTRA_2, TOOLS)),),
)
BASE = ImageSpec(base_image="8.0")


def composed(**parts: object) -> EffectiveImage:
    return compose(replace(BASE, **parts), catalog(EVERYTHING))


def versions(image: EffectiveImage) -> dict[str, str]:
    return {name: effective.version for name, effective in image.components.items()}


def vib_ids(image: EffectiveImage) -> tuple[set[str], set[str]]:
    """The installed and the reserved VIBs, by name and version."""

    def names(items: object) -> set[str]:
        return {f"{item.vib.name} {item.vib.version}" for item in items}  # type: ignore[attr-defined]

    return names(image.installed), names(image.reserved)


def test_base_image_alone() -> None:
    image = composed()

    assert versions(image) == {"ESXi": "8.0-1", "Net": "2-1", "Tools": "1-1"}
    assert {effective.source for effective in image.components.values()} == {Source.BASE_IMAGE}
    assert image.base_is_whole
    assert image.reserved == ()


def test_add_on_wins_over_the_base_image_even_when_lower_and_removes() -> None:
    image = composed(add_on=AddOnSpec("Vendor", "1"))

    assert versions(image) == {"ESXi": "8.0-1", "Net": "1-1"}
    (loser,) = image.components["Net"].overridden
    assert (loser.version, loser.display_version, loser.source) == ("2-1", "2", Source.BASE_IMAGE)
    assert loser.note == "Replaced by version 1-1 from the add-on Vendor 1."
    assert image.removed["Tools"].source is Source.ADD_ON
    assert image.removed_by_user == {}
    assert vib_ids(image) == ({"esx-base 8.0-1", "net 1-1"}, {"net 2-1", "tools 1-1"})


def test_hardware_support_comes_over_the_add_on_in_the_order_of_managers() -> None:
    image = composed(
        add_on=AddOnSpec("Vendor", "1"),
        hardware_support={"hsm-b": PackageSpec("pack", "1"), "hsm-a": PackageSpec("pack", "1")},
    )

    # hsm-a puts Net 3-1, and hsm-b removes it again.
    assert versions(image) == {"ESXi": "8.0-1", "Extra": "1-1"}
    assert image.removed["Net"].source is Source.HARDWARE_SUPPORT_PACKAGE
    assert [(loser.version, loser.source) for loser in image.removed["Net"].overridden] == [
        ("2-1", Source.BASE_IMAGE),
        ("1-1", Source.ADD_ON),
        ("3-1", Source.HARDWARE_SUPPORT_PACKAGE),
    ]


def test_hardware_support_without_a_version_is_the_highest_that_supports_the_base_image() -> None:
    asked = replace(BASE, hardware_support={"hsm-a": PackageSpec("pack")})

    image = compose(asked, catalog(EVERYTHING))

    assert image.hardware_support["hsm-a"].version == "1"
    fixed = pinned(SoftwareSpec(asked), catalog(EVERYTHING))
    assert fixed.image.hardware_support == {"hsm-a": PackageSpec("pack", "1")}


def test_solution_brings_only_the_components_that_are_wanted() -> None:
    image = composed(solutions={"wcp": SolutionSpec("1", ("Extra",))})

    assert image.components["Extra"].version == "2-1"
    assert image.components["Extra"].source is Source.SOLUTION
    assert not image.components["Extra"].removable
    assert image.components["Tools"].source is Source.BASE_IMAGE


def test_user_component_wins_over_everything() -> None:
    image = composed(
        add_on=AddOnSpec("Vendor", "1"),
        hardware_support={"hsm-a": PackageSpec("pack", "1")},
        components={"Net": "2-1"},
    )

    net = image.components["Net"]
    assert (net.version, net.source) == ("2-1", Source.USER)
    assert net.customization is Customization.RETAINED  # the hardware support package had 3-1
    assert [loser.version for loser in net.overridden] == ["2-1", "1-1", "3-1"]


def test_user_component_that_is_not_lower_is_no_customization() -> None:
    assert composed(components={"Net": "3-1"}).components["Net"].customization is None
    assert composed(components={"Net": "2-1"}).components["Net"].customization is None


def test_user_component_that_no_depot_holds_is_in_the_image_without_details() -> None:
    net = composed(components={"Net": "7-1"}).components["Net"]

    assert (net.version, net.component, net.source) == ("7-1", None, Source.USER)


def test_user_brings_back_what_the_add_on_removed() -> None:
    image = composed(add_on=AddOnSpec("Vendor", "1"), components={"Tools": "1-1"})

    assert image.components["Tools"].source is Source.USER
    assert image.components["Tools"].overridden[0].was_removed
    assert image.components["Tools"].customization is None
    assert "Tools" not in image.removed


def test_user_removes() -> None:
    image = composed(removed_components=frozenset({"Tools"}))

    tools = image.removed_by_user["Tools"]
    assert (tools.version, tools.source, tools.customization) == ("", Source.USER_REMOVED, Customization.REMOVED)
    assert tools.component == TOOLS[0]
    assert tools.removable
    assert [(loser.version, loser.note) for loser in tools.overridden] == [("1-1", "Removed by the user.")]
    assert "Tools" not in image.components
    assert vib_ids(image)[1] == {"tools 1-1"}


def test_what_hosts_start_from_is_not_removable() -> None:
    assert not composed().components["ESXi"].removable
    assert composed().components["Tools"].removable


def test_component_both_asked_for_and_removed_stays() -> None:
    image = composed(components={"Tools": "1-1"}, removed_components=frozenset({"Tools"}))

    assert image.components["Tools"].source is Source.USER


def test_unknown_parts_are_left_out() -> None:
    image = compose(ImageSpec("9.9", AddOnSpec("X", "1"), {"Net": "1-1"}), catalog(EVERYTHING))

    assert versions(image) == {"Net": "1-1"}
    assert image.base_image is None
    assert not image.base_is_whole


def test_base_image_with_parts_that_no_depot_holds_is_not_whole() -> None:
    hollow = replace(base_image("8.0", ESXI), components=(*refs(ESXI), ComponentRef("Lost", "1")))
    image = compose(BASE, catalog(depot(ESXI, base_images=(hollow,))))

    assert not image.base_is_whole
    assert image.components["Lost"].component is None


# --- VIBs ------------------------------------------------------------------------------------------------------------


def test_of_vibs_with_one_name_the_highest_is_installed_whoever_brings_it() -> None:
    old = part("Bundle", "5-1", vib("shared", "1-1"), vib("own", "1-1"))
    new = part("Other", "1-1", vib("shared", "2-1"))
    image = compose(BASE, catalog(depot(old, new, base_images=(base_image("8.0", old, new),))))

    assert vib_ids(image) == ({"shared 2-1", "own 1-1"}, {"shared 1-1"})
    (installed,) = (item for item in image.installed if item.vib.name == "shared")
    assert installed.component == ComponentRef("Other", "1-1")


def test_vib_of_an_overridden_component_that_is_also_in_use_is_not_reserved() -> None:
    shared = vib("shared", "1-1")
    old, new = part("Net", "1-1", shared), part("Net", "2-1", shared, vib("net", "2-1"))
    found = catalog(depot(old, new, base_images=(base_image("8.0", old),)))

    image = compose(replace(BASE, components={"Net": "2-1"}), found)

    assert vib_ids(image) == ({"shared 1-1", "net 2-1"}, set())


def test_each_product_line_has_its_own_vibs() -> None:
    for_both = vib("agent", "1-1", platforms=ESX + DPU)
    base = part("ESXi", "8.0-1", vib("esx-base", "1", platforms=ESX), vib("esxio-base", "1", platforms=DPU), for_both)
    newer = part("Agent", "2-1", vib("agent", "2-1", platforms=ESX))
    image = compose(BASE, catalog(depot(base, newer, base_images=(base_image("8.0", base, newer),))))

    installed = {line: [f"{item.vib.name} {item.vib.version}" for item in items] for line, items in image.vibs.items()}
    assert installed == {"embeddedEsx": ["agent 2-1", "esx-base 1"], "esxio": ["agent 1-1", "esxio-base 1"]}
    assert image.reserved == ()


def test_vib_that_names_no_product_line_has_those_of_its_bulletin_else_the_host() -> None:
    silent = part("Silent", "1-1", vib("silent", "1-1"))
    dpu = part("Dpu", "1-1", vib("dpu", "1-1"), platforms=DPU)
    image = compose(BASE, catalog(depot(silent, dpu, base_images=(base_image("8.0", silent, dpu),))))

    names = {line: [item.vib.name for item in items] for line, items in image.vibs.items()}
    assert names == {"embeddedEsx": ["silent"], "esxio": ["dpu"]}


def test_vib_for_a_product_line_that_the_base_image_lacks_is_reserved() -> None:
    extra = part("Extra", "1-1", vib("extra", "1-1", platforms=ESX), vib("extra-dpu", "1-1", platforms=DPU))
    base = part("ESXi", "8.0-1", vib("esx-base", "1", platforms=ESX))
    found = catalog(depot(base, extra, base_images=(base_image("8.0", base),)))

    image = compose(replace(BASE, components={"Extra": "1-1"}), found)

    assert vib_ids(image) == ({"esx-base 1", "extra 1-1"}, {"extra-dpu 1-1"})


# --- whole specifications --------------------------------------------------------------------------------------------


def test_alternative_images_stand_on_the_base_image_of_the_default_one() -> None:
    alternative = AlternativeImage("Other hosts", ImageSpec(components={"Extra": None}))
    spec = SoftwareSpec(BASE, {"image-1": alternative})

    effective = compose_spec(spec, catalog(EVERYTHING))

    assert versions(effective.alternative_images["image-1"]) == {**versions(effective.image), "Extra": "2-1"}
    fixed = pinned(spec, catalog(EVERYTHING))
    assert fixed.alternative_images["image-1"].image == ImageSpec(components={"Extra": "2-1"})
    assert fixed.image == BASE

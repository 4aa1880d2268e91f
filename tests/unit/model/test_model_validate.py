"""What is wrong with a specification: each rule by itself. How it is told is in the golden reports."""

from __future__ import annotations

from dataclasses import replace

import pytest
from model_build import DPU, ESX, Part, base_image, catalog, depot, part, refs, vib

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose_spec
from imagewright.model.content import AddOn, HardwareSupportPackage, Platform, Solution
from imagewright.model.criteria import MOST_IMAGES
from imagewright.model.finding import Finding, Severity
from imagewright.model.spec import (
    AddOnSpec,
    AlternativeImage,
    HostHardware,
    ImageSpec,
    PackageSpec,
    SelectionCriteria,
    SelectionType,
    SoftwareSpec,
    SolutionSpec,
)
from imagewright.model.validate import LibraryEntry, LibraryView, has_errors, validate

ESXI = part("ESXi", "8.0-1", vib("esx-base", "8.0-1", payload="boot", provides=["api-1"]))
BASE = ImageSpec("8.0")


def site(*parts: Part, **things: object) -> Catalog:
    return catalog(depot(ESXI, *parts, base_images=(base_image("8.0", ESXI),), **things))


def findings(image: ImageSpec, found: Catalog) -> tuple[Finding, ...]:
    spec = SoftwareSpec(image)
    return validate(spec, compose_spec(spec, found), found, None)


def told(image: ImageSpec, found: Catalog) -> list[str]:
    """The findings as `area.finding at path`."""
    return [f"{one.id.removeprefix('imagewright.')} at {one.path}" for one in findings(image, found)]


def with_components(*parts: Part) -> tuple[ImageSpec, Catalog]:
    chosen = {component.name: component.version for component, _ in parts}
    return replace(BASE, components=chosen), site(*parts)


# --- relations of VIBs -----------------------------------------------------------------------------------------------


def test_good_image_has_no_findings() -> None:
    assert told(*with_components(part("Net", "1-1", vib("net", "1", depends=["api-1", "esx-base >= 8.0"])))) == []


def test_relations_in_a_circle_are_followed_once() -> None:
    one = part("One", "1-1", vib("one", "1", depends=["two >= 1"], replaces=["three"]))
    two = part("Two", "1-1", vib("two", "1", depends=["two", "one = 1"], replaces=["one << 1"]))
    three = part("Three", "1-1", vib("three", "1", depends=["one"], replaces=["one", "three << 1"]))
    assert told(*with_components(one, two)) == []
    assert {finding.partition(" ")[0] for finding in told(*with_components(one, two, three))} == {"vib.obsolete"}


def test_dependency_is_met_by_a_provided_name_and_version() -> None:
    provider = part("Lib", "1-1", vib("lib", "1", provides=["lib-api = 2.1"]))
    fitting = part("Net", "1-1", vib("net", "1", depends=["lib-api >= 2"]))
    not_fitting = part("Net", "1-1", vib("net", "1", depends=["lib-api >= 3"]))

    assert told(*with_components(provider, fitting)) == []
    assert told(*with_components(provider, not_fitting)) == ["vib.unmet_dependency at components.Net"]


@pytest.mark.parametrize(("bound", "met"), [(">= 8.0", True), ("<< 8.1", True), (">= 8.0.1", False), ("<< 8.0", False)])
def test_base_image_provides_esx_version(bound: str, met: bool) -> None:
    image, found = with_components(part("Net", "1-1", vib("net", "1", depends=[f"esx-version {bound}"])))

    assert told(image, found) == ([] if met else ["vib.unmet_dependency at components.Net"])


def test_dependency_is_judged_on_each_product_line() -> None:
    base = part(
        "ESXi", "8.0-1", vib("esx-base", "1", platforms=ESX, provides=["api-1"]), vib("esxio-base", "1", platforms=DPU)
    )
    both = part("Net", "1-1", vib("net", "1", platforms=ESX + DPU, depends=["api-1"]))
    found = catalog(depot(base, both, base_images=(base_image("8.0", base),)))

    (finding,) = findings(replace(BASE, components={"Net": "1-1"}), found)

    assert (
        finding.text == "The VIB net 1 of the component Net needs api-1 on esxio, and nothing in the image provides it."
    )


def test_what_is_unmet_on_both_product_lines_is_told_once() -> None:
    base = part("ESXi", "8.0-1", vib("esx-base", "1", platforms=ESX), vib("esxio-base", "1", platforms=DPU))
    both = part("Net", "1-1", vib("net", "1", platforms=ESX + DPU, depends=["api-9"]))
    found = catalog(depot(base, both, base_images=(base_image("8.0", base),)))

    assert len(findings(replace(BASE, components={"Net": "1-1"}), found)) == 1


def test_dependencies_are_not_judged_without_a_base_image() -> None:
    image, found = with_components(part("Net", "1-1", vib("net", "1", depends=["api-1"])))

    assert told(replace(image, base_image=None), found) == ["base_image.missing at base_image"]
    assert told(replace(image, base_image="9.9"), found) == ["base_image.unknown at base_image"]


def test_conflict_by_name_or_by_what_is_provided() -> None:
    disk = part("Disk", "1-1", vib("disk", "1", provides=["storage-api = 1"]))
    by_name = part("Net", "1-1", vib("net", "1", conflicts=["disk << 2"]))
    by_provide = part("Net", "1-1", vib("net", "1", conflicts=["storage-api"]))
    other_version = part("Net", "1-1", vib("net", "1", conflicts=["disk >= 2"]))

    assert told(*with_components(disk, by_name)) == ["vib.conflict at components.Net"]
    assert told(*with_components(disk, by_provide)) == ["vib.conflict at components.Net"]
    assert told(*with_components(disk, other_version)) == []


def test_vib_does_not_conflict_with_itself() -> None:
    net = part("Net", "1-1", vib("net", "1", conflicts=["net-api"], provides=["net-api"], replaces=["net"]))

    assert told(*with_components(net)) == []


def test_conflict_that_both_name_is_told_once() -> None:
    net = part("Net", "1-1", vib("net", "1", conflicts=["disk"]))
    disk = part("Disk", "1-1", vib("disk", "1", conflicts=["net"]))

    assert len(findings(*with_components(net, disk))) == 1


def test_replaced_vib_is_told_by_name_and_bound() -> None:
    old = part("Old", "1-1", vib("old", "1", provides=["old-api"]))
    assert told(*with_components(old, part("New", "1-1", vib("new", "1", replaces=["old <= 1"])))) == [
        "vib.obsolete at components.New"
    ]
    assert told(*with_components(old, part("New", "1-1", vib("new", "1", replaces=["old << 1"])))) == []
    assert told(*with_components(old, part("New", "1-1", vib("new", "1", replaces=["old-api"])))) == []


def test_one_file_in_two_vibs_unless_one_is_an_overlay() -> None:
    one = part("One", "1-1", vib("one", "1", files=("etc/a", "etc/b")))
    two = part("Two", "1-1", vib("two", "1", files=("etc/b", "etc/c")))
    over = part("Two", "1-1", vib("two", "1", files=("etc/b", "etc/c"), overlay=True))

    (finding,) = findings(*with_components(one, two))

    assert finding.id == "imagewright.vib.file_clash"
    assert finding.args["files"] == "etc/b"
    assert told(*with_components(one, over)) == []


def test_files_of_reserved_vibs_do_not_count() -> None:
    old = part("Net", "1-1", vib("net", "1", files=("etc/net",)))
    new = part("Net", "2-1", vib("net", "2", files=("etc/net",)))
    found = catalog(depot(ESXI, old, new, base_images=(base_image("8.0", ESXI, old),)))

    assert told(replace(BASE, components={"Net": "2-1"}), found) == []


def test_hundreds_of_files_make_one_finding() -> None:
    files = tuple(f"usr/lib/{number:03}" for number in range(300))
    image, found = with_components(
        part("One", "1-1", vib("one", "1", files=files)), part("Two", "1-1", vib("two", "1", files=files))
    )

    (finding,) = findings(image, found)

    assert finding.args["files"] == "usr/lib/000, usr/lib/001, usr/lib/002, usr/lib/003, usr/lib/004 and 295 more"


def test_one_vib_with_two_contents_in_two_components() -> None:
    image, found = with_components(
        part("One", "1-1", vib("shared", "1", content="first")),
        part("Two", "1-1", vib("shared", "1", content="second")),
    )

    assert [one.id for one in findings(image, found)] == ["imagewright.vib.two_contents"]


def test_component_for_another_product_line() -> None:
    net = part("Net", "1-1", vib("net", "1", platforms=DPU))
    assert told(*with_components(net)) == ["component.wrong_product_line at components.Net"]


# --- parts of an image -----------------------------------------------------------------------------------------------


def test_component_whose_vibs_no_depot_describes() -> None:
    net = part("Net", "1-1")
    found = catalog(depot(ESXI, net, vibs=ESXI[1], base_images=(base_image("8.0", ESXI),)))

    (finding,) = findings(replace(BASE, components={"Net": "1-1"}), found)

    assert (finding.id, finding.args["vibs"]) == ("imagewright.component.incomplete", "VMW_bootbank_net_1-1")


def test_base_image_of_two_depots_with_different_components() -> None:
    net = part("Net", "1-1")
    one = depot(ESXI, base_images=(base_image("8.0", ESXI),))
    two = depot(ESXI, net, base_images=(base_image("8.0", ESXI, net),))

    assert told(BASE, catalog({"a": one, "b": two})) == ["base_image.ambiguous at base_image"]


def test_second_content_of_an_add_on_is_an_error_only_where_it_is_used() -> None:
    net = part("Net", "1-1")
    one = site(net, add_ons=(AddOn("Vendor", "1", ()), AddOn("Other", "1", ())))
    two = depot(add_ons=(AddOn("Vendor", "1", refs(net)),))
    found = catalog({"first": one.depots["depot-1"], "second": two})

    (finding,) = findings(replace(BASE, add_on=AddOnSpec("Vendor", "1")), found)

    assert finding.id == "imagewright.add_on.ambiguous"
    assert finding.resolution == "Keep one of the depots first or second and delete the others."
    assert told(replace(BASE, add_on=AddOnSpec("Other", "1")), found) == []


def test_two_contents_in_one_depot_are_not_resolved_by_deleting_another() -> None:
    net = part("Net", "1-1")
    found = site(net, add_ons=(AddOn("Vendor", "1", ()), AddOn("Vendor", "1", refs(net))))

    (finding,) = findings(replace(BASE, add_on=AddOnSpec("Vendor", "1")), found)

    assert finding.resolution.startswith("One depot holds all of them")


@pytest.mark.parametrize(
    ("made_for", "is_newer"), [("8.0", False), ("7.*", False), ("8.0.3-1", True), ("9.1", True), ("", False)]
)
def test_component_for_a_newer_platform_is_a_warning(made_for: str, is_newer: bool) -> None:
    image, found = with_components(part("Net", "1-1", vib("net", "1", platforms=(Platform("embeddedEsx", made_for),))))

    assert told(image, found) == (["component.newer_platform at components.Net"] if is_newer else [])
    assert not has_errors(findings(image, found))


@pytest.mark.parametrize(("bound", "refuses"), [("<= 8.0", True), (">= 9", False)])
def test_conflict_with_the_release_of_the_base_image(bound: str, refuses: bool) -> None:
    image, found = with_components(part("Net", "1-1", vib("net", "1", conflicts=[f"esx-version {bound}"])))

    assert told(image, found) == (["vib.wrong_release at components.Net"] if refuses else [])


def test_unknown_add_on_version_offers_those_that_are_there() -> None:
    found = site(add_ons=(AddOn("Vendor", "1", ()), AddOn("Vendor", "2", ())))

    (finding,) = findings(replace(BASE, add_on=AddOnSpec("Vendor", "3")), found)

    assert finding.resolution.startswith("Choose a version that is there (2 or 1)")


@pytest.mark.parametrize("supported", [(), ("8",), ("8.0", "9.0")])
def test_add_on_supports_a_base_image_by_prefix_or_names_none(supported: tuple[str, ...]) -> None:
    found = site(add_ons=(AddOn("Vendor", "1", (), supported_base_images=supported),))

    assert told(replace(BASE, add_on=AddOnSpec("Vendor", "1")), found) == []


def test_add_on_of_a_component_that_no_depot_holds() -> None:
    found = site(add_ons=(AddOn("Vendor", "1", refs(part("Ghost", "1"))),))

    assert told(replace(BASE, add_on=AddOnSpec("Vendor", "1")), found) == ["component.not_in_depot at add_on"]


def test_hardware_support_version_that_is_not_there() -> None:
    found = site(hardware_support=(HardwareSupportPackage("hsm", "pack", "1"),))

    assert told(replace(BASE, hardware_support={"hsm": PackageSpec("pack", "2")}), found) == [
        "hardware_support.unknown_version at hardware_support.packages.hsm"
    ]


def test_component_that_the_solution_does_not_have() -> None:
    wcp = part("Spherelet", "1-1")
    found = site(wcp, solutions=(Solution("wcp", "1", refs(wcp)),))

    assert told(replace(BASE, solutions={"wcp": SolutionSpec("1", ("Spherelet", "Ghost"))}), found) == [
        "solution.unknown_component at solutions.wcp"
    ]


def test_what_a_solution_asks_for_cannot_be_removed() -> None:
    wcp = part("Spherelet", "1-1")
    found = site(wcp, solutions=(Solution("wcp", "1", refs(wcp)),))
    image = replace(
        BASE, solutions={"wcp": SolutionSpec("1", ("Spherelet",))}, removed_components=frozenset({"Spherelet"})
    )

    (finding,) = findings(image, found)

    assert finding.id == "imagewright.removed_component.not_removable"
    assert "the solution asks for it" in finding.text


def test_component_of_a_version_that_equals_the_base_image_is_no_finding() -> None:
    net = part("Net", "1-1")
    found = catalog(depot(ESXI, net, base_images=(base_image("8.0", ESXI, net),)))

    assert told(replace(BASE, components={"Net": "1-1"}), found) == []


# --- alternative images ----------------------------------------------------------------------------------------------


def alternatives(*criteria: SelectionCriteria) -> tuple[Finding, ...]:
    images = {
        f"image-{number}": AlternativeImage(f"Image {number}", ImageSpec(), selection)
        for number, selection in enumerate(criteria)
    }
    found = site()
    spec = SoftwareSpec(BASE, images)
    return validate(spec, compose_spec(spec, found), found, None)


def hardware(vendor: str = "Acme", **attributes: frozenset[str]) -> SelectionCriteria:
    return SelectionCriteria(SelectionType.HOST_HARDWARE_SPEC, hardware=HostHardware(vendor, **attributes))


def hosts(*uuids: str) -> SelectionCriteria:
    return SelectionCriteria(SelectionType.HOST_UUID, host_uuids=frozenset(uuids))


def test_different_models_or_vendors_tell_hosts_apart() -> None:
    r1, r2 = frozenset({"R1"}), frozenset({"R2"})

    assert alternatives(hardware(models=r1), hardware(models=r2), hardware("Other", models=r1), hosts("1")) == ()


def test_oem_strings_do_not_tell_hosts_apart() -> None:
    # A host carries several OEM strings, so it may have one that each image asks for.
    (finding,) = alternatives(hardware(oem_strings=frozenset({"a"})), hardware(oem_strings=frozenset({"b"})))

    assert (finding.severity, finding.id) == (
        Severity.WARNING,
        "imagewright.alternative_image.overlapping_criteria",
    )


def test_image_for_no_host_is_an_error() -> None:
    assert [one.id for one in alternatives(hosts())] == ["imagewright.alternative_image.no_criteria"]


def test_overlaps_of_one_image_are_one_finding() -> None:
    found = alternatives(hardware(), hardware(models=frozenset({"R1"})), hardware(models=frozenset({"R2"})), hardware())

    assert [(one.id.rpartition(".")[2], one.args["name"], one.args["other"]) for one in found] == [
        ("same_criteria", "Image 3", "Image 0"),
        ("overlapping_criteria", "Image 1", "Image 0"),
        ("overlapping_criteria", "Image 2", "Image 0"),
        ("overlapping_criteria", "Image 3", "Image 1 and Image 2"),
    ]


def test_more_alternative_images_than_are_told_apart() -> None:
    assert alternatives(*(hosts(str(number)) for number in range(MOST_IMAGES))) == ()

    (finding,) = alternatives(*(hosts(str(number)) for number in range(MOST_IMAGES + 1)))

    assert (finding.severity, finding.id) == (Severity.ERROR, "imagewright.alternative_image.too_many")


# --- the library -----------------------------------------------------------------------------------------------------


def checked(spec: SoftwareSpec, library: LibraryView, *parts: Part) -> list[str]:
    found = site(*parts)
    return [one.id for one in validate(spec, compose_spec(spec, found), found, library)]


NAMED = LibraryView("Mine", (LibraryEntry("software-spec-1", "Mine", SoftwareSpec(BASE).image_hash),))


def test_draft_without_a_name() -> None:
    assert checked(SoftwareSpec(BASE), LibraryView()) == ["imagewright.draft.no_name"]


def test_edit_is_not_compared_with_its_own_base() -> None:
    assert checked(SoftwareSpec(BASE), replace(NAMED, base_spec="software-spec-1")) == []


def test_names_are_compared_exactly() -> None:
    other = SoftwareSpec(replace(BASE, components={"Net": "1-1"}))
    assert checked(other, replace(NAMED, display_name="mine"), part("Net", "1-1")) == []
    assert checked(other, NAMED, part("Net", "1-1")) == ["imagewright.draft.duplicate_name"]


def test_content_is_compared_with_its_versions_pinned() -> None:
    committed = SoftwareSpec(replace(BASE, components={"Net": "1-1"}))
    library = LibraryView("New", (LibraryEntry("software-spec-2", "Old", committed.image_hash),))

    open_version = SoftwareSpec(replace(BASE, components={"Net": None}))

    assert checked(open_version, library, part("Net", "1-1")) == ["imagewright.draft.duplicate_content"]


# --- findings as values ----------------------------------------------------------------------------------------------


def test_findings_are_sorted_hashable_and_tell_what_blocks() -> None:
    old = part("Net", "1-1")
    new = part("Net", "2-1")
    found = catalog(depot(ESXI, old, new, base_images=(base_image("8.0", ESXI, new),)))
    image = replace(BASE, components={"Net": "1-1"}, removed_components=frozenset({"Ghost"}))

    harmless = findings(image, found)
    broken = findings(replace(image, add_on=AddOnSpec("Ghost", "1")), found)

    assert [one.severity for one in harmless] == [Severity.WARNING, Severity.INFO]
    assert not has_errors(harmless)
    assert [one.severity for one in broken] == [Severity.ERROR, Severity.WARNING, Severity.INFO]
    assert has_errors(broken)
    assert len(set(broken)) == 3


def test_names_with_braces_are_taken_as_they_are() -> None:
    image = replace(BASE, components={"{0}{name}": "{version}"})

    (finding,) = findings(image, site())

    assert finding.text == "No depot holds any version of the component {0}{name}."

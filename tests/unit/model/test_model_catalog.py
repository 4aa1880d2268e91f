"""What several depots together offer."""

from __future__ import annotations

from dataclasses import replace

from model_build import base_image, catalog, depot, part, refs, vib

from imagewright.model.catalog import BundleType
from imagewright.model.content import AddOn, HardwareSupportPackage, Solution, VibRef

NET_1, NET_9, NET_10 = part("Net", "1.9-1"), part("Net", "1.10-1"), part("Net", "1.10-2")
DISK = part("Disk", "1-1")


def test_versions_are_in_the_order_of_versions() -> None:
    found = catalog(depot(NET_10, NET_1, NET_9))

    assert found.component_versions("Net") == ("1.9-1", "1.10-1", "1.10-2")
    assert [component.version for component in found.components] == ["1.9-1", "1.10-1", "1.10-2"]


def test_what_is_not_there_is_none_or_empty() -> None:
    found = catalog({})

    assert found.base_image("8.0") is None
    assert found.add_on("A", "1") is None
    assert found.component("Net", "1") is None
    assert found.component_versions("Net") == ()
    assert found.hardware_support("manager", "package", "1") is None
    assert found.solution("S", "1") is None
    assert found.vib(VibRef("x", "y")) is None
    assert found.base_images == found.components == found.vibs == ()


def test_same_component_in_two_depots_is_one() -> None:
    described = (replace(NET_1[0], display_name="The same with another name"), NET_1[1])
    found = catalog({"b": depot(NET_1), "a": depot(described)})

    assert len(found.component_variants("Net", "1.9-1")) == 1
    assert found.depots_of(NET_1[0]) == ("a", "b")


def test_same_component_with_two_descriptions_is_shown_the_same_whatever_the_order_of_depots() -> None:
    described = (replace(NET_1[0], display_name="Another name"), NET_1[1])
    one = catalog({"a": depot(NET_1), "b": depot(described)})
    other = catalog({"b": depot(described), "a": depot(NET_1)})

    assert one.component("Net", "1.9-1") == other.component("Net", "1.9-1")


def test_another_description_does_not_change_which_variant_is_first() -> None:
    rebuilt = part("Net", "1.9-1", vib("net", "1.9-1", content="built again"))
    described = (replace(rebuilt[0], display_name=""), rebuilt[1])
    few = catalog({"a": depot(NET_1), "b": depot(rebuilt)})
    more = catalog({"a": depot(NET_1), "b": depot(rebuilt), "c": depot(described)})

    first, first_of_more = few.component("Net", "1.9-1"), more.component("Net", "1.9-1")
    assert first is not None
    assert first_of_more is not None
    assert first.bulletin.vibs == first_of_more.bulletin.vibs


def test_component_with_other_vibs_is_a_variant_whatever_the_order_of_depots() -> None:
    rebuilt = part("Net", "1.9-1", vib("net", "1.9-1", content="built again"))
    one = catalog({"a": depot(NET_1), "b": depot(rebuilt)})
    other = catalog({"b": depot(rebuilt), "a": depot(NET_1)})

    assert len(one.component_variants("Net", "1.9-1")) == 2
    assert one.component("Net", "1.9-1") == other.component("Net", "1.9-1")
    assert one.depots_of(rebuilt[0]) == ("b",)
    assert not one.is_sound("Net", "1.9-1")


def test_one_vib_id_with_two_contents_is_two_vibs() -> None:
    first, second = vib("net", "1", content="first"), vib("net", "1", content="second")
    found = catalog(depot(vibs=[first, second]))

    assert found.vib(first.ref) == first
    assert found.vib(second.ref) == second
    assert found.vib(VibRef(first.id)) == first


def test_vibs_that_no_depot_describes_are_missing() -> None:
    held, lost = vib("net", "1"), vib("net-tools", "1")
    both = part("Net", "1", held, lost)
    found = catalog(depot(both, vibs=[held]))

    assert found.vibs_of(both[0]) == (held,)
    assert found.missing_vibs(both[0]) == (lost.ref,)
    assert not found.is_sound("Net", "1")


def test_kinds_tell_what_a_component_is_a_part_of() -> None:
    base = base_image("8.0", NET_1)
    add_on = AddOn("A", "1", refs(NET_1, NET_9))
    package = HardwareSupportPackage("manager", "package", "1", refs(NET_10))
    found = catalog(
        depot(NET_1, NET_9, NET_10, DISK, base_images=(base,), add_ons=(add_on,), hardware_support=(package,))
    )

    assert found.kinds_of(NET_1[0]) == {BundleType.BASE_IMAGE, BundleType.ADD_ON}
    assert found.kinds_of(NET_9[0]) == {BundleType.ADD_ON}
    assert found.kinds_of(NET_10[0]) == frozenset()
    assert found.kinds_of(DISK[0]) == {BundleType.INDEPENDENT}


def test_what_carries_a_component_may_be_in_another_depot() -> None:
    solution = Solution("S", "1", refs(DISK))
    found = catalog({"a": depot(DISK), "b": depot(solutions=(solution,))})

    assert found.carriers_of(DISK[0].ref) == (solution,)
    assert found.depots_of(solution) == ("b",)


def test_providers_are_found_by_name_and_by_what_they_provide() -> None:
    driver = part("Net", "1", vib("net", "1", provides=["net-api = 2"]))
    found = catalog(depot(driver))

    assert [item.vib.name for item in found.providers_of("net")] == ["net"]
    assert [item.vib.name for item in found.providers_of("net-api")] == ["net"]
    assert found.providers_of("disk-api") == ()

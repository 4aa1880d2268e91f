"""What belongs to an exported image, and what keeps one from being exported."""

from __future__ import annotations

from dataclasses import replace

import pytest
from model_build import Part, base_image, catalog, depot, part, vib

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose_spec
from imagewright.model.content import AddOn, DepotContent, VibRef
from imagewright.model.effective import EffectiveSpec
from imagewright.model.exporting import image_depot, image_depots, lacking
from imagewright.model.spec import SoftwareSpec

ESXI = part("ESXi", "8.0-1", vib("esx-base", "8.0-1", size=100), vib("tools", "1", size=10))
OLD = part("Driver", "1", vib("driver", "1", size=20))
NEW = part("Driver", "2", vib("driver", "2", size=30))


def composed(content: DepotContent, **spec: object) -> tuple[EffectiveSpec, Catalog]:
    found = catalog(content)
    return compose_spec(SoftwareSpec.from_document({"base_image": {"version": "8.0"}, **spec}), found), found


def exported(content: DepotContent, *, skip_reserved: bool = False, **spec: object) -> DepotContent:
    return image_depot(*composed(content, **spec), skip_reserved=skip_reserved)


def names(content: DepotContent) -> set[tuple[str, str]]:
    return {(each.name, each.version) for bundle in content.bundles for each in bundle.components}


def test_what_belongs_to_the_image_and_nothing_else() -> None:
    stranger = part("Stranger", "1")
    found = exported(depot(ESXI, OLD, NEW, stranger, base_images=(base_image("8.0", ESXI, OLD),)))
    assert names(found) == {("ESXi", "8.0-1"), ("Driver", "1")}
    assert [image.version for image in found.bundles[0].base_images] == ["8.0"]


def test_an_overridden_component_comes_along_unless_reserved_vibs_are_left_out() -> None:
    content = depot(ESXI, OLD, NEW, base_images=(base_image("8.0", ESXI, OLD),))
    asked = {"components": {"Driver": "2"}}
    assert names(exported(content, **asked)) == {("ESXi", "8.0-1"), ("Driver", "1"), ("Driver", "2")}
    without = exported(content, skip_reserved=True, **asked)
    assert names(without) == {("ESXi", "8.0-1"), ("Driver", "2")}
    assert {each.version for each in without.vibs if each.name == "driver"} == {"2"}


def test_a_component_that_is_partly_reserved_keeps_naming_its_vibs() -> None:
    """Its lower VIB loses against another component's: the component stays what it is, one of its VIBs is elsewhere."""
    both = part("Both", "1", vib("driver", "1", size=20), vib("other", "1", size=5))
    content = depot(ESXI, both, NEW, base_images=(base_image("8.0", ESXI, both, NEW),))
    found = exported(content, skip_reserved=True)
    (component,) = (each for each in found.bundles[0].components if each.name == "Both")
    assert component.bulletin.vibs == (VibRef("VMW_bootbank_driver_1"), both[1][1].ref)
    assert {each.id for each in found.vibs if each.name in ("driver", "other")} == {
        "VMW_bootbank_driver_2", "VMW_bootbank_other_1",
    }  # fmt: skip


def test_one_id_with_two_contents_makes_two_archives() -> None:
    """As real files have it: an id means one thing in one archive."""
    one = part("One", "1", vib("driver", "1", content="a", size=1))
    two = part("Two", "1", vib("driver", "1", content="b", size=1))
    content = depot(ESXI, one, two, base_images=(base_image("8.0", ESXI, one, two),))
    found = exported(content)
    assert [bundle.file_name for bundle in found.bundles] == ["metadata.zip", "metadata-2.zip"]
    assert [{each.name for each in bundle.components} for bundle in found.bundles] == [{"ESXi", "One"}, {"Two"}]
    again = compose_spec(SoftwareSpec.from_document({"base_image": {"version": "8.0"}}), Catalog.of({"d": found}))
    assert {each.ref for each in again.image.installed} == {each.ref for each in composed(content)[0].image.installed}


def test_wherever_the_parts_come_from_the_depot_is_the_same() -> None:
    layers = {"base_images": (base_image("8.0", ESXI, OLD),)}
    together = depot(ESXI, OLD, **layers)
    apart = Catalog.of({"b": depot(OLD), "a": depot(ESXI, **layers), "c": depot(ESXI, OLD)})
    spec = SoftwareSpec.from_document({"base_image": {"version": "8.0"}})
    assert image_depot(compose_spec(spec, apart), apart, skip_reserved=False) == exported(together)


@pytest.mark.parametrize(("limit", "count"), [(1000, 1), (130, 2), (1, 3)])
def test_several_depots_under_a_limit(limit: int, count: int) -> None:
    others: list[Part] = [part(f"Driver-{each}", "1", vib(f"driver-{each}", "1", size=15)) for each in "ab"]
    content = depot(ESXI, *others, base_images=(base_image("8.0", ESXI, *others),))
    parts = image_depots(*composed(content), skip_reserved=False, limit=limit)
    assert len(parts) == count
    assert all(sum(each.size for each in found.vibs) <= limit or len(names(found)) == 1 for found in parts)
    assert set().union(*map(names, parts)) == names(exported(content))
    assert [len(found.bundles[0].base_images) for found in parts] == [1, *[0] * (count - 1)]


def test_what_keeps_an_image_from_being_exported() -> None:
    whole = depot(ESXI, base_images=(base_image("8.0", ESXI),))
    for spec, missing in (
        ({}, ()),
        ({"base_image": {"version": "9"}}, ("the base image 9 is in no depot",)),
        ({"base_image": None}, ("the specification names no base image",)),
        ({"add_on": {"name": "A", "version": "1"}}, ("the add-on A 1 is in no depot",)),
        ({"components": {"X": "1"}}, ("the component X 1 is in no depot",)),
        ({"components": {"X": None}}, ("no version of the component X in the depots fits",)),
        ({"solutions": {"S": {"version": "1"}}}, ("the solution S 1 is in no depot",)),
        (
            {"hardware_support": {"packages": {"M": {"pkg": "P", "version": "1"}}}},
            ("the hardware support package P 1 of M is in no depot",),
        ),
    ):
        assert lacking(composed(whole, **spec)[0]) == missing, spec


def test_a_vib_that_no_depot_describes() -> None:
    content = depot(ESXI, vibs=ESXI[1][:1], base_images=(base_image("8.0", ESXI),))
    (sentence,) = lacking(composed(content)[0])
    assert sentence == "the VIB VMW_bootbank_tools_1 of the component ESXi 8.0-1 is in no depot"


def test_an_overridden_component_that_no_depot_has_is_not_needed() -> None:
    add_on = AddOn("A", "1", (NEW[0].ref,))
    content = depot(ESXI, NEW, base_images=(base_image("8.0", ESXI, OLD),), add_ons=(add_on,))
    asked = {"add_on": {"name": "A", "version": "1"}}
    assert lacking(composed(content, **asked)[0]) == ()
    assert names(exported(content, **asked)) == {("ESXi", "8.0-1"), ("Driver", "2")}


def test_paths_in_the_depots_that_it_came_from_do_not_matter() -> None:
    moved = replace(ESXI[1][0], relative_path="somewhere/else.vib")
    layers = {"base_images": (base_image("8.0", ESXI),)}
    assert exported(depot(ESXI, vibs=(moved, ESXI[1][1]), **layers)) == exported(depot(ESXI, **layers))

"""What stays of a depot that offers other things than before."""

from __future__ import annotations

from dataclasses import replace

from model_build import Part, base_image, part, refs, vib

from imagewright.model.content import AddOn, Bulletin, DepotContent, MetadataBundle
from imagewright.model.withdrawn import with_withdrawn

ONE, TWO = part("Net", "1.0"), part("Net", "2.0")
EMPTY = DepotContent(())


def archive(*parts: Part, name: str = "metadata.zip", **things: object) -> MetadataBundle:
    return MetadataBundle(
        name,
        "VMW",
        vibs=tuple(each for _, vibs in parts for each in vibs),
        bulletins=tuple(component.bulletin for component, _ in parts),
        components=tuple(component for component, _ in parts),
        **things,  # type: ignore[arg-type]
    )


def depot(*bundles: MetadataBundle) -> DepotContent:
    return DepotContent(bundles)


def test_what_is_offered_again_is_there_once() -> None:
    offered = depot(archive(ONE, TWO, base_images=(base_image("8.0", ONE),)))
    assert with_withdrawn(offered, offered) == offered
    assert with_withdrawn(offered, EMPTY) == offered


def test_what_is_withdrawn_stays_with_its_bulletin_and_its_vibs() -> None:
    before = depot(archive(ONE, TWO, base_images=(base_image("8.0", ONE), base_image("9.0", TWO))))
    offered = depot(archive(TWO, base_images=(base_image("9.0", TWO),)))
    assert with_withdrawn(offered, before) == depot(
        archive(TWO, base_images=(base_image("9.0", TWO),)), archive(ONE, base_images=(base_image("8.0", ONE),))
    )


def test_an_archive_that_is_gone_stays_as_a_whole() -> None:
    old = archive(ONE, name="old.zip", add_ons=(AddOn("A", "1", refs(ONE)),))
    assert with_withdrawn(depot(archive(TWO)), depot(old, archive(TWO))) == depot(archive(TWO), old)


def test_what_was_moved_to_another_archive_is_there_once() -> None:
    moved = depot(archive(ONE, name="new.zip"))
    assert with_withdrawn(moved, depot(archive(ONE))) == moved


def test_what_was_corrected_is_there_as_it_is_offered_now() -> None:
    corrected = depot(archive(part("Net", "1.0", vib("net", "1.0", content="corrected"))))
    assert with_withdrawn(corrected, depot(archive(ONE))) == corrected


def test_a_vib_that_two_components_name_stays_with_the_one_that_is_withdrawn() -> None:
    shared = vib("shared", "1")
    first, second = part("First", "1", shared), part("Second", "1", shared)
    both = replace(archive(first, second), vibs=(shared,))
    assert with_withdrawn(depot(archive(first)), depot(both)) == depot(archive(first), archive(second))


def test_bulletins_that_are_no_components_and_vibs_of_no_bulletin_count_too() -> None:
    lone, named = vib("lone", "1"), vib("named", "1")
    old = MetadataBundle("m.zip", "VMW", vibs=(lone, named), bulletins=(Bulletin("B", vibs=(named.ref,)),))
    assert with_withdrawn(depot(archive(ONE)), depot(old)) == depot(archive(ONE), old)
    corrected = replace(old, vibs=(vib("lone", "1", content="new"),), bulletins=(Bulletin("B"),))
    assert with_withdrawn(depot(corrected), depot(old)) == depot(corrected)


def test_notes_are_those_of_what_was_read_now() -> None:
    assert with_withdrawn(EMPTY, replace(depot(archive(ONE)), not_understood=())).not_understood == ()

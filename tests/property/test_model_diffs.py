"""Laws of differences, over made-up depots."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from strategies_model import World, depots_of, specs, worlds

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose_spec
from imagewright.model.content import VibRef
from imagewright.model.diff import AlternativeChange, ImageDiff, Kind, Side, SpecDiff, diff, kind_of
from imagewright.model.diff_text import diff_text
from imagewright.model.documents import diff_document
from imagewright.model.effective import EffectiveImage
from imagewright.model.spec import SoftwareSpec

MIRRORED_KINDS = {
    Kind.ADDED: Kind.REMOVED,
    Kind.REMOVED: Kind.ADDED,
    Kind.UP: Kind.DOWN,
    Kind.DOWN: Kind.UP,
    Kind.CHANGED: Kind.CHANGED,
}
PARTS = ("base_images", "add_ons", "hardware_support", "solutions", "asked", "components", "vibs")


def side(data: st.DataObject, world: World, spec: SoftwareSpec) -> Side:
    """A specification over depots of its own, which hold all of the world or a share of it."""
    depots = data.draw(depots_of(world))
    kept = data.draw(st.sets(st.sampled_from(sorted(depots))))
    return Side(spec, compose_spec(spec, Catalog.of({name: depots[name] for name in kept})))


def swapped(change: Any) -> Any:
    return replace(change, before=change.after, after=change.before)


def mirrored(difference: ImageDiff) -> ImageDiff:
    parts = {name: tuple(map(swapped, getattr(difference, name))) for name in PARTS}
    return ImageDiff(before=difference.after, after=difference.before, **parts)


def mirrored_alternative(change: AlternativeChange) -> AlternativeChange:
    return replace(swapped(change), image=mirrored(change.image) if change.image else None)


@given(worlds(), specs(), st.data())
def test_nothing_differs_from_itself(world: World, spec: SoftwareSpec, data: st.DataObject) -> None:
    one = side(data, world, spec)

    assert diff(one, one).is_empty
    assert "The two are equal." in diff_text(diff_document(diff(one, one)), "a", "b")


@given(worlds(), specs(), specs(), st.data())
def test_the_difference_the_other_way_round_is_the_mirror_image(
    world: World, before: SoftwareSpec, after: SoftwareSpec, data: st.DataObject
) -> None:
    one, other = side(data, world, before), side(data, world, after)
    there, back = diff(one, other), diff(other, one)

    assert back == SpecDiff(mirrored(there.image), tuple(map(mirrored_alternative, there.alternative_images)))
    for name in ("components", "vibs", "add_ons"):
        changes = zip(getattr(there.image, name), getattr(back.image, name), strict=True)
        assert all(MIRRORED_KINDS[kind_of(first)] is kind_of(second) for first, second in changes)


def installed_on(image: EffectiveImage) -> set[tuple[str, str, VibRef]]:
    return {(line, item.vib.name, item.ref) for line, items in image.vibs.items() for item in items}


@given(worlds(), specs(), specs(), st.data())
def test_the_changes_lead_from_one_image_to_the_other(
    world: World, before: SoftwareSpec, after: SoftwareSpec, data: st.DataObject
) -> None:
    one, other = side(data, world, before), side(data, world, after)
    difference = diff(one, other).image

    goes = {(line, each.name, each.before.ref) for each in difference.vibs if each.before for line in each.lines}
    comes = {(line, each.name, each.after.ref) for each in difference.vibs if each.after for line in each.lines}
    assert goes <= installed_on(one.effective.image)
    assert installed_on(one.effective.image) - goes | comes == installed_on(other.effective.image)
    versions = {name: each.version for name, each in one.effective.image.components.items()}
    for change in difference.components:
        versions.pop(change.name, None)
        if change.after_version is not None:
            versions[change.name] = change.after_version
    assert versions == {name: each.version for name, each in other.effective.image.components.items()}


@given(worlds(), specs(), specs(), st.data())
def test_a_difference_is_empty_only_between_equal_specifications(
    world: World, before: SoftwareSpec, after: SoftwareSpec, data: st.DataObject
) -> None:
    one = side(data, world, before)
    other = data.draw(st.sampled_from([one, side(data, world, after)]))

    if diff(one, other).is_empty:
        assert one.spec == other.spec

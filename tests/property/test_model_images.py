"""Laws of composition and validation, over made-up depots."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies_model import World, depots_of, images, sensible_specs, sound_worlds, specs, worlds

from imagewright.formats.case_json import read_case, write_case
from imagewright.formats.spec_json import read_spec, write_spec
from imagewright.model.case import Case
from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose, compose_spec, pinned
from imagewright.model.edit import Way
from imagewright.model.effective import EffectiveImage, EffectiveSpec, Source
from imagewright.model.exporting import image_depot
from imagewright.model.finding import Finding, Severity, report
from imagewright.model.relations import problems
from imagewright.model.spec import ImageSpec, SoftwareSpec
from imagewright.model.validate import LibraryView, has_errors, validate
from imagewright.model.vibs import shares_of

some = settings(max_examples=40, deadline=None)
"""Worlds are large, and there are a dozen laws."""


def catalog_of(data: st.DataObject, world: World) -> Catalog:
    return Catalog.of(data.draw(depots_of(world)))


@some
@given(worlds(), images(), st.data())
def test_composition_does_not_depend_on_the_order_of_depots(
    world: World, image: ImageSpec, data: st.DataObject
) -> None:
    depots = data.draw(depots_of(world))
    shuffled = dict(data.draw(st.permutations(list(depots.items()))))

    assert compose(image, Catalog.of(depots)) == compose(image, Catalog.of(shuffled))


@some
@given(worlds(), images(), st.data())
def test_composition_does_not_depend_on_how_the_world_is_shared_out(
    world: World, image: ImageSpec, data: st.DataObject
) -> None:
    assert compose(image, catalog_of(data, world)) == compose(image, catalog_of(data, world))


@some
@given(worlds(), images(), st.data())
def test_user_component_always_wins(world: World, image: ImageSpec, data: st.DataObject) -> None:
    effective = compose(image, catalog_of(data, world))

    for name, version in image.components.items():
        if version is not None:
            assert effective.components[name].version == version
            assert effective.components[name].source is Source.USER


@some
@given(worlds(), images(open_versions=False), st.data())
def test_adding_a_depot_never_removes_a_component(world: World, image: ImageSpec, data: st.DataObject) -> None:
    depots = data.draw(depots_of(world))
    fewer = dict(list(depots.items())[1:])
    with_fewer = compose(image, Catalog.of(fewer))

    with_more = compose(image, Catalog.of({**fewer, **depots}))

    # What an add-on or a package that only now is known removes was not known to be removed before.
    layers_are_the_same = (with_fewer.add_on, with_fewer.hardware_support) == (
        with_more.add_on,
        with_more.hardware_support,
    )
    if layers_are_the_same:
        assert with_fewer.components.keys() <= with_more.components.keys()


def contributing_vibs(effective: EffectiveImage, catalog: Catalog) -> set[object]:
    """The VIBs of everything in the image, overridden in it, or removed from it."""
    everything = [*effective.components.values(), *effective.removed.values()]
    parts = [
        component
        for one in everything
        for component in (one.component, *(loser.component for loser in one.overridden))
        if component is not None
    ]
    return {vib.ref for part in parts for vib in catalog.vibs_of(part)}


@some
@given(worlds(), images(), st.data())
def test_installed_and_reserved_vibs_are_all_vibs(world: World, image: ImageSpec, data: st.DataObject) -> None:
    catalog = catalog_of(data, world)
    effective = compose(image, catalog)

    installed = {item.ref for item in effective.installed}
    reserved = [item.ref for item in effective.reserved]
    assert installed | set(reserved) == contributing_vibs(effective, catalog)
    assert installed.isdisjoint(reserved)
    assert len(reserved) == len(set(reserved))


def same_as_anew(image: EffectiveImage) -> bool:
    """An image begins as a copy of its base image's layer, whose VIBs are shared out and whose needs are known. Doing
    all of that anew for the image as a whole gives the same."""
    anew = shares_of(image.components.values(), image.vibs)
    return image.vibs == anew.in_order() and problems(image) == problems(replace(image, settled={}))


@some
@given(worlds(), images(), st.data())
def test_what_is_known_of_a_base_image_changes_nothing(world: World, image: ImageSpec, data: st.DataObject) -> None:
    assert same_as_anew(compose(image, catalog_of(data, world)))


@settings(max_examples=100, deadline=None)
@given(sound_worlds(), st.data())
def test_it_changes_nothing_where_most_needs_are_met(world: World, data: st.DataObject) -> None:
    assert same_as_anew(compose(data.draw(sensible_specs(world)).image, catalog_of(data, world)))


@some
@given(worlds(), images(), st.data())
def test_one_vib_of_each_name_is_installed_on_a_product_line(
    world: World, image: ImageSpec, data: st.DataObject
) -> None:
    for on_line in compose(image, catalog_of(data, world)).vibs.values():
        installed = [item.vib.name for item in on_line]
        assert len(installed) == len(set(installed))


@some
@given(worlds(), specs(), st.data())
def test_validation_is_a_function(world: World, spec: SoftwareSpec, data: st.DataObject) -> None:
    first, second = catalog_of(data, world), catalog_of(data, world)
    library = LibraryView("Mine")

    told = validate(spec, compose_spec(spec, first), first, library)

    assert report(told) == report(validate(spec, compose_spec(spec, second), second, library))


@some
@given(worlds(), specs(open_versions=False), st.data())
def test_way_out_removes_the_finding_and_brings_no_error(world: World, spec: SoftwareSpec, data: st.DataObject) -> None:
    catalog = catalog_of(data, world)
    told = validate(spec, compose_spec(spec, catalog), catalog, None)
    known = {about(found) for found in told}

    for found in told:
        for way in found.ways:
            changed = with_changes(spec, way)
            if changed is None:
                continue
            left = validate(changed, compose_spec(changed, catalog), catalog, None)
            errors = [each for each in left if each.severity is Severity.ERROR]
            assert (image_of(found), found.text) not in {(image_of(error), error.text) for error in errors}, way.text
            assert {about(error) for error in errors} <= known, way.text


def image_of(found: Finding) -> str:
    """The alternative image that a finding is about; empty for the default one."""
    return found.path.split(".")[1] if found.path.startswith("alternative_images.") else ""


def with_changes(spec: SoftwareSpec, way: Way) -> SoftwareSpec | None:
    """The specification after the changes of a way. None when one of them is the base image and there are alternative
    images: what is wrong with them on another base image is not looked at."""
    paths = [edit.path for edit in way.edits]
    if "base_image" in paths and spec.alternative_images:
        return None
    if not paths[0].startswith("alternative_images."):
        return replace(spec, image=way.applied(spec.image), alternative_images={})
    _, image_id, _ = paths[0].split(".", 2)
    prefix = f"alternative_images.{image_id}."
    inner = Way(tuple(replace(edit, path=edit.path.removeprefix(prefix)) for edit in way.edits))
    alternative = spec.alternative_images[image_id]
    changed = replace(alternative, image=inner.applied(alternative.image))
    return replace(spec, alternative_images={**spec.alternative_images, image_id: changed})


def about(found: Finding) -> tuple[str, ...]:
    """What a finding is about, whoever has brought it; of two that refuse each other either may be named first."""
    args = found.args
    parties = sorted(f"{args.get(name)} {args.get(version)}" for name, version in PARTIES)
    return found.id, args.get("relation", ""), args.get("name", ""), *parties


PARTIES = (("vib", "version"), ("other", "other_version"))


@some
@given(worlds(), specs(), st.data())
def test_case_says_the_same_when_it_is_reduced_and_replayed(
    world: World, spec: SoftwareSpec, data: st.DataObject
) -> None:
    case = Case(spec, data.draw(depots_of(world)), LibraryView("Mine"))

    replayed = read_case(write_case(case.reduced()))

    assert report(replayed.findings()) == report(case.findings())
    assert write_case(replayed) == write_case(case.reduced())


@some
@given(worlds(), specs(), st.data())
def test_committed_image_says_the_same_when_it_is_imported_from_its_own_export(
    world: World, spec: SoftwareSpec, data: st.DataObject
) -> None:
    catalog = catalog_of(data, world)
    committed = pinned(spec, catalog)
    told = validate(committed, compose_spec(committed, catalog), catalog, None)

    again = read_spec(write_spec(committed))

    assert report(validate(again, compose_spec(again, catalog), catalog, None)) == report(told)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(sound_worlds(), st.data())
def test_valid_image_stays_valid_with_nothing_but_its_own_exported_bundle(world: World, data: st.DataObject) -> None:
    catalog = catalog_of(data, world)
    committed = pinned(data.draw(sensible_specs(world)), catalog)
    effective = compose_spec(committed, catalog)
    assume(not has_errors(validate(committed, effective, catalog, None)))

    again = read_spec(write_spec(committed))
    alone = Catalog.of({"own": image_depot(effective, catalog, skip_reserved=False)})
    anew = compose_spec(again, alone)

    assert not has_errors(validate(again, anew, alone, None))
    for before, after in zip(every_image(effective), every_image(anew), strict=True):
        assert before.components.keys() == after.components.keys()
        assert {item.ref for item in before.installed} == {item.ref for item in after.installed}


def every_image(effective: EffectiveSpec) -> list[EffectiveImage]:
    return [effective.image, *(image for _, image in sorted(effective.alternative_images.items()))]


@some
@given(worlds(), specs(), st.data())
def test_pinning_fixes_the_image(world: World, spec: SoftwareSpec, data: st.DataObject) -> None:
    catalog = catalog_of(data, world)
    fixed = pinned(spec, catalog)

    assert pinned(fixed, catalog) == fixed
    before, after = compose_spec(spec, catalog).image, compose_spec(fixed, catalog).image
    assert {name: one.version for name, one in before.components.items()} == {
        name: one.version for name, one in after.components.items()
    }
    assert before.vibs == after.vibs


@some
@given(worlds(), images(), st.data())
def test_open_version_is_the_highest_without_errors_where_there_is_one(
    world: World, image: ImageSpec, data: st.DataObject
) -> None:
    catalog = catalog_of(data, world)
    bare = replace(image, components={"Alpha": None}, removed_components=frozenset())
    effective = compose(bare, catalog)
    if "Alpha" not in effective.chosen:
        assert catalog.component_versions("Alpha") == ()
        return

    def is_clean(version: str) -> bool:
        return not problems(compose(replace(bare, components={"Alpha": version}), catalog))

    clean = [version for version in catalog.component_versions("Alpha") if is_clean(version)]
    if clean:
        assert effective.chosen["Alpha"] == clean[-1]
        assert not effective.unresolved

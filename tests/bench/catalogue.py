"""Large catalogues: content lists and an edit of a draft, with three sizes, to see how they grow."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench_site import Person, application_over
from big_images import BASE, driver, system
from figures import MILLISECOND, Figure, at_most, by_turns, seconds
from model_build import base_image, depot, refs

from imagewright.contract import rest_values
from imagewright.contract.operations import Operation
from imagewright.contract.services import depot_content_add_ons as add_ons
from imagewright.contract.services import depot_content_base_images as base_images
from imagewright.contract.services import depot_content_components as components
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_base_image as draft_base_image
from imagewright.contract.services import repository_software_drafts_components as draft_components
from imagewright.contract.services import settings
from imagewright.model.content import AddOn, DepotContent

PER_DEPOT = 100
"""Component versions of one depot, with two VIBs each."""
VERSIONS = 8
"""Versions of one component, in as many depots."""
SIZES = (50, 100, 200)
"""Depots."""
LIST, EDIT = 100, 10
"""Milliseconds at most."""
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Times:
    """What one size takes: the first list after a start in seconds, and what follows in milliseconds."""

    versions: int
    first: float
    every: float
    vendors: float
    filtered: float
    others: float
    edit: float


def depots(count: int) -> list[DepotContent]:
    """So many depots, the first with a base image; every eighth one begins with new names."""
    found = []
    for number in range(count):
        family, minor = divmod(number, VERSIONS)
        parts = [driver(f"Driver-{family:03}-{each:03}", f"1.{minor}.0") for each in range(PER_DEPOT)]
        add_on = AddOn(f"Sample-AddOn-{family:03}", f"1.{minor}-1", refs(*parts[:10]), supported_base_images=("9.1.0",))
        first = number == 0
        images = (base_image(BASE, system(), *parts[:80]),) if first else ()
        found.append(depot(*([system()] if first else []), *parts, base_images=images, add_ons=(add_on,)))
    return found


def answered(person: Person, operation: Operation, **arguments: object) -> bytes:
    """From the call to the bytes of the answer."""
    return rest_values.encode_output(operation, person(operation, **arguments))


def times(folder: Path, count: int) -> Times:
    """All that is measured with one size."""
    with application_over(folder, depots(count)) as (person, *_):
        begin = time.thread_time()
        answered(person, components.list_)
        first = time.thread_time() - begin
        draft = str(person(drafts.create, spec=drafts.CreateSpec()))
        person(draft_base_image.set_, draft=draft, spec=settings.BaseImageSpec(version=BASE))
        one = components.FilterSpec(names=frozenset({"Driver-003-042"}))
        # Asks for all of them in a way that nothing is remembered for.
        all_of_them = components.FilterSpec(vendors=frozenset({"Sample Vendor"}))
        turns = iter(range(1 << 30))

        def edit() -> None:
            version = f"1.{next(turns) % VERSIONS}.0-1OEM.803.0.0.99000101"
            person(draft_components.set_, draft=draft, component="Driver-001-007", version=version)

        def others() -> None:
            answered(person, base_images.list_)
            answered(person, add_ons.list_)

        taken = by_turns(
            lambda: seconds(lambda: answered(person, components.list_), 20),
            lambda: seconds(lambda: answered(person, components.list_, filter=all_of_them)),
            lambda: seconds(lambda: answered(person, components.list_, filter=one), 5),
            lambda: seconds(others, 20),
            lambda: seconds(edit, 20),
            rounds=ROUNDS,
        )
    shutil.rmtree(folder)
    return Times(count * PER_DEPOT, first, *(each * MILLISECOND for each in taken))


def growth(what: str, sizes: Sequence[Times], values: Sequence[float], unit: str) -> Figure:
    """The largest against the smallest: linear is the ratio of their sizes."""
    shown = ", ".join(f"{value:.3g}" for value in values)
    versions = ", ".join(f"{each.versions:,}" for each in sizes)
    linear = sizes[-1].versions / sizes[0].versions
    ratio = values[-1] / values[0]
    return Figure(
        f"… {what}, by size", f"{shown} {unit}", versions, ratio, f"≤ {linear * 1.5:g} ×", ratio <= linear * 1.5
    )


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of the group."""
    sizes = [times(folder / str(count), count) for count in SIZES]
    most = sizes[-1]
    what = f"{most.versions:,} component versions in {SIZES[-1]} depots"
    yield at_most(f"list of all components, {what}", most.every, LIST, "ms")
    yield at_most("… list of all components of their one vendor", most.vendors, LIST, "ms")
    yield growth("list of all components of one vendor", sizes, [each.vendors for each in sizes], "ms")
    yield at_most("… list of one component by name", most.filtered, LIST, "ms")
    yield at_most("… lists of base images and add-ons", most.others, LIST, "ms")
    yield at_most("… edit of a draft", most.edit, EDIT, "ms")
    yield growth("edit of a draft", sizes, [each.edit for each in sizes], "ms")
    yield growth("first list after a start", sizes, [each.first for each in sizes], "s")

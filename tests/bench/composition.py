"""Composing and validating images of two sizes, and explaining one that is wrong. No database and no HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from big_images import image_of, troubled
from figures import MILLISECOND, Figure, NotMeasured, at_most, by_turns, seconds

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose_spec
from imagewright.model.finding import Finding
from imagewright.model.spec import SoftwareSpec
from imagewright.model.validate import LibraryView, has_errors, validate

SMALL, LARGE = 150, 1500
GROWTH = 12
NOBODY = LibraryView("An image")


def checked(spec: SoftwareSpec, catalog: Catalog) -> tuple[Finding, ...]:
    """What a validation of a draft does, from its specification on."""
    return validate(spec, compose_spec(spec, catalog), catalog, NOBODY)


def measure(_folder: Path) -> Iterator[Figure]:
    """The figures of the group."""
    (small, small_depot), (large, large_depot) = image_of(SMALL), image_of(LARGE)
    wrong, more = troubled(small)
    few, many = Catalog.of({"1": small_depot}), Catalog.of({"1": large_depot})
    helpful = Catalog.of({"1": small_depot, "2": more})
    for spec, catalog, size in ((small, few, SMALL), (large, many, LARGE)):
        found = compose_spec(spec, catalog).image
        if len(found.components) != size or has_errors(checked(spec, catalog)):
            raise NotMeasured(f"the image of {size} components is not what it should be")
    findings = checked(wrong, helpful)
    if not has_errors(findings):
        raise NotMeasured("nothing is wrong with the image that is to be explained")
    one, ten, why = by_turns(
        lambda: seconds(lambda: checked(small, few), 20) * MILLISECOND,
        lambda: seconds(lambda: checked(large, many), 2) * MILLISECOND,
        lambda: seconds(lambda: checked(wrong, helpful), 5) * MILLISECOND,
    )
    yield at_most(f"compose and validate {SMALL} components, {2 * SMALL} VIBs", one, 5, "ms")
    yield Figure(
        f"compose and validate {LARGE:,} components, {2 * LARGE:,} VIBs",
        f"{ten:.3g} ms",
        f"{one:.3g} ms for {SMALL}",
        ten / one,
        f"≤ {GROWTH} ×",
        ten / one <= GROWTH,
    )
    yield at_most(f"… and explain {len(findings)} findings about {SMALL} components", why, 50, "ms")

"""Composing and validating an image against libsolv's check of the same VIBs, building its pool included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from big_images import image_of
from composition import LARGE, SMALL, checked
from figures import MILLISECOND, Figure, NotMeasured, by_turns, seconds

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose
from imagewright.model.content import Operator, Relation, Vib
from imagewright.model.parts import BASE_VERSION_NAME


def measure(_folder: Path) -> Iterator[Figure]:
    """The figures of the group."""
    try:
        from libsolv import Pool
    except ImportError as missing:
        raise NotMeasured("libsolv's bindings are not installed; they have wheels for Linux only") from missing

    def allows(vibs: list[Vib], release: str) -> bool:
        return Pool(vibs, [Relation(BASE_VERSION_NAME, Operator.EQUAL, release)]).can_all_be_installed()

    for size, runs in ((SMALL, 20), (LARGE, 2)):
        spec, content = image_of(size)
        catalog = Catalog.of({"1": content})
        vibs = [item.vib for item in compose(spec.image, catalog).installed]
        release = spec.image.base_image or ""
        if not allows(vibs, release):
            raise NotMeasured("libsolv refuses the image that is to be checked")
        ours, theirs = by_turns(
            lambda: seconds(lambda: checked(spec, catalog), runs) * MILLISECOND,  # noqa: B023 - called at once
            lambda: seconds(lambda: allows(vibs, release), runs) * MILLISECOND,  # noqa: B023
        )
        yield Figure(
            f"compose and validate {len(vibs):,} VIBs, against libsolv's check with its pool",
            f"{ours:.3g} ms",
            f"{theirs:.3g} ms",
            ours / theirs,
            "≤ 1 ×",
            ours <= theirs,
        )

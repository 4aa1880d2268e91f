"""Our verdict on the relations of VIBs against that of libsolv, over thousands of made-up images.

What is provided has a version here. Without one it meets no bound for us and for Debian, and every bound for RPM, whose
rules libsolv applies otherwise.
"""

from __future__ import annotations

from random import Random

import pytest

pytest.importorskip("solv", reason="libsolv's bindings have wheels for Linux only")

from libsolv import Pool
from strategies_model import BASES, LINES, VERSIONS, VIB_NAMES, bounds

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose
from imagewright.model.content import (
    BaseImage,
    Bulletin,
    Component,
    DepotContent,
    MetadataBundle,
    Operator,
    Relation,
    Vib,
)
from imagewright.model.effective import EffectiveImage
from imagewright.model.parts import BASE_VERSION_NAME
from imagewright.model.relations import Conflict, Obsolete, Unmet, WrongRelease, problems
from imagewright.model.spec import ImageSpec

IMAGES = 1_000
"""How many images one test looks at. There are four of them, so that they can share the cores."""


def made_up(random: Random) -> tuple[ImageSpec, Catalog]:
    """An image of a few components, some in the base image and some of the user."""
    parts = [_component(random, number) for number in range(random.randint(1, 6))]
    components = [component for component, _ in parts]
    in_base = random.randint(0, len(components))
    base = BaseImage(BASES[0], tuple(component.ref for component in components[:in_base]))
    bundle = MetadataBundle(
        "metadata.zip",
        "VMware",
        vibs=tuple(vib for _, vibs in parts for vib in vibs),
        components=tuple(components),
        base_images=(base,),
    )
    chosen = {component.name: component.version for component in components[in_base:]}
    return ImageSpec(BASES[0], components=chosen), Catalog.of({"depot": DepotContent((bundle,))})


def _component(random: Random, number: int) -> tuple[Component, list[Vib]]:
    vibs = [_vib(random, f"{number}-{place}") for place in range(random.randint(1, 2))]
    bulletin = Bulletin(f"Part-{number}", vibs=tuple(vib.ref for vib in vibs))
    return Component(f"Part-{number}", "1.0-1", "", "", bulletin), vibs


def _vib(random: Random, content: str) -> Vib:
    name, version = random.choice(VIB_NAMES), random.choice(VERSIONS)
    return Vib(
        id=f"VMW_bootbank_{name}_{version}",
        name=name,
        version=version,
        vendor="VMW",
        depends=_relations(random, 0.3),
        conflicts=_relations(random, 0.15),
        replaces=_relations(random, 0.1),
        provides=tuple(bound for bound in _relations(random, 0.5) if bound.operator is Operator.EQUAL),
        platforms=random.choice([(), LINES[:1], LINES]),
        sha256=content,
    )


def _relations(random: Random, share: float) -> tuple[Relation, ...]:
    if random.random() > share:
        return ()
    release = Relation(BASE_VERSION_NAME, random.choice(list(Operator)), random.choice([*BASES, "8.0", "9"]))
    return (random.choice([Relation(random.choice(VIB_NAMES)), random.choice(bounds), release]),)


def libsolv_allows(image: EffectiveImage) -> bool:
    given = [Relation(BASE_VERSION_NAME, Operator.EQUAL, BASES[0])]
    return all(Pool([item.vib for item in on_line], given).can_all_be_installed() for on_line in image.vibs.values())


@pytest.mark.parametrize("seed", range(4))
def test_libsolv_agrees_which_images_can_be_installed(seed: int) -> None:
    random = Random(seed)
    verdicts = set()
    for number in range(IMAGES):
        spec, catalog = made_up(random)
        image = compose(spec, catalog)
        ours = not any(isinstance(problem, Unmet | Conflict | WrongRelease | Obsolete) for problem in problems(image))

        assert ours == libsolv_allows(image), f"image {number} of seed {seed}: {spec}"
        verdicts.add(ours)
    assert verdicts == {True, False}

"""Ways out: the versions in the depots that remove a problem, best first.

What is offered is tried before: an image with the change made is composed, and the way is good when the problem is gone
and no other has come. Ways that only exchange one problem for another are offered when there is no good one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose, pin_image
from imagewright.model.content import BaseImage, Component, ComponentRef, Vib
from imagewright.model.effective import EffectiveComponent, EffectiveImage, Source
from imagewright.model.relations import (
    BASE_VERSION_NAME,
    Clash,
    Problem,
    Unmet,
    WrongProductLine,
    at_odds,
    problems,
    satisfies,
)
from imagewright.model.spec import ImageSpec
from imagewright.model.version import fits, sort_key

TRIALS = 12
"""How many changed images are composed to explain one image. Beyond that, ways are offered as they are."""


@dataclass(frozen=True, slots=True)
class Way:
    """A change to the image: what a sentence calls it, and the specification with the change made."""

    text: str
    spec: ImageSpec


class Ways:
    """The ways out of the problems of one image."""

    def __init__(self, image: EffectiveImage, catalog: Catalog, known: Iterable[Problem]) -> None:
        self._image = image
        self._catalog = catalog
        self._spec = pin_image(image.spec, image)
        self._known = {problem.key for problem in known}
        self._tried: dict[str, frozenset[object] | None] = {}

    def to_satisfy(self, problem: Unmet) -> list[str]:
        """What would satisfy the relation, newest first."""
        relation = problem.relation
        fitting = dict.fromkeys(
            item.component
            for item in self._catalog.providers_of(relation.name)
            if problem.line in item.lines and satisfies(item.vib, relation)
        )
        newest_first = sorted(fitting, key=lambda ref: sort_key(ref.version), reverse=True)
        ways = [way for ref in newest_first for way in self._to_have(ref)]
        if relation.name == BASE_VERSION_NAME:
            ways += [self._with_base(base) for base in self._newest_bases() if fits(relation, base.version)]
        return self._best(problem, ways)

    def apart(self, problem: Clash) -> list[str]:
        """Other versions of either component that the other one can live with."""

        def harmless_to(opponent: Vib) -> Callable[[Component], bool]:
            return lambda other: (
                not any(vib.id == opponent.id or at_odds(vib, opponent) for vib in self._catalog.vibs_of(other))
            )

        first, second = (self._image.components[name] for name in problem.parties)
        return self._best(
            problem,
            [
                *self._other_versions(first, harmless_to(problem.other.vib)),
                *self._other_versions(second, harmless_to(problem.vib.vib)),
            ],
        )

    def made_for(self, problem: WrongProductLine, lines: frozenset[str]) -> list[str]:
        """Other versions of the component that are made for one of these product lines."""

        def fitting(other: Component) -> bool:
            return any(line in lines for line in self._catalog.parts_of(other).lines)

        return self._best(problem, list(self._other_versions(problem.component, fitting)))

    # --- candidates --------------------------------------------------------------------------------------------------

    def _to_have(self, ref: ComponentRef) -> Iterator[Way]:
        """How this component gets into the image: what only base images hold comes with one of them."""
        removed = self._image.removed_by_user.get(ref.name)
        if removed is not None:
            if removed.overridden[-1].version == ref.version:
                kept = self._spec.removed_components - {ref.name}
                yield Way(
                    f"the component {ref.name} {ref.version} again, which you removed",
                    replace(self._spec, removed_components=kept),
                )
            return
        carriers = self._catalog.carriers_of(ref)
        bases = [carrier for carrier in carriers if isinstance(carrier, BaseImage)]
        # What the chosen base image brings and a later layer took away comes back as a component of the user.
        if bases and len(bases) == len(carriers) and self._image.base_image not in bases:
            yield from (self._with_base(base) for base in reversed(bases))
        else:
            yield self._with_component(ref)

    def _other_versions(self, effective: EffectiveComponent, wanted: Callable[[Component], bool]) -> Iterator[Way]:
        if effective.source is Source.BASE_IMAGE and not effective.removable:
            # What hosts start from comes with the base image and is not chosen by itself.
            return
        for version in reversed(self._catalog.component_versions(effective.name)):
            other = self._catalog.component(effective.name, version)
            if other is not None and version != effective.version and wanted(other):
                yield self._with_component(other.ref)

    def _newest_bases(self) -> Iterator[BaseImage]:
        return reversed(self._catalog.base_images)

    def _with_base(self, base: BaseImage) -> Way:
        return Way(f"the base image {base.version}", replace(self._spec, base_image=base.version))

    def _with_component(self, ref: ComponentRef) -> Way:
        components = {**self._spec.components, ref.name: ref.version}
        return Way(f"the component {ref.name} {ref.version}", replace(self._spec, components=components))

    # --- trying them -------------------------------------------------------------------------------------------------

    def _best(self, problem: Problem, ways: Sequence[Way]) -> list[str]:
        distinct = {way.text: way for way in ways}
        good = [text for text, way in distinct.items() if self._is_good(problem, way)]
        return good or list(distinct)

    def _is_good(self, problem: Problem, way: Way) -> bool:
        if way.text not in self._tried:
            if len(self._tried) >= TRIALS:
                return True
            self._tried[way.text] = self._problems_with(way)
        left = self._tried[way.text]
        return left is not None and problem.key not in left and left <= self._known

    def _problems_with(self, way: Way) -> frozenset[object] | None:
        """The problems of the changed image; None when it cannot be told, or when another kind of error has come."""
        changed = compose(way.spec, self._catalog)
        new_parts = way.spec.components.items() - self._spec.components.items()
        sound = all(version and self._catalog.is_sound(name, version) for name, version in new_parts)
        if not sound or not changed.base_is_whole or set(changed.unsupported) - set(self._image.unsupported):
            return None
        return frozenset(problem.key for problem in problems(changed))

"""Ways out: the smallest changes to an image that remove a problem, best first.

What is offered is tried before: an image with the changes made is composed, and the way is good when the problem is
gone and no other error has come. First single changes are tried. When each of them brings another error, the changes
that remove that one are made with them, and so on, up to three changes. Ways that only exchange one error for another
are named as such when there is nothing better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatchmethod
from itertools import islice

from imagewright.model import edit
from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose, pin_image
from imagewright.model.content import BaseImage, Component, ComponentRef, Vib
from imagewright.model.edit import Edit, Way
from imagewright.model.effective import EffectiveComponent, EffectiveImage, Source
from imagewright.model.parts import BASE_VERSION_NAME
from imagewright.model.policy import Policy, is_acceptable
from imagewright.model.relations import (
    Clash,
    Problem,
    Unmet,
    WrongProductLine,
    WrongRelease,
    at_odds,
    problems,
    satisfies,
)
from imagewright.model.version import fits, sort_key

TRIALS = 24
"""How many changed images are composed to explain one image, shared by its problems. The rest is not tried."""

AT_LEAST = 4
"""How many trials a problem has in any case, as long as there are any left."""

MOST_EDITS = 3
"""How many changes a way out has at most. Who needs more has chosen another image."""

_STEMS = 2
"""How many of the changes that bring another error are taken further."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial: the changed image, its problems, and whether an error of another kind has come."""

    image: EffectiveImage
    problems: tuple[Problem, ...]
    is_sound: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """What to say about a problem. The `uses` and the `losses`, which only take something away, remove it.

    The poor ones are single changes that bring other errors or were not tried, for where there is nothing better.
    """

    uses: tuple[Way, ...]
    losses: tuple[Way, ...]
    poor_uses: tuple[str, ...]
    poor_losses: tuple[str, ...]


class Ways:
    """The ways out of the problems of one image."""

    def __init__(self, image: EffectiveImage, catalog: Catalog, policy: Policy, known: Sequence[Problem]) -> None:
        self._image = image
        self._catalog = catalog
        self._policy = policy
        self._spec = pin_image(image.spec, image)
        self._known = {problem.key for problem in known}
        self._tried: dict[frozenset[Edit], Outcome] = {}
        self._share = max(AT_LEAST, TRIALS // max(1, len(known)))

    def out_of(self, problem: Problem) -> Advice:
        """How to remove a problem of the image."""
        singles = [Way((one,)) for one in dict.fromkeys(self._candidates(problem, self._image))]
        drops = [Way((one,)) for one in self._drops(problem, self._image)]
        search = _Search(self, problem, min(self._share, TRIALS - len(self._tried)))
        good = (*search.good_among(singles), *search.good_among(drops))
        if all(way.is_loss for way in good):
            good += search.of_several(singles if good else (*singles, *drops))
        return Advice(
            uses=tuple(way for way in good if not way.is_loss),
            losses=tuple(way for way in good if way.is_loss),
            poor_uses=tuple(search.poor(way) for way in singles),
            poor_losses=tuple(search.poor(way) for way in drops),
        )

    # --- candidates --------------------------------------------------------------------------------------------------

    @singledispatchmethod
    def _candidates(self, problem: Problem, image: EffectiveImage) -> Iterator[Edit]:
        raise TypeError(problem)

    @_candidates.register
    def _to_satisfy(self, problem: Unmet, image: EffectiveImage) -> Iterator[Edit]:
        """What would satisfy the relation, newest first."""
        relation = problem.relation
        fitting = dict.fromkeys(
            item.component
            for item in self._catalog.providers_of(relation.name)
            if problem.line in item.lines and satisfies(item.vib, relation)
        )
        for ref in sorted(fitting, key=lambda ref: sort_key(ref.version), reverse=True):
            yield from self._to_have(ref, image)
        if relation.name == BASE_VERSION_NAME:
            bases = reversed(self._catalog.base_images)
            yield from (edit.base_image(base.version) for base in bases if fits(relation, base.version))

    @_candidates.register
    def _apart(self, problem: Clash, image: EffectiveImage) -> Iterator[Edit]:
        """Other versions of either component that the other one can live with."""

        def harmless_to(opponent: Vib) -> Callable[[Component], bool]:
            return lambda other: (
                not any(vib.id == opponent.id or at_odds(vib, opponent) for vib in self._catalog.vibs_of(other))
            )

        first, second = (image.components[name] for name in problem.parties)
        yield from self._other_versions(first, harmless_to(problem.other.vib))
        yield from self._other_versions(second, harmless_to(problem.vib.vib))
        if any(party.source is Source.BASE_IMAGE and not party.removable for party in (first, second)):
            yield from self._other_bases(image)

    @_candidates.register
    def _for_release(self, problem: WrongRelease, image: EffectiveImage) -> Iterator[Edit]:
        """Other versions of the component that can live with the release, and other releases."""

        def is_fine(other: Component) -> bool:
            relations = (relation for vib in self._catalog.vibs_of(other) for relation in vib.conflicts)
            return not any(each.name == BASE_VERSION_NAME and fits(each, problem.release) for each in relations)

        yield from self._other_versions(image.components[problem.vib.component.name], is_fine)
        yield from self._other_bases(image)

    @_candidates.register
    def _made_for(self, problem: WrongProductLine, image: EffectiveImage) -> Iterator[Edit]:
        """Other versions of the component that are made for one of the image's product lines."""
        lines = frozenset(image.vibs)
        yield from self._other_versions(
            problem.component, lambda other: not lines.isdisjoint(self._catalog.parts_of(other).lines)
        )

    def _to_have(self, ref: ComponentRef, image: EffectiveImage) -> Iterator[Edit]:
        """How this component gets into the image: what only base images hold comes with one of them."""
        if ref.name in image.spec.removed_components:
            removed = image.removed_by_user.get(ref.name)
            if removed is not None and removed.overridden[-1].version == ref.version:
                yield edit.no_removal(ref.name, ref.version)
            return
        carriers = self._catalog.carriers_of(ref)
        bases = [carrier for carrier in carriers if isinstance(carrier, BaseImage)]
        # What the chosen base image brings and a later layer took away comes back as a component of the user.
        if bases and len(bases) == len(carriers) and image.base_image not in bases:
            yield from (edit.base_image(base.version) for base in reversed(bases))
        else:
            yield edit.component(ref.name, ref.version)

    def _other_versions(self, effective: EffectiveComponent, wanted: Callable[[Component], bool]) -> Iterator[Edit]:
        if effective.source is Source.BASE_IMAGE and not effective.removable:
            # What hosts start from comes with the base image and is not chosen by itself.
            return
        for version in reversed(self._catalog.component_versions(effective.name)):
            other = self._catalog.component(effective.name, version)
            if other is not None and version != effective.version and wanted(other):
                yield edit.component(other.name, other.version)

    def _other_bases(self, image: EffectiveImage) -> Iterator[Edit]:
        bases = reversed(self._catalog.base_images)
        yield from (edit.base_image(base.version) for base in bases if base.version != image.spec.base_image)

    def _drops(self, problem: Problem, image: EffectiveImage) -> list[Edit]:
        """How to have the image without one of the components that take part."""
        parties = (image.components[name] for name in problem.parties)
        return list(dict.fromkeys(one for party in parties if (one := drop(party)) is not None))

    # --- trying them -------------------------------------------------------------------------------------------------

    def next_edits(self, after: Outcome) -> Iterator[Edit]:
        """What removes the first of the errors that a trial brought."""
        new = next((problem for problem in after.problems if problem.key not in self._known), None)
        if new is not None:
            yield from self._candidates(new, after.image)
            yield from self._drops(new, after.image)

    def tried(self, way: Way) -> Outcome | None:
        """What came of this way; None when it was not tried."""
        return self._tried.get(frozenset(way.edits))

    def attempt(self, way: Way) -> Outcome:
        """Composes the image with these changes made."""
        changed = compose(way.applied(self._spec), self._catalog, self._policy)
        outcome = Outcome(changed, problems(changed), self._is_sound(changed))
        return self._tried.setdefault(frozenset(way.edits), outcome)

    def solves(self, problem: Problem, outcome: Outcome) -> bool:
        """True when the problem is gone and no other error has come."""
        left = {found.key for found in outcome.problems}
        return outcome.is_sound and problem.key not in left and left <= self._known

    def _is_sound(self, changed: EffectiveImage) -> bool:
        before = self._image
        return (
            changed.base_is_whole
            and (changed.base_image == before.base_image or self._is_clear(changed))
            and not set(changed.unsupported) - set(before.unsupported)
            and all(gone.removable or name in before.removed for name, gone in changed.removed_by_user.items())
            and all(self._is_welcome(effective) for effective in changed.components.values())
        )

    def _is_clear(self, changed: EffectiveImage) -> bool:
        return len(self._catalog.base_image_variants(changed.spec.base_image or "")) == 1

    def _is_welcome(self, effective: EffectiveComponent) -> bool:
        before = self._image.components.get(effective.name)
        if before is not None and before.version == effective.version:
            return True
        return (
            effective.parts is not None
            and self._catalog.is_sound(effective.name, effective.version)
            and is_acceptable(effective.parts, self._policy)
        )


def drop(party: EffectiveComponent) -> Edit | None:
    """How to have an image without this component; None when it cannot be spared."""
    if party.source is Source.USER:
        return edit.no_component(party.name)
    if party.source is Source.SOLUTION:
        solution = party.origin.path.removeprefix("solutions.")
        return edit.no_solution_component(solution, party.name, party.origin.label)
    return edit.removal(party.name) if party.removable else None


class _Search:
    """The search for the ways out of one problem, which may try so many changed images."""

    def __init__(self, ways: Ways, problem: Problem, budget: int) -> None:
        self._ways = ways
        self._problem = problem
        self._budget = budget

    def is_good(self, way: Way) -> bool:
        outcome = self._outcome(way)
        return outcome is not None and self._ways.solves(self._problem, outcome)

    def good_among(self, ways: Sequence[Way]) -> tuple[Way, ...]:
        """Those that remove the problem and bring no other error."""
        return tuple(way for way in ways if self.is_good(way))

    def of_several(self, singles: Sequence[Way]) -> tuple[Way, ...]:
        """The first good ways with the fewest changes, but more than one."""
        stems = list(singles)
        for _ in range(MOST_EDITS - 1):
            longer = [way for stem in self._promising(stems) for way in self._longer(stem)]
            good = self.good_among(longer)
            if good:
                return tuple(dict.fromkeys(self._smallest(way) for way in good))
            stems = longer
        return ()

    def _smallest(self, way: Way) -> Way:
        """The way without the changes that it does not need."""
        shorter = (Way(tuple(known for known in way.edits if known is not one)) for one in way.edits[:-1])
        smaller = next((less for less in shorter if less.edits and self.is_good(less)), None)
        return self._smallest(smaller) if smaller else way

    def poor(self, way: Way) -> str:
        """What is said about a way that is not known to be good."""
        return f"{way.text} ({'which brings other errors' if self._ways.tried(way) else 'not tried'})"

    def _promising(self, stems: Sequence[Way]) -> Iterator[Way]:
        return islice((way for way in stems if self._removes(way)), _STEMS)

    def _removes(self, way: Way) -> bool:
        outcome = self._ways.tried(way)
        return outcome is not None and all(found.key != self._problem.key for found in outcome.problems)

    def _longer(self, stem: Way) -> Iterator[Way]:
        outcome = self._ways.tried(stem)
        for one in dict.fromkeys(self._ways.next_edits(outcome)) if outcome else ():
            way = stem.and_also(one)
            if len(way.edits) > len(stem.edits):
                yield way

    def _outcome(self, way: Way) -> Outcome | None:
        known = self._ways.tried(way)
        if known is not None or self._budget <= 0:
            return known
        self._budget -= 1
        return self._ways.attempt(way)

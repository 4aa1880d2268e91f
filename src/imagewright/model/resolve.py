"""Choosing versions for components that a specification names without one.

The rule: each gets the highest version in the depots that leaves the image without errors. With several of them, they
are taken in the order of their names, and an earlier name gets the higher version. The search tries whole images, so
that it knows no rule of composition or validation twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from imagewright.model.catalog import Catalog
from imagewright.model.content import ComponentRef
from imagewright.model.effective import EffectiveImage
from imagewright.model.policy import Policy, is_acceptable
from imagewright.model.relations import Problem, Unmet, problems

TRIALS = 256
"""How many images a search composes at most. Names that take part in no error are not varied and use up none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The versions that were found, by name; `unresolved` names those that still take part in an error."""

    versions: Mapping[str, str]
    unresolved: frozenset[str] = frozenset()


def choose_versions(
    candidates: Mapping[str, Sequence[str]],
    compose: Callable[[Mapping[str, str]], EffectiveImage],
    catalog: Catalog,
    policy: Policy,
) -> Choice:
    """Chooses a version for each name from its candidates, which are given highest first and never empty.

    An error counts only if one of these components takes part in it: what else is wrong with the image is no reason to
    take a lower version. Where every choice leaves such errors, the one that involves the fewest components is taken.
    """
    search = _Search(candidates, compose, catalog, policy)
    highest = {name: versions[0] for name, versions in candidates.items()}
    best = Choice(highest, search.blamed(highest))
    varied, wider = frozenset[str](), best.unresolved
    while best.unresolved and wider != varied:
        varied = wider
        best, wider = search.vary(varied, highest)
    return best


class _Search:
    """Tries versions, and tells which of the open components take part in an error of the image."""

    def __init__(
        self,
        candidates: Mapping[str, Sequence[str]],
        compose: Callable[[Mapping[str, str]], EffectiveImage],
        catalog: Catalog,
        policy: Policy,
    ) -> None:
        self._compose = compose
        self._policy = policy
        self._catalog = catalog
        self._candidates = candidates
        self._budget = iter(range(TRIALS))
        self._could_provide = {name: self._names_provided(name) for name in candidates}

    def vary(self, varied: frozenset[str], highest: Mapping[str, str]) -> tuple[Choice, frozenset[str]]:
        """The best choice when only these names give way, and the names that have to give way with them."""
        names = sorted(varied)
        best = Choice(highest, varied)
        for versions, _ in zip(product(*(self._candidates[name] for name in names)), self._budget, strict=False):
            attempt = {**highest, **dict(zip(names, versions, strict=True))}
            blamed = self.blamed(attempt)
            if not blamed <= varied:
                # A lower version of one brought another of them into an error. It has to be varied as well, and before
                # anything else is tried, or an earlier name would give way where a later one can.
                return best, varied | blamed
            if len(blamed) < len(best.unresolved):
                best = Choice(attempt, blamed)
            if not blamed:
                break
        return best, varied

    def blamed(self, chosen: Mapping[str, str]) -> frozenset[str]:
        found: set[str] = set()
        for problem in problems(self._compose(chosen)):
            found.update(name for name in self._candidates if self._takes_part(name, problem))
        return frozenset(found | {name for name, version in chosen.items() if not self._is_good(name, version)})

    def _is_good(self, name: str, version: str) -> bool:
        """True when it is clear which component is meant, and it can be installed where this policy holds."""
        parts = self._catalog.parts(ComponentRef(name, version))
        return self._catalog.is_sound(name, version) and parts is not None and is_acceptable(parts, self._policy)

    def _takes_part(self, name: str, problem: Problem) -> bool:
        if name in problem.parties:
            return True
        # Another version of this component may hold what somebody else is missing.
        return isinstance(problem, Unmet) and problem.relation.name in self._could_provide[name]

    def _names_provided(self, name: str) -> frozenset[str]:
        return frozenset(
            provided
            for version in self._candidates[name]
            for component in self._catalog.component_variants(name, version)
            for vib in self._catalog.vibs_of(component)
            for provided in (vib.name, *(relation.name for relation in vib.provides))
        )

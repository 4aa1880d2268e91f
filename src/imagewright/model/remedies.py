"""Ways out of what is wrong with the parts of an image, rather than with VIBs that meet in it.

For VIBs that need or refuse each other, `ways.py` searches. Here one change suffices or none does: another version of
the part, or the image without it. As there, a change is offered when it was tried: the finding is gone, and no error
has come that the image did not have.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace

from imagewright.model import edit
from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose, pin_image
from imagewright.model.edit import Edit, Way
from imagewright.model.effective import EffectiveImage
from imagewright.model.finding import AT_MOST, CATALOGUE, Finding, Severity, listed
from imagewright.model.policy import Policy
from imagewright.model.relations import problems
from imagewright.model.version import supports
from imagewright.model.ways import drop

TRIALS = 24
"""How many changed images are composed at most for one image."""

Judge = Callable[[EffectiveImage], Iterable[Finding]]
"""The findings about an image that are not about VIBs which meet."""


class Remedies:
    """Tries changes to one image; `judge` tells what is wrong with the parts of an image, `found` what it told."""

    def __init__(
        self, image: EffectiveImage, catalog: Catalog, policy: Policy, judge: Judge, found: Iterable[Finding]
    ) -> None:
        self._image = image
        self._catalog = catalog
        self._policy = policy
        self._judge = judge
        self._spec = pin_image(image.spec, image)
        self._known = {_key(each) for each in found} | {problem.key for problem in problems(image)}
        self._tried: dict[Way, frozenset[Hashable]] = {}

    def with_ways(self, found: Finding) -> Finding:
        """The finding with its ways out, best first, at most five; only errors need one."""
        if found.severity is not Severity.ERROR or found.ways:
            return found
        candidates = dict.fromkeys(Way((one,)) for one in self._candidates(found))
        good: list[Way] = []
        for way in candidates:
            if len(good) == AT_MOST:
                break
            errors = self._errors(way)
            if errors is not None and _key(found) not in errors and errors <= self._known:
                good.append(way)
        if not good:
            return found
        # The sentence lists versions of the part itself; those that would bring another error are left out.
        tried = [edit.value for way in good for edit in way.edits if edit.value and edit.path in _places(found.path)]
        return _retold(replace(found, ways=tuple(good)), tried)

    def _errors(self, way: Way) -> frozenset[Hashable] | None:
        """What is wrong with the image after these changes; None when too many were tried already."""
        if way not in self._tried:
            if len(self._tried) == TRIALS:
                return None
            changed = compose(way.applied(self._spec), self._catalog, self._policy)
            told = {_key(each) for each in self._judge(changed) if each.severity is Severity.ERROR}
            self._tried[way] = frozenset(told | {problem.key for problem in problems(changed)})
        return self._tried[way]

    # --- candidates --------------------------------------------------------------------------------------------------

    def _candidates(self, found: Finding) -> Iterator[Edit]:
        area, _, name = found.path.partition(".")
        match area:
            case "base_image":
                yield from self._base_images()
            case "add_on":
                yield from self._add_ons()
            case "hardware_support":
                yield from self._packages(name.removeprefix("packages."))
            case "solutions":
                yield from self._solutions(name, found.args.get("component"))
            case "components":
                yield from self._components(name)
            case "removed_components":
                yield edit.no_removal(name, "")

    def _base_images(self, releases: tuple[str, ...] = ()) -> Iterator[Edit]:
        for base in reversed(self._catalog.base_images):
            if base.version != self._spec.base_image and supports(releases, base.version):
                yield edit.base_image(base.version)

    def _add_ons(self) -> Iterator[Edit]:
        asked = self._spec.add_on
        if asked is None:
            return
        for version in reversed(self._catalog.add_on_versions(asked.name)):
            if version != asked.version:
                yield edit.add_on(asked.name, version)
        if self._image.add_on:
            yield from self._base_images(self._image.add_on.supported_base_images)
        yield edit.no_add_on(asked.name)

    def _packages(self, manager: str) -> Iterator[Edit]:
        asked = self._spec.hardware_support[manager]
        for version in reversed(self._catalog.hardware_support_versions(manager, asked.package)):
            if version != asked.version:
                yield edit.package(manager, asked.package, version)
        if manager in self._image.hardware_support:
            yield from self._base_images(self._image.hardware_support[manager].supported_releases)
        yield edit.no_package(manager, asked.package)

    def _solutions(self, name: str, component: str | None) -> Iterator[Edit]:
        asked = self._spec.solutions[name]
        if component in asked.components and component is not None:
            yield edit.no_solution_component(name, component, f"the solution {name} {asked.version}")
        for version in reversed(self._catalog.solution_versions(name)):
            if version != asked.version:
                yield edit.solution(name, version)
        yield edit.no_solution(name)

    def _components(self, name: str) -> Iterator[Edit]:
        asked = self._spec.components.get(name)
        for version in reversed(self._catalog.component_versions(name)):
            if version != asked:
                yield edit.component(name, version)
        if name in self._spec.removed_components:
            yield edit.no_removal(name, asked or "")
        present = self._image.components.get(name)
        dropped = drop(present) if present is not None else edit.no_component(name)
        if dropped is not None:
            yield dropped


def _places(path: str) -> tuple[str, str]:
    """Where another version of the part at a path is set."""
    return path, f"{path}.version"


def _retold(found: Finding, versions: list[str]) -> Finding:
    """The finding with these versions in its resolution. Where something is ambiguous, that lists depots."""
    told = CATALOGUE[found.id].resolution
    if not versions or "{ways}" not in told or found.id.endswith(".ambiguous"):
        return found
    return replace(found, resolution=told.format_map({**found.args, "ways": listed(versions)}))


def _key(found: Finding) -> Hashable:
    return found.id, found.path, tuple(sorted(found.args.items()))

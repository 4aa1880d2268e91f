"""Why something is wrong, from the user's own choice on, and which versions in the depots would make it right.

Each finding about VIBs gets its *because*: the choice, the component that the choice brought, and the relation that
fails. Its *way out* lists what the depots hold that would satisfy it, best first. What is offered removes this finding;
whether it brings another is seen when it is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from imagewright.model.catalog import Catalog
from imagewright.model.content import BaseImage, Component, ComponentRef, Relation, Vib
from imagewright.model.effective import EffectiveComponent, EffectiveImage, Source
from imagewright.model.finding import Finding, finding, listed
from imagewright.model.parts import DEFAULT_PRODUCT_LINE, ImageVib
from imagewright.model.relations import (
    BASE_VERSION_NAME,
    Clash,
    Conflict,
    FileClash,
    Obsolete,
    Problem,
    TwoContents,
    Unmet,
    WrongProductLine,
    at_odds,
    satisfies,
)
from imagewright.model.version import fits, sort_key


@singledispatch
def explained(problem: Problem, image: EffectiveImage, catalog: Catalog) -> Finding:
    """The finding about a problem. Its path is that of the choice which the problem came with."""
    raise TypeError(problem)


def chain_to(effective: EffectiveComponent) -> tuple[str, ...]:
    """From the user's choice to the component that it brought."""
    name, version = effective.name, effective.version
    if effective.source is not Source.USER:
        return f"you chose {effective.origin.label}", f"it brings the component {name} {version}"
    if effective.chosen:
        return f"you chose the component {name} without a version", f"{version} was found for it"
    return (f"you chose the component {name} {version}",)


@explained.register
def _unmet(problem: Unmet, image: EffectiveImage, catalog: Catalog) -> Finding:
    owner = _owner(problem.vib, image)
    vib = problem.vib.vib
    platform = "" if problem.line == DEFAULT_PRODUCT_LINE else f" on {problem.line}"
    held_back = _held_back(problem, image)
    present = f"the image has only {listed(problem.present)}" if problem.present else "nothing in the image provides it"
    needs = f"its VIB {vib.name} {vib.version} needs {problem.relation}{platform}"
    return finding(
        "imagewright.vib.unmet_dependency",
        owner.origin.path,
        because=(*chain_to(owner), needs, *held_back),
        ways=_ways_to_satisfy(problem, image, catalog),
        vib=vib.name,
        version=vib.version,
        component=owner.name,
        relation=str(problem.relation),
        platform=platform,
        present=present,
    )


@explained.register
def _conflict(problem: Conflict, image: EffectiveImage, catalog: Catalog) -> Finding:
    return _clash("imagewright.vib.conflict", problem, image, catalog, relation=str(problem.relation))


@explained.register
def _obsolete(problem: Obsolete, image: EffectiveImage, catalog: Catalog) -> Finding:
    return _clash("imagewright.vib.obsolete", problem, image, catalog, relation=str(problem.relation))


@explained.register
def _file_clash(problem: FileClash, image: EffectiveImage, catalog: Catalog) -> Finding:
    return _clash("imagewright.vib.file_clash", problem, image, catalog, files=listed(problem.files, "and"))


@explained.register
def _two_contents(problem: TwoContents, image: EffectiveImage, catalog: Catalog) -> Finding:
    return _clash("imagewright.vib.two_contents", problem, image, catalog)


@explained.register
def _wrong_product_line(problem: WrongProductLine, image: EffectiveImage, catalog: Catalog) -> Finding:
    component = problem.component
    wanted = frozenset(image.vibs)
    ways = [
        f"{other.name} {other.version}"
        for other in _other_versions(component, catalog)
        if any(wanted.intersection(item.lines) for item in catalog.parts_of(other).vibs)
    ]
    return finding(
        "imagewright.component.wrong_product_line",
        component.origin.path,
        because=chain_to(component),
        ways=ways,
        name=component.name,
        version=component.version,
        made_for=listed(problem.lines, "and"),
        wanted=listed(sorted(wanted), "and"),
    )


def _clash(finding_id: str, problem: Clash, image: EffectiveImage, catalog: Catalog, **args: str) -> Finding:
    owner, other_owner = _owner(problem.vib, image), _owner(problem.other, image)
    # The finding belongs to the later layer: what stands on the base image is what the user can change.
    path = max(owner, other_owner, key=lambda party: _LAYER[party.source]).origin.path
    return finding(
        finding_id,
        path,
        because=(
            *chain_to(owner),
            f"it holds the VIB {problem.vib.vib.name} {problem.vib.vib.version}",
            *chain_to(other_owner),
            f"it holds the VIB {problem.other.vib.name} {problem.other.vib.version}",
        ),
        ways=_ways_apart(problem, image, catalog),
        vib=problem.vib.vib.name,
        version=problem.vib.vib.version,
        component=owner.name,
        other=problem.other.vib.name,
        other_version=problem.other.vib.version,
        other_component=other_owner.name,
        **args,
    )


_LAYER = {source: place for place, source in enumerate(Source)}


def _owner(item: ImageVib, image: EffectiveImage) -> EffectiveComponent:
    return image.components[item.component.name]


# --- ways out --------------------------------------------------------------------------------------------------------


def _held_back(problem: Unmet, image: EffectiveImage) -> tuple[str, ...]:
    """What the image would have had to satisfy the relation, and why it does not have it."""
    found: dict[str, None] = {}
    for item in image.reserved:
        if satisfies(item.vib, problem.relation):
            reason = _reason_held_back(item, image)
            if reason:
                found[f"the component {item.component.name} {item.component.version} holds it, but: {reason}"] = None
    return tuple(found)


def _reason_held_back(item: ImageVib, image: EffectiveImage) -> str:
    name = item.component.name
    effective = image.components.get(name) or image.removed.get(name)
    losers = effective.overridden if effective else ()
    return next((loser.note for loser in losers if loser.version == item.component.version), "")


def _ways_to_satisfy(problem: Unmet, image: EffectiveImage, catalog: Catalog) -> list[str]:
    relation = problem.relation
    fitting = dict.fromkeys(
        item.component
        for item in catalog.providers_of(relation.name)
        if problem.line in item.lines and satisfies(item.vib, relation)
    )
    newest_first = sorted(fitting, key=lambda ref: sort_key(ref.version), reverse=True)
    base_images = _base_images_at(relation, catalog) if relation.name == BASE_VERSION_NAME else []
    ways = [way for ref in newest_first for way in _ways_to_have(ref, image, catalog)]
    return list(dict.fromkeys([*base_images, *ways]))


def _base_images_at(relation: Relation, catalog: Catalog) -> list[str]:
    return [f"the base image {base.version}" for base in reversed(catalog.base_images) if fits(relation, base.version)]


def _ways_to_have(ref: ComponentRef, image: EffectiveImage, catalog: Catalog) -> Iterator[str]:
    """How this component gets into the image: what only base images hold comes with one of them."""
    removed = image.removed_by_user.get(ref.name)
    if removed is not None and removed.overridden[-1].version == ref.version:
        yield f"the component {ref.name} {ref.version} again, which you removed"
        return
    carriers = catalog.carriers_of(ref)
    base_images = [carrier for carrier in carriers if isinstance(carrier, BaseImage)]
    if base_images and len(base_images) == len(carriers):
        yield from (f"the base image {base.version}" for base in reversed(base_images))
    else:
        yield f"the component {ref.name} {ref.version}"


def _ways_apart(problem: Clash, image: EffectiveImage, catalog: Catalog) -> list[str]:
    pairs = ((problem.vib, problem.other), (problem.other, problem.vib))
    return [
        f"the component {other.name} {other.version}"
        for item, opponent in pairs
        for other in _other_versions(_owner(item, image), catalog)
        if not _any_at_odds(catalog.vibs_of(other), opponent.vib)
    ]


def _other_versions(effective: EffectiveComponent, catalog: Catalog) -> Iterator[Component]:
    """The other versions of a component, highest first; none of what only the base image decides."""
    if effective.source is Source.BASE_IMAGE:
        return
    for version in reversed(catalog.component_versions(effective.name)):
        if version != effective.version:
            component = catalog.component(effective.name, version)
            if component is not None:
                yield component


def _any_at_odds(vibs: tuple[Vib, ...], opponent: Vib) -> bool:
    return any(vib.id == opponent.id or at_odds(vib, opponent) for vib in vibs)

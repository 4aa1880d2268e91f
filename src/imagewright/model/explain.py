"""Why something is wrong, from the user's own choice on, and which versions in the depots would make it right.

Each finding about VIBs gets its *because*: the choice, the component that the choice brought, and the relation that
fails. Its *way out* lists the versions in the depots that remove it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import singledispatch

from imagewright.model.catalog import Catalog
from imagewright.model.effective import EffectiveComponent, EffectiveImage, Source
from imagewright.model.finding import Finding, finding, listed
from imagewright.model.parts import DEFAULT_PRODUCT_LINE, ImageVib
from imagewright.model.policy import Policy
from imagewright.model.relations import (
    Clash,
    Conflict,
    FileClash,
    Obsolete,
    Problem,
    TwoContents,
    Unmet,
    WrongProductLine,
    WrongRelease,
    problems,
    satisfies,
)
from imagewright.model.ways import Advice, Ways


def explained(image: EffectiveImage, catalog: Catalog, policy: Policy) -> Iterator[Finding]:
    """The findings about the VIBs of an image. The path of each is that of the choice which the problem came with."""
    found = problems(image)
    ways = Ways(image, catalog, policy, found)
    return (_explained(problem, image, ways) for problem in found)


def chain_to(effective: EffectiveComponent) -> tuple[str, ...]:
    """From the user's choice to the component that it brought."""
    name, version = effective.name, effective.version
    if effective.source is not Source.USER:
        return f"you chose {effective.origin.label}", f"it brings the component {name} {version}"
    if effective.chosen:
        return f"you chose the component {name} without a version", f"{version} was chosen for it"
    return (f"you chose the component {name} {version}",)


@singledispatch
def _explained(problem: Problem, image: EffectiveImage, ways: Ways) -> Finding:
    raise TypeError(problem)


@_explained.register
def _unmet(problem: Unmet, image: EffectiveImage, ways: Ways) -> Finding:
    owner = _owner(problem.vib, image)
    vib = problem.vib.vib
    platform = "" if problem.line == DEFAULT_PRODUCT_LINE else f" on {problem.line}"
    needs = f"its VIB {vib.name} {vib.version} needs {problem.relation}{platform}"
    has_only = f"the image has {listed((f'{problem.relation.name} {version}' for version in problem.present), 'and')}"
    return _advised(
        "imagewright.vib.unmet_dependency",
        owner.origin.path,
        (*chain_to(owner), needs, *_held_back(problem, image)),
        ways.out_of(problem),
        vib=vib.name,
        version=vib.version,
        component=owner.name,
        relation=str(problem.relation),
        platform=platform,
        present=has_only if problem.present else "nothing in the image provides it",
    )


@_explained.register
def _conflict(problem: Conflict, image: EffectiveImage, ways: Ways) -> Finding:
    return _clash("imagewright.vib.conflict", problem, image, ways, relation=str(problem.relation))


@_explained.register
def _obsolete(problem: Obsolete, image: EffectiveImage, ways: Ways) -> Finding:
    return _clash("imagewright.vib.obsolete", problem, image, ways, relation=str(problem.relation))


@_explained.register
def _file_clash(problem: FileClash, image: EffectiveImage, ways: Ways) -> Finding:
    return _clash("imagewright.vib.file_clash", problem, image, ways, files=listed(problem.files, "and"))


@_explained.register
def _two_contents(problem: TwoContents, image: EffectiveImage, ways: Ways) -> Finding:
    return _clash("imagewright.vib.two_contents", problem, image, ways)


@_explained.register
def _wrong_release(problem: WrongRelease, image: EffectiveImage, ways: Ways) -> Finding:
    owner = _owner(problem.vib, image)
    vib = problem.vib.vib
    return _advised(
        "imagewright.vib.wrong_release",
        owner.origin.path,
        (*chain_to(owner), f"its VIB {vib.name} {vib.version} conflicts with {problem.relation}"),
        ways.out_of(problem),
        vib=vib.name,
        version=vib.version,
        component=owner.name,
        relation=str(problem.relation),
        release=problem.release,
    )


@_explained.register
def _wrong_product_line(problem: WrongProductLine, image: EffectiveImage, ways: Ways) -> Finding:
    component = problem.component
    return _advised(
        "imagewright.component.wrong_product_line",
        component.origin.path,
        chain_to(component),
        ways.out_of(problem),
        name=component.name,
        version=component.version,
        made_for=listed(problem.lines, "and"),
        wanted=listed(sorted(image.vibs), "and"),
    )


def _clash(finding_id: str, problem: Clash, image: EffectiveImage, ways: Ways, **args: str) -> Finding:
    owner, other_owner = _owner(problem.vib, image), _owner(problem.other, image)
    first, *rest = chain_to(other_owner)
    # The finding belongs to the later layer: what stands on the base image is what the user can change.
    path = max(owner, other_owner, key=lambda party: _LAYER[party.source]).origin.path
    return _advised(
        finding_id,
        path,
        (
            *chain_to(owner),
            f"it holds the VIB {problem.vib.vib.name} {problem.vib.vib.version}",
            f"and {first}",
            *rest,
            f"it holds the VIB {problem.other.vib.name} {problem.other.vib.version}",
        ),
        ways.out_of(problem),
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


def _advised(finding_id: str, path: str, because: tuple[str, ...], advice: Advice, **args: str) -> Finding:
    """The finding with its ways out: what works if there is anything, and at last another base image."""
    uses, losses = [way.text for way in advice.uses], [way.text for way in advice.losses]
    if not uses:
        uses = list(advice.poor_uses)
    if not uses and not losses:
        losses = list(advice.poor_losses)
    drop = ", or ".join(losses)
    told = finding(
        finding_id,
        path,
        because,
        uses,
        or_drop=f", or {drop}" if drop else "",
        drop=drop or "choose another base image",
        **args,
    )
    return replace(told, ways=(*advice.uses, *advice.losses))


def _held_back(problem: Unmet, image: EffectiveImage) -> tuple[str, ...]:
    """What the image would have had to satisfy the relation, and why it does not have it."""
    found = {
        f"{item.component.name} {item.component.version} holds it, but was {note[0].lower()}{note[1:].rstrip('.')}"
        for item in image.reserved
        if satisfies(item.vib, problem.relation) and (note := _note_on(item, image))
    }
    return tuple(sorted(found))


def _note_on(item: ImageVib, image: EffectiveImage) -> str:
    name = item.component.name
    effective = image.components.get(name) or image.removed.get(name)
    losers = effective.overridden if effective else ()
    return next((loser.note for loser in losers if loser.version == item.component.version), "")

"""What a depot offered once and does not offer any more: it stays, so that images made of it stay whole."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import TypeVar

from imagewright.model.content import DepotContent, MetadataBundle

T = TypeVar("T")


def with_withdrawn(offered: DepotContent, before: DepotContent) -> DepotContent:
    """What is offered, followed by what was there before and is offered in no form.

    Things are compared by name and version, so what a vendor has corrected is there once, as he offers it now. VIBs
    stay with the bulletins that name them.
    """
    rests = (_rest(bundle, offered.bundles) for bundle in before.bundles)
    return replace(offered, bundles=(*offered.bundles, *(rest for rest in rests if _holds_something(rest))))


def _rest(bundle: MetadataBundle, offered: tuple[MetadataBundle, ...]) -> MetadataBundle:
    """A bundle without what is offered."""

    def withdrawn(part: Callable[[MetadataBundle], Iterable[T]], identity: Callable[[T], Hashable]) -> tuple[T, ...]:
        known = {identity(thing) for each in offered for thing in part(each)}
        return tuple(thing for thing in part(bundle) if identity(thing) not in known)

    components = withdrawn(lambda each: each.components, lambda component: component.ref)
    of_components = {component.bulletin.id for component in bundle.components}
    kept = {component.bulletin.id for component in components}
    bulletins = tuple(
        bulletin
        for bulletin in withdrawn(lambda each: each.bulletins, lambda bulletin: bulletin.id)
        if bulletin.id in kept or bulletin.id not in of_components
    )
    named = {ref for bulletin in bundle.bulletins for ref in bulletin.vibs}
    needed = {ref for bulletin in (*bulletins, *(each.bulletin for each in components)) for ref in bulletin.vibs}
    unnamed = {vib.ref for vib in withdrawn(lambda each: each.vibs, lambda vib: vib.id) if vib.ref not in named}
    return replace(
        bundle,
        vibs=tuple(vib for vib in bundle.vibs if vib.ref in needed | unnamed),
        bulletins=bulletins,
        components=components,
        base_images=withdrawn(lambda each: each.base_images, lambda image: image.version),
        add_ons=withdrawn(lambda each: each.add_ons, lambda add_on: (add_on.name, add_on.version)),
        hardware_support=withdrawn(
            lambda each: each.hardware_support, lambda each: (each.manager, each.package, each.version)
        ),
        solutions=withdrawn(lambda each: each.solutions, lambda solution: (solution.name, solution.version)),
    )


def _holds_something(bundle: MetadataBundle) -> bool:
    return bool(
        bundle.vibs
        or bundle.bulletins
        or bundle.components
        or bundle.base_images
        or bundle.add_ons
        or bundle.hardware_support
        or bundle.solutions
    )

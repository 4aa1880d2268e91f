"""What a depot offered once and does not offer any more: it stays, so that images made of it stay whole."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any, Final

from imagewright.model.content import DepotContent, MetadataBundle

_IDENTITIES: Final[Mapping[str, Callable[[Any], Hashable]]] = {
    "vibs": lambda vib: vib.id,
    "bulletins": lambda bulletin: bulletin.id,
    "components": lambda component: component.ref,
    "base_images": lambda image: image.version,
    "add_ons": lambda add_on: (add_on.name, add_on.version),
    "hardware_support": lambda package: (package.manager, package.package, package.version),
    "solutions": lambda solution: (solution.name, solution.version),
}
"""By what the things of a bundle are compared, each kind under the name of its field."""

_Offered = Mapping[str, frozenset[Hashable]]


def with_withdrawn(offered: DepotContent, before: DepotContent) -> DepotContent:
    """What is offered, followed by what was there before and is offered in no form.

    Things are compared by name and version, so what a vendor has corrected is there once, as he offers it now. VIBs
    stay with the bulletins that name them.
    """
    known = {
        name: frozenset(identity(thing) for bundle in offered.bundles for thing in getattr(bundle, name))
        for name, identity in _IDENTITIES.items()
    }
    rests = (_rest(bundle, known) for bundle in before.bundles)
    return replace(offered, bundles=(*offered.bundles, *(rest for rest in rests if _holds_something(rest))))


def _rest(bundle: MetadataBundle, offered: _Offered) -> MetadataBundle:
    """A bundle without what is offered."""
    left: dict[str, Any] = {name: _left(bundle, name, offered) for name in _IDENTITIES}
    components = left.pop("components")
    # The bulletin of a component goes and stays with it.
    of_components = {component.bulletin.id for component in bundle.components}
    kept = {component.bulletin.id for component in components}
    bulletins = tuple(each for each in left.pop("bulletins") if each.id in kept or each.id not in of_components)
    named = {ref for bulletin in bundle.bulletins for ref in bulletin.vibs}
    needed = {ref for bulletin in (*bulletins, *(each.bulletin for each in components)) for ref in bulletin.vibs}
    needed |= {vib.ref for vib in left.pop("vibs") if vib.ref not in named}
    vibs = tuple(vib for vib in bundle.vibs if vib.ref in needed)
    return replace(bundle, vibs=vibs, bulletins=bulletins, components=components, **left)


def _left(bundle: MetadataBundle, name: str, offered: _Offered) -> tuple[Any, ...]:
    identity, known = _IDENTITIES[name], offered[name]
    return tuple(thing for thing in getattr(bundle, name) if identity(thing) not in known)


def _holds_something(bundle: MetadataBundle) -> bool:
    return any(getattr(bundle, name) for name in _IDENTITIES)

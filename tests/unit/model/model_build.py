"""Depots in a few words: components with their VIBs, and the larger things that are made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from imagewright.model.catalog import Catalog
from imagewright.model.content import (
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    DepotContent,
    MetadataBundle,
    Operator,
    Payload,
    Platform,
    Relation,
    Vib,
)

ESX = (Platform("embeddedEsx", "8.0"),)
DPU = (Platform("esxio", "8.0"),)

Part = tuple[Component, tuple[Vib, ...]]
"""A component together with its VIBs, which a depot holds side by side."""


def relation(text: str) -> Relation:
    """`esx-version >= 8.0`, or a bare name."""
    name, *bound = text.split()
    return Relation(name, Operator(bound[0]), bound[1]) if bound else Relation(name)


def relations(*texts: str) -> tuple[Relation, ...]:
    return tuple(relation(text) for text in texts)


def vib(
    name: str,
    version: str,
    *,
    depends: Sequence[str] = (),
    conflicts: Sequence[str] = (),
    replaces: Sequence[str] = (),
    provides: Sequence[str] = (),
    payload: str = "vgz",
    content: str = "",
    **fields: Any,
) -> Vib:
    """A VIB of the vendor VMW. Its SHA-256 is a readable stand-in that depends on name, version and `content`."""
    return Vib(
        id=f"VMW_bootbank_{name}_{version}",
        name=name,
        version=version,
        vendor="VMW",
        depends=relations(*depends),
        conflicts=relations(*conflicts),
        replaces=relations(*replaces),
        provides=relations(*provides),
        payloads=(Payload(name[:8], payload, 1),),
        sha256=f"sha256 of {name} {version} {content}",
        **fields,
    )


def part(name: str, version: str, *vibs: Vib, platforms: tuple[Platform, ...] = ()) -> Part:
    """A component; without VIBs it gets one of its own name, in lower case, and version."""
    held = vibs or (vib(name.lower(), version),)
    bulletin = Bulletin(f"{name}_{version}", platforms=platforms, vibs=tuple(one.ref for one in held))
    return Component(name, version, name.replace("-", " "), version.split("-")[0], bulletin), held


def refs(*parts: Part) -> tuple[ComponentRef, ...]:
    return tuple(component.ref for component, _ in parts)


def base_image(version: str, *parts: Part) -> BaseImage:
    return BaseImage(version, refs(*parts))


def depot(*parts: Part, vibs: Sequence[Vib] | None = None, **things: Any) -> DepotContent:
    """A depot with one bundle. `vibs` replaces the VIBs of the parts, for a depot that lacks some."""
    held = [one for _, found in parts for one in found] if vibs is None else vibs
    bundle = MetadataBundle(
        "metadata.zip", "VMware", vibs=tuple(held), components=tuple(component for component, _ in parts), **things
    )
    return DepotContent((bundle,))


def catalog(depots: Mapping[str, DepotContent] | DepotContent) -> Catalog:
    return Catalog.of({"depot-1": depots} if isinstance(depots, DepotContent) else depots)

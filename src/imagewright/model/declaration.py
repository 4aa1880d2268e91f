"""Base images that nobody can read: somebody says which VIBs or components of a depot they consist of.

Such an image is declared, not read. What comes out is a depot of its own, with the image, its components and the
descriptions of its VIBs, so that it lives and goes independently of the depot that the VIBs came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from imagewright.model.content import (
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    DepotContent,
    MetadataBundle,
    Platform,
    Vib,
    VibRef,
)


class DeclarationError(ValueError):
    """A declaration does not fit the depot; the sentence says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A base image as it is described by hand: its parts are `components` (name to version), or `vibs` (ids)."""

    version: str
    components: Mapping[str, str] = field(default_factory=dict)
    vibs: frozenset[str] = frozenset()
    display_name: str = ""
    display_version: str = ""
    vendor: str = ""
    summary: str = ""
    description: str = ""
    release_date: datetime | None = None


def declared_content(declaration: Declaration, depot: DepotContent, declared_by: str) -> DepotContent:
    """The content of a depot that has this base image and all that it consists of, and nothing else.

    VIBs are taken together to the components of the depot that consist of them alone; each of the others becomes a
    component of its own, with the name and the version of the VIB. Raises DeclarationError.
    """
    if bool(declaration.components) == bool(declaration.vibs):
        raise DeclarationError("must name either the components or the VIBs of the base image, and not both")
    parts = _components(declaration, depot) if declaration.components else _components_of_vibs(declaration.vibs, depot)
    wanted = {ref for component in parts for ref in component.bulletin.vibs}
    image = BaseImage(
        version=declaration.version,
        components=tuple(component.ref for component in parts),
        display_name=declaration.display_name or "ESXi",
        display_version=declaration.display_version or declaration.version,
        vendor=declaration.vendor,
        summary=declaration.summary,
        description=declaration.description,
        release_date=declaration.release_date,
        declared_by=declared_by,
    )
    bundle = MetadataBundle(
        file_name="declared-metadata.zip",
        vendor=declaration.vendor or next((bundle.vendor for bundle in depot.bundles), ""),
        vendor_code="" if declaration.vendor else next((bundle.vendor_code for bundle in depot.bundles), ""),
        platforms=_platforms(depot.bundles),
        vibs=tuple(vib for vib in depot.vibs if vib.ref in wanted),
        bulletins=tuple(component.bulletin for component in parts),
        components=parts,
        base_images=(image,),
    )
    return DepotContent((bundle,))


def _components(declaration: Declaration, depot: DepotContent) -> tuple[Component, ...]:
    known = {component.ref: component for bundle in depot.bundles for component in bundle.components}
    wanted = [ComponentRef(name, version) for name, version in sorted(declaration.components.items())]
    missing = [f"{ref.name} {ref.version}" for ref in wanted if ref not in known]
    if missing:
        raise DeclarationError(f"names {_some(missing, 'component')} that the depot does not have")
    return tuple(known[ref] for ref in wanted)


def _components_of_vibs(ids: frozenset[str], depot: DepotContent) -> tuple[Component, ...]:
    by_id: dict[str, list[Vib]] = {}
    for vib in depot.vibs:
        by_id.setdefault(vib.id, []).append(vib)
    missing = sorted(ids - by_id.keys())
    if missing:
        raise DeclarationError(
            f"names {_some(missing, 'VIB')} that the depot does not have; ids are such as {_id(by_id)}"
        )
    vibs = {vib.ref: vib for vib_id in sorted(ids) for vib in by_id[vib_id]}
    double = next((vib.id for vib in vibs.values() if len(by_id[vib.id]) > 1), None)
    if double:
        raise DeclarationError(f"names the VIB {double}, of which the depot has two with other content")
    whole = [component for component in _all_components(depot) if set(component.bulletin.vibs) <= vibs.keys()]
    covered = {ref for component in whole for ref in component.bulletin.vibs}
    alone = tuple(_component_of(vib) for ref, vib in vibs.items() if ref not in covered)
    parts = {component.ref: component for component in (*whole, *alone)}
    if len(parts) != len(whole) + len(alone):
        raise DeclarationError("names VIBs of which two would be components of one name and version")
    return tuple(parts[ref] for ref in sorted(parts, key=lambda ref: (ref.name, ref.version)))


def _all_components(depot: DepotContent) -> Iterator[Component]:
    """Each component of the depot that has VIBs, once."""
    found = {each.ref: each for bundle in depot.bundles for each in bundle.components if each.bulletin.vibs}
    yield from found.values()


def _component_of(vib: Vib) -> Component:
    bulletin = Bulletin(
        id=f"{vib.name}_{vib.version}",
        vendor=vib.vendor,
        summary=vib.summary,
        description=vib.description,
        release_date=vib.release_date,
        platforms=vib.platforms,
        vibs=(VibRef(vib.id, vib.sha256),),
    )
    return Component(vib.name, vib.version, vib.name, vib.version, bulletin)


def _platforms(bundles: Sequence[MetadataBundle]) -> tuple[Platform, ...]:
    return tuple(dict.fromkeys(platform for bundle in bundles for platform in bundle.platforms))


def _id(by_id: Iterable[str]) -> str:
    return next(iter(by_id), "VENDOR_bootbank_name_version")


def _some(names: Sequence[str], noun: str) -> str:
    """`the VIB x`, or `5 VIBs, the first of them x`."""
    return f"the {noun} {names[0]}" if len(names) == 1 else f"{len(names)} {noun}s, the first of them {names[0]},"

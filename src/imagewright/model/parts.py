"""A component with its VIBs found: what composition and validation work with, made once for each component."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from imagewright.model.content import AcceptanceLevel, Component, ComponentRef, Relation, SignatureResult, Vib, VibRef
from imagewright.model.version import Bound, VersionKey, bound_of, sort_key

DEFAULT_PRODUCT_LINE = "embeddedEsx"
"""What a VIB is made for that names no product line, in a bulletin that names none either."""

BASE_VERSION_NAME = "esx-version"
"""VIBs bound themselves to releases with relations to this name. The base image provides it, at its own version."""

# The kinds of payload that a host boots from. An image that lost them would not start.
_BOOT_PAYLOADS = frozenset({"boot", "bootloader", "bootisobios", "bootisoefi"})


@dataclass(frozen=True, slots=True)
class ImageVib:
    """A VIB, the component that brings it, and the product lines that it is made for.

    The rest is derived from the VIB once, because every check of an image asks for it: `key` sorts it by version, and
    `needs` are its dependencies, one object for all VIBs that have equal ones. `provides`, `conflicts`, `replaces` and
    `contested` (files) hold only what can meet something in the depots; for nearly every VIB that is nothing, it is
    `quiet`, and a check need not look at it any further.
    """

    # What every check looks at stands first, so that it shares a line of the processor's cache.
    name: str
    lines: tuple[str, ...]
    needs: tuple[Bound, ...] = field(compare=False, repr=False)
    quiet: bool = field(compare=False, repr=False)
    vib: Vib
    ref: VibRef
    component: ComponentRef
    key: VersionKey = field(compare=False, repr=False)
    provides: tuple[Relation, ...] = field(compare=False, repr=False)
    conflicts: tuple[Bound, ...] = field(compare=False, repr=False)
    replaces: tuple[Bound, ...] = field(compare=False, repr=False)
    contested: tuple[str, ...] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ComponentParts:
    """The VIBs of a component that a depot describes, and those that none does.

    `lines` are the product lines that its VIBs are made for, in their order. `oldest_platform` is the lowest version
    that these are named with, or empty when one is for every version. `starts_the_host` is True when a VIB holds what
    a host boots from, `lowest_level` is the lowest acceptance level, and `is_doubtful` is True when a VIB lacks its
    file, or the signature that its level asks for. `names_machines` is True when a VIB is for some machines only,
    `is_ambiguous` when depots hold other VIBs under the same name and version. Where none of these is so and nothing is
    missing, it is `plain`.
    """

    component: Component
    vibs: tuple[ImageVib, ...]
    plain: bool
    lines: tuple[str, ...]
    missing: tuple[VibRef, ...]
    starts_the_host: bool
    oldest_platform: str
    lowest_level: AcceptanceLevel
    is_doubtful: bool
    names_machines: bool
    is_ambiguous: bool


@dataclass(frozen=True, slots=True)
class Meetings:
    """Where the VIBs of the depots can meet.

    `names` are there, by VIBs or by what they provide; `asked` are in dependencies and conflicts; `files` are owned by
    VIBs of several names.
    """

    names: frozenset[str]
    asked: frozenset[str]
    files: frozenset[str]

    @classmethod
    def of(cls, vibs: Iterable[Vib]) -> Meetings:
        """The meetings of these VIBs. Overlays own no file against others."""
        names: set[str] = {BASE_VERSION_NAME}
        asked: set[str] = set()
        owners: dict[str, str] = {}
        files: set[str] = set()
        for vib in vibs:
            names.add(vib.name)
            names.update(relation.name for relation in vib.provides)
            asked.update(relation.name for relation in (*vib.depends, *vib.conflicts))
            if not vib.overlay:
                files.update(file for file in vib.files if owners.setdefault(file, vib.name) != vib.name)
        return cls(frozenset(names), frozenset(asked), frozenset(files))


def component_parts(
    component: Component, vibs: Sequence[Vib | None], meetings: Meetings, is_ambiguous: bool = False
) -> ComponentParts:
    """The parts of a component; `vibs` are what its references lead to, in their order, or None."""
    found = [vib for vib in vibs if vib is not None]
    items = tuple(_image_vib(vib, component, meetings) for vib in found)
    missing = tuple(ref for ref, vib in zip(component.bulletin.vibs, vibs, strict=True) if vib is None)
    is_doubtful, names_machines = any(_is_doubtful(vib) for vib in found), any(vib.hardware for vib in found)
    return ComponentParts(
        component=component,
        vibs=items,
        missing=missing,
        lines=tuple(dict.fromkeys(line for item in items for line in item.lines)),
        starts_the_host=any(payload.kind in _BOOT_PAYLOADS for vib in found for payload in vib.payloads),
        oldest_platform=_oldest_platform(component, found),
        lowest_level=max(
            (vib.acceptance_level for vib in found), key=tuple(AcceptanceLevel).index, default=AcceptanceLevel.CERTIFIED
        ),
        is_doubtful=is_doubtful,
        names_machines=names_machines,
        is_ambiguous=is_ambiguous,
        plain=not (missing or is_doubtful or names_machines or is_ambiguous),
    )


def _oldest_platform(component: Component, vibs: Iterable[Vib]) -> str:
    platforms = [platform for vib in vibs for platform in vib.platforms] or component.bulletin.platforms
    return min((platform.version for platform in platforms), key=sort_key, default="")


def _is_doubtful(vib: Vib) -> bool:
    if vib.signature is None or vib.file_missing:
        return vib.file_missing
    if vib.signature.result is SignatureResult.UNSIGNED:
        return vib.acceptance_level is not AcceptanceLevel.COMMUNITY
    return vib.signature.result is SignatureResult.INVALID


def _image_vib(vib: Vib, component: Component, meetings: Meetings) -> ImageVib:
    def bounds(relations: Iterable[Relation]) -> tuple[Bound, ...]:
        return tuple(bound_of(relation) for relation in relations if relation.name in meetings.names)

    provides = tuple(relation for relation in vib.provides if relation.name in meetings.asked)
    conflicts, replaces = bounds(vib.conflicts), bounds(vib.replaces)
    contested = () if vib.overlay else tuple(file for file in vib.files if file in meetings.files)
    return ImageVib(
        vib=vib,
        name=vib.name,
        ref=vib.ref,
        component=component.ref,
        lines=_product_lines(vib, component),
        key=sort_key(vib.version),
        needs=_one_of_equals(tuple(bound_of(relation) for relation in vib.depends)),
        provides=provides,
        conflicts=conflicts,
        replaces=replaces,
        contested=contested,
        quiet=not (provides or conflicts or replaces or contested),
    )


@lru_cache(maxsize=1 << 16)
def _one_of_equals(needs: tuple[Bound, ...]) -> tuple[Bound, ...]:
    return needs


def _product_lines(vib: Vib, component: Component) -> tuple[str, ...]:
    # Many VIBs name no product line. Their bulletin does, and what neither names was made before there was a second.
    platforms = vib.platforms or component.bulletin.platforms
    return tuple(dict.fromkeys(platform.product_line for platform in platforms)) or (DEFAULT_PRODUCT_LINE,)

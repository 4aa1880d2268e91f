"""Strategies for everything that a depot can hold, as the reader gives it: sorted, stripped, in UTC."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from imagewright.formats.depot_writer import default_path
from imagewright.formats.vib import write_vib
from imagewright.model.content import (
    AcceptanceLevel,
    AddOn,
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    DepotContent,
    HardwarePlatform,
    HardwareSupportPackage,
    MetadataBundle,
    Operator,
    Payload,
    Platform,
    Relation,
    Solution,
    Vib,
    VibRef,
)
from imagewright.model.spec import (
    AddOnSpec,
    AlternativeImage,
    HostHardware,
    ImageSpec,
    PackageSpec,
    SelectionCriteria,
    SelectionType,
    SoftwareSpec,
    SolutionSpec,
)

# What XML can hold and the reader does not take for blanks around a text.
_CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), exclude_characters="￾￿")
_PRINTABLE = st.characters(codec="utf-8", categories=("L", "N", "P", "S"))

texts = st.text(_CHARACTERS, max_size=12)
names = st.text(_PRINTABLE, min_size=1, max_size=12).filter(str.isprintable)
identities = st.text("abcXYZ019.-_", min_size=1, max_size=10)
versions = st.from_regex(r"[0-9]{1,2}(\.[0-9a-z]{1,4}){0,3}(-[0-9]{1,3})?", fullmatch=True)
dates = st.none() | st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds + 0.25, UTC))
platforms = st.builds(Platform, st.sampled_from(["embeddedEsx", "esxio"]), versions, st.just(""))
refs = st.builds(ComponentRef, names, versions)


def tuples(of: st.SearchStrategy[Any], size: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=size).map(tuple)


def unique(of: st.SearchStrategy[Any], key: Callable[[Any], Any], size: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    """Values that differ in their key, sorted by it."""
    return st.lists(of, max_size=size, unique_by=key).map(lambda found: tuple(sorted(found, key=key)))


relations = st.builds(Relation, names) | st.builds(Relation, names, st.sampled_from(Operator), versions)

vibs = st.builds(
    Vib,
    id=st.just(""),
    name=identities,
    version=versions,
    vendor=identities,
    kind=st.sampled_from(["bootbank", "tools", "meta"]),
    summary=texts,
    description=texts,
    release_date=dates,
    acceptance_level=st.sampled_from(AcceptanceLevel),
    depends=tuples(relations),
    conflicts=tuples(relations),
    replaces=tuples(relations),
    provides=tuples(relations),
    compatible_with=tuples(relations),
    tags=tuples(names),
    platforms=tuples(platforms, 2),
    hardware=tuples(st.builds(HardwarePlatform, names, texts), 2),
    files=tuples(names),
    payloads=unique(
        st.builds(Payload, identities, st.sampled_from(["vgz", "tgz", "boot"]), st.just(0)), lambda each: each.name, 2
    ),
    urls=st.dictionaries(identities, names, max_size=2),
    maintenance_mode_on_install=st.booleans(),
    maintenance_mode_on_remove=st.booleans(),
    live_install_allowed=st.booleans(),
    live_remove_allowed=st.booleans(),
    cimom_restart=st.booleans(),
    stateless_ready=st.booleans(),
    overlay=st.booleans(),
)


@dataclass(frozen=True, slots=True)
class MadeVib:
    """A VIB as it was written, and its file."""

    vib: Vib
    data: bytes


@st.composite
def made_vibs(draw: st.DrawFn) -> MadeVib:
    described = draw(vibs)
    payloads = {}
    for payload in described.payloads:
        content = draw(st.binary(max_size=40))
        payloads[payload.name] = io.BytesIO(content if payload.kind == "boot" else gzip.compress(content, mtime=0))
    sink = io.BytesIO()
    vib = write_vib(sink, described, payloads)
    return MadeVib(replace(vib, relative_path=default_path(vib)), sink.getvalue())


def bulletins(of: list[VibRef]) -> st.SearchStrategy[Bulletin]:
    held = st.lists(st.sampled_from(of), unique=True).map(tuple) if of else st.just(())
    named = ("vendor", "summary", "description", "category", "urgency", "severity", "release_type", "kb", "contact")
    fields = dict.fromkeys(named, texts)
    return st.builds(Bulletin, id=names, release_date=dates, platforms=tuples(platforms, 2), vibs=held, **fields)


_display: dict[str, Any] = {
    "display_name": texts,
    "display_version": texts,
    "vendor": texts,
    "summary": texts,
    "description": texts,
    "release_date": dates,
}
base_images = st.builds(
    BaseImage,
    version=versions,
    components=tuples(refs),
    category=texts,
    kb=texts,
    quick_patch_compatible_versions=st.dictionaries(versions, names, max_size=2),
    **_display,
)
add_ons = st.builds(
    AddOn,
    name=names,
    version=versions,
    components=tuples(refs),
    removed_components=tuples(names),
    supported_base_images=tuples(versions),
    category=texts,
    kb=texts,
    **_display,
)
solutions = st.builds(Solution, name=names, version=versions, components=tuples(refs), **_display)
packages = st.builds(
    HardwareSupportPackage,
    manager=names,
    package=names,
    version=versions,
    components=tuples(refs),
    removed_components=tuples(names),
    supported_releases=tuples(versions),
    manager_display_name=texts,
    vendor=texts,
    description=texts,
)


@st.composite
def bundles(draw: st.DrawFn, file_name: str, made: list[MadeVib]) -> MetadataBundle:
    own = tuple(sorted((each.vib for each in made), key=lambda vib: vib.id))
    found = draw(unique(bulletins([vib.ref for vib in own]), lambda bulletin: bulletin.id))
    components = []
    for number, bulletin in enumerate(found):
        if draw(st.booleans()):
            name, version = draw(st.tuples(names, versions))
            components.append(Component(f"{name}{number}", version, draw(names), draw(names), bulletin))
    return MetadataBundle(
        file_name=file_name,
        vendor=draw(texts),
        vendor_code=draw(texts),
        platforms=draw(st.lists(platforms, unique=True, max_size=2).map(tuple)),
        vibs=own,
        bulletins=found,
        components=tuple(sorted(components, key=lambda component: (component.name, component.version))),
        base_images=draw(unique(base_images, lambda image: image.version, 2)),
        add_ons=draw(unique(add_ons, lambda add_on: (add_on.name, add_on.version), 2)),
        hardware_support=draw(unique(packages, lambda each: (each.manager, each.package, each.version), 2)),
        solutions=draw(unique(solutions, lambda solution: (solution.name, solution.version), 2)),
    )


@dataclass(frozen=True, slots=True)
class MadeDepot:
    """The content of a depot, and the files of its VIBs."""

    content: DepotContent
    files: dict[VibRef, bytes]


@st.composite
def depots(draw: st.DrawFn) -> MadeDepot:
    made = draw(st.lists(made_vibs(), max_size=4, unique_by=lambda each: each.vib.id))
    half = draw(st.integers(0, len(made)))
    parts = [draw(bundles("a-metadata.zip", made[:half])), draw(bundles("b-metadata.zip", made[half:]))]
    if parts[0].vendor == parts[1].vendor:
        parts[1] = replace(parts[1], vendor_code=parts[0].vendor_code)
    return MadeDepot(DepotContent(tuple(parts)), {each.vib.ref: each.data for each in made})


def _images(**more: Any) -> dict[str, Any]:
    return {
        "base_image": st.none() | versions,
        "add_on": st.none() | st.builds(AddOnSpec, names, versions),
        "components": st.dictionaries(names, st.none() | versions, max_size=3),
        "solutions": st.dictionaries(names, st.builds(SolutionSpec, versions, tuples(names)), max_size=2),
        "hardware_support": st.dictionaries(names, st.builds(PackageSpec, names, texts), max_size=2),
        "removed_components": st.frozensets(names, max_size=3),
        **more,
    }


selections = st.one_of(
    st.just(SelectionCriteria()),
    st.builds(
        SelectionCriteria,
        type=st.just(SelectionType.HOST_UUID),
        host_uuids=st.frozensets(names, min_size=1, max_size=2),
    ),
    st.builds(
        SelectionCriteria,
        type=st.just(SelectionType.HOST_HARDWARE_SPEC),
        hardware=st.builds(HostHardware, names, *[st.frozensets(names, max_size=2)] * 3),
    ),
)
specs = st.builds(
    SoftwareSpec,
    image=st.builds(ImageSpec, **_images()),
    alternative_images=st.dictionaries(
        names, st.builds(AlternativeImage, names, st.builds(ImageSpec, **_images()), selections), max_size=2
    ),
)

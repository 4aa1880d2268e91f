"""Made-up depots and specifications over few names, so that things meet, override, need and refuse each other often."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from imagewright.model.content import (
    AddOn,
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    DepotContent,
    HardwareSupportPackage,
    MetadataBundle,
    Operator,
    Platform,
    Relation,
    Solution,
    Vib,
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

# How long something takes on a busy machine decides no test.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

NAMES = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon")
VIB_NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
VERSIONS = ("1.0-1", "1.0-2", "1.10-1", "2.0-1OEM.800", "2.0-1vmw.800")
BASES = ("8.0.3-0.35.24280767", "9.1.0.0.25370933")
LINES = (Platform("embeddedEsx", "8.0"), Platform("esxio", "8.0"))

names, vib_names, versions = st.sampled_from(NAMES), st.sampled_from(VIB_NAMES), st.sampled_from(VERSIONS)

any_version = st.one_of(
    st.from_regex(r"[0-9a-zA-Z]{1,3}([.\-][0-9a-zA-Z]{0,3}){0,5}", fullmatch=True),
    st.text(alphabet="019aZ.-_", max_size=12),
    st.text(max_size=6),
)

# Drawn in one step each: a world has dozens of relations, and every step costs.
bounds = [Relation(name, operator, version) for name in VIB_NAMES for operator in Operator for version in VERSIONS]
relations = st.sampled_from([*(Relation(name) for name in VIB_NAMES for _ in VERSIONS), *bounds])
provided = st.sampled_from([(), *((bound,) for bound in bounds if bound.operator is Operator.EQUAL)])
one_relation = st.one_of(st.just(()), st.tuples(relations))
few_relations = st.one_of(st.just(()), st.tuples(relations), st.tuples(relations, relations))
component_refs = st.sampled_from([ComponentRef(name, version) for name in NAMES for version in VERSIONS])

_FILES = [(), ("a",), ("b",), ("a", "c"), ("b", "d"), ("c", "d")]
_PLATFORMS = [(), LINES[:1], LINES[1:], LINES]


@st.composite
def vibs(draw: st.DrawFn) -> Vib:
    name, version = draw(vib_names), draw(versions)
    return Vib(
        id=f"VMW_bootbank_{name}_{version}",
        name=name,
        version=version,
        vendor="VMW",
        depends=draw(few_relations),
        conflicts=draw(one_relation),
        replaces=draw(one_relation),
        provides=draw(provided),
        platforms=draw(st.sampled_from(_PLATFORMS)),
        files=draw(st.sampled_from(_FILES)),
        overlay=draw(st.booleans()),
        sha256=draw(st.sampled_from(("aa", "bb"))),
    )


@dataclass(frozen=True)
class World:
    """What vendors have released; depots are shares of it. One name and version is one thing in all of them."""

    components: dict[tuple[str, str], tuple[Component, tuple[Vib, ...]]]
    base_images: tuple[BaseImage, ...]
    add_ons: tuple[AddOn, ...]
    hardware_support: tuple[HardwareSupportPackage, ...]
    solutions: tuple[Solution, ...]


def _sets(refs: st.SearchStrategy[ComponentRef]) -> st.SearchStrategy[tuple[ComponentRef, ...]]:
    return st.lists(refs, max_size=4, unique_by=lambda ref: ref.name).map(tuple)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    held = {vib.ref: vib for vib in draw(st.lists(vibs(), min_size=2, max_size=12))}
    components = {}
    for ref in draw(st.lists(component_refs, min_size=1, max_size=10, unique=True)):
        chosen = draw(st.lists(st.sampled_from(sorted(held, key=str)), min_size=1, max_size=3, unique=True))
        bulletin = Bulletin(f"{ref.name}_{ref.version}", vibs=tuple(chosen))
        component = Component(ref.name, ref.version, ref.name, ref.version, bulletin)
        components[ref.name, ref.version] = (component, tuple(held[one] for one in chosen))
    refs = _sets(st.sampled_from([ComponentRef(*key) for key in sorted(components)]))
    removed = st.lists(names, max_size=2, unique=True).map(tuple)
    return World(
        components,
        tuple(BaseImage(version, draw(refs)) for version in BASES),
        tuple(AddOn("Vendor", version, draw(refs), draw(removed), ("8.0",)) for version in VERSIONS[:2]),
        tuple(HardwareSupportPackage(f"hsm-{n}", "pack", "1", draw(refs), draw(removed)) for n in (1, 2)),
        (Solution("wcp", "1", draw(refs)),),
    )


@st.composite
def depots_of(draw: st.DrawFn, world: World) -> dict[str, DepotContent]:
    """The world, shared out over some depots. Everything is in at least one of them, and some things are in several."""
    count = draw(st.integers(1, 3))

    def places() -> list[int]:
        held = draw(st.integers(1, 2**count - 1))
        return [place for place in range(count) if held >> place & 1]

    shares: list[dict[str, list[object]]] = [{} for _ in range(count)]

    def put(kind: str, *things: object) -> None:
        for place in places():
            shares[place].setdefault(kind, []).extend(things)

    for component, held in world.components.values():
        for place in places():
            shares[place].setdefault("components", []).append(component)
            shares[place].setdefault("vibs", []).extend(held)
    for kind in ("base_images", "add_ons", "hardware_support", "solutions"):
        for thing in getattr(world, kind):
            put(kind, thing)
    bundles = [{kind: tuple(things) for kind, things in share.items()} for share in shares]
    return {
        f"depot-{number}": DepotContent((MetadataBundle("metadata.zip", "VMware", **bundle),))  # type: ignore[arg-type]
        for number, bundle in enumerate(bundles)
    }


def images(open_versions: bool = True) -> st.SearchStrategy[ImageSpec]:
    asked = st.one_of(versions, st.none()) if open_versions else versions
    return st.builds(
        ImageSpec,
        base_image=st.one_of(st.none(), st.sampled_from(BASES), st.sampled_from(BASES)),
        add_on=st.one_of(st.none(), st.builds(AddOnSpec, st.just("Vendor"), versions)),
        components=st.dictionaries(names, asked, max_size=3),
        solutions=st.dictionaries(st.just("wcp"), st.builds(SolutionSpec, st.just("1"), st.lists(names).map(tuple))),
        hardware_support=st.dictionaries(
            st.sampled_from(("hsm-1", "hsm-2")), st.builds(PackageSpec, st.just("pack"), st.just("1"))
        ),
        removed_components=st.frozensets(names, max_size=2),
    )


_few_texts = st.frozensets(st.text(max_size=3), max_size=2)
selections = st.one_of(
    st.just(SelectionCriteria()),
    st.builds(
        SelectionCriteria, st.just(SelectionType.HOST_UUID), host_uuids=st.frozensets(st.text(max_size=3), max_size=2)
    ),
    st.builds(
        SelectionCriteria,
        st.just(SelectionType.HOST_HARDWARE_SPEC),
        hardware=st.builds(HostHardware, st.text(max_size=3), _few_texts, _few_texts, _few_texts),
    ),
)


def specs(open_versions: bool = True) -> st.SearchStrategy[SoftwareSpec]:
    alternative = st.builds(AlternativeImage, st.text(max_size=5), images(open_versions), selections)
    image_ids = st.from_regex(r"image-[0-9]", fullmatch=True)
    return st.builds(SoftwareSpec, images(open_versions), st.dictionaries(image_ids, alternative, max_size=2))


# --- what is mostly in order -----------------------------------------------------------------------------------------
# Of worlds and specifications that are drawn freely, one image in forty is valid. Laws about valid images need others.


@st.composite
def sound_worlds(draw: st.DrawFn) -> World:
    """Vendors who do their work: every name has every version, needs exist, and few things refuse each other."""
    components = {}
    for name in NAMES:
        needs = draw(st.lists(st.sampled_from(NAMES), max_size=1))
        rivals = draw(st.sampled_from([(), *((Relation(other, Operator.LOWER, "1.0-2"),) for other in VIB_NAMES)]))
        lines = draw(st.sampled_from([LINES, LINES, LINES[:1]]))
        for version in VERSIONS:
            own = Vib(
                id=f"VMW_bootbank_{name.lower()}_{version}",
                name=name.lower(),
                version=version,
                vendor="VMW",
                depends=tuple(Relation(other.lower()) for other in needs),
                conflicts=tuple(rival for rival in rivals if rival.name != name.lower()),
                platforms=lines,
                files=(name,),
                sha256=f"{name} {version}",
            )
            shared = Vib(f"VMW_bootbank_zeta_{version}", "zeta", version, "VMW", platforms=LINES, sha256=f"z {version}")
            held = (own, shared) if draw(st.integers(0, 3)) == 0 else (own,)
            bulletin = Bulletin(f"{name}_{version}", vibs=tuple(vib.ref for vib in held))
            components[name, version] = (Component(name, version, name, version, bulletin), held)
    whole = st.tuples(*(st.builds(ComponentRef, st.just(name), versions) for name in NAMES))
    some_refs = _sets(component_refs)
    removed = st.lists(names, max_size=1).map(tuple)
    return World(
        components,
        tuple(BaseImage(version, draw(whole)) for version in BASES),
        tuple(AddOn("Vendor", version, draw(some_refs), draw(removed)) for version in VERSIONS[:2]),
        tuple(HardwareSupportPackage(f"hsm-{n}", "pack", "1", draw(some_refs), draw(removed)) for n in (1, 2)),
        (Solution("wcp", "1", draw(some_refs)),),
    )


@st.composite
def sensible_specs(draw: st.DrawFn, world: World) -> SoftwareSpec:
    """A specification that asks for what is there."""

    def image() -> ImageSpec:
        held = [ref.name for ref in world.solutions[0].components]
        chosen = draw(st.dictionaries(names, st.one_of(versions, st.none()), max_size=2))
        return ImageSpec(
            base_image=BASES[0],
            add_on=draw(st.one_of(st.none(), st.builds(AddOnSpec, st.just("Vendor"), st.sampled_from(VERSIONS[:2])))),
            components=chosen,
            solutions=draw(st.sampled_from([{}, {"wcp": SolutionSpec("1", tuple(held))}])),
            hardware_support=draw(st.sampled_from([{}, {"hsm-1": PackageSpec("pack", "1")}])),
            removed_components=draw(st.frozensets(names, max_size=1)) - chosen.keys(),
        )

    default = image()
    alternatives = {
        f"image-{number}": AlternativeImage(
            f"Image {number}",
            replace(image(), base_image=None),
            SelectionCriteria(SelectionType.HOST_UUID, frozenset({f"host-{number}"})),
        )
        for number in range(draw(st.integers(0, 2)))
    }
    return SoftwareSpec(default, alternatives)

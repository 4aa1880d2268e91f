"""Images and catalogues of any size, shaped like those of the field: drivers that need interfaces of the system."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from model_build import ESX, Part, base_image, depot, part, refs, vib

from imagewright.model.content import AddOn, DepotContent
from imagewright.model.spec import AddOnSpec, ImageSpec, SoftwareSpec

BASE = "9.1.0-0.25370933"
ADD_ON = AddOnSpec("Sample-AddOn", "910.0.1-1")
SHARE = 30
"""One in so many components is overridden by the add-on, as many come with it, and as many are the user's."""


def driver(name: str, version: str) -> Part:
    """A component of a driver, which needs interfaces of the system, and of its tool, which needs the driver."""
    module = name.lower()
    needs = ("vmkapi_2_10_0_0", "vmkapi_incompat_2_10_0_0", "esx-version >> 8.0.0")
    files = (f"usr/lib/vmware/vmkmod/{module}", f"etc/vmware/default.map.d/{module}.map")
    build = f"{version}-1OEM.803.0.0.99000101"
    tool = vib(f"{module}-tool", build, depends=[f"{module} >= 1.0"], files=(f"opt/{module}/bin/tool",), platforms=ESX)
    component, vibs = part(name, build, vib(module, build, depends=needs, files=files, platforms=ESX), tool)
    bulletin = replace(
        component.bulletin,
        vendor="Sample Vendor",
        summary=f"{name}: driver and tool",
        description=f"{name} in the version {version}, with its tool",
        category="enhancement",
        urgency="important",
        kb="https://kb.example.test/12345",
        release_date=datetime(2026, 6, 1, tzinfo=UTC),
    )
    return replace(component, bulletin=bulletin), vibs


def system() -> Part:
    """The component that the base image cannot do without, with two VIBs."""
    interfaces = [f"vmkapi_{kind}2_{number}_0_0" for kind in ("", "incompat_") for number in range(6, 13)]
    base = vib("esx-base", BASE, payload="boot", provides=["esx-version = 9.1.0", *interfaces], platforms=ESX)
    return part("ESXi", BASE, base, vib("vsan", BASE, depends=["esx-base >= 9.1.0"], platforms=ESX))


def image_of(size: int) -> tuple[SoftwareSpec, DepotContent]:
    """A specification that composes to `size` components with two VIBs each, and a depot with all of them.

    Most come with the base image; a share is overridden by an add-on, a share comes with that, a share is the user's.
    """
    share = size // SHARE
    based = [driver(f"Driver-{number:05}", "1.5.0") for number in range(size - 2 * share - 1)]
    newer = [driver(component.name, "2.0.0") for component, _ in based[:share]]
    added = [driver(f"Addition-{number:05}", "1.0.0") for number in range(share)]
    chosen = [driver(f"Choice-{number:05}", "1.0.0") for number in range(share)]
    parts = [system(), *based]
    content = depot(
        *parts,
        *newer,
        *added,
        *chosen,
        base_images=(base_image(BASE, *parts),),
        add_ons=(AddOn(ADD_ON.name, ADD_ON.version, refs(*newer, *added), supported_base_images=("9.1.0",)),),
    )
    components = {component.name: component.version for component, _ in chosen}
    return SoftwareSpec(ImageSpec(base_image=BASE, add_on=ADD_ON, components=components)), content


def troubled(spec: SoftwareSpec) -> tuple[SoftwareSpec, DepotContent]:
    """The same image with four choices that go wrong, and a depot with them and with what would help."""
    version = "1.0.0-1"
    agent = part("Agent", version, vib("agent", version, depends=["driver-00030 >= 2.0"], platforms=ESX))
    lonely = part("Lonely", version, vib("lonely", version, depends=["nobody-has-this"], platforms=ESX))
    rival = part("Rival", version, vib("rival", version, conflicts=["driver-00031 << 2.0"], platforms=ESX))
    thief = part("Thief", version, vib("thief", version, files=("usr/lib/vmware/vmkmod/driver-00032",), platforms=ESX))
    helpful = [driver(f"Driver-{number:05}", f"2.{minor}.0") for number in range(30, 33) for minor in range(4)]
    wrong = {component.name: component.version for component, _ in (agent, lonely, rival, thief)}
    image = replace(spec.image, components={**spec.image.components, **wrong})
    return replace(spec, image=image), depot(agent, lonely, rival, thief, *helpful)

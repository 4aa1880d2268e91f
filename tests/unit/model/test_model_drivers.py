"""Which devices an image drives, and what is told when a host would lose a driver."""

from __future__ import annotations

import pytest
from model_build import DPU, ESX, Part, base_image, catalog, depot, part, vib

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose, compose_spec
from imagewright.model.diff import Side
from imagewright.model.drivers import (
    Device,
    Drivers,
    driver_findings,
    drivers_of,
    pci_patterns,
    spec_driver_findings,
)
from imagewright.model.edit import component
from imagewright.model.effective import EffectiveImage
from imagewright.model.finding import Finding, Severity
from imagewright.model.spec import AlternativeImage, ImageSpec, SoftwareSpec

X710 = Device("esx01", "8086", "1572", address="3b:00.0", name="Intel X710")
RAID = Device("esx01", "1000", "0014", "1028", "1f3a", "0104", "17:00.0", "MegaRAID")
USB = Device("esx01", "8086", "a12f", device_class="0c0330")


def driver(name: str, version: str, *patterns: str, component: str = "", depends: tuple[str, ...] = ()) -> Part:
    tags = ("driver", "module", *(f"PCIID {pattern}" for pattern in patterns))
    return part(component or name.title(), version, vib(name, version, tags=tags, depends=depends, platforms=ESX))


def image_of(offered: Catalog, base: str = "8.0", **spec: object) -> EffectiveImage:
    return compose(ImageSpec(base, **spec), offered)  # type: ignore[arg-type]


def driving(device: Device, *parts: Part) -> list[str]:
    """The names of the VIBs that drive a device in an image of these parts."""
    offered = catalog(depot(*parts, base_images=(base_image("8.0", *parts),)))
    return [each.vib.vib.name for each in drivers_of(image_of(offered)).of(device)]


# --- tags ------------------------------------------------------------------------------------------------------------


def test_patterns_are_read_from_the_three_forms_of_the_tag() -> None:
    tags = (
        "driver",
        "PCIID 10EC8125",
        "PCIID 1000001410281f3a",
        "PCIID ................0c0330",
        "PCIID 8086",
        "PCIIDs",
    )

    assert pci_patterns(tags) == ("10ec8125..............", "1000001410281f3a......", "................0c0330")


@pytest.mark.parametrize(
    ("pattern", "device", "drives"),
    [
        ("80861572", X710, True),
        ("80861573", X710, False),
        ("8086....", X710, True),
        ("1000001410281f3a", RAID, True),
        ("1000001410281f3b", RAID, False),
        ("10000014........", RAID, True),
        ("................0c0330", USB, True),
        ("................0c0320", USB, False),
        ("................0c0330", RAID, False),
    ],
)
def test_a_driver_drives_what_its_pattern_fits(pattern: str, device: Device, drives: bool) -> None:
    assert driving(device, driver("some", "1", pattern)) == ["some"] * drives


def test_the_most_specific_driver_comes_first() -> None:
    parts = [
        driver("by-class", "1", "................010400"),
        driver("exact", "1", "1000001410281f3a"),
        driver("a", "1", "1000...."),
    ]

    assert driving(RAID, *parts) == ["exact", "a", "by-class"]


def test_what_depends_on_ids_that_are_not_known_is_not_certain() -> None:
    offered = catalog(depot(raid := driver("lsi", "1", "1000001410281f3a"), base_images=(base_image("8.0", raid),)))
    drivers = drivers_of(image_of(offered))

    assert [each.certain for each in drivers.of(RAID)] == [True]
    assert [each.certain for each in drivers.of(Device("esx01", "1000", "0014"))] == [False]
    assert drivers.of(Device("esx01", "1000", "0015")) == ()


def test_drivers_of_a_dpu_drive_nothing_in_the_host() -> None:
    system = part("ESXi", "8.0", vib("esx-base", "8.0", platforms=ESX), vib("esxio-base", "8.0", platforms=DPU))
    dpu_only = part("Net", "1", vib("net-esxio", "1", tags=("PCIID 80861572",), platforms=DPU))

    assert driving(X710, system, dpu_only) == []


def test_without_an_image_nothing_is_driven() -> None:
    assert Drivers(()).of(X710) == ()


# --- between two images ----------------------------------------------------------------------------------------------

OLD = driver("i40en", "1.0", "80861572", "80861573", component="Intel-i40en")
NEWER = driver("i40en", "2.0", "80861573", component="Intel-i40en")
VENDORS = driver("acme-net", "5.0", "80861572", component="Acme-Net")


def findings(
    before: tuple[Part, ...],
    after: tuple[Part, ...],
    *devices: Device,
    offered: tuple[Part, ...] = (),
    **spec: object,
) -> tuple[Finding, ...]:
    """What is told when hosts go from a base image of some parts to one of others."""
    images = (base_image("8.0", *before), base_image("9.0", *after))
    parts = {made.ref: (made, held) for made, held in (*before, *after, *offered)}
    known = catalog(depot(*parts.values(), base_images=images))
    return driver_findings(devices, image_of(known), image_of(known, "9.0", **spec), known)


def test_a_lost_driver_is_told_with_its_hosts_and_a_way_out() -> None:
    others = [Device("esx02", "8086", "1572", address="3b:00.0"), Device("esx01", "8086", "1572", address="3b:00.1")]

    (lost,) = findings((OLD,), (NEWER,), X710, *others)

    assert lost.id == "imagewright.driver.lost"
    assert lost.path == "base_image"
    assert lost.text == (
        "The device Intel X710 [8086:1572] loses its driver on esx01 (at 3b:00.0 and 3b:00.1) and esx02 (at 3b:00.0): "
        "i40en 1.0 of the component Intel-i40en drives it before, and nothing does after."
    )
    assert lost.because == (
        "before, the base image 8.0 brings Intel-i40en 1.0",
        "after, the base image 9.0 brings Intel-i40en 2.0",
    )
    assert lost.resolution == "Use the component Intel-i40en 1.0."
    assert [way.edits for way in lost.ways] == [(component("Intel-i40en", "1.0"),)]


def test_a_way_out_is_tried_and_brings_no_new_error() -> None:
    fitting_nothing = driver("new-net", "6.0", "80861572", component="New-Net", depends=("vmkapi_9",))

    (lost,) = findings((OLD,), (NEWER,), X710, offered=(VENDORS, fitting_nothing))

    assert lost.resolution == "Use the component Acme-Net 5.0 or the component Intel-i40en 1.0."


def test_where_nothing_helps_that_is_said() -> None:
    bound = driver("i40en", "1.0", "80861572", component="Intel-i40en", depends=("esx-version << 9.0",))

    (lost,) = findings((bound,), (NEWER,), X710)

    assert lost.resolution.startswith("No component in the depots drives it in the new image")


def test_who_took_the_driver_away_is_told() -> None:
    (removed,) = findings((OLD,), (OLD,), X710, removed_components=frozenset({"Intel-i40en"}))

    assert removed.because[1] == "after, Intel-i40en is removed by the user"
    assert removed.path == "removed_components.Intel-i40en"
    assert removed.resolution == "Use the component Intel-i40en 1.0, no longer marked as removed."


def test_another_driver_is_told_and_is_no_loss() -> None:
    (other,) = findings((OLD,), (VENDORS,), X710)

    assert (other.id, other.severity) == ("imagewright.driver.other", Severity.INFO)
    assert other.because[1] == "after, nothing brings Intel-i40en"
    assert other.text == (
        "The device Intel X710 [8086:1572] has another driver on esx01 (at 3b:00.0): i40en 1.0 before, "
        "acme-net 5.0 of the component Acme-Net after."
    )


def test_what_had_no_driver_has_none_to_lose() -> None:
    assert findings((OLD,), (NEWER,), USB) == ()


def test_a_driver_that_stays_is_not_told() -> None:
    assert findings((OLD,), (OLD,), X710) == ()


def test_a_list_without_subsystems_leaves_it_open() -> None:
    every = driver("lsi", "1", "10000014", component="Lsi")
    some = driver("lsi", "2", "1000001410281f3a", "1000001410281f3b", component="Lsi")
    unknown = Device("esx01", "1000", "0014")

    (unclear,) = findings((every,), (some,), unknown)

    assert unclear.id == "imagewright.driver.unclear"
    assert "lspci -nnvmm" in unclear.resolution
    assert findings((every,), (some,), RAID) == ()
    assert findings((some,), (some,), unknown) == ()


def test_all_hosts_are_in_the_arguments_where_the_sentence_counts_them() -> None:
    fleet = [Device(f"esx{number:02}", "8086", "1572") for number in range(1, 21)]

    (lost,) = findings((OLD,), (NEWER,), *fleet)

    assert "esx01, esx02, esx03, esx04, esx05 and 15 more" in lost.text
    assert lost.args["all_hosts"].split(", ") == [device.host for device in fleet]


def spec_findings(before: SoftwareSpec, after: SoftwareSpec, *devices: Device) -> list[Finding]:
    parts = (OLD, NEWER, VENDORS)
    known = catalog(depot(*parts, base_images=(base_image("8.0", OLD), base_image("9.0", NEWER))))
    sides = (Side(spec, compose_spec(spec, known)) for spec in (before, after))
    return list(spec_driver_findings(devices, *sides, known))


def spec_of(base: str, **alternatives: dict[str, str]) -> SoftwareSpec:
    """A specification with alternative images of these components."""
    images = {
        name: AlternativeImage(f"Image {name}", ImageSpec(components=components))
        for name, components in alternatives.items()
    }
    return SoftwareSpec(ImageSpec(base), images)


ACME_NET = {"Acme-Net": "5.0"}


def test_an_alternative_image_that_keeps_the_driver_is_not_told() -> None:
    (lost,) = spec_findings(spec_of("8.0"), spec_of("9.0", a={"Intel-i40en": "1.0"}), X710)

    assert (lost.id, lost.path) == ("imagewright.driver.lost", "base_image")


def test_what_the_default_image_loses_as_well_is_told_once() -> None:
    assert len(spec_findings(spec_of("8.0", a={}), spec_of("9.0", a={}), X710)) == 1


def test_an_alternative_image_can_lose_what_the_default_image_keeps() -> None:
    (lost,) = spec_findings(spec_of("8.0"), spec_of("8.0", a={"Intel-i40en": "2.0"}), X710)

    assert lost.path == "alternative_images.a.components.Intel-i40en"
    assert lost.because[0] == "in the alternative image Image a"
    assert lost.ways[0].edits[0].path.startswith("alternative_images.a.components.")


def test_hosts_of_an_alternative_image_that_is_gone_get_the_default_one() -> None:
    lost, *more = spec_findings(spec_of("9.0", a=ACME_NET), spec_of("9.0"), X710)

    assert (lost.id, lost.args["vib"], more) == ("imagewright.driver.lost", "acme-net", [])
    assert lost.because[0] == "in the alternative image Image a"

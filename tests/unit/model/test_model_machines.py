"""VIBs that are made for some machines only, in default and alternative images."""

from __future__ import annotations

import pytest
from model_build import Part, base_image, catalog, depot, part, vib

from imagewright.model.compose import compose_spec
from imagewright.model.content import HardwarePlatform
from imagewright.model.finding import Finding
from imagewright.model.spec import SoftwareSpec
from imagewright.model.validate import validate


def bound(name: str, version: str, *machines: tuple[str, str]) -> Part:
    hardware = tuple(HardwarePlatform(vendor, model) for vendor, model in machines)
    return part(name, version, vib(name.lower(), version, hardware=hardware))


SYSTEM = part("ESXi", "8.0", vib("esx-base", "8.0", payload="boot"))
ACME = bound("Acme-Tool", "1", ("Acme", ""))
ACME_R1 = bound("Rack-Tool", "1", ("Acme", "R1"), ("acme ", "r2"))
OTHER = bound("Other-Tool", "1", ("Other", ""))
ANY = bound("Any-Tool", "1", ("", ""), ("Acme", "R9"))


def told(*parts: Part, removed: tuple[str, ...] = (), **hardware: object) -> list[tuple[str, Finding]]:
    """Severity, kind and finding of all that is told of these components: in the default image, or, with hardware, in
    an alternative image for it."""
    known = catalog(depot(SYSTEM, *parts, base_images=(base_image("8.0", SYSTEM),)))
    document = {"components": {component.name: component.version for component, _ in parts}}
    spec = {"base_image": {"version": "8.0"}, **document, "removed_components": list(removed)}
    if hardware:
        criteria = {"selection_type": "HOST_HARDWARE_SPEC", "host_hardware_spec": hardware}
        image = {"display_name": "Racks", "selection_criteria": criteria, **document}
        spec = {"base_image": {"version": "8.0"}, "alternative_images": {"image-1": image}}
    wanted = SoftwareSpec.from_document(spec)
    found = validate(wanted, compose_spec(wanted, known), known, None)
    return [(f"{each.severity} {each.id.rpartition('.')[2]}", each) for each in found]


def kinds(*parts: Part, **hardware: object) -> list[str]:
    return [kind for kind, _ in told(*parts, **hardware)]


def test_what_only_some_hosts_can_take_is_told() -> None:
    ((kind, found),) = told(ACME_R1)

    assert kind == "INFO only_for_hardware"
    assert found.path == "components.Rack-Tool"
    assert found.text == (
        "The component Rack-Tool 1 brings the VIB VMW_bootbank_rack-tool_1, which can be installed on Acme R1 or "
        "acme r2 only."
    )


@pytest.mark.parametrize("parts", [(), (ANY,)])
def test_what_every_host_can_take_is_not(parts: tuple[Part, ...]) -> None:
    assert kinds(*parts) == []


@pytest.mark.parametrize(
    ("hardware", "expected"),
    [
        ({"vendor": "ACME", "models": ["R1", "R2"]}, ["INFO only_for_hardware"]),
        ({"vendor": "Acme"}, ["INFO only_for_hardware"]),
        ({"vendor": "Acme", "models": ["R1", "R3"]}, ["WARNING some_hardware"]),
        ({"vendor": "Acme", "models": ["R3", "R4"]}, ["ERROR wrong_hardware"]),
        ({"vendor": "Other"}, ["ERROR wrong_hardware"]),
    ],
)
def test_alternative_images_are_for_the_hosts_that_they_select(
    hardware: dict[str, object], expected: list[str]
) -> None:
    found = told(ACME_R1, **hardware)

    assert [kind for kind, _ in found] == expected
    assert found[0][1].path == "alternative_images.image-1.components.Rack-Tool"
    assert found[0][1].because[0] == "in the alternative image Racks"


def test_hosts_that_cannot_take_it_are_named() -> None:
    ((_, found),) = told(ACME_R1, vendor="Acme", models=["R1", "R3"])

    assert "the image is for Acme R3 as well" in found.text


def test_vibs_without_a_common_host_are_an_error() -> None:
    found = told(ACME, OTHER)

    assert [kind for kind, _ in found].count("ERROR no_common_hardware") == 1
    assert found[0][1].because == ("you chose the component Acme-Tool 1", "and you chose the component Other-Tool 1")
    assert kinds(ACME, ACME_R1) == ["INFO only_for_hardware"] * 2


def test_what_is_not_installed_does_not_matter() -> None:
    older = part("Old-Tool", "1", vib("acme-tool", "0.5", hardware=(HardwarePlatform("Other"),)))

    assert kinds(ACME, older) == ["INFO only_for_hardware"]

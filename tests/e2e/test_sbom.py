"""`imagewright sbom`: valid, complete, and the same bytes for the same image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bill_of_materials import dependencies, property_of, valid, vibs
from server_process import run_command

from imagewright.cli import sample_depot as sample
from imagewright.formats.bundle import open_depot

SPEC: dict[str, Any] = {
    "base_image": {"version": sample.BASE_8_0_3},
    "add_on": {"name": sample.ALPHA, "version": sample.ALPHA_NEW},
    "components": {sample.NET_DRIVER: sample.NET_DRIVER_GOOD, sample.NET_AGENT: sample.NET_AGENT_VERSION},
    "removed_components": ["VMware-vmkata"],
    "alternative_images": {
        "blades": {"display_name": "Blades", "selection_criteria": {"selection_type": "HOST_UUID", "host_uuids": ["1"]}}
    },
}
SOURCES = (sample.BASE_8_0_3_FILE, sample.ALPHA_FILE, sample.DRIVERS_FILE)


@pytest.fixture
def command(tmp_path: Path, depot_folder: Path) -> list[str]:
    """The words of the command, without options."""
    (tmp_path / "image.json").write_text(json.dumps(SPEC))
    words = [str(tmp_path / "image.json")]
    for name in SOURCES:
        words += ["--depot", str(depot_folder / name)]
    return words


def written(command: list[str], folder: Path, *options: str) -> bytes:
    done = run_command("sbom", *command, *options, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.encode()


def effective(command: list[str], folder: Path) -> dict[str, Any]:
    done = run_command("effective", *command, "--vibs", "--json", folder=folder)
    return dict(json.loads(done.stdout))


def test_every_installed_vib_once_with_the_checksum_in_the_depot(
    command: list[str], tmp_path: Path, depot_folder: Path
) -> None:
    found = vibs(valid(written(command, tmp_path)))
    image = effective(command, tmp_path)["image"]
    assert sorted(found) == sorted((each["id"], each["sha256"]) for each in image["vibs"])
    assert len(set(found)) == len(found) > 100
    in_depots = set()
    for name in SOURCES:
        with (depot_folder / name).open("rb") as file, open_depot(file, name) as depot:
            in_depots |= {(vib.id, depot.copy_vib(vib).sha256) for vib in depot.content.vibs}
    assert set(found) <= in_depots


def test_what_stands_in_it(command: list[str], tmp_path: Path) -> None:
    document = valid(written(command, tmp_path))
    whole = document["metadata"]["component"]
    assert (whole["type"], whole["version"]) == ("operating-system", sample.BASE_8_0_3)
    assert property_of(whole, "add-on") == [f"{sample.ALPHA} {sample.ALPHA_NEW}"]
    assert "VMware-vmkata" in property_of(whole, "removed-component")
    by_name = {(each["name"], property_of(each, "kind")[0]): each for each in document["components"]}
    driver = by_name["sample-net-driver", "vib"]
    assert driver["type"] == "device-driver"
    assert driver["supplier"] == {"name": "SMD"}
    assert property_of(driver, "acceptance-level") == ["community"]
    assert property_of(driver, "signature") == ["unsigned"]
    assert property_of(driver, "product-line") == ["embeddedEsx"]
    component = by_name[sample.NET_DRIVER, "component"]
    assert component["supplier"] == {"name": "Sample Drivers"}
    assert property_of(component, "source") == ["USER"]
    assert by_name["Intel-i40en", "component"]["version"] == "9.1.0.0-1OEM.803.0.0.99000103"
    assert ("VMware-vmkata", "component") not in by_name


def test_what_depends_on_what(command: list[str], tmp_path: Path) -> None:
    document = valid(written(command, tmp_path))
    refs = {(each["name"], property_of(each, "kind")[0]): each["bom-ref"] for each in document["components"]}
    found = dependencies(document)
    components = {ref for (_name, kind), ref in refs.items() if kind == "component"}
    assert found["image"] == components
    assert found[refs[sample.NET_AGENT, "component"]] == {refs["sample-net-agent", "vib"]}
    # By name, as its descriptor asks; and by what the base VIB provides.
    assert found[refs["sample-net-agent", "vib"]] >= {refs["sample-net-driver", "vib"]}
    assert refs["esx-base", "vib"] in found[refs["sample-net-driver", "vib"]]
    known = set(refs.values()) | {"image"}
    assert all(needed <= known for needed in found.values())


def test_equal_images_make_equal_bytes(command: list[str], tmp_path: Path) -> None:
    first = written(command, tmp_path)
    turned = [command[0], *(word for depot in command[::-1][:-1:2] for word in ("--depot", depot))]
    assert written(turned, tmp_path) == first
    assert written(command, tmp_path, "--out", str(tmp_path / "x.json")) == b""
    assert (tmp_path / "x.json").read_bytes() == first


def test_an_alternative_image(command: list[str], tmp_path: Path) -> None:
    document = valid(written(command, tmp_path, "--image", "BLADES"))
    names = {each["name"] for each in document["components"]}
    assert "VMware-vmkata" in names
    assert sample.NET_DRIVER not in names
    other = run_command("sbom", *command, "--image", "racks", folder=tmp_path)
    assert other.returncode == 2
    assert "there are: blades" in other.stderr


def test_export_writes_it_too(command: list[str], tmp_path: Path) -> None:
    out = tmp_path / "with.cdx.json"
    done = run_command("export", *command, "--sbom", str(out), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == written(command, tmp_path)


def test_what_is_in_no_depot(command: list[str], tmp_path: Path) -> None:
    done = run_command("sbom", *command[:3], folder=tmp_path)
    assert done.returncode == 2
    assert f"the add-on {sample.ALPHA}" in done.stderr

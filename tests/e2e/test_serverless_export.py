"""`imagewright export` as image builders run it: vendor zips in, one bundle out, no server."""

from __future__ import annotations

import json
import re
import zipfile
from hashlib import sha256
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from server_process import run_command

from imagewright.cli import sample_depot as sample
from imagewright.formats.bundle import open_depot
from imagewright.formats.spec_json import read_spec
from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose_spec
from imagewright.model.content import VibRef
from imagewright.model.documents import effective_document
from imagewright.model.effective import EffectiveSpec

IMAGE = {
    "add_on": {"name": sample.ALPHA, "version": sample.ALPHA_NEW},
    "components": {sample.NET_DRIVER: None},
    "removed_components": ["VMware-vmkata"],
}
SPEC: dict[str, Any] = {
    "base_image": {"version": sample.BASE_8_0_3},
    **IMAGE,
    "alternative_images": {
        "blades": {
            "display_name": "Blades",
            "hardware_support": {
                "packages": {sample.MANAGER: {"pkg": sample.PACKAGE, "version": sample.PACKAGE_VERSION}}
            },
            "selection_criteria": {"selection_type": "HOST_UUID", "host_uuids": ["4c4c4544-0001"]},
        }
    },
}
REAL = (
    Path(__file__).resolve().parents[2].parent
    / "shared"
    / "samples"
    / "depots"
    / "VMW-esx-7.0.1-thgpio-1.0-0.00010.zip"
)
SOURCES = (sample.BASE_8_0_3_FILE, sample.ALPHA_FILE, sample.DRIVERS_FILE, sample.HARDWARE_FILE)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "image.json"
    path.write_text(json.dumps(SPEC))
    return path


@pytest.fixture
def sources(depot_folder: Path) -> list[Path]:
    return [depot_folder / name for name in SOURCES]


def exported(spec: Path, depots: list[Path], *options: str) -> CompletedProcess[str]:
    asked = [word for depot in depots for word in ("--depot", str(depot))]
    return run_command("export", str(spec), *asked, *options, folder=spec.parent)


def succeeded(spec: Path, depots: list[Path], *options: str) -> str:
    done = exported(spec, depots, *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def composed(spec: Path, depots: list[Path]) -> EffectiveSpec:
    contents = {}
    for path in depots:
        with path.open("rb") as file, open_depot(file, str(path)) as depot:
            contents[str(path)] = depot.content
    return compose_spec(read_spec(spec.read_bytes()), Catalog.of(contents))


def verified(depots: list[Path]) -> set[VibRef]:
    """Every VIB of the bundles, each read to its end and compared with all checksums that there are."""
    found = set()
    for path in depots:
        with path.open("rb") as file, open_depot(file, str(path)) as depot:
            assert depot.content.not_understood == ()
            found |= {depot.copy_vib(vib).ref for vib in depot.content.vibs}
    return found


def test_a_folder_of_depots_is_all_of_them(spec: Path, sources: list[Path], tmp_path: Path) -> None:
    (tmp_path / "depots").mkdir()
    for path in sources:
        (tmp_path / "depots" / path.name).symlink_to(path)
    succeeded(spec, sources, "--bundle", "one.zip")
    succeeded(spec, [tmp_path / "depots"], "--bundle", "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    (tmp_path / "empty").mkdir()
    refused = exported(spec, [tmp_path / "empty"], "--bundle", "no.zip")
    assert refused.returncode == 2
    assert "is a folder without offline bundles" in " ".join(refused.stderr.replace("│", "").split())


def test_the_bundle_holds_the_image_and_nothing_else(spec: Path, sources: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    assert f"{out}: " in succeeded(spec, sources, "--bundle", str(out))
    before = composed(spec, sources)
    images = [before.image, *before.alternative_images.values()]
    assert verified([out]) == {item.ref for image in images for item in (*image.installed, *image.reserved)}
    assert effective_document(composed(spec, [out])) == effective_document(before)


def test_a_bundle_of_a_bundle_is_the_same_bundle(spec: Path, sources: list[Path], tmp_path: Path) -> None:
    first, again, third = (tmp_path / name for name in ("first.zip", "again.zip", "third.zip"))
    succeeded(spec, sources, "--bundle", str(first))
    succeeded(spec, sources[::-1], "--bundle", str(again))
    succeeded(spec, [first], "--bundle", str(third))
    assert len({sha256(path.read_bytes()).digest() for path in (first, again, third)}) == 1


def test_the_specification_inside_has_the_versions_that_were_chosen(
    spec: Path, sources: list[Path], tmp_path: Path
) -> None:
    succeeded(spec, sources, "--bundle", str(tmp_path / "out.zip"))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        inside = json.loads(archive.read("software-spec.json"))
    assert inside == SPEC | {"components": {sample.NET_DRIVER: sample.NET_DRIVER_GOOD}}


def test_only_the_default_image(spec: Path, sources: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    succeeded(spec, sources, "--bundle", str(out), "--only-default-image")
    image = composed(spec, sources).image
    assert verified([out]) == {item.ref for item in (*image.installed, *image.reserved)}
    with zipfile.ZipFile(out) as archive:
        assert "alternative_images" not in json.loads(archive.read("software-spec.json"))


def test_without_reserved_vibs(spec: Path, sources: list[Path], tmp_path: Path) -> None:
    """What is left is a part of a depot: it has every installed VIB, and the base image speaks of more."""
    out = tmp_path / "out.zip"
    succeeded(spec, sources, "--bundle", str(out), "--skip-reserved-vibs", "--only-default-image")
    before = composed(spec, sources).image
    assert verified([out]) == {item.ref for item in before.installed}
    after = composed(spec, [out]).image
    assert [item.ref for item in after.installed] == [item.ref for item in before.installed]
    assert not after.base_is_whole


def test_several_bundles_under_a_limit(spec: Path, sources: list[Path], tmp_path: Path) -> None:
    whole = tmp_path / "whole.zip"
    succeeded(spec, sources, "--bundle", str(whole))
    told = succeeded(spec, sources, "--bundle", str(tmp_path / "part.zip"), "--split", "200K").splitlines()
    parts = [tmp_path / f"part-{number}.zip" for number in range(1, len(told) + 1)]
    assert len(parts) > 2
    assert all(path.stat().st_size <= 200 * 1024 for path in parts)
    assert verified(parts) == verified([whole])
    assert effective_document(composed(spec, parts)) == effective_document(composed(spec, [whole]))


def test_a_limit_that_a_component_does_not_fit(spec: Path, sources: list[Path], tmp_path: Path) -> None:
    done = exported(spec, sources, "--bundle", str(tmp_path / "part.zip"), "--split", "20K")
    assert done.returncode == 2
    found = re.search(r"the component ESXi \S+ takes (\d+) bytes", done.stderr)
    assert found, done.stderr
    assert not list(tmp_path.glob("*part*"))
    # That is what has to be allowed, and no byte more.
    assert exported(spec, sources, "--bundle", "part.zip", "--split", str(int(found[1]) - 1)).returncode == 2
    succeeded(spec, sources, "--bundle", "part.zip", "--split", found[1])
    assert max(path.stat().st_size for path in tmp_path.glob("part-*.zip")) == int(found[1])


def test_a_damaged_vib_leaves_no_file(depot_folder: Path, tmp_path: Path) -> None:
    spec = tmp_path / "broken.json"
    base = {"base_image": {"version": sample.BASE_8_0_3}}
    spec.write_text(json.dumps(base | {"components": {"Sample-Broken-Driver": "1.0.0-99000901"}}))
    out = tmp_path / "out.zip"
    out.write_bytes(b"an older file")
    sources = [depot_folder / sample.BASE_8_0_3_FILE, depot_folder / sample.BROKEN_FILE]
    done = exported(spec, sources, "--bundle", str(out))
    assert done.returncode == 2
    assert "sample-broken-driver" in done.stderr
    assert "is damaged: the SHA-256" in done.stderr
    assert out.read_bytes() == b"an older file"
    assert {path.name for path in tmp_path.iterdir()} == {"broken.json", "out.zip"}


def test_an_image_with_errors_is_not_exported(depot_folder: Path, tmp_path: Path) -> None:
    spec = tmp_path / "unmet.json"
    spec.write_text(
        json.dumps(
            {
                "base_image": {"version": sample.BASE_9_1_0},
                "components": {sample.NET_DRIVER: sample.NET_DRIVER_UNMET},
            }
        )
    )
    sources = [depot_folder / sample.BASE_9_1_0_FILE, depot_folder / sample.DRIVERS_FILE]
    done = exported(spec, sources, "--bundle", str(tmp_path / "out.zip"))
    assert done.returncode == 1
    assert "vmkapi_2_99_0_0" in done.stderr
    assert "imagewright check" in done.stderr
    assert not (tmp_path / "out.zip").exists()


def test_what_is_in_no_depot_is_named(spec: Path, sources: list[Path], tmp_path: Path) -> None:
    done = exported(spec, [sources[0], *sources[2:]], "--bundle", str(tmp_path / "out.zip"))
    assert done.returncode == 2
    assert f"the add-on {sample.ALPHA} {sample.ALPHA_NEW} is in no depot" in done.stderr


def test_nothing_asked_for_and_a_size_that_is_none(spec: Path, sources: list[Path]) -> None:
    assert "give --bundle, --iso or --sbom" in exported(spec, sources).stderr
    assert "such as 700M or 2G" in exported(spec, sources, "--bundle", "o.zip", "--split", "much").stderr


@pytest.mark.skipif(not REAL.is_file(), reason=f"the real sample is not beside the repository: {REAL}")
def test_a_real_vib_goes_through_unchanged(depot_folder: Path, tmp_path: Path) -> None:
    """Its vendor deflated it into the bundle; in ours it is stored, byte for byte as it was."""
    spec = tmp_path / "image.json"
    spec.write_text(json.dumps({"base_image": {"version": sample.BASE_8_0_3}, "components": {"thgpio": None}}))
    succeeded(spec, [depot_folder / sample.BASE_8_0_3_FILE, REAL], "--bundle", str(tmp_path / "out.zip"))
    with zipfile.ZipFile(REAL) as real, zipfile.ZipFile(tmp_path / "out.zip") as out:
        (name,) = (name for name in real.namelist() if name.endswith(".vib"))
        (ours,) = (info for info in out.infolist() if "thgpio" in info.filename)
        assert out.read(ours) == real.read(name)
        assert ours.compress_type == zipfile.ZIP_STORED
    assert verified([tmp_path / "out.zip"])

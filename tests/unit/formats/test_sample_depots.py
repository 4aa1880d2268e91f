"""The sample depots: what a demonstration relies on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from imagewright.cli import sample_depot as samples
from imagewright.formats.bundle import open_depot
from imagewright.formats.errors import FormatError
from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose_spec
from imagewright.model.content import DepotContent
from imagewright.model.finding import Severity
from imagewright.model.spec import AddOnSpec, ImageSpec, PackageSpec, SoftwareSpec, SolutionSpec
from imagewright.model.validate import validate

FILES = [
    samples.BASE_8_0_2_FILE,
    samples.BASE_8_0_3_FILE,
    samples.BASE_9_1_0_FILE,
    samples.ALPHA_FILE,
    samples.BETA_FILE,
    samples.HARDWARE_FILE,
    samples.DRIVERS_FILE,
    samples.SOLUTION_FILE,
    samples.BROKEN_FILE,
]
NET, AGENT, STORAGE = samples.NET_DRIVER, samples.NET_AGENT, samples.STORAGE_DRIVER


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return samples.write_sample_depots(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="module")
def contents(paths: list[Path]) -> dict[str, DepotContent]:
    """What is in the good ones, every VIB checked."""
    found = {}
    for path in paths[:-1]:
        with path.open("rb") as file, open_depot(file, path.name) as depot:
            for vib in depot.content.vibs:
                depot.copy_vib(vib)
            found[path.name] = depot.content
    return found


@pytest.fixture(scope="module")
def catalog(contents: dict[str, DepotContent]) -> Catalog:
    return Catalog.of(contents)


def test_the_files_and_their_order(paths: list[Path]) -> None:
    assert [path.name for path in paths] == FILES
    assert all("sample" in path.name for path in paths)
    assert sum(path.stat().st_size for path in paths) < 10_000_000


def test_equal_bytes_every_time_and_quickly(paths: list[Path], tmp_path: Path) -> None:
    started = time.process_time()
    again = samples.write_sample_depots(tmp_path / "new" / "folder")
    assert time.process_time() - started < 3
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]


def test_everything_is_understood(contents: dict[str, DepotContent]) -> None:
    assert all(content.not_understood == () for content in contents.values())


def test_a_base_image_looks_like_one(contents: dict[str, DepotContent]) -> None:
    (bundle,) = contents[samples.BASE_8_0_3_FILE].bundles
    (image,) = bundle.base_images
    assert image.version == samples.BASE_8_0_3
    assert len(image.components) == len(bundle.components) >= 60
    assert len(bundle.vibs) >= 120
    assert {platform.product_line for vib in bundle.vibs for platform in vib.platforms} == {"embeddedEsx", "esxio"}
    assert any(tag.startswith("PCIID 8086") for vib in bundle.vibs for tag in vib.tags)


def test_nobody_can_take_them_for_a_vendors(contents: dict[str, DepotContent]) -> None:
    for content in contents.values():
        for bundle in content.bundles:
            assert bundle.vendor.startswith("Sample")
            assert all(bulletin.vendor.startswith("Sample") for bulletin in bundle.bulletins)
            assert all(vib.vendor.startswith("SM") for vib in bundle.vibs)


def test_the_broken_one_is_refused(paths: list[Path]) -> None:
    with paths[-1].open("rb") as file, open_depot(file, paths[-1].name) as depot:
        (vib,) = depot.content.vibs
        with pytest.raises(FormatError, match="is damaged: the sha-256 of the payload is"):
            depot.copy_vib(vib)


BASES = (samples.BASE_8_0_2, samples.BASE_8_0_3, samples.BASE_9_1_0)
ALPHA = AddOnSpec(samples.ALPHA, samples.ALPHA_NEW)
BETA = AddOnSpec(samples.BETA, samples.BETA_VERSION)
PACKAGE = {samples.MANAGER: PackageSpec(samples.PACKAGE, samples.PACKAGE_VERSION)}
SOLUTION = {samples.SOLUTION: SolutionSpec(samples.SOLUTION_VERSION, (samples.SOLUTION_COMPONENT,))}
GOOD = {NET: samples.NET_DRIVER_GOOD}
UNMET = {NET: samples.NET_DRIVER_UNMET}
CONFLICTING = {STORAGE: samples.STORAGE_DRIVER_VERSION}
WITHOUT_MR3 = frozenset({"Broadcom-lsi-mr3"})

STORIES = [
    *(pytest.param(ImageSpec(base), [], id=f"base image {base}") for base in BASES),
    pytest.param(ImageSpec(BASES[1], ALPHA), [], id="the add-on supports 8.0.3"),
    pytest.param(ImageSpec(BASES[0], ALPHA), ["imagewright.add_on.unsupported_base_image"], id="and not 8.0.2"),
    pytest.param(ImageSpec(BASES[1], BETA), [], id="the other supports all"),
    pytest.param(ImageSpec(BASES[2], BETA), ["imagewright.component.lowered"], id="and lowers a driver of 9.1"),
    pytest.param(ImageSpec(BASES[2], hardware_support=PACKAGE), [], id="the package supports 9.1"),
    pytest.param(
        ImageSpec(BASES[0], hardware_support=PACKAGE),
        ["imagewright.hardware_support.unsupported_base_image"],
        id="and not 8.0.2 either",
    ),
    pytest.param(ImageSpec(BASES[1], ALPHA, solutions=SOLUTION, hardware_support=PACKAGE), [], id="all together"),
    pytest.param(ImageSpec(BASES[0], components=GOOD), [], id="a driver that fits"),
    pytest.param(ImageSpec(BASES[0], components={NET: None}), [], id="a version that fits is found"),
    pytest.param(ImageSpec(BASES[2], components=UNMET), ["imagewright.vib.unmet_dependency"], id="one that does not"),
    pytest.param(ImageSpec(BASES[2], components=CONFLICTING), ["imagewright.vib.conflict"], id="a conflict"),
    pytest.param(
        ImageSpec(BASES[2], components=CONFLICTING, removed_components=WITHOUT_MR3), [], id="and how to resolve it"
    ),
    pytest.param(
        ImageSpec(BASES[1], components={AGENT: samples.NET_AGENT_VERSION}),
        ["imagewright.vib.unmet_dependency"],
        id="a component that needs another",
    ),
    pytest.param(ImageSpec(BASES[1], components=GOOD | {AGENT: samples.NET_AGENT_VERSION}), [], id="beside the other"),
]


@pytest.mark.parametrize(("image", "expected"), STORIES)
def test_what_validation_finds(image: ImageSpec, expected: list[str], catalog: Catalog) -> None:
    spec = SoftwareSpec(image)
    findings = validate(spec, compose_spec(spec, catalog), catalog, None)
    assert [found.id for found in findings if found.severity is not Severity.INFO] == expected

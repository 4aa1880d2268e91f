"""Real public files, read whole: what is in them is written here from the files themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imagewright.formats.bundle import open_depot
from imagewright.formats.spec_json import read_spec, write_spec
from imagewright.model.content import DepotContent, Platform, Relation, Signature, SignatureResult
from imagewright.model.spec import AddOnSpec

SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples"
pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason=f"the real samples are not beside the repository: {SAMPLES}"
)

THGPIO_1 = "THX_bootbank_thgpio_0.1.0-1OEM.701.1.0.40650718"
THGPIO_10 = "THX_bootbank_thgpio_0.0.1-1OEM.701.1.0.40650718"
GHETTO = "virtuallyGhetto_bootbank_ghettoVCB_1.0.0-0.0.0"
VMKAPI = (Relation("vmkapi_2_6_0_0"),)

# File, VIB, first digits of its SHA-256, size, component version, what it depends on.
BUNDLES = [
    ("75042a-VMW-esx-7.0.1-thgpio-1.0-0.00001.zip", THGPIO_1, "1404e0ba", 9182, "1.0-0.00001", VMKAPI),
    ("VMW-esx-7.0.1-thgpio-1.0-0.00001.zip", THGPIO_1, "f75a90a2", 11192, "1.0-0.00001", VMKAPI),
    ("VMW-esx-7.0.1-thgpio-1.0-0.00010.zip", THGPIO_10, "a6b0a524", 12656, "1.0-0.00010", VMKAPI),
    ("a2a2ff-VMW-esx-7.0.1-thgpio-1.0-0.00010.zip", THGPIO_10, "6efec2d7", 9030, "1.0-0.00010", VMKAPI),
    ("1ada2f-vghetto-ghettoVCB-offline-bundle.zip", GHETTO, "62c5f5a9", 21276, None, ()),
    ("c2e774-vghetto-ghettoVCB-offline-bundle.zip", GHETTO, "6c45396c", 18782, None, ()),
    ("vghetto-ghettoVCB-offline-bundle.zip", GHETTO, "50a5032c", 36976, None, ()),
]

VIBS = [
    ("0b431a-vghetto-ghettoVCB.vib", GHETTO, "6c45396c", (), ()),
    ("vghetto-ghettoVCB.vib", GHETTO, "50a5032c", (), ()),
    ("ca08e5-thgpio-0.0.1-1OEM.701.1.0.40650718.aarch64.vib", THGPIO_10, "a6b0a524", VMKAPI, ()),
    ("thgpio-0.1.0-1OEM.701.1.0.40650718.aarch64.vib", THGPIO_1, "f75a90a2", VMKAPI, ()),
    (
        "fwrule-ntpServer-1.0.0-1.vib",
        "github.com_tcely_bootbank_fwrule-ntpServer_1.0.0-1",
        "d5174290",
        (),
        (Relation("fwenable-ntpd"),),
    ),
]


def read(path: Path) -> DepotContent:
    """What is in a depot, once every VIB of it has been found and checked."""
    with path.open("rb") as file, open_depot(file, path.name) as depot:
        for vib in depot.content.vibs:
            assert not vib.file_missing
            # The descriptor inside of the file says the same as the copy in the metadata, in all of these.
            assert depot.copy_vib(vib) == replace(vib, signature=Signature(SignatureResult.UNSIGNED))
        return depot.content


@pytest.mark.parametrize(("name", "vib_id", "digits", "size", "version", "depends"), BUNDLES)
def test_bundle(
    name: str, vib_id: str, digits: str, size: int, version: str | None, depends: tuple[Relation, ...]
) -> None:
    content = read(SAMPLES / "depots" / name)
    (bundle,) = content.bundles
    (vib,) = bundle.vibs
    assert (vib.id, vib.sha256[:8], vib.size, vib.depends) == (vib_id, digits, size, depends)
    (bulletin,) = bundle.bulletins
    assert bulletin.vibs == (vib.ref,)
    assert [(component.name, component.version) for component in bundle.components] == (
        [("thgpio", version)] if version else []
    )
    assert content.not_understood == ()


def test_every_sample_bundle_is_in_the_table() -> None:
    assert {path.name for path in (SAMPLES / "depots").iterdir()} == {row[0] for row in BUNDLES}
    assert {path.name for path in (SAMPLES / "vibs").iterdir()} == {row[0] for row in VIBS}


def test_component_bundle_in_full() -> None:
    content = read(SAMPLES / "depots" / "VMW-esx-7.0.1-thgpio-1.0-0.00010.zip")
    (bundle,) = content.bundles
    assert (bundle.vendor, bundle.vendor_code) == ("TomHebel", "THX")
    assert bundle.platforms == (Platform("embeddedEsx", "7.0.1"),)
    (component,) = bundle.components
    assert (component.display_name, component.display_version) == ("Native GPIO Driver for vmkernel", "0.0.1")
    bulletin = component.bulletin
    assert (bulletin.id, bulletin.vendor) == ("thgpio_1.0-0.00010", "Tom Hebel")
    assert (bulletin.category, bulletin.urgency, bulletin.release_type) == ("enhancement", "important", "extension")
    assert bulletin.release_date is not None
    assert bulletin.release_date.isoformat() == "2020-10-26T05:59:46+00:00"
    (vib,) = bundle.vibs
    assert vib.tags == ("module", "driver")
    assert vib.files == ("etc/vmware/default.map.d/thgpio.map", "usr/lib/vmware/vmkmod/thgpio")
    assert vib.live_install_allowed
    assert not vib.maintenance_mode_on_install


@pytest.mark.parametrize(("name", "vib_id", "digits", "depends", "conflicts"), VIBS)
def test_single_vib(
    name: str, vib_id: str, digits: str, depends: tuple[Relation, ...], conflicts: tuple[Relation, ...]
) -> None:
    content = read(SAMPLES / "vibs" / name)
    (vib,) = content.vibs
    assert (vib.id, vib.sha256[:8]) == (vib_id, digits)
    assert (vib.depends, vib.conflicts) == (depends, conflicts)


@pytest.mark.parametrize("path", sorted((SAMPLES / "specs").glob("*.json")), ids=lambda path: path.name)
def test_specification(path: Path) -> None:
    spec = read_spec(path.read_bytes(), path.name)
    assert spec.image.base_image
    assert read_spec(write_spec(spec)) == spec


def test_a_real_export_is_written_byte_for_byte() -> None:
    data = (SAMPLES / "specs" / "real-vlcm-9.1.1-host-export.json").read_bytes()
    assert write_spec(read_spec(data)) == data


def test_a_vendors_specification_has_nulls_for_what_is_unset() -> None:
    data = (SAMPLES / "specs" / "real-hpe-synergy-9.0.2-base-addon.json").read_bytes()
    image = read_spec(data).image
    assert image.base_image == "9.0.2-0.25148076"
    assert image.add_on == AddOnSpec("HPE-Custom-Syn-AddOn", "900.0.0.12.3.5-5")
    assert image.components == {}

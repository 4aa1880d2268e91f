"""Installer discs: what is on them, as independent readers see it, and that none is made that would not start."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest
from bootable import ALONE, BIOS_BOOT, EFI_BOOT, IN_A_TAR, LOADERS, VERSION, write_bootable_depot
from command_line import CommandLine
from exporting import committed, downloaded, fetched, urls
from pycdlib import PyCdlib
from server_process import ADMINISTRATOR, allowing, run_command, serving
from wire_clients import (
    OFFLINE,
    SOFTWARE,
    SOFTWARE_SERVICE,
    JsonRpc,
    optional,
    rest_session,
    session_context,
    structure,
)

from imagewright.cli import sample_depot as sample
from imagewright.formats.xml import parse_xml

SPEC = {"base_image": {"version": VERSION}}
ON_DISC = {
    "b": "b.b00", "k": "k.b00", "sb": "sb.v00", "longpayloadname": "longpayl.v00", "longpayloadother": "longpayl.v01",
    "net-x": "net_x.v00", "tools": "tools.t00",
}  # fmt: skip
"""Payloads and the files that they become: eight letters and three, numbered where two would have one name."""
MODULES = ["k.b00", "sb.v00", "longpayl.v00", "longpayl.v01", "net_x.v00", "tools.t00", "imgdb.tgz"]
"""Boot payloads first, then those of the base VIB, as they stand in it; then VIBs by name, and the database last."""


FLAGS = {
    "export_software_spec": False, "export_iso_image": True, "export_offline_bundle": False,
    "export_only_default_image": False, "skip_reserved_vibs_export": optional(),
}  # fmt: skip


def made(folder: Path, depot: Path, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    (folder / "image.json").write_text(json.dumps(SPEC))
    words = ("export", str(folder / "image.json"), "--depot", str(depot), "--iso", str(folder / "out.iso"))
    return run_command(*words, *options, folder=folder, **settings)


@pytest.fixture(scope="module")
def payloads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return write_bootable_depot(tmp_path_factory.mktemp("payloads") / "depot.zip")


@pytest.fixture(scope="module")
def disc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("disc")
    write_bootable_depot(folder / "depot.zip")
    done = made(folder, folder / "depot.zip")
    assert done.returncode == 0, done.stderr
    assert "experimental" in done.stdout
    return folder / "out.iso"


def read(disc: Path, name: str) -> bytes:
    """A file by the name that ISO 9660 has."""
    iso, sink = PyCdlib(), io.BytesIO()
    iso.open(str(disc))
    iso.get_file_from_iso_fp(sink, iso_path=f"/{name.upper()};1")
    iso.close()
    return sink.getvalue()


def test_every_payload_is_on_the_disc(disc: Path, payloads: dict[str, bytes]) -> None:
    assert {name: read(disc, file) for name, file in ON_DISC.items()} == payloads


def test_the_same_image_gives_the_same_disc_whenever_and_wherever_it_is_made(disc: Path, tmp_path: Path) -> None:
    write_bootable_depot(tmp_path / "depot.zip")
    again = tmp_path / "out.iso"
    # Until it is made at another second than the first one was.
    while not again.exists() or int(again.stat().st_mtime) == int(disc.stat().st_mtime):
        again.unlink(missing_ok=True)
        done = made(tmp_path, tmp_path / "depot.zip", TZ="Asia/Kolkata")
        assert done.returncode == 0, done.stderr
    assert again.read_bytes() == disc.read_bytes()


def test_the_boot_configuration_stands_there_twice(disc: Path) -> None:
    text = read(disc, "boot.cfg")
    assert read(disc, "efi/boot/boot.cfg") == text
    lines = dict(line.split("=", 1) for line in text.decode().splitlines())
    assert lines["kernel"] == "/b.b00"
    assert lines["modules"].split(" --- ") == [f"/{name}" for name in MODULES]
    assert (lines["build"], lines["kernelopt"], lines["bootstate"]) == (VERSION, "runweasel cdromBoot", "0")


def test_names_of_level_one_joliet_and_rock_ridge(disc: Path) -> None:
    iso = PyCdlib()
    iso.open(str(disc))
    for form in ("iso_path", "joliet_path", "rr_path"):
        found = {
            f"{folder.rstrip('/')}/{file}" for folder, _folders, files in iso.walk(**{form: "/"}) for file in files
        }
        plain = {name.lower().removesuffix(";1") for name in found}
        assert {f"/{file}" for file in ON_DISC.values()} | {"/efi/boot/boot.cfg", "/efi/boot/bootx64.efi"} <= plain
        assert form != "iso_path" or all(name == name.upper() for name in found)
    iso.close()


def test_the_image_database_describes_the_installed_vibs(disc: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(read(disc, "imgdb.tgz")), mode="r:gz") as archive:
        opened = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        files = {name: file.read() for name, file in opened.items() if file}
    vibs = [data for name, data in files.items() if name.startswith("var/db/esximg/vibs/")]
    names = {parse_xml(data, "vib").text_of("name") for data in vibs}
    assert names == {"esx-base", "net-driver", "tools-light", "loaders"}
    assert f"var/db/esximg/baseimages/{VERSION}.json" in files


@pytest.mark.skipif(not shutil.which("xorriso"), reason="xorriso is not installed (Debian: apt install xorriso)")
def test_an_independent_reader_finds_the_same(disc: Path, payloads: dict[str, bytes], tmp_path: Path) -> None:
    report = subprocess.run(
        ["xorriso", "-indev", f"stdio:{disc}", "-report_el_torito", "plain"], capture_output=True, text=True, check=True
    )
    images = [line.split() for line in report.stdout.splitlines() if line.startswith("El Torito boot img")]
    assert [(line[6], line[8]) for line in images] == [("BIOS", "none"), ("UEFI", "none")]
    assert "boot-info-table" in report.stdout
    subprocess.run(
        ["xorriso", "-osirrox", "on", "-indev", f"stdio:{disc}", "-extract", "/", str(tmp_path / "out")],
        capture_output=True, check=True,
    )  # fmt: skip
    found = {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {name: found[file] for name, file in ON_DISC.items()} == payloads
    assert found["efiboot.img"] == EFI_BOOT
    assert found["bootx64.efi"] == LOADERS["bootx64.efi"]
    # The loader for BIOS has 56 bytes in it that are filled in with where it lies.
    assert (found["isolinux.bin"][:8], found["isolinux.bin"][64:]) == (BIOS_BOOT[:8], BIOS_BOOT[64:])
    assert b"APPEND -c boot.cfg" in found["isolinux.cfg"]


def test_loaders_that_are_no_archives(tmp_path: Path) -> None:
    write_bootable_depot(tmp_path / "depot.zip", ALONE)
    assert made(tmp_path, tmp_path / "depot.zip").returncode == 0
    assert read(tmp_path / "out.iso", "efiboot.img") == EFI_BOOT
    assert read(tmp_path / "out.iso", "isolinux.bin")[64:] == BIOS_BOOT[64:]


def test_one_of_the_two_loaders_is_enough(tmp_path: Path) -> None:
    write_bootable_depot(tmp_path / "depot.zip", {key: data for key, data in IN_A_TAR.items() if key[0] == "isoefi"})
    assert made(tmp_path, tmp_path / "depot.zip").returncode == 0
    assert read(tmp_path / "out.iso", "efiboot.img") == EFI_BOOT


@pytest.mark.parametrize(
    ("loaders", "says"),
    [
        ({("other", "tgz"): IN_A_TAR["isobios", "bootisobios"]}, "no VIB with a boot loader for discs"),
        ({("isobios", "bootisobios"): b"\x1f\x8bdamaged"}, "is a damaged gzip file"),
    ],
)
def test_a_disc_that_would_not_start_is_not_made(
    tmp_path: Path, loaders: dict[tuple[str, str], bytes], says: str
) -> None:
    write_bootable_depot(tmp_path / "depot.zip", loaders)
    done = made(tmp_path, tmp_path / "depot.zip", "--bundle", str(tmp_path / "out.zip"))
    assert done.returncode == 2
    assert says in done.stderr
    assert not (tmp_path / "out.iso").exists()
    assert not (tmp_path / "out.zip").exists()


def test_from_a_server(fresh_users: Path, tmp_path: Path, payloads: dict[str, bytes]) -> None:
    write_bootable_depot(tmp_path / "depot.zip")
    with serving(fresh_users, settings=allowing(tmp_path)) as server, rest_session(server, ADMINISTRATOR) as rest:
        pull = {"source_type": "PULL", "location": (tmp_path / "depot.zip").as_uri()}
        assert rest.task("POST", f"{OFFLINE}?vmw-task=true", json=pull)["status"] == "SUCCEEDED"
        spec = committed(rest, "On a disc", SPEC)
        url = urls(rest, spec, "export_iso_image")["ISO_IMAGE"]
        answer = JsonRpc(rest.http, session_context(str(rest.token))).output(
            SOFTWARE_SERVICE, "export", software_spec=spec, spec=structure(f"{SOFTWARE_SERVICE}.export_spec", FLAGS)
        )
        assert answer == [structure("map-entry", {"key": "ISO_IMAGE", "value": url})]
        (tmp_path / "served.iso").write_bytes(downloaded(rest, url))
        assert fetched(rest, url, "HEAD").headers["content-type"] == "application/x-iso9660-image"
        part = fetched(rest, url, range="bytes=32769-32773")
        assert part.content == b"CD001"
    assert {name: read(tmp_path / "served.iso", file) for name, file in ON_DISC.items()} == payloads


def test_by_the_command_line_from_a_server(
    fresh_users: Path, tmp_path: Path, payloads: dict[str, bytes], disc: Path
) -> None:
    write_bootable_depot(tmp_path / "depot.zip")
    (tmp_path / "image.json").write_text(json.dumps(SPEC))
    with serving(fresh_users) as server:
        cli = CommandLine(server, tmp_path).log_in(ADMINISTRATOR)
        cli.told("depot", "add", "depot.zip")
        cli.told("apply", "image.json", "--name", "On a disc")
        assert cli.told("image", "export", "On a disc", "--iso", "served.iso") == "wrote served.iso\n"
        (tmp_path / "folder").mkdir()
        cli.told("image", "export", "On a disc", "--iso", "folder")
    checksums = {name: sha256(data).hexdigest() for name, data in payloads.items()}
    assert {
        name: sha256(read(tmp_path / "served.iso", file)).hexdigest() for name, file in ON_DISC.items()
    } == checksums
    # The same bytes without a server, and as often as one likes.
    assert (tmp_path / "served.iso").read_bytes() == disc.read_bytes()
    assert (tmp_path / "folder" / "On a disc-v1.iso").read_bytes() == disc.read_bytes()


def test_a_server_refuses_it_before_anything_is_made(fresh_stock: Path) -> None:
    with serving(fresh_stock) as server, rest_session(server, ADMINISTRATOR) as rest:
        spec = committed(rest, "No disc", {"base_image": {"version": sample.BASE_8_0_3}})
        wanted = dict.fromkeys(("export_software_spec", "export_offline_bundle", "export_only_default_image"), False)
        body = {"params": {"action": "export"}, "json": wanted | {"export_iso_image": True}}
        refusal = rest.refused("POST", f"{SOFTWARE}/{spec}", 400, "UNSUPPORTED", **body)
        refusal.says(f"base image {sample.BASE_8_0_3} no VIB with a boot loader for discs")

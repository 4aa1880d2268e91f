"""`imagewright depot inspect` as people and scripts run it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from server_process import run_command, surroundings
from terminal_screen import in_terminal

from imagewright.cli import sample_depot as sample

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples"


def inspected(path: Path, code: int = 0) -> Any:
    """The document about a depot."""
    done = run_command("depot", "inspect", str(path), "--json", folder=path.parent)
    assert (done.returncode, done.stderr) == (code, "")
    return json.loads(done.stdout)


def page_of(path: Path, code: int = 0) -> str:
    """The page about a depot, which fits a terminal."""
    done = run_command("depot", "inspect", path.name, folder=path.parent)
    assert (done.returncode, done.stderr) == (code, "")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert "\x1b" not in done.stdout  # colours are for terminals
    return done.stdout


def with_member(bundle: Path, target: Path, path: str, data: bytes) -> Path:
    """A copy of a bundle with one more file in its metadata."""
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            if name.endswith("metadata.zip"):
                inner = target.with_suffix(".inner")
                inner.write_bytes(source.read(name))
                with zipfile.ZipFile(inner, "a") as metadata:
                    metadata.writestr(path, data)
                copy.write(inner, name)
            else:
                copy.writestr(name, source.read(name))
    return target


def test_an_add_on_is_shown_with_all_that_belongs_to_it(depot_folder: Path) -> None:
    page = page_of(depot_folder / sample.ALPHA_FILE)

    assert "7 VIBs, 4 bulletins, 4 components, 2 add-ons" in page
    assert "SampleAlphaSystems-metadata.zip: Sample Alpha Systems (SMA)" in page
    assert f"  {sample.ALPHA} {sample.ALPHA_OLD}\n    called      Sample Alpha servers" in page
    assert "    takes out   Broadcom-lsi-msgpt2, Solarflare-NIC\n" in page
    assert "    supports    8.0.3\n" in page
    assert "    depends     vmkapi_2_10_0_0\n                vmkapi_incompat_2_10_0_0\n" in page
    assert "    payload     qedentv (tgz), " in page
    assert page.endswith("Checks\n  7 VIBs checked: every size and checksum holds\n")


def test_the_document_has_every_part(depot_folder: Path) -> None:
    (bundle,) = inspected(depot_folder / sample.ALPHA_FILE)["bundles"]

    assert (bundle["vendor"], bundle["vendor_code"]) == ("Sample Alpha Systems", "SMA")
    assert [(each["name"], each["version"]) for each in bundle["add_ons"]] == [
        (sample.ALPHA, sample.ALPHA_OLD),
        (sample.ALPHA, sample.ALPHA_NEW),
    ]
    vib = next(each for each in bundle["vibs"] if each["name"] == "i40en")
    assert vib["depends"] == ["vmkapi_2_10_0_0", "vmkapi_incompat_2_10_0_0"]
    assert vib["signature"] == {"result": "unsigned", "signer": "", "detail": ""}
    assert (vib["file"], vib["problem"], vib["acceptance_level"]) == ("checked", "", "community")
    assert [payload["kind"] for payload in vib["payloads"]] == ["tgz"]
    component = next(each for each in bundle["components"] if each["name"] == "Intel-i40en")
    bulletin = next(each for each in bundle["bulletins"] if each["id"] == component["bulletin"])
    assert bulletin["vibs"] == [{"id": vib["id"], "sha256": vib["sha256"]}]


def test_a_terminal_has_colours_and_no_line_is_wider(depot_folder: Path) -> None:
    words = ("depot", "inspect", sample.BROKEN_FILE)
    with in_terminal(*words, folder=depot_folder, environment=surroundings()) as screen:
        code = screen.ended()

    assert code == 1
    assert b"\x1b[1;31m" in screen.raw  # what is damaged
    assert b"\x1b[1m" in screen.raw  # headings
    # A line of 81 characters would have been broken by the terminal, in the middle of a word.
    assert "  sample-broken-bundle.zip > vib20/sample-broken-driver/SMX_bootbank_" in screen.text
    assert screen.text.splitlines()[-1].startswith("    ")


def test_hardware_support_and_solutions(depot_folder: Path) -> None:
    assert "takes out   Microchip-smartpqi, Microchip-smartpqiv2-plugin" in page_of(depot_folder / sample.HARDWARE_FILE)
    assert f"Solutions\n  {sample.SOLUTION} {sample.SOLUTION_VERSION}" in page_of(depot_folder / sample.SOLUTION_FILE)


def test_damage_is_told_and_ends_with_1(depot_folder: Path) -> None:
    broken = depot_folder / sample.BROKEN_FILE

    page = page_of(broken, code=1)
    document = inspected(broken, code=1)

    (vib,) = document["bundles"][0]["vibs"]
    assert vib["file"] == "damaged"
    assert document["problems"] == [vib["problem"]]
    assert "is damaged: the sha-256 of the payload is" in vib["problem"]
    assert "is damaged" in page


@pytest.mark.parametrize("sure", [True, False])
def test_what_was_inferred_is_called_so(sure: bool, depot_folder: Path, tmp_path: Path) -> None:
    known = {sample.SOLUTION_COMPONENT: sample.SOLUTION_VERSION}
    odd = {"image": {"releaseID": "9.3.0.0.1", "parts": known}}
    unsure = {"one": "9.1.0.0.1", "two": "9.1.0.0.2", "name": "Thing", "c": known}
    path, document = ("baseimages/odd.json", odd) if sure else ("x/odd.json", unsure)
    depot = with_member(depot_folder / sample.SOLUTION_FILE, tmp_path / "odd.zip", path, json.dumps(document).encode())

    page, (found,) = page_of(depot), inspected(depot)["inferred"]

    assert (found["adopted"], found["path"].endswith(path)) == (sure, True)
    assert f"{found['confidence']:.0%} sure" in page
    assert ("Base images\n  9.3.0.0.1\n    inferred    77% sure, from" in page) is sure
    assert ("Inferred, too unsure to be taken\n  perhaps the add-on Thing" in page) is not sure
    assert inspected(depot)["not_understood"] == []


def test_what_was_not_understood_is_listed(depot_folder: Path, tmp_path: Path) -> None:
    depot = with_member(depot_folder / sample.SOLUTION_FILE, tmp_path / "odd.zip", "schemas/p.xml", b"<schema/>")

    assert "Not understood\n  odd.zip > " in page_of(depot)
    (each,) = inspected(depot)["not_understood"]
    assert each["path"].endswith("> schemas/p.xml")
    assert each["reason"] == "is of no known kind"


def test_what_is_no_depot_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"hello")

    no_zip = run_command("depot", "inspect", "x.zip", folder=tmp_path)
    missing = run_command("depot", "inspect", "gone.zip", folder=tmp_path)

    assert (no_zip.returncode, no_zip.stdout) == (2, "")
    assert no_zip.stderr.startswith("imagewright: x.zip: is no zip file: it begins with 'hello'")
    assert (missing.returncode, missing.stderr) == (
        2, "imagewright: gone.zip: No such file or directory; check the path.\n",
    )  # fmt: skip


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the real samples are not beside the repository: {SAMPLES}")
def test_everything_in_real_files_is_understood() -> None:
    files = sorted([*SAMPLES.glob("depots/*"), *SAMPLES.glob("vibs/*")])
    assert len(files) == 12
    for path in files:
        document = inspected(path)
        assert (document["not_understood"], document["inferred"], document["problems"]) == ([], [], []), path.name
        assert [vib["file"] for bundle in document["bundles"] for vib in bundle["vibs"]] == ["checked"]


def test_the_shape_is_told_and_the_content_is_not(depot_folder: Path, tmp_path: Path) -> None:
    odd = {"image": {"releaseID": "9.3.0.0.1", "parts": {sample.SOLUTION_COMPONENT: sample.SOLUTION_VERSION}}}
    bundle = depot_folder / sample.SOLUTION_FILE
    depot = with_member(bundle, tmp_path / "odd.zip", "baseimages/odd-one.json", json.dumps(odd).encode())

    page = run_command("depot", "inspect", "--shape", "odd.zip", folder=tmp_path)
    again = run_command("depot", "inspect", "--shape", "odd.zip", folder=tmp_path)
    document = run_command("depot", "inspect", "--shape", "--json", "odd.zip", folder=tmp_path)

    assert (page.returncode, document.returncode, page.stderr) == (0, 0, "")
    assert all(len(line) <= 80 for line in page.stdout.splitlines())
    assert "perhaps: base image, 77% sure" in page.stdout
    (found,) = json.loads(document.stdout)["documents"]
    assert [each["path"] for each in found["paths"]] == [
        "", "image", "image.releaseID", "image.parts", "image.parts{}", "image.parts.*",
    ]  # fmt: skip
    assert found["paths"][4]["matches"] == {"name of a component": 1}
    assert page.stdout != again.stdout  # hashes are of one run
    for secret in ("9.3.0.0.1", sample.SOLUTION_COMPONENT, sample.SOLUTION_VERSION, "odd-one", "Sample Replication"):
        assert secret not in page.stdout + document.stdout, depot

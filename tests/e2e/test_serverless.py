"""`check`, `diff` and `effective` as they run in a pipeline, and that a server says the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from server_process import ADMINISTRATOR, ALICE, VICTOR, ServerProcess, run_command
from stock import IMPORTED, delete_all_drafts
from wire_clients import DRAFTS, SOFTWARE, Rest, connection, login, refusal_in

from imagewright.cli import sample_depot as sample
from imagewright.contract.registry import own_operations
from imagewright.formats.spec_json import write_spec
from imagewright.model.spec import SoftwareSpec

OWN = "/imagewright/v1"
ALPHA = {"name": sample.ALPHA, "version": sample.ALPHA_NEW}
SPECS: dict[str, dict[str, Any]] = {
    "good": {"base_image": {"version": sample.BASE_8_0_3}, "add_on": ALPHA},
    "empty": {},
    "unknown parts": {
        "base_image": {"version": "7.0.3"},
        "add_on": {"name": "Nobody", "version": "1"},
        "components": {"Nothing": "1", sample.NET_DRIVER: "9"},
    },
    "unmet dependency": {
        "base_image": {"version": sample.BASE_9_1_0},
        "components": {sample.NET_DRIVER: sample.NET_DRIVER_UNMET},
    },
    "conflict": {
        "base_image": {"version": sample.BASE_8_0_3},
        "components": {sample.STORAGE_DRIVER: None},
    },
    "wrong release and removals": {
        "base_image": {"version": sample.BASE_9_1_0},
        "add_on": ALPHA,
        "components": {sample.NET_AGENT: sample.NET_AGENT_VERSION},
        "removed_components": ["ESXi", "Nothing", "Intel-igbn"],
    },
    "lowered": {
        "base_image": {"version": sample.BASE_9_1_0},
        "add_on": {"name": sample.BETA, "version": sample.BETA_VERSION},
        "alternative_images": {
            "image-1": {
                "display_name": "Rack hosts",
                "components": {sample.NET_DRIVER: None},
                "selection_criteria": {"selection_type": "HOST_UUID", "host_uuids": ["4c4c4544-0017"]},
            }
        },
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the specifications above as files, called as they are."""
    for name, document in SPECS.items():
        (tmp_path / f"{name}.json").write_bytes(write_spec(SoftwareSpec.from_document(document)))
    return tmp_path


@pytest.fixture(scope="session")
def depot_options(depot_folder: Path) -> list[str]:
    """The options that name the depots that the server of these tests has, too."""
    return [word for name in IMPORTED for word in ("--depot", str(depot_folder / name))]


@pytest.fixture
def rest(stocked_server: ServerProcess) -> Iterator[Rest]:
    """Alice's session on a server that has the depots."""
    with connection(stocked_server) as http:
        yield Rest(http, login(http, ALICE))
        delete_all_drafts(Rest(http, login(http, ADMINISTRATOR)))


def own(rest: Rest, path: str, **params: str) -> Any:
    """The answer of one of our own operations."""
    return answer_of(rest, path, **params).raise_for_status().json()


def answer_of(rest: Rest, path: str, **params: str) -> httpx.Response:
    headers = {"vmware-api-session-id": rest.token or ""}
    return rest.http.get(f"{OWN}{path}", params=params, headers=headers)


def imported(rest: Rest, path: Path) -> str:
    """A draft of the specification in a file."""
    spec = {"display_name": path.stem, "source_type": "JSON_STRING", "software_spec": path.read_text("utf-8")}
    return str(rest.result("POST", f"{DRAFTS}?action=import-software-spec", 200, json=spec))


def fits_a_terminal(text: str) -> bool:
    return all(len(line) <= 80 for line in text.splitlines())


# --- check -----------------------------------------------------------------------------------------------------------


def test_nothing_wrong_is_said_with_0(folder: Path, depot_options: list[str]) -> None:
    done = run_command("check", "good.json", *depot_options, folder=folder)

    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing is wrong with it.\n", "")


def test_errors_are_told_with_1_as_text_for_80_columns(folder: Path, depot_options: list[str]) -> None:
    done = run_command("check", "conflict.json", *depot_options, folder=folder)

    assert done.returncode == 1
    assert f"ERROR imagewright.vib.conflict at components.{sample.STORAGE_DRIVER}" in done.stdout
    assert "because: you chose the component" in done.stdout
    assert done.stdout.endswith("errors.\n")
    assert fits_a_terminal(done.stdout)


def test_warnings_alone_are_no_failure(folder: Path, depot_options: list[str]) -> None:
    done = run_command("check", "lowered.json", *depot_options, folder=folder)

    assert done.returncode == 0
    assert "WARNING imagewright.component.lowered at add_on" in done.stdout
    assert "1 warning" in done.stdout


@pytest.mark.parametrize("name", SPECS)
def test_check_without_a_server_is_validate_with_one(
    name: str, folder: Path, depot_options: list[str], rest: Rest
) -> None:
    alone = run_command("check", f"{name}.json", *depot_options, "--json", folder=folder)
    found = json.loads(alone.stdout)["findings"]

    draft = imported(rest, folder / f"{name}.json")
    report = own(rest, f"/drafts/{draft}/report")
    task = rest.task("POST", f"{DRAFTS}/{draft}", params={"action": "validate", "vmw-task": "true"})

    assert report["findings"] == found
    told = task["result"]["notifications"]
    by_severity = {"errors": "ERROR", "warnings": "WARNING", "info": "INFO"}
    for key, severity in by_severity.items():
        assert [each["id"] for each in told.get(key, ())] == [
            each["id"] for each in found if each["severity"] == severity
        ]
    assert alone.returncode == (1 if "errors" in told else 0)


def test_ways_out_are_changes_that_a_program_can_make(folder: Path, depot_options: list[str]) -> None:
    done = run_command("check", "conflict.json", *depot_options, "--json", folder=folder)

    (conflict,) = [each for each in json.loads(done.stdout)["findings"] if each["id"] == "imagewright.vib.conflict"]
    assert [way["edits"][0]["path"] for way in conflict["ways"]] == [
        f"components.{sample.STORAGE_DRIVER}",
        "removed_components.Broadcom-lsi-mr3",
    ]
    assert conflict["ways"][1]["edits"][0]["value"] == "Broadcom-lsi-mr3"


# --- effective -------------------------------------------------------------------------------------------------------


def test_effective_components_are_those_of_the_server(folder: Path, depot_options: list[str], rest: Rest) -> None:
    done = run_command("effective", "lowered.json", *depot_options, "--json", folder=folder)
    alone = json.loads(done.stdout)

    draft = imported(rest, folder / "lowered.json")
    report = own(rest, f"/drafts/{draft}/report")
    effective = rest.result("GET", f"{DRAFTS}/{draft}/effective-components", 200)

    assert done.returncode == 0
    assert {name: report[name] for name in ("image", "alternative_images")} == alone
    assert {each["name"]: each["version"] for each in alone["image"]["components"]} == {
        name: each["version"] for name, each in effective.items()
    }
    assert [each["name"] for each in alone["image"]["reserved_vibs"]] == sorted(
        each["name"] for each in alone["image"]["reserved_vibs"]
    )
    assert "icen" in [each["name"] for each in alone["image"]["reserved_vibs"]]


def test_effective_components_are_a_table_that_fits(folder: Path, depot_options: list[str]) -> None:
    done = run_command("effective", "lowered.json", *depot_options, "--vibs", folder=folder)

    assert done.returncode == 0
    assert "\nAlternative image Rack hosts (image-1)\n" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["Intel-icen", "1.8.0.0-1OEM.800.1.0.99000202", "add-on"] in rows
    assert [sample.NET_DRIVER, sample.NET_DRIVER_GOOD, "user"] in rows
    assert fits_a_terminal(done.stdout)


# --- diff ------------------------------------------------------------------------------------------------------------


def test_a_new_release_is_told_from_two_bundles_alone(folder: Path, depot_folder: Path) -> None:
    old, new = (str(depot_folder / name) for name in (sample.BASE_8_0_3_FILE, sample.BASE_9_1_0_FILE))

    done = run_command("diff", old, new, folder=folder)

    assert done.returncode == 0, done.stderr
    assert f"  ↑ ESXi  {sample.BASE_8_0_3} → {sample.BASE_9_1_0}" in done.stdout.splitlines()
    assert "To install: a reboot" in done.stdout
    assert "Not compared" not in done.stdout


def test_diff_says_what_it_could_not_look_into(folder: Path) -> None:
    done = run_command("diff", "good.json", "lowered.json", folder=folder)

    assert done.returncode == 0
    assert f"no depot holds the base image {sample.BASE_8_0_3}" in " ".join(done.stdout.split())


def test_the_markdown_is_for_a_pull_request(folder: Path, depot_options: list[str]) -> None:
    done = run_command("diff", "good.json", "lowered.json", *depot_options, "--markdown", folder=folder)

    assert done.stdout.startswith("## `good.json` → `lowered.json`\n")
    assert f"| + `{sample.BETA}` | `{sample.BETA_VERSION}` |  |" in done.stdout.splitlines()


def test_the_difference_is_that_of_the_server(folder: Path, depot_options: list[str], rest: Rest) -> None:
    draft = imported(rest, folder / "good.json")
    commit = {"action": "commit", "vmw-task": "true"}
    spec = rest.task("POST", f"{DRAFTS}/{draft}", params=commit, json={"message": "first"})["result"]
    edited = rest.result("POST", f"{SOFTWARE}/{spec}?action=edit", 200)
    rest.result("PUT", f"{DRAFTS}/{edited}/components/{sample.NET_DRIVER}", 204, json=sample.NET_DRIVER_GOOD)
    changed = {**SPECS["good"], "components": {sample.NET_DRIVER: sample.NET_DRIVER_GOOD}}
    (folder / "changed.json").write_text(json.dumps(changed))

    done = run_command("diff", "good.json", "changed.json", *depot_options, "--json", folder=folder)
    alone = json.loads(done.stdout)

    assert alone.pop("findings") == []
    assert own(rest, "/diff", **{"from": spec, "to": edited}) == alone
    assert own(rest, "/diff", **{"from": f"{spec}@1", "to": edited}) == alone
    assert [(each["name"], each["kind"]) for each in alone["image"]["components"]] == [(sample.NET_DRIVER, "ADDED")]
    assert own(rest, "/diff", **{"from": spec, "to": spec})["equal"] is True
    rest.result("DELETE", f"{DRAFTS}/{edited}", 204)
    rest.result("DELETE", f"{SOFTWARE}/{spec}", 204)


def test_a_host_that_loses_its_driver_is_told_with_1(folder: Path, depot_options: list[str]) -> None:
    # Alpha removes this driver; the device is the one that its VIB names.
    (folder / "bare.json").write_text(json.dumps({"base_image": {"version": sample.BASE_8_0_3}}))
    (folder / "hosts.txt").write_text(f"host: esx07\n0000:3b:00.0 0200: 1924:{device_of('sfvmk')}\n")

    done = run_command(
        "diff", "bare.json", "good.json", *depot_options, "--hardware", "hosts.txt", "--json", folder=folder
    )

    assert done.returncode == 1, done.stderr
    (lost,) = json.loads(done.stdout)["findings"]
    assert lost["id"] == "imagewright.driver.lost"
    assert lost["args"]["all_hosts"] == "esx07 (at 0000:3b:00.0)"
    assert lost["resolution"].startswith("Use the component Solarflare-NIC ")
    text = run_command("diff", "bare.json", "good.json", *depot_options, "--hardware", "hosts.txt", folder=folder)
    assert text.stdout.startswith("WARNING imagewright.driver.lost at add_on\n")
    assert fits_a_terminal(text.stdout)


def device_of(vib: str) -> str:
    """The PCI device that a VIB of the samples drives."""
    return sha256(vib.encode()).hexdigest()[:4]


# --- what cannot be read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("check", "good.json"), "Missing option '--depot'"),
        (("check", "good.json", "--depot", "nowhere.zip"), "nowhere.zip: No such file or directory"),
        (("check", "good.json", "--depot", "good.json"), "good.json"),
        (("check", "bad.json", "--depot", "{base}"), "bad.json: is not JSON: "),
        (("effective", "other.json", "--depot", "{base}"), "other.json: foo is not known"),
        (("check", "good.json", "--depot", "{base}", "--format", "xml"), "No such option: --format"),
        (("diff", "good.json", "{drivers}"), "holds no base image, so it is not a whole image"),
        (("diff", "good.json", "good.json", "--hardware", "bad.json"), "bad.json: "),
        (("diff", "good.json", "nowhere.json"), "nowhere.json: No such file or directory"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line_with_2(
    words: tuple[str, ...], told: str, folder: Path, depot_folder: Path
) -> None:
    (folder / "bad.json").write_text('{"base_image": ')
    (folder / "other.json").write_text('{"foo": 1}')
    places = {"base": depot_folder / sample.BASE_8_0_3_FILE, "drivers": depot_folder / sample.DRIVERS_FILE}

    done = run_command(*(word.format(**places) for word in words), folder=folder)

    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["check", "diff", "effective"])
def test_help_has_an_example(command: str, tmp_path: Path) -> None:
    done = run_command(command, "--help", folder=tmp_path)

    assert f"Example: imagewright {command} " in done.stdout


# --- our own operations ----------------------------------------------------------------------------------------------


def test_a_viewer_may_read_reports_and_differences(folder: Path, rest: Rest, stocked_server: ServerProcess) -> None:
    draft = imported(rest, folder / "good.json")
    with connection(stocked_server) as http:
        viewer = Rest(http, login(http, VICTOR))

        assert own(viewer, f"/drafts/{draft}/report")["findings"] == own(rest, f"/drafts/{draft}/report")["findings"]
        assert own(viewer, "/diff", **{"from": draft, "to": draft})["equal"] is True
        refusal_in(Rest(http).http.get(f"{OWN}/drafts/{draft}/report"), 401, "UNAUTHENTICATED")


def test_what_is_not_there_is_named(rest: Rest) -> None:
    assert "'draft-999'" in refusal_in(answer_of(rest, "/drafts/draft-999/report"), 404, "NOT_FOUND").text
    missing = refusal_in(answer_of(rest, "/diff", **{"from": "draft-999", "to": "x"}), 404, "NOT_FOUND")
    assert "neither a draft nor a software specification 'draft-999'" in missing.text
    version = refusal_in(answer_of(rest, "/diff", **{"from": "software-spec-999@1", "to": "x"}), 404, "NOT_FOUND")
    assert "no software specification 'software-spec-999'" in version.text


def test_both_sides_have_to_be_named(rest: Rest) -> None:
    lacking = refusal_in(answer_of(rest, "/diff", **{"from": "x"}), 400, "INVALID_ARGUMENT")
    assert "to" in lacking.text
    refusal_in(answer_of(rest, "/diff", **{"from": "x", "to": "y", "of": "z"}), 400, "UNEXPECTED_INPUT")


def test_these_operations_are_declared_to_read(rest: Rest) -> None:
    for operation in own_operations:
        if operation.service in ("imagewright.v1.diff", "imagewright.v1.drafts.report"):
            assert operation.reads
            assert operation.privileges == ("VcIntegrity.lifecycleSoftwareSpecification.Read",)

"""Files that are missing, levels and signatures: `check` without a server says what validate with one says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from judged_vibs import MISSING, TRUSTED, judged_bundle, spec_of_all
from server_process import ADMINISTRATOR, ALICE, ServerProcess, allowing, run_command, serving
from stock import delete_all_drafts
from wire_clients import DRAFTS, OFFLINE, Rest, rest_session

from imagewright.cli import sample_depot as sample
from imagewright.formats.spec_json import write_spec

SIGNERS_FILE = "signers.pem"
SETTINGS: dict[str, Mapping[str, str]] = {
    "default": {},
    "trusted signers": {"TRUSTED_SIGNERS": SIGNERS_FILE},
    "partner and higher": {"MINIMUM_ACCEPTANCE_LEVEL": "partner"},
    "signatures required": {"REQUIRE_SIGNATURES": "true", "TRUSTED_SIGNERS": SIGNERS_FILE},
    "signatures required, nobody trusted": {"REQUIRE_SIGNATURES": "true"},
}


@pytest.fixture(scope="module")
def site(depot_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the depots, the specification, and the certificates to trust."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "judged.zip").write_bytes(judged_bundle())
    (folder / "whole.zip").write_bytes(judged_bundle(complete=True))
    (folder / "all.json").write_bytes(write_spec(spec_of_all()))
    (folder / SIGNERS_FILE).write_bytes(TRUSTED.pem)
    shutil.copy(depot_folder / sample.BASE_8_0_3_FILE, folder / "base.zip")
    return folder


def in_environment(settings: Mapping[str, str], folder: Path) -> dict[str, str]:
    known = {name: str(folder / value) if value == SIGNERS_FILE else value for name, value in settings.items()}
    return {f"IMAGEWRIGHT_{name}": value for name, value in known.items()}


@pytest.fixture
def stocked(fresh_users: Path, site: Path, request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    """A server with these settings that has imported base image and drivers."""
    settings = allowing(site) | in_environment(request.param, site)
    with serving(fresh_users, settings=settings) as server, rest_session(server, ADMINISTRATOR) as administrator:
        for name in ("base.zip", "judged.zip"):
            imported(administrator, site / name)
        yield server


def imported(rest: Rest, path: Path) -> None:
    task = rest.task("POST", OFFLINE, params={"vmw-task": "true"}, json={
        "source_type": "PULL", "location": path.as_uri(), "description": path.name,
    })  # fmt: skip
    assert task["status"] == "SUCCEEDED", task


def report_on(rest: Rest, path: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What the server finds in the specification of a file: in its report, and as notifications of a validation."""
    spec = {"display_name": "all", "source_type": "JSON_STRING", "software_spec": path.read_text("utf-8")}
    draft = rest.result("POST", f"{DRAFTS}?action=import-software-spec", 200, json=spec)
    headers = {"vmware-api-session-id": rest.token or ""}
    report = rest.http.get(f"/imagewright/v1/drafts/{draft}/report", headers=headers).raise_for_status().json()
    task = rest.task("POST", f"{DRAFTS}/{draft}", params={"action": "validate", "vmw-task": "true"})
    return report["findings"], task["result"]["notifications"]


def checked(site: Path, *words: str, **environment: str) -> tuple[int, list[dict[str, Any]]]:
    done = run_command(
        "check", "all.json", "--depot", "base.zip", "--depot", "judged.zip", "--json", *words,
        folder=site, **environment,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)["findings"]


def faults(findings: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The kinds of findings about each component."""
    found: dict[str, set[str]] = {}
    for each in findings:
        found.setdefault(each["path"].removeprefix("components."), set()).add(each["id"].rpartition(".")[2])
    return found


@pytest.mark.parametrize(
    ("name", "stocked"), [(name, SETTINGS[name]) for name in SETTINGS], indirect=["stocked"], ids=list(SETTINGS)
)
def test_check_without_a_server_is_validate_with_one(name: str, stocked: ServerProcess, site: Path) -> None:
    code, alone = checked(site, **in_environment(SETTINGS[name], site))

    with rest_session(stocked, ALICE) as rest:
        report, notifications = report_on(rest, site / "all.json")

    assert report == alone
    assert [each["id"] for each in notifications["errors"]] == [
        each["id"] for each in alone if each["severity"] == "ERROR"
    ]
    assert code == 1


def test_what_is_wrong_under_the_default_policy(site: Path) -> None:
    _, findings = checked(site)

    assert faults(findings) == {
        "Certified-Unsigned": {"unsigned"},
        "Community-Edited": {"bad_community_signature"},
        "Partner-Edited": {"bad_signature"},
        MISSING: {"file_missing"},
    }
    (missing,) = (each for each in findings if each["id"] == "imagewright.vib.file_missing")
    assert "SMP_bootbank_not-there_1.0.0-1" in missing["text"]


def test_options_are_settings_and_findings_name_them(site: Path) -> None:
    _, findings = checked(site, "--minimum-level", "partner", "--require-signatures", "--trusted-signers", SIGNERS_FILE)

    found = faults(findings)
    assert "Partner-Trusted" not in found
    assert found["Partner-Stranger"] == {"untrusted_signer"}
    assert found["Community-Unsigned"] == {"below_policy", "unsigned"}
    texts = {each["id"].rpartition(".")[2]: each["text"] + each["resolution"] for each in findings}
    assert "minimum_acceptance_level" in texts["below_policy"]
    assert {"require_signatures", "trusted_signers"} <= set(texts["untrusted_signer"].split())


@pytest.mark.parametrize("stocked", [{}], indirect=True)
def test_a_missing_file_comes_with_another_depot(stocked: ServerProcess, site: Path) -> None:
    with rest_session(stocked, ADMINISTRATOR) as rest:
        before, _ = report_on(rest, site / "all.json")
        imported(rest, site / "whole.zip")
        delete_all_drafts(rest)
        after, _ = report_on(rest, site / "all.json")

    assert faults(before)[MISSING] == {"file_missing"}
    assert MISSING not in faults(after)
    assert len(after) == len(before) - 1


def test_settings_that_cannot_be_are_refused(site: Path) -> None:
    words = ("check", "all.json", "--depot", "base.zip")
    unknown = run_command(*words, folder=site, IMAGEWRIGHT_MINIMUM_ACCEPTANCE_LEVEL="x")
    unread = run_command(*words, "--trusted-signers", "none.pem", folder=site)

    assert (unknown.returncode, unread.returncode) == (2, 2)
    assert "certified, accepted, partner, community" in unknown.stderr
    assert "none.pem" in unread.stderr

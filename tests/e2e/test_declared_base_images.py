"""A base image that nobody can read is declared by hand: at a server and without one, and is told apart everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from command_line import CommandLine
from older_depot import PROFILE, write_older_depot
from server_process import ADMINISTRATOR, ALICE, VICTOR, ServerProcess, allowing, run_command, serving
from wire_clients import DRAFTS, OFFLINE, Refusal, Rest, body_of, connection, login, refusal_in

from imagewright.cli import sample_depot as sample
from imagewright.model.content import Vib

OWN = "/imagewright/v1"
VERSION = "6.7.0-0.20.10302608"
BASE_IMAGES = "/esx/settings/depot-content/base-images"
TASK = {"vmw-task": "true"}


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory, depot_folder: Path) -> tuple[Path, tuple[Vib, ...]]:
    path = tmp_path_factory.mktemp("older") / "ESXi670.zip"
    return path, write_older_depot(depot_folder / sample.BASE_8_0_3_FILE, path)


@pytest.fixture(scope="module")
def vibs(older: tuple[Path, tuple[Vib, ...]]) -> list[str]:
    return sorted(vib.id for vib in older[1])


@pytest.fixture
def server(fresh_users: Path, older: tuple[Path, tuple[Vib, ...]]) -> Iterator[ServerProcess]:
    with serving(fresh_users, settings=allowing(older[0].parent)) as running:
        yield running


@pytest.fixture
def http(server: ServerProcess) -> Iterator[httpx.Client]:
    with connection(server) as client:
        yield client


class Own:
    """The own namespace, as one user."""

    def __init__(self, http: httpx.Client, token: str) -> None:
        self._http = http
        self._headers = {"vmware-api-session-id": token}

    def result(self, method: str, path: str, status: int, **options: Any) -> Any:
        response = self._http.request(method, OWN + path, headers=self._headers, **options)
        assert response.status_code == status, response.text
        return body_of(response)

    def refused(self, method: str, path: str, status: int, error_type: str, **options: Any) -> Refusal:
        return refusal_in(self._http.request(method, OWN + path, headers=self._headers, **options), status, error_type)


def imported(rest: Rest, path: Path) -> str:
    spec = {"source_type": "PULL", "location": path.as_uri()}
    task = rest.task("POST", OFFLINE, params=TASK, json=spec)
    assert task["status"] == "SUCCEEDED", task
    return str(task["result"]["depot"])


def effective(rest: Rest, version: str) -> dict[str, Any]:
    """The effective components of a draft of this base image alone, which must have no errors."""
    draft = rest.result("POST", DRAFTS, 201)
    rest.result("PUT", f"{DRAFTS}/{draft}/base-image", 204, json={"version": version})
    rest.result("PUT", f"{DRAFTS}/{draft}/display-name", 204, json={"display_name": "old hosts"})
    task = rest.task("POST", f"{DRAFTS}/{draft}", params={"action": "validate", **TASK})
    assert task["result"]["notifications"].get("errors", []) == []
    found: dict[str, Any] = rest.result("GET", f"{DRAFTS}/{draft}/effective-components", 200)
    return found


def test_at_a_server(http: httpx.Client, older: tuple[Path, tuple[Vib, ...]], vibs: list[str]) -> None:
    token = login(http, ALICE)
    alice, own = Rest(http, token), Own(http, token)
    depot = imported(alice, older[0])
    assert alice.result("GET", BASE_IMAGES, 200) == []
    (note,) = own.result("GET", f"/depots/{depot}/notes", 200)
    assert note["path"].endswith(PROFILE)
    assert (
        f"is an image profile, which is not read: it names {len(vibs)} of the {len(vibs)} VIBs here" in note["reason"]
    )

    declared = own.result("POST", f"/depots/{depot}/base-images", 201, json={"version": VERSION, "vibs": vibs})

    (image,) = alice.result("GET", BASE_IMAGES, 200)
    assert (image["version"], image["summary"]) == (VERSION, f"Declared by {ALICE.name}, not read.")
    info = alice.result("GET", f"{BASE_IMAGES}/versions/{VERSION}", 200)
    assert {(each["name"], each["version"]) for each in info["components"]} == {
        (vib.name, vib.version) for vib in older[1]
    }
    assert "not read" in alice.result("GET", f"{OFFLINE}/{declared}", 200)["description"]
    again = {"version": VERSION, "vibs": vibs[:1]}
    own.refused("POST", f"/depots/{depot}/base-images", 400, "ALREADY_EXISTS", json=again).says(f"{VERSION} declared")


def test_the_depot_may_go_when_the_image_is_declared(
    http: httpx.Client, older: tuple[Path, tuple[Vib, ...]], vibs: list[str]
) -> None:
    administrator = login(http, ADMINISTRATOR)
    rest, own = Rest(http, administrator), Own(http, administrator)
    depot = imported(rest, older[0])
    declared = own.result("POST", f"/depots/{depot}/base-images", 201, json={"version": VERSION, "vibs": vibs})
    task = rest.task("DELETE", f"{OFFLINE}/{depot}", params=TASK)
    assert task["status"] == "SUCCEEDED", task
    assert len(effective(rest, VERSION)) == len(vibs)
    rest.refused("DELETE", f"{OFFLINE}/{declared}", 400, "RESOURCE_IN_USE")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"version": VERSION}, "must name either the components or the VIBs"),
        ({"version": VERSION, "vibs": ["no-such-vib"]}, "names the VIB no-such-vib that the depot does not have"),
        ({"version": VERSION, "components": {"a": "1", "b": "2"}}, "2 components, the first of them a 1,"),
        ({"version": " ", "vibs": ["x"]}, "spec.version"),
    ],
)
def test_what_does_not_fit_is_refused(
    http: httpx.Client, older: tuple[Path, tuple[Vib, ...]], spec: dict[str, Any], words: str
) -> None:
    token = login(http, ALICE)
    depot = imported(Rest(http, token), older[0])
    Own(http, token).refused("POST", f"/depots/{depot}/base-images", 400, "INVALID_ARGUMENT", json=spec).says(words)
    assert Rest(http, token).result("GET", BASE_IMAGES, 200) == []


def test_who_may_only_read_reads_the_notes_and_declares_nothing(
    http: httpx.Client, older: tuple[Path, tuple[Vib, ...]], vibs: list[str]
) -> None:
    depot = imported(Rest(http, login(http, ALICE)), older[0])
    victor = Own(http, login(http, VICTOR))
    assert len(victor.result("GET", f"/depots/{depot}/notes", 200)) == 1
    body = {"version": VERSION, "vibs": vibs}
    victor.refused("POST", f"/depots/{depot}/base-images", 403, "UNAUTHORIZED", json=body)
    victor.refused("GET", "/depots/99/notes", 404, "NOT_FOUND").says("99")


def test_from_the_command_line(
    server: ServerProcess, http: httpx.Client, older: tuple[Path, tuple[Vib, ...]], vibs: list[str], tmp_path: Path
) -> None:
    rest = Rest(http, login(http, ALICE))
    depot = imported(rest, older[0])
    declaration = tmp_path / "esxi67.json"
    declaration.write_text(json.dumps({"version": VERSION, "vibs": vibs, "release_date": "2018-10-16"}))
    cli = CommandLine(server, tmp_path)
    cli.log_in(ALICE)
    assert f"the base image {VERSION} is the depot" in cli.told("depot", "declare", str(declaration), "--depot", depot)
    info = rest.result("GET", f"{BASE_IMAGES}/versions/{VERSION}", 200)
    assert (info["summary"], info["release_date"]) == (
        f"Declared by {ALICE.name}, not read.",
        "2018-10-16T00:00:00.000Z",
    )


# --- without a server ------------------------------------------------------------------------------------------------


def test_as_a_bundle_that_is_checked_inspected_and_imported(
    tmp_path: Path, older: tuple[Path, tuple[Vib, ...]], vibs: list[str], server: ServerProcess, http: httpx.Client
) -> None:
    declaration, out = tmp_path / "esxi67.toml", older[0].with_name("declared.zip")
    declaration.write_text(f'version = "{VERSION}"\ndisplay_version = "6.7"\nvibs = {json.dumps(vibs)}\n')
    words = ("depot", "declare", str(declaration), "--bundle", str(older[0]), "--out", str(out), "--by", "Jane")
    done = run_command(*words, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{out}: the base image {VERSION}, of {len(vibs)} components and {len(vibs)} VIBs\n"

    page = run_command("depot", "inspect", str(out), folder=tmp_path)
    assert "    declared    by hand by Jane, not read\n" in page.stdout
    document = json.loads(run_command("depot", "inspect", str(out), "--json", folder=tmp_path).stdout)
    assert document["bundles"][0]["base_images"][0]["declared_by"] == "Jane"
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps({"base_image": {"version": VERSION}}))
    assert run_command("check", str(spec), "--depot", str(out), folder=tmp_path).returncode == 0

    rest = Rest(http, login(http, ALICE))
    imported(rest, out)
    (image,) = rest.result("GET", BASE_IMAGES, 200)
    assert image["summary"] == "Declared by Jane, not read."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('version = "1.0"\nvibs = ["x"]\n', "names the VIB x that the depot does not have; ids are such as"),
        ('version = "1.0"\ncolour = "blue"\n', "has the key 'colour', which is not known"),
        ('vibs = ["x"]\n', "must have a text at version"),
        ("version = \n", "is not TOML"),
    ],
)
def test_a_declaration_that_is_wrong_writes_nothing(
    tmp_path: Path, older: tuple[Path, tuple[Vib, ...]], text: str, words: str
) -> None:
    declaration, out = tmp_path / "d.toml", tmp_path / "out.zip"
    declaration.write_text(text)
    words_given = ("depot", "declare", str(declaration), "--bundle", str(older[0]), "--out", str(out))
    done = run_command(*words_given, folder=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert sorted(tmp_path.iterdir()) == [declaration]

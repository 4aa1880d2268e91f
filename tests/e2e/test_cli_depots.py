"""The depots of a server on the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine
from server_process import ADMINISTRATOR, ALICE, BOB, ServerProcess, allowing, eventually, serving
from test_depot_map import bundle_with
from test_online_depots import READS_FROM_IT
from wire_clients import Rest, rest_session

from imagewright.cli import sample_depot as sample


@pytest.fixture
def cli(users_data: Path, depot_folder: Path, tmp_path: Path) -> Iterator[CommandLine]:
    """The administrator's command line, against a server without depots."""
    data = Path(shutil.copytree(users_data, tmp_path / "data"))
    with serving(data, settings=allowing(depot_folder)) as server:
        home = tmp_path / "home"
        home.mkdir()
        yield CommandLine(server, home).log_in(ADMINISTRATOR)


def blobs(server: ServerProcess) -> set[str]:
    return {path.name for path in (server.data / "blobs").rglob("*") if path.is_file()}


def test_files_are_uploaded_and_locations_are_fetched(cli: CommandLine, depot_folder: Path) -> None:
    base, alpha = depot_folder / sample.BASE_8_0_3_FILE, depot_folder / sample.ALPHA_FILE
    assert "imagewright depot add" in cli.run("depot", "ls").stderr

    said = cli.told("depot", "add", str(base), alpha.as_uri())

    assert said.splitlines() == [f"added depot 1: {base}", f"added depot 2: {alpha.as_uri()}"]
    listed = cli.answer("depot", "ls")["offline"]
    assert {depot: (each["source_type"], each["description"]) for depot, each in listed.items()} == {
        "1": ("PUSH", base.name),
        "2": ("PULL", alpha.name),
    }
    assert "fetched" in cli.told("depot", "ls")
    assert ["base", "image", "ESXi", "(sample)", sample.BASE_8_0_3] in [
        line.split() for line in cli.told("depot", "show", "1").splitlines()
    ]
    offered = cli.answer("depot", "content", sample.ALPHA)
    assert {(each["kind"], each["version"]) for each in offered} == {
        ("add-on", sample.ALPHA_OLD), ("add-on", sample.ALPHA_NEW),
    }  # fmt: skip
    assert cli.told("depot", "rm", "2") == "removed depot 2\n"
    assert cli.run("depot", "content", sample.ALPHA).stdout == ""


def test_what_was_inferred_is_told_of_the_depot(cli: CommandLine, tmp_path: Path, depot_folder: Path) -> None:
    parts = {sample.SOLUTION_COMPONENT: sample.SOLUTION_VERSION}
    odd = {"baseimages/odd.json": {"spec": {"releaseID": "9.1.0.0.1", "parts": parts}}, "licenses/x.json": {}}
    bundle_with(depot_folder / sample.SOLUTION_FILE, tmp_path / "odd.zip", odd)
    added = cli.run("depot", "add", str(tmp_path / "odd.zip"))
    assert "odd.zip: 2 files in it inferred from the content or passed over; see: imagewright depot show 1" in " ".join(
        added.stderr.split()
    )

    shown = " ".join(cli.told("depot", "show", "1").split())
    notes = cli.answer("depot", "show", "1")["notes"]

    assert "base image 9.1.0.0.1" in shown
    assert "it is inferred and taken for the base image '9.1.0.0.1' (77%" in shown
    assert [each["path"].rpartition(" > ")[2] for each in notes] == ["baseimages/odd.json", "licenses/x.json"]
    assert "passed over" not in cli.run("depot", "add", str(depot_folder / sample.ALPHA_FILE)).stderr
    assert "passed over" not in cli.told("depot", "show", "2")
    assert cli.answer("depot", "show", "2")["notes"] == []


def test_what_is_there_already_is_no_error_and_leaves_no_upload(cli: CommandLine, depot_folder: Path) -> None:
    source = str(depot_folder / sample.DRIVERS_FILE)
    cli.told("depot", "add", source)
    before = blobs(cli.server)

    again = cli.run("depot", "add", source, "--json")

    assert again.returncode == 0
    assert json.loads(again.stdout) == [{"source": source, "depot": None}]
    assert "has been imported already: it is the depot 1" in again.stderr
    eventually("nothing is left of the upload", lambda: blobs(cli.server) == before)


def test_a_broken_bundle_is_refused_and_nothing_of_it_stays(cli: CommandLine, depot_folder: Path) -> None:
    before = blobs(cli.server)

    refused = cli.refused(1, "depot", "add", str(depot_folder / sample.BROKEN_FILE))

    assert "is damaged" in refused
    assert "Nothing was imported" in refused
    assert cli.answer("depot", "ls") == {"offline": {}, "online": {}}
    eventually("nothing is left of the upload", lambda: blobs(cli.server) == before)


def test_one_that_is_refused_does_not_keep_the_others_out(cli: CommandLine, depot_folder: Path) -> None:
    first, broken, last = (
        str(depot_folder / name) for name in (sample.BASE_8_0_3_FILE, sample.BROKEN_FILE, sample.DRIVERS_FILE)
    )

    done = cli.run("depot", "add", first, broken, last)

    assert (done.returncode, done.stdout) == (1, f"added depot 1: {first}\nadded depot 2: {last}\n")
    assert "is damaged" in done.stderr
    assert done.stderr.endswith(f"Not added: {broken}\n")
    again = cli.run("depot", "add", first, broken, "--json")
    assert (again.returncode, json.loads(again.stdout)) == (1, [{"source": first, "depot": None}])


def test_what_is_neither_a_file_nor_a_location_is_told_before_anything_is_sent(
    cli: CommandLine, depot_folder: Path
) -> None:
    good = str(depot_folder / sample.DRIVERS_FILE)

    assert "nowhere.zip is neither" in cli.refused(2, "depot", "add", good, "nowhere.zip")
    assert "is not the URL of an online depot" in cli.refused(2, "depot", "add", "--online", good)
    assert "is a folder; name the offline bundles in it" in cli.refused(2, "depot", "add", str(depot_folder))
    assert cli.answer("depot", "ls")["offline"] == {}


def test_who_may_not_remove_a_depot_is_told_so(cli: CommandLine, depot_folder: Path) -> None:
    cli.told("depot", "add", str(depot_folder / sample.BASE_8_0_3_FILE))
    (cli.folder / "alice").mkdir()
    alice = CommandLine(cli.server, cli.folder / "alice").log_in(ALICE)
    alice.told("draft", "new", "--name", "Blades", "--base", sample.BASE_8_0_3)
    alice.told("draft", "commit", "-m", "first")

    assert "lacks the privilege" in alice.refused(1, "depot", "rm", "1")
    assert "Blades" in cli.refused(1, "depot", "rm", "1")
    assert cli.refused(1, "depot", "show", "99").endswith("Try: imagewright depot ls")
    cli.told("depot", "rm", "1", "--force")


def test_an_upload_is_thrown_away_by_its_owner_only(cli: CommandLine, depot_folder: Path) -> None:
    with rest_session(cli.server, ALICE) as alice, rest_session(cli.server, BOB) as bob:
        with (depot_folder / sample.DRIVERS_FILE).open("rb") as file:
            headers = {"vmware-api-session-id": alice.token or ""}
            file_id = alice.http.post("/vum-fileupload", files={"file": ("d.zip", file)}, headers=headers).json()

        def delete(rest: Rest) -> int:
            path = f"/imagewright/v1/uploads/{file_id}"
            return rest.http.delete(path, headers={"vmware-api-session-id": rest.token or ""}).status_code

        assert [delete(bob), delete(alice), delete(alice)] == [404, 204, 404]
    eventually("the blob is gone", lambda: not blobs(cli.server))


def test_an_online_depot_is_added_synced_shown_and_removed(
    users_data: Path, stocked_data: Path, depot_folder: Path, tmp_path: Path
) -> None:
    stock = Path(shutil.copytree(stocked_data, tmp_path / "stock" / "data"))
    data = Path(shutil.copytree(users_data, tmp_path / "own" / "data"))
    with serving(stock, settings={"IMAGEWRIGHT_OFFER_DEPOT": "true"}) as first:
        settings = {**READS_FROM_IT, "IMAGEWRIGHT_CA_BUNDLE": str(first.certificate)}
        with serving(data, settings=settings) as second:
            cli = CommandLine(second, tmp_path).log_in(ADMINISTRATOR)
            url = f"{first.url}/depot/index.xml"

            (added,) = cli.answer("depot", "add", "--online", url)
            assert cli.told("depot", "sync") == "the online depots are in sync\n"

            assert cli.answer("depot", "ls")["online"][added["depot"]]["location"] == url
            assert "online" in cli.told("depot", "ls")
            shown = cli.told("depot", "show", added["depot"])
            assert sample.BASE_8_0_3 in shown
            assert "Enabled      yes" in shown
            assert sample.BASE_8_0_3 in cli.told("depot", "content")
            again = cli.run("depot", "add", "--online", url)
            assert (again.returncode, again.stdout) == (0, "")
            assert "already" in again.stderr
            cli.told("depot", "rm", added["depot"])
            assert added["depot"] not in cli.answer("depot", "ls")["online"]

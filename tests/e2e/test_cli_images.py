"""From depots to an exported image on the command line, and the library as a file wants it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine
from server_process import ADMINISTRATOR, ALICE, BOB, VICTOR, ServerProcess
from stock import delete_all_drafts
from wire_clients import DRAFTS, SOFTWARE, rest_session

from imagewright.cli import sample_depot as sample

GOOD = f"{sample.NET_DRIVER}:{sample.NET_DRIVER_GOOD}"
UNMET = f"{sample.NET_DRIVER}:{sample.NET_DRIVER_UNMET}"
ALPHA = f"{sample.ALPHA}:{sample.ALPHA_NEW}"
WANTED = {
    "display_name": "Wanted",
    "message": "as the file says",
    "base_image": {"version": sample.BASE_8_0_3},
    "components": {sample.NET_DRIVER: None},
}


@pytest.fixture
def cli(stocked_server: ServerProcess, tmp_path: Path) -> Iterator[CommandLine]:
    """Alice's command line; no draft and no image is left at the end."""
    yield CommandLine(stocked_server, tmp_path).log_in(ALICE)
    with rest_session(stocked_server, ADMINISTRATOR) as administrator:
        delete_all_drafts(administrator)
        for record in administrator.result("GET", SOFTWARE, 200)["records"]:
            administrator.result("DELETE", f"{SOFTWARE}/{record['id']}", 204)


def of(cli: CommandLine, account: object, folder: str) -> CommandLine:
    """The command line of somebody else, against the same server."""
    home = cli.folder / folder
    home.mkdir()
    return CommandLine(cli.server, home).log_in(account)  # type: ignore[arg-type]


def write(cli: CommandLine, name: str, **changes: object) -> str:
    """A file that says what an image shall be."""
    (cli.folder / name).write_text(json.dumps(WANTED | changes))
    return name


def test_an_alternative_image_is_composed_and_has_a_bill_of_materials(cli: CommandLine) -> None:
    cli.told("draft", "new", "--name", "Blades", "--base", sample.BASE_8_0_3, "--add-on", ALPHA)
    hosts = ("--vendor", "Sample Systems", "--model", "B200")
    key = cli.answer("draft", "add-image", "Old blades", *hosts, "--add", GOOD)["image"]
    cli.told("draft", "remove", "--image", "Old blades", "Intel-igbn")
    cli.told("draft", "set", "--image", key, "--name", "Older blades", "--add-on", ALPHA)
    cli.told("draft", "add", "--image", "Older blades", sample.NET_AGENT)
    assert f"Older blades ({key})" in cli.told("draft", "show")
    cli.told("draft", "commit")

    files = ("--spec", "spec.json", "--sbom", "sbom.json", "--sbom-image", "Older blades")
    cli.told("image", "export", "Blades", *files, "--bundle", "blades.zip")
    spec = json.loads((cli.folder / "spec.json").read_text())
    assert spec["alternative_images"][key] == {
        "display_name": "Older blades",
        "base_image": {"version": sample.BASE_8_0_3},
        "add_on": {"name": sample.ALPHA, "version": sample.ALPHA_NEW},
        "components": {sample.NET_DRIVER: sample.NET_DRIVER_GOOD, sample.NET_AGENT: sample.NET_AGENT_VERSION},
        "removed_components": ["Intel-igbn"],
        "selection_criteria": {
            "selection_type": "HOST_HARDWARE_SPEC",
            "host_hardware_spec": {"vendor": "Sample Systems", "models": ["B200"]},
        },
    }
    # The bundle holds all of it, and from the bundle alone the same comes out without a server.
    cli.told("sbom", "spec.json", "--depot", "blades.zip", "--image", key, "--out", "again.json")
    assert (cli.folder / "again.json").read_bytes() == (cli.folder / "sbom.json").read_bytes()
    cli.told("sbom", "spec.json", "--depot", "blades.zip", "--out", "default.json")
    assert (cli.folder / "default.json").read_bytes() != (cli.folder / "sbom.json").read_bytes()


def test_alternative_images_that_are_named_wrongly(cli: CommandLine) -> None:
    cli.told("draft", "new", "--name", "Blades", "--base", sample.BASE_8_0_3)
    assert "say which hosts the image is for" in cli.refused(2, "draft", "add-image", "Old")
    both = ("--host-uuid", "4c4c4544-0001", "--model", "B200")
    assert "go with --vendor" in cli.refused(2, "draft", "add-image", "Old", *both)
    cli.refused(2, "draft", "add-image", "Old", "--host-uuid", "4c4c4544-0001", "--hardware", "nothing")
    assert "Alternatives" not in cli.told("draft", "show"), "one that could not be made whole is left"
    cli.told("draft", "add-image", "Old", "--host-uuid", "4c4c4544-0001")
    assert "there are: Old" in cli.refused(1, "draft", "add", "--image", "Odl", sample.NET_DRIVER)
    assert "has the base image of its draft" in cli.refused(2, "draft", "set", "--image", "Old", "--base", "9.1.0")
    cli.told("draft", "remove-image", "Old")
    assert "Alternatives" not in cli.told("draft", "show")
    assert "there are: none" in cli.refused(1, "draft", "remove-image", "Old")


def test_what_a_version_has_changed(cli: CommandLine) -> None:
    for message in ("first", "second", "third"):
        cli.told("apply", write(cli, "w.json", components={} if message == "second" else {sample.NET_DRIVER: None}))
    whole = cli.answer("image", "diff", "Wanted@1", "Wanted@2")
    assert cli.answer("image", "diff", "Wanted@2") == whole
    assert "no version before 1" in cli.refused(2, "image", "diff", "Wanted@1")
    assert "has no version 9" in cli.refused(2, "image", "diff", "Wanted@9")


def test_an_image_is_composed_checked_committed_compared_and_exported(cli: CommandLine) -> None:
    cli.told("draft", "new", "--name", "Blades", "--base", sample.BASE_8_0_3, "--add-on", ALPHA, "--add", UNMET)
    wrong = cli.run("draft", "validate")
    assert wrong.returncode == 1
    assert wrong.stdout.endswith("1 error.\n")
    assert "because: you chose the component" in wrong.stdout
    assert "imagewright draft validate" in cli.refused(1, "draft", "commit")

    cli.told("draft", "add", sample.NET_DRIVER)
    cli.told("draft", "remove", "Intel-igbn")
    assert cli.told("draft", "validate") == "Nothing is wrong with it.\n"
    shown = cli.answer("draft", "show", "--components")
    assert shown["effective_components"][sample.NET_DRIVER]["details"]["source"] == "USER"
    spec = cli.answer("draft", "commit", "-m", "first")["software_spec"]

    cli.told("draft", "edit", "Blades")
    cli.told("draft", "add", "Intel-igbn")
    cli.told("draft", "remove", sample.NET_DRIVER)
    cli.told("draft", "commit", "-m", "without the driver")

    assert spec in cli.told("image", "ls")
    assert "Sample-Alpha-AddOn" in cli.told("image", "show", "Blades", "--components")
    history = cli.answer("image", "history", spec)
    assert [(each["author"], each["message"]) for each in history] == [
        (ALICE.name, "first"), (ALICE.name, "without the driver"),
    ]  # fmt: skip
    last = cli.told("image", "diff", "Blades")
    assert ["-", sample.NET_DRIVER, sample.NET_DRIVER_GOOD, "user"] in list(map(str.split, last.splitlines()))
    assert cli.told("image", "diff", "Blades@1", "Blades@2") == last
    changes = cli.answer("image", "diff", f"{spec}@1", spec)["image"]["components"]
    assert {(each["name"], each["kind"]) for each in changes} == {
        (sample.NET_DRIVER, "REMOVED"), ("Intel-igbn", "ADDED"),
    }  # fmt: skip
    (cli.folder / "out").mkdir()
    assert cli.told("image", "export", "Blades", "--spec", "out") == "wrote out/Blades-v2.json\n"
    cli.told("image", "export", "Blades", "--spec", "blades.json")
    assert json.loads((cli.folder / "blades.json").read_text())["base_image"] == {"version": sample.BASE_8_0_3}
    assert sorted(path.name for path in cli.folder.iterdir()) == ["blades.json", "config", "out"]


def test_an_image_is_exported_as_a_bundle_and_a_bill_of_materials(cli: CommandLine) -> None:
    cli.told("apply", write(cli, "wanted.json"))

    done = cli.answer("image", "export", "Wanted", "--bundle", "out.zip", "--sbom", "out.cdx.json")

    assert done == {"OFFLINE_BUNDLE": "out.zip", "SBOM": "out.cdx.json"}
    alone = cli.run("check", "wanted.json", "--depot", "out.zip")
    assert (alone.returncode, alone.stdout) == (0, "Nothing is wrong with it.\n")
    bill = json.loads((cli.folder / "out.cdx.json").read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert "imagewright.exports" in {each["service"] for each in cli.answer("task", "ls", "--all").values()}
    assert "no VIB with a boot loader" in cli.refused(1, "image", "export", "Wanted", "--iso", "out.iso")
    assert not list(cli.folder.glob("out.iso*"))


def test_images_are_copied_renamed_and_removed(cli: CommandLine) -> None:
    cli.told("apply", write(cli, "wanted.json"))

    cli.told("image", "copy", "Wanted", "--name", "Copied")
    draft = cli.answer("draft", "show")
    assert (draft["display_name"], draft["software_spec"]) == ("Copied", "-1")
    assert "--replace" in cli.refused(1, "draft", "new")
    cli.told("draft", "new", "--replace")
    cli.told("draft", "rm")
    cli.told("image", "rename", "Wanted", "Otherwise")
    assert cli.refused(1, "image", "show", "Wanted").endswith("Try: imagewright image ls")
    cli.told("image", "rm", "Otherwise")

    assert cli.answer("image", "ls") == []
    assert cli.answer("draft", "ls") == {}


def test_nothing_is_left_of_a_draft_that_could_not_be_made_as_wanted(cli: CommandLine) -> None:
    refused = cli.refused(1, "draft", "new", "--name", "Broken", "--base", " ")

    assert "is empty" in refused
    assert cli.answer("draft", "ls") == {}


def test_a_plan_says_what_an_apply_does_and_neither_does_it_twice(cli: CommandLine) -> None:
    file = write(cli, "wanted.json")

    planned = cli.told("plan", file)
    assert planned.endswith("To be committed: Wanted, a new image.\n")
    assert f"{sample.NET_DRIVER} {sample.NET_DRIVER_GOOD}" in planned
    assert cli.run("plan", file, "--exit-code").returncode == 5
    assert cli.answer("image", "ls") == []

    first = cli.answer("apply", file)
    assert first == {"change": "CREATE", "software_spec": first["software_spec"], "version": 1}
    assert cli.answer("apply", file) == {**first, "change": "NONE"}
    assert cli.run("plan", file, "--exit-code").returncode == 0
    assert cli.told("plan", file).startswith("No change: Wanted is in the library")

    changed = write(cli, "changed.json", components={})
    assert f"  - {sample.NET_DRIVER}  {sample.NET_DRIVER_GOOD}  user" in cli.told("plan", changed).splitlines()
    assert "| - `" in cli.told("plan", changed, "--markdown")
    assert cli.answer("apply", changed, "-m", "no driver") == {**first, "change": "UPDATE", "version": 2}
    messages = [each["message"] for each in cli.answer("image", "history", "Wanted")]
    assert messages == ["as the file says", "no driver"]
    assert cli.answer("draft", "ls") == {}


def test_an_export_is_a_file_that_can_be_applied(cli: CommandLine) -> None:
    cli.told("apply", write(cli, "wanted.json"))
    cli.told("image", "export", "Wanted", "--spec", "exported.json")

    assert cli.answer("apply", "exported.json", "--name", "Wanted")["change"] == "NONE"
    assert "does not say what the image is called" in cli.refused(2, "plan", "exported.json")
    twice = cli.run("apply", "exported.json", "--name", "Twice")
    assert twice.returncode == 1
    assert "already has exactly" in twice.stdout


def test_what_has_errors_is_not_applied_and_leaves_no_draft(cli: CommandLine) -> None:
    file = write(cli, "bad.json", components={sample.NET_DRIVER: sample.NET_DRIVER_UNMET})

    for command in ("plan", "apply"):
        done = cli.run(command, file)
        assert done.returncode == 1
        assert "ERROR imagewright.vib.unmet_dependency" in done.stdout
        assert "The image has errors." in done.stderr
    assert cli.answer("draft", "ls") == {}
    assert cli.answer("image", "ls") == []


def test_a_draft_of_ones_own_is_not_thrown_away_by_an_apply(cli: CommandLine) -> None:
    draft = cli.answer("draft", "new", "--name", "Work in progress")["draft"]

    refused = cli.refused(1, "apply", write(cli, "wanted.json"))

    assert f"already a draft created by this user: {draft}" in refused
    assert list(cli.answer("draft", "ls")) == [draft]
    assert cli.answer("image", "ls") == []


def test_others_who_edit_the_same_image_are_told_and_lose_nothing(cli: CommandLine) -> None:
    cli.told("apply", write(cli, "wanted.json"))
    bob = of(cli, BOB, "bob")
    draft = bob.answer("draft", "edit", "Wanted")["draft"]

    cli.told("apply", write(cli, "changed.json", components={}))

    assert bob.answer("draft", "ls")[draft]["metadata"]["status"] == "INVALID"
    refused = bob.refused(1, "draft", "commit")
    assert f"{ALICE.name} committed version 2" in refused
    assert refused.endswith("Try: imagewright draft rm")


def test_what_is_assigned_is_planned_and_not_applied(cli: CommandLine) -> None:
    cli.told("apply", write(cli, "wanted.json"))
    administrator = of(cli, ADMINISTRATOR, "administrator")
    administrator.told("inventory", "add-cluster", "domain-c8", "Blades, hall 2")
    cli.told("inventory", "assign", "Wanted", "--cluster", "domain-c8")
    assert "Blades, hall 2 (domain-c8)" in cli.told("image", "show", "Wanted")
    changed = write(cli, "changed.json", components={})

    plan, apply = cli.run("plan", changed), cli.run("apply", changed)

    assert (plan.returncode, apply.returncode) == (1, 1)
    assert f"- {sample.NET_DRIVER}" in plan.stdout
    assert "domain-c8" in plan.stderr
    assert "domain-c8" in apply.stderr
    cli.told("inventory", "unassign", "--cluster", "domain-c8")
    assert cli.answer("apply", changed)["change"] == "UPDATE"
    administrator.told("inventory", "rm", "domain-c8")
    assert administrator.answer("inventory", "ls") == []


def test_a_viewer_may_plan_and_not_apply(cli: CommandLine) -> None:
    victor = of(cli, VICTOR, "victor")
    file = write(victor, "wanted.json")

    assert "a new image" in victor.told("plan", file)
    assert "lacks the privilege" in victor.refused(1, "apply", file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "wanted.json: is not JSON"),
        ('{"display_name": 1}', "display_name is not a text"),
        ('{"display_name": "x"}', "base_image"),
        ('{"display_name": "x", "foo": 1}', "foo is not known"),
    ],
)
def test_files_that_cannot_be_read_are_told_in_one_line(cli: CommandLine, content: str, told: str) -> None:
    (cli.folder / "wanted.json").write_text(content)

    assert told in cli.refused(2, "plan", "wanted.json")
    assert "nowhere.json: No such file" in cli.refused(2, "apply", "nowhere.json")


def test_the_file_of_an_apply_is_checked_without_a_server(cli: CommandLine, depot_folder: Path) -> None:
    depots = [
        word for name in (sample.BASE_8_0_3_FILE, sample.DRIVERS_FILE) for word in ("--depot", str(depot_folder / name))
    ]

    done = cli.run("check", write(cli, "wanted.json"), *depots)

    assert (done.returncode, done.stdout) == (0, "Nothing is wrong with it.\n")


def test_the_operations_behind_refuse_what_is_wrong(cli: CommandLine) -> None:
    with rest_session(cli.server, ALICE) as alice:

        def answer(action: str, **body: object) -> tuple[int, str]:
            headers = {"vmware-api-session-id": alice.token or ""}
            response = alice.http.post(
                "/imagewright/v1/software", params={"action": action}, json=body, headers=headers
            )
            return response.status_code, response.json()["error_type"]

        spec = {"base_image": {"version": "1"}}
        for action in ("plan", "draft"):
            assert answer(action, display_name="", software_spec=spec) == (400, "INVALID_ARGUMENT")
            assert answer(action, display_name="x") == (400, "INVALID_ARGUMENT")
            assert answer(action, display_name="x", software_spec=spec | {"foo": 1}) == (400, "UNEXPECTED_INPUT")
        assert alice.result("GET", DRAFTS, 200) == {}

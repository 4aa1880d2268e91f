"""The pages about the command line are true: every command in them is run, in their order, against a real server."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from command_line import CommandLine
from server_process import ADMINISTRATOR, COMMAND, PATIENCE, run_command, serving, surroundings
from test_depot_map import bundle_with

from imagewright.cli import exit_codes
from imagewright.cli import sample_depot as sample
from imagewright.cli.main import app

DOCS = Path(__file__).parents[2] / "docs"
URL = "https://127.0.0.1:8443"
PASSWORDS = {"IMAGEWRIGHT_PASSWORD": ADMINISTRATOR.password, "IMAGEWRIGHT_USER_PASSWORD": "a password"}

ODD_IMAGE = {
    "type": "baseimage",
    "baseImageVersion": "9.1.0.0.1",
    "displayName": "ESXi",
    "releaseDate": "2026-01-01T00:00:00Z",
    "components": {sample.SOLUTION_COMPONENT: sample.SOLUTION_VERSION},
}
"""A base image in a form that nobody has described."""


def blocks(page: str) -> Iterator[str]:
    """The commands of a page, each with all its lines."""
    for block in re.findall(r"^```sh\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.MULTILINE | re.DOTALL):
        lines = iter(block.splitlines())
        for line in lines:
            here = re.search(r"<<'(\w+)'", line)
            command = [line]
            while here and command[-1] != here[1]:
                command.append(next(lines))
            yield "\n".join(command)


def words_of(command: str) -> list[str]:
    return shlex.split(command, comments=True)


def expected(command: str) -> int:
    found = re.search(r"# exit code (\d+)$", command)
    return int(found[1]) if found else 0


class Reader:
    """Somebody who does what a page says, in an empty folder."""

    def __init__(self, cli: CommandLine) -> None:
        self.cli = cli

    def does(self, command: str) -> subprocess.CompletedProcess[str]:
        words = words_of(command)
        if words[0] != "imagewright":
            return subprocess.run(["sh", "-ec", command], cwd=self.cli.folder, capture_output=True, text=True)
        match words[1]:
            case "serve":
                return subprocess.CompletedProcess(words, 0, "is running already", "")
            case "worker":
                return self._starts_and_stops(words[1:])
            case "demo":
                return run_command("demo", folder=self.cli.folder)
        words = [self.cli.server.url if word == URL else self._task() if word == "TASK" else word for word in words]
        return self.cli.run(*words[1:], **PASSWORDS)

    def _task(self) -> str:
        tasks = json.loads(self.cli.run("task", "ls", "--all", "--json").stdout)
        return next(iter(tasks))[:8]

    def _starts_and_stops(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        environment = surroundings()
        with subprocess.Popen(
            [COMMAND, *words], cwd=self.cli.folder, env=environment, stdout=subprocess.PIPE, text=True
        ) as worker:
            assert worker.stdout is not None
            first = worker.stdout.readline()
            worker.terminate()
            return subprocess.CompletedProcess(words, worker.wait(PATIENCE), first, "")


@pytest.fixture
def reader(users_data: Path, tmp_path: Path) -> Iterator[Reader]:
    data = Path(shutil.copytree(users_data, tmp_path / "data"))
    with serving(data) as server:
        yield Reader(CommandLine(server, tmp_path))


def read(page: str, reader: Reader) -> list[str]:
    """Does everything that a page says, and gives its commands."""
    commands = list(blocks(page))
    for command in commands:
        done = reader.does(command)
        assert done.returncode == expected(command), f"{command}\n{done.returncode}\n{done.stdout}\n{done.stderr}"
        if words_of(command)[:2] == ["imagewright", "sample-depot"]:
            shutil.copy(reader.cli.folder / "depots" / sample.DRIVERS_FILE, reader.cli.folder / "ESXi670.zip")
    return commands


def leaves(command: object, path: tuple[str, ...] = ("imagewright",)) -> Iterator[tuple[str, str, list[str]]]:
    """Every command: its name, its help, and its options."""
    children = getattr(command, "commands", None)
    if children is None:
        options = [option for parameter in command.params for option in parameter.opts]  # type: ignore[attr-defined]
        yield " ".join(path), command.callback.__doc__ or "", options  # type: ignore[attr-defined]
        return
    for name, child in children.items():
        yield from leaves(child, (*path, name))


LEAVES = list(leaves(typer.main.get_command(app)))


@pytest.mark.timeout(600)
def test_everything_in_the_reference_works_as_it_is_written(reader: Reader, depot_folder: Path) -> None:
    bundle_with(depot_folder / sample.SOLUTION_FILE, reader.cli.folder / "vendor-base.zip", {"x/base.json": ODD_IMAGE})

    read("cli.md", reader)

    assert sorted(path.name for path in reader.cli.folder.glob("*.part")) == []


@pytest.mark.timeout(600)
def test_the_tour_leads_from_two_zips_to_an_exported_image_and_a_reviewed_change(
    reader: Reader, depot_folder: Path, tmp_path: Path
) -> None:
    commands = read("tour.md", reader)

    assert len([command for command in commands if command.startswith("imagewright ")]) < 20
    history = reader.cli.answer("image", "history", "Blades")
    assert [each["message"] for each in history] == ["Blades on 8.0.3", "The net driver that hall 2 needs"]
    (change,) = reader.cli.answer("image", "diff", "Blades")["image"]["components"]
    assert (change["name"], change["kind"]) == (sample.NET_DRIVER, "ADDED")
    # What was exported is the whole image: it needs no other depot.
    alone = reader.cli.run("check", "blades.json", "--depot", "blades.zip")
    assert (alone.returncode, alone.stdout) == (0, "Nothing is wrong with it.\n")


@pytest.mark.parametrize(("name", "text"), [leaf[:2] for leaf in LEAVES], ids=[leaf[0] for leaf in LEAVES])
def test_every_command_has_an_example_that_stands_in_the_reference(name: str, text: str) -> None:
    documented = [" ".join(words_of(command)) for command in blocks("cli.md")]

    (example,) = re.findall(r"Example: (imagewright .+)", text)

    assert example.startswith(name)
    assert " ".join(words_of(example)) in documented


def test_every_command_that_answers_can_answer_scripts() -> None:
    # These run until they are stopped, show something to people, or write JSON anyway.
    others = {
        f"imagewright {name}"
        for name in ("serve", "worker", "demo", "audit", "sbom", "depot map learn", "depot map test")
    }
    assert {name for name, _, options in LEAVES if "--json" not in options} == others


def test_the_exit_codes_are_those_of_the_reference() -> None:
    documented = re.findall(r"^\| (\d+) \|", (DOCS / "cli.md").read_text("utf-8"), re.MULTILINE)

    assert {int(code) for code in documented} == {
        value for name, value in vars(exit_codes).items() if name.isupper() and isinstance(value, int)
    }

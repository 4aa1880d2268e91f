"""The pages about the command line are true: every command in them is run, in their order, against a real server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine
from documented_commands import blocks, words_of
from server_process import ADMINISTRATOR, COMMAND, PATIENCE, run_command, serving, surroundings
from test_depot_map import bundle_with

from imagewright.cli import sample_depot as sample

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

"""Logging in from the command line, what is kept of it, and looking at tasks."""

from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

import pytest
from command_line import CommandLine
from server_process import ADMINISTRATOR, ALICE, ServerProcess
from stock import IMPORTED

PASSWORD = {"IMAGEWRIGHT_PASSWORD": ALICE.password}


@pytest.fixture
def cli(stocked_server: ServerProcess, tmp_path: Path) -> CommandLine:
    return CommandLine(stocked_server, tmp_path)


def fingerprint_of(certificate: Path) -> str:
    """As the tool that administrators use writes it."""
    words = ["openssl", "x509", "-in", str(certificate), "-noout", "-fingerprint", "-sha256"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip().partition("=")[2]


def test_a_login_is_kept_where_only_its_owner_can_read_it(cli: CommandLine) -> None:
    cli.log_in(ALICE)

    file = cli.config / "imagewright" / "logins.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["logins.json"]
    assert ALICE.password not in file.read_text()
    assert "VALID" not in cli.told("task", "ls")


def test_a_certificate_that_nobody_vouches_for_is_not_trusted_by_itself(cli: CommandLine) -> None:
    said = cli.refused(4, "login", cli.server.url, "--user", ALICE.name, **PASSWORD)

    assert f"its SHA-256 is {fingerprint_of(cli.server.certificate)}." in said
    assert "--fingerprint" in said
    assert not cli.config.exists()


def test_the_own_certificate_of_a_server_is_pinned_by_its_fingerprint(cli: CommandLine) -> None:
    shown = fingerprint_of(cli.server.certificate)
    words = ("login", cli.server.url, "--user", ALICE.name, "--fingerprint")

    other = cli.refused(4, *words, shown.replace(shown[0], "0" if shown[0] != "0" else "1"), **PASSWORD)
    cli.told(*words, shown.replace(":", "").lower(), **PASSWORD)

    assert "another fingerprint" in other
    assert cli.answer("task", "ls") == {}


def test_a_pipeline_needs_no_file(cli: CommandLine, tmp_path: Path) -> None:
    cli.log_in(ALICE)
    (login,) = json.loads((cli.config / "imagewright" / "logins.json").read_text())["servers"].values()
    pipeline = {
        "XDG_CONFIG_HOME": str(tmp_path / "nothing"),
        "IMAGEWRIGHT_SERVER": cli.server.url,
        "IMAGEWRIGHT_TOKEN": login["token"],
        "IMAGEWRIGHT_CA": str(cli.server.certificate),
    }

    assert cli.run("task", "ls", "--json", **pipeline).stdout == "{}\n"
    assert "is not trusted" in cli.refused(4, "task", "ls", **{**pipeline, "IMAGEWRIGHT_CA": ""})


def test_logging_out_ends_the_session(cli: CommandLine) -> None:
    cli.log_in(ALICE)
    (login,) = json.loads((cli.config / "imagewright" / "logins.json").read_text())["servers"].values()

    assert cli.told("logout") == f"logged out of {cli.server.url}\n"

    assert "log in with: imagewright login" in cli.refused(3, "task", "ls")
    ended = {"IMAGEWRIGHT_SERVER": cli.server.url, "IMAGEWRIGHT_TOKEN": login["token"]}
    said = cli.refused(3, "task", "ls", IMAGEWRIGHT_CA=str(cli.server.certificate), **ended)
    assert "session is not valid" in said
    assert said.endswith("Try: imagewright login")


@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        ("http://depots.example", 2, "is without TLS"),
        ("ftp://depots.example", 2, "is not the URL of a server"),
        ("https://127.0.0.1:x", 2, "is not the URL of a server"),
        ("https://127.0.0.1:1", 4, "no answer from https://127.0.0.1:1"),
    ],
)
def test_what_is_no_server_is_told_in_one_line(cli: CommandLine, url: str, code: int, told: str) -> None:
    assert told in cli.refused(code, "login", url, **PASSWORD)


def test_who_forgets_the_s_of_https_is_told(cli: CommandLine) -> None:
    said = cli.refused(4, "login", cli.server.url.replace("https", "http"), **PASSWORD)
    assert "perhaps it speaks https" in said
    assert ".." not in said


def test_a_place_that_cannot_be_written_is_told(cli: CommandLine) -> None:
    (cli.folder / "file").write_text("")
    assert "file: File exists; check the path" in cli.refused(2, "sample-depot", "file")


def test_wrong_passwords_and_damaged_files_are_told(cli: CommandLine) -> None:
    words = ("login", cli.server.url, "--user", ALICE.name, "--ca")
    wrong = cli.refused(3, *words, str(cli.server.certificate), IMAGEWRIGHT_PASSWORD="wrong")
    (cli.folder / "no.pem").write_text("nothing")
    no_certificate = cli.refused(2, *words, "no.pem", **PASSWORD)
    cli.log_in(ALICE)
    (cli.config / "imagewright" / "logins.json").write_text('{"servers": 1}')

    assert "User name or password is wrong" in wrong
    assert "no.pem has no certificates" in no_certificate
    assert "is damaged; remove it" in cli.refused(2, "task", "ls")


def test_tasks_are_listed_and_found_by_the_beginning_of_their_ids(cli: CommandLine) -> None:
    cli.log_in(ADMINISTRATOR)
    tasks = cli.answer("task", "ls", "--all")
    imports = [task for task, info in tasks.items() if info["operation"] == "create$task"]
    assert len(imports) == len(IMPORTED)

    listed = cli.told("task", "ls", "--all")
    shown = cli.told("task", "show", imports[0][:8])
    waited = cli.answer("task", "wait", imports[0][:8])

    rows = [line.split() for line in listed.splitlines()]
    assert all([task[:8], "SUCCEEDED", "100", "%"] in [row[:4] for row in rows] for task in imports)
    assert "Status" in shown
    assert "SUCCEEDED" in shown
    assert waited == {"task": imports[0], **tasks[imports[0]]}
    assert "there is nothing to cancel" in cli.refused(1, "task", "cancel", imports[0])
    assert cli.refused(1, "task", "show", "nothing").endswith("Try: imagewright task ls")

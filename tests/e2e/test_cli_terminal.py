"""The command line in a real terminal: what people see, and that Ctrl-C leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from command_line import CommandLine
from server_process import ADMINISTRATOR, ALICE, COMMAND, ServerProcess, allowing, eventually, run_command, serving
from terminal_screen import CTRL_C, Screen, in_terminal
from wire_clients import connection, login

from imagewright.cli import sample_depot as sample

INTERRUPTED = 130
LARGE = 256 * 1024 * 1024
"""Bytes of a file that takes long enough to be sent that somebody sees it."""


@pytest.fixture
def cli(stocked_data: Path, depot_folder: Path, tmp_path: Path) -> Iterator[CommandLine]:
    """The administrator's command line, against a server with depots on which faults may be asked for."""
    data = Path(shutil.copytree(stocked_data, tmp_path / "data"))
    with serving(data, options=["--allow-faults"], settings=allowing(depot_folder)) as server:
        home = tmp_path / "home"
        home.mkdir()
        yield CommandLine(server, home).log_in(ADMINISTRATOR)


@contextmanager
def screen(cli: CommandLine, *words: str, **settings: str) -> Iterator[Screen]:
    with in_terminal(*words, folder=cli.folder, environment=cli.environment(**settings)) as shown:
        yield shown


@contextmanager
def fault(server: ServerProcess, operation: str, **effect: object) -> Iterator[Callable[[], int]]:
    """Something is wrong with an operation; gives how often that has been met."""
    faults = "/imagewright/v1/faults"
    with connection(server) as http:
        headers = {"vmware-api-session-id": login(http, ADMINISTRATOR)}
        answer = http.post(faults, json={"operation": operation, **effect}, headers=headers)
        assert answer.status_code == 201, answer.text
        yield lambda: sum(each["matched"] for each in http.get(faults, headers=headers).json())
        assert http.delete(f"{faults}/{answer.json()}", headers=headers).status_code == 204


def held(server: ServerProcess, operation: str) -> AbstractContextManager[object]:
    """Tasks of an operation stay RUNNING and do nothing, until the end of the context."""
    return fault(server, operation, effect="HOLD", state="RUNNING")


def blobs(server: ServerProcess) -> set[str]:
    return {path.name for path in (server.data / "blobs").rglob("*") if path.is_file()}


def large_file(cli: CommandLine) -> str:
    """A file without content, which takes no place on the disk."""
    with (cli.folder / "large.zip").open("wb") as file:
        file.truncate(LARGE)
    return "large.zip"


def percent(text: str) -> set[str]:
    return set(re.findall(r"\d+%", text))


def test_tables_fit_and_have_colours_only_where_they_are_wanted(cli: CommandLine) -> None:
    for words in (("depot", "ls"), ("depot", "content"), ("user", "ls"), ("task", "ls", "--all")):
        with screen(cli, *words) as shown:
            assert shown.ended() == 0
            assert b"\x1b[1m" in shown.raw, "the header is bold"
            assert "  " in shown.text
        with screen(cli, *words, NO_COLOR="1") as shown:
            assert shown.ended() == 0
            assert b"\x1b[3" not in shown.raw


def test_the_bar_of_an_upload_moves_and_is_gone_at_the_end(cli: CommandLine) -> None:
    before = blobs(cli.server)
    with screen(cli, "depot", "add", large_file(cli)) as shown:
        first = percent(shown.shows(lambda text: "Upload large.zip" in text and percent(text), "a bar"))
        shown.shows(lambda text: percent(text) - first, "another position of the bar")
        assert shown.ended() == 1
        assert "Upload" not in shown.text
        assert "large.zip" in shown.text
    eventually("nothing is left", lambda: blobs(cli.server) == before)


def drawn(shown: Screen, which: Callable[[str], bool]) -> set[str]:
    """The positions of the bars with such a text, in all pictures that were drawn of them."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.raw.decode())
    return {found for line in re.split(r"[\r\n]+", text) if which(line) for found in percent(line)}


@pytest.mark.parametrize("by_url", [True, False])
def test_the_bar_of_an_import_moves_for_whoever_waits(cli: CommandLine, depot_folder: Path, by_url: bool) -> None:
    file = depot_folder / sample.HARDWARE_FILE
    with ExitStack() as terminals:
        with held(cli.server, "*.offline.create$task"):
            shown = terminals.enter_context(screen(cli, "depot", "add", file.as_uri() if by_url else str(file)))
            shown.shows(lambda text: "Import" in text and " 0%" in text, "a bar at its beginning")
            (task,) = cli.answer("task", "ls")
            waiting = terminals.enter_context(screen(cli, "task", "wait", task))
            waiting.shows(lambda text: "Import" in text and " 0%" in text, "the same in another terminal")
        assert (shown.ended(), waiting.ended()) == (0, 0)
        for each in (shown, waiting):
            assert {"0%", "100%"} <= drawn(each, lambda line: "Upload" not in line)
            assert "━" not in each.text, "it is gone at the end"
        assert "SUCCEEDED (100 %)" in waiting.text


def test_the_bar_of_a_sync_moves(cli: CommandLine) -> None:
    with ExitStack() as terminals:
        with held(cli.server, "*.depots.sync$task"):
            shown = terminals.enter_context(screen(cli, "depot", "sync"))
            shown.shows(lambda text: "Sync" in text and " 0%" in text, "a bar at its beginning")
        assert shown.ended() == 0
        assert "100%" in percent(shown.raw.decode())
        assert "━" not in shown.text


def test_the_bars_of_exports_with_and_without_a_server(cli: CommandLine, depot_folder: Path) -> None:
    wanted = {"display_name": "Blades", "base_image": {"version": sample.BASE_8_0_3}}
    (cli.folder / "blades.json").write_text(json.dumps(wanted))
    cli.told("apply", "blades.json")
    with screen(cli, "image", "export", "Blades", "--bundle", "served.zip") as shown:
        assert shown.ended() == 0
        assert "100%" in drawn(shown, lambda line: "served.zip" in line)
        assert shown.text == "wrote served.zip"
    depot = str(depot_folder / sample.BASE_8_0_3_FILE)
    with screen(cli, "export", "blades.json", "--depot", depot, "--bundle", "alone.zip") as shown:
        assert shown.ended() == 0
        pictures = {(done, whole) for done, whole in re.findall(r"([\d.]+)/([\d.]+) kB", shown.raw.decode())}
        assert any(done == whole for done, whole in pictures)
        assert "━" not in shown.text
    assert (cli.folder / "alone.zip").read_bytes() == (cli.folder / "served.zip").read_bytes()


def test_remarks_stand_above_the_bars(cli: CommandLine, depot_folder: Path) -> None:
    known, new = (str(depot_folder / name) for name in (sample.DRIVERS_FILE, sample.HARDWARE_FILE))
    with screen(cli, "depot", "add", known, new) as shown:
        assert shown.ended() == 0
        # Where the lines break depends on how long the paths are.
        text = "".join(shown.text.split())
        assert f"{known}:Thisbundlehasbeenimportedalready" in text
        assert f"addeddepot6:{new}" in text
        assert "%" not in shown.text


def test_ctrl_c_during_an_upload_leaves_no_file_on_the_server(cli: CommandLine) -> None:
    before = blobs(cli.server)
    with screen(cli, "depot", "add", large_file(cli)) as shown:
        shown.shows(lambda text: "Upload large.zip" in text and percent(text), "a bar")
        # Whatever else there is to be sent has to wait now.
        cli.server.process.send_signal(signal.SIGSTOP)
        try:
            shown.press(CTRL_C)
            assert shown.ended() == INTERRUPTED
        finally:
            cli.server.process.send_signal(signal.SIGCONT)
        assert "Traceback" not in shown.text
    eventually("nothing is left of the upload", lambda: blobs(cli.server) == before)
    assert "large.zip" not in str(cli.answer("depot", "ls"))


def test_ctrl_c_when_the_whole_file_is_sent_leaves_none_on_the_server_either(users_data: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(users_data, tmp_path / "data"))
    with serving(data, options=["--no-tls"]) as server:
        cli = CommandLine(server, tmp_path).log_in(ADMINISTRATOR)
        (tmp_path / "small.zip").write_bytes(b"It fits into the buffers between the two.")
        before = blobs(server)
        # It takes what is sent, and answers nothing.
        server.process.send_signal(signal.SIGSTOP)
        try:
            with screen(cli, "depot", "add", "small.zip") as shown:
                shown.shows(lambda text: "100%" in text, "all is sent")
                shown.press(CTRL_C)
                shown.shows(lambda text: "waiting for the server" in text, "why it does not end at once")
                server.process.send_signal(signal.SIGCONT)
                assert shown.ended() == INTERRUPTED
        finally:
            server.process.send_signal(signal.SIGCONT)
        assert cli.answer("task", "ls", "--all") == {} or blobs(server) == before
        eventually("nothing is left of the upload", lambda: blobs(server) == before)


def test_ctrl_c_during_an_import_cancels_it_and_takes_the_upload_away(cli: CommandLine, depot_folder: Path) -> None:
    before, depots = blobs(cli.server), cli.answer("depot", "ls")
    file = str(depot_folder / sample.HARDWARE_FILE)
    with held(cli.server, "*.offline.create$task"), screen(cli, "depot", "add", file) as shown:
        eventually("the import is held", lambda: cli.answer("task", "ls"))
        shown.press(CTRL_C)
        assert shown.ended() == INTERRUPTED
    eventually("the task has ended", lambda: cli.answer("task", "ls") == {})
    assert cli.answer("depot", "ls") == depots
    eventually("nothing is left of the upload", lambda: blobs(cli.server) == before)


def test_ctrl_c_during_a_commit_leaves_neither_draft_nor_image(cli: CommandLine) -> None:
    wanted = {"display_name": "Blades", "base_image": {"version": sample.BASE_8_0_3}}
    (cli.folder / "blades.json").write_text(json.dumps(wanted))
    with held(cli.server, "*.drafts.commit$task"), screen(cli, "apply", "blades.json") as shown:
        eventually("the commit is held", lambda: cli.answer("task", "ls"))
        shown.press(CTRL_C)
        assert shown.ended() == INTERRUPTED
        assert shown.text.endswith("draft 1 was thrown away, and nothing is committed.")
        assert "%" not in shown.text
        assert cli.answer("draft", "ls") == {}
    eventually("the task has ended", lambda: cli.answer("task", "ls") == {})
    assert cli.answer("image", "ls") == []
    assert cli.answer("apply", "blades.json")["change"] == "CREATE"


def test_ctrl_c_while_a_draft_is_being_made_leaves_none(cli: CommandLine) -> None:
    with (
        fault(cli.server, "*.drafts.create", effect="DELAY", milliseconds=3000) as met,
        screen(cli, "draft", "new", "--name", "Blades") as shown,
    ):
        eventually("the server is at it", met)
        shown.press(CTRL_C)
        assert shown.ended() == INTERRUPTED
        assert "was thrown away" in shown.text.replace("\n", " ")
    assert cli.answer("draft", "ls") == {}


def test_a_pipeline_that_runs_out_of_time_leaves_no_draft(cli: CommandLine) -> None:
    wanted = {"display_name": "Blades", "base_image": {"version": sample.BASE_8_0_3}}
    (cli.folder / "blades.json").write_text(json.dumps(wanted))
    with held(cli.server, "*.drafts.commit$task"), screen(cli, "apply", "blades.json") as shown:
        eventually("the commit is held", lambda: cli.answer("task", "ls"))
        shown.process.terminate()
        assert shown.ended() == INTERRUPTED
        assert cli.answer("draft", "ls") == {}


def test_ctrl_c_while_waiting_does_not_end_the_task(cli: CommandLine, depot_folder: Path) -> None:
    file = str(depot_folder / sample.HARDWARE_FILE)
    with held(cli.server, "*.offline.create$task"), screen(cli, "depot", "add", file):
        eventually("the import is held", lambda: cli.answer("task", "ls"))
        (task,) = cli.answer("task", "ls")
        with screen(cli, "task", "wait", task) as shown:
            shown.shows(lambda text: "Import" in text or task[:8] in text, "a bar")
            shown.press(CTRL_C)
            assert shown.ended() == INTERRUPTED
        assert list(cli.answer("task", "ls")) == [task]


@pytest.mark.parametrize("module", ["imagewright.cli.commands", "typer.main"])
def test_ctrl_c_while_the_program_is_loaded_is_no_traceback(module: str, tmp_path: Path) -> None:
    """Whichever part is being loaded just then."""
    program = (
        "import signal, sys, os\n"
        "class Typist:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Typist())\n"
        "from imagewright.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (INTERRUPTED, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_export_without_a_server_that_is_ended_leaves_no_file(
    number: signal.Signals, depot_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "blades.json").write_text(json.dumps({"base_image": {"version": sample.BASE_8_0_3}}))
    (tmp_path / "out").mkdir()
    words = ["export", "blades.json", "--depot", str(depot_folder / sample.BASE_8_0_3_FILE), "--bundle", "out/b.zip"]
    program = (
        "import os, signal, sys\n"
        "from imagewright.cli import export_files\n"
        "write = export_files.write_bundle\n"
        "def ended(sink, *others):\n"
        "    sink.write(b'half'); sink.flush()\n"
        f"    os.kill(os.getpid(), {int(number)})\n"
        "    write(sink, *others)\n"
        "export_files.write_bundle = ended\n"
        "from imagewright.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == INTERRUPTED, done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_a_certificate_is_asked_about_once(cli: CommandLine) -> None:
    cli.told("logout")
    words = ("login", cli.server.url, "--user", ALICE.name)
    with screen(cli, *words) as shown:
        shown.shows(lambda text: "Is this the server that you mean" in text, "the question")
        assert re.search("([0-9A-F]{2}:){20}", shown.text.replace("\n", ""))
        shown.press("n\n")
        assert shown.ended() == 4
    with screen(cli, *words) as shown:
        shown.shows(lambda text: "Is this the server that you mean" in text, "the question")
        shown.press("y\n")
        # What is typed before the last blank of the question is thrown away.
        shown.shows(lambda _: shown.raw.endswith(b"Password: "), "the next question")
        shown.press(f"{ALICE.password}\n")
        assert shown.ended() == 0
        assert ALICE.password not in shown.text
    assert cli.answer("task", "ls") == {}


def test_the_help_comes_quickly(tmp_path: Path) -> None:
    before = processor_time_of_children()
    done = run_command("--help", folder=tmp_path)
    took = processor_time_of_children() - before
    assert "--install-completion" in done.stdout
    assert took < 0.5, f"{took:.2f} s of the processor"


def processor_time_of_children() -> float:
    """Seconds that the processes have taken that this one has started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_shell_can_complete(tmp_path: Path) -> None:
    completed = run_command(
        folder=tmp_path, _IMAGEWRIGHT_COMPLETE="complete_bash", COMP_WORDS="imagewright dra", COMP_CWORD="1"
    )
    assert completed.stdout.split() == ["draft"]


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
def test_bash_completes_with_what_the_program_gives_it(tmp_path: Path) -> None:
    (tmp_path / "completion.sh").write_text(run_command(folder=tmp_path, _IMAGEWRIGHT_COMPLETE="source_bash").stdout)
    script = (
        "source completion.sh; COMP_WORDS=(imagewright image ex); COMP_CWORD=2\n"
        "$(complete -p imagewright | sed 's/.*-F \\([^ ]*\\) .*/\\1/') imagewright ex image\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    path = os.pathsep.join([str(Path(COMMAND).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=tmp_path, env={"PATH": path}, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("export\n", "")

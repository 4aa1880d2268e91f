"""The samples of the README, as they are printed, against a server of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from server_process import ADMINISTRATOR, ServerProcess, surroundings
from wire_clients import DRAFTS, Rest, connection, login

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
PATIENCE = 60


def printed(language: str, server: ServerProcess) -> str:
    """The sample in this language, with our server and its certificate in place of the reader's."""
    found = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert len(found) == 1
    return str(found[0]).replace("127.0.0.1:8443", server.host).replace("data/tls/cert.pem", str(server.certificate))


@pytest.fixture
def administrator(server: ServerProcess) -> Iterator[Rest]:
    """The administrator, who has no draft at the beginning."""
    with connection(server) as http:
        rest = Rest(http, login(http, ADMINISTRATOR))
        for draft in rest.result("GET", DRAFTS, 200):
            rest.result("DELETE", f"{DRAFTS}/{draft}", 204)
        yield rest


def test_with_the_official_sdk(server: ServerProcess, administrator: Rest, tmp_path: Path) -> None:
    sample = f"PASSWORD = {ADMINISTRATOR.password!r}\n{printed('python', server)}\nprint(draft)\n"
    done = _run([sys.executable, "-c", sample], tmp_path)
    assert administrator.result("GET", DRAFTS, 200).keys() == {done.strip()}


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_with_curl(server: ServerProcess, administrator: Rest, tmp_path: Path) -> None:
    # What a reader types at the prompt of curl is part of the user here.
    with_password = f"'{ADMINISTRATOR.name}:{ADMINISTRATOR.password}'"
    sample = printed("sh", server).replace(f"-u {ADMINISTRATOR.name}", f"-u {with_password}")
    task, draft = re.findall(r'"([^"]+)"', _run(["sh", "-euc", sample], tmp_path))
    assert administrator.wait(task)["service"] == "com.vmware.esx.settings.depots.offline"
    assert administrator.result("GET", DRAFTS, 200).keys() == {draft}


def _run(words: list[str], folder: Path) -> str:
    done = subprocess.run(
        words, cwd=folder, env=surroundings(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout

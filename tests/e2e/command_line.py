"""`imagewright` as somebody runs it who is logged in to a server."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from server_process import Account, ServerProcess, surroundings

from imagewright.cli.main import main


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Commands of one user, with a home and a working folder of their own."""

    server: ServerProcess
    folder: Path

    def run(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end: in this process, because starting one takes longer than most commands do."""
        output, errors = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(self.folder),
            mock.patch.dict(os.environ, self.environment(**settings), clear=True),
            mock.patch.object(sys, "argv", ["imagewright", *words]),
            mock.patch.object(sys, "stdin", io.StringIO()),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors),
        ):
            try:
                main()
                code = 0
            except SystemExit as ended:
                code = int(ended.code or 0)
        return subprocess.CompletedProcess(words, code, output.getvalue(), errors.getvalue())

    def environment(self, **settings: str) -> dict[str, str]:
        """The environment that commands have."""
        return surroundings(**({"XDG_CONFIG_HOME": str(self.config)} | settings))

    @property
    def config(self) -> Path:
        return self.folder / "config"

    def log_in(self, account: Account) -> CommandLine:
        """Logs in, trusting the certificate of the server."""
        words = ("login", self.server.url, "--user", account.name)
        trust = ("--ca", str(self.server.certificate)) if self.server.url.startswith("https") else ()
        done = self.run(*words, *trust, IMAGEWRIGHT_PASSWORD=account.password)
        assert (done.returncode, done.stdout) == (0, f"logged in to {self.server.url} as {account.name}\n"), done.stderr
        return self

    def told(self, *words: str, **settings: str) -> str:
        """What a command writes that must go well, for people: at most 80 columns, but for paths of ours."""
        done = self.run(*words, **settings)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "\x1b" not in done.stdout + done.stderr, "colours where there is no terminal"
        assert all(len(line) <= 80 for line in done.stdout.splitlines() if "/" not in line), done.stdout
        return done.stdout

    def answer(self, *words: str) -> Any:
        """What a command answers that must go well, for scripts."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def refused(self, code: int, *words: str, **settings: str) -> str:
        """What a command says that must end with this exit code; nothing of it is a result. A frame is left out."""
        done = self.run(*words, **settings)
        assert done.returncode == code, f"{done.returncode}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        return " ".join(done.stderr.replace("│", " ").split())

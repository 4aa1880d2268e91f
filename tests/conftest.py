"""What holds for every run: where tests write, that Ctrl-C is heard, and which tests another database is for."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")
ENOUGH = 2 << 30
"""Free bytes: several times of what tests have written at one moment, for all workers together."""

# Thousands of databases are made and hundreds of processes killed, and nothing of it has to survive a power cut: on a
# disk, half of the time goes by waiting for it.
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# What is started in the background by a script inherits that Ctrl-C is ignored, and would hand it on to every command
# that is tried here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

DATABASE_OF_THE_RUN = {"new_database", "new_place"}
"""The fixtures that give one."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On another database than SQLite only what asks for a database is run: all else would be the same once more."""
    if os.environ.get("TEST_DATABASE", "sqlite") != "sqlite":
        asking, others = list[pytest.Item](), list[pytest.Item]()
        for each in items:
            (others if DATABASE_OF_THE_RUN.isdisjoint(getattr(each, "fixturenames", ())) else asking).append(each)
        config.hook.pytest_deselected(items=others)
        items[:] = asking

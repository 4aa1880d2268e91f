"""What holds for every run: where tests write, and that Ctrl-C is heard."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path

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

"""The official SDK calls every repository operation and reads every answer, in its newest version and in 9.0."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from server_process import ALICE, PATIENCE, ServerProcess, surroundings

from imagewright.cli import sample_depot as sample
from imagewright.contract import registry

SCRIPT = Path(__file__).with_name("sdk_every_operation.py")
BUILD = Path(__file__).parents[2] / "build"
QUICKLY = ("--quiet", "--disable-pip-version-check", "--no-compile", "--retries", "1", "--timeout", "15")
OLD_SDK = "vmware-vcenter==9.0.0.0"
"""The part of the SDK that has these operations.

It does not know of `image_hash` and `skip_reserved_vibs_export`, which came with 9.1.
"""
ITS_SETUPTOOLS = "setuptools<70"
"""It uses `pkg_resources`, which newer ones warn of, and then no longer have."""


def _calls_every_operation(python: Path, server: ServerProcess) -> None:
    what = {
        "host": server.host,
        "certificate": str(server.certificate),
        "user": ALICE.name,
        "password": ALICE.password,
        "base_image": sample.BASE_9_1_0,
        "add_on": [sample.BETA, sample.BETA_VERSION],
        "component": [sample.NET_DRIVER, sample.NET_DRIVER_GOOD],
        "removable": "VMware-vmkata",
    }
    done = subprocess.run(
        [str(python), "-W", "error", "-W", "ignore::DeprecationWarning", str(SCRIPT)],
        input=json.dumps(what), env=surroundings(), capture_output=True, text=True, timeout=3 * PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    prefix = "com.vmware.esx.settings.repository."
    declared = {each.key for each in registry.operations if each.service.startswith(prefix)}
    assert len(declared) == 62
    assert declared <= set(json.loads(done.stdout))


def test_with_the_newest_sdk(stocked_server: ServerProcess) -> None:
    _calls_every_operation(Path(sys.executable), stocked_server)


@pytest.fixture(scope="session")
def old_python() -> Path:
    """A Python with the old SDK and nothing else. Made once; it stays under build/."""
    folder = BUILD / "sdk-9.0"
    ready, python = folder / "ready", folder / "bin" / "python"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
        install = [sys.executable, "-m", "pip", "--python", str(python), "install", *QUICKLY, OLD_SDK, ITS_SETUPTOOLS]
        done = subprocess.run(install, capture_output=True, text=True, timeout=110)
        if done.returncode:
            pytest.skip(f"{OLD_SDK} cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
        ready.write_text(OLD_SDK)
    return python


def test_with_the_sdk_of_9_0(stocked_server: ServerProcess, old_python: Path) -> None:
    _calls_every_operation(old_python, stocked_server)

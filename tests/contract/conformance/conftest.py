"""One server with everything in it for the whole suite (one for each worker of a parallel run)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
sys.path[:0] = [str(TESTS / folder) for folder in ("e2e", "contract") if str(TESTS / folder) not in sys.path]

from repository_site import WRITER, Site  # noqa: E402
from server_process import ADMINISTRATOR, ALICE, BOB, VICTOR, add_user, allowing, serving  # noqa: E402
from wire_clients import OFFLINE, connection, rest_session  # noqa: E402

from imagewright.cli import sample_depot as sample  # noqa: E402

WRITE = "VcIntegrity.lifecycleSoftwareSpecification.Write"
USERS = {
    ADMINISTRATOR: ("--role", "administrator"),
    ALICE: ("--role", "editor"),
    BOB: ("--role", "editor"),
    VICTOR: ("--role", "viewer"),
    WRITER: ("--privilege", WRITE),
}
DEPOTS = (sample.BASE_8_0_3_FILE, sample.BASE_9_1_0_FILE, sample.ALPHA_FILE, sample.HARDWARE_FILE, sample.DRIVERS_FILE)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that answers with faults on demand, with the sample depots and a library."""
    data = tmp_path_factory.mktemp("conformance") / "data"
    depots = data.parent / "depots"
    sample.write_sample_depots(depots)
    first, *others = USERS.items()
    add_user(data, first[0], *first[1])
    # Each is a process of its own, which takes a while to start.
    with ThreadPoolExecutor(len(others)) as pool:
        list(pool.map(lambda each: add_user(data, each[0], *each[1]), others))
    with ExitStack() as stack:
        server = stack.enter_context(serving(data, ["--allow-faults"], allowing(depots)))
        with rest_session(server, ADMINISTRATOR) as administrator:
            for name in DEPOTS:
                spec = {"source_type": "PULL", "location": (depots / name).as_uri()}
                task = administrator.task("POST", OFFLINE, params={"vmw-task": "true"}, json=spec)
                assert task["status"] == "SUCCEEDED", task
        yield Site(server, stack.enter_context(connection(server)), stack)

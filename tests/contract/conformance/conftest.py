"""One server with everything in it for the whole suite (one for each worker of a parallel run)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
sys.path[:0] = [str(TESTS / folder) for folder in ("e2e", "contract") if str(TESTS / folder) not in sys.path]

from quick_hashes import quick_hash  # noqa: E402
from repository_site import SYSTEM_INDEX, WRITER, Site, unpack_online_depots  # noqa: E402
from server_process import ADMINISTRATOR, ALICE, BOB, VICTOR, allowing, serving  # noqa: E402
from shared_servers import *  # noqa: E402, F403 - fixtures
from shared_servers import NewDatabase  # noqa: E402
from wire_clients import connection  # noqa: E402

from imagewright.app.ports import User  # noqa: E402
from imagewright.app.privileges import Role  # noqa: E402
from imagewright.bootstrap import utc_now  # noqa: E402
from imagewright.cli import sample_depot as sample  # noqa: E402
from imagewright.storage.database import open_storage  # noqa: E402

OWN = {WRITER: frozenset({"VcIntegrity.lifecycleSoftwareSpecification.Write"})}
USERS = {
    ADMINISTRATOR: Role.ADMINISTRATOR,
    ALICE: Role.EDITOR,
    BOB: Role.EDITOR,
    VICTOR: Role.VIEWER,
    WRITER: "",
}
"""The role of each; one has a set of his own."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> Iterator[Site]:
    """A server that answers with faults on demand, with the sample depots and a library."""
    data = tmp_path_factory.mktemp("conformance") / "data"
    depots = data.parent / "depots"
    data.mkdir()
    sample.write_sample_depots(depots)
    unpack_online_depots(depots)
    settings = allowing(depots) | {"IMAGEWRIGHT_SYSTEM_DEPOTS": (depots / SYSTEM_INDEX).as_uri()}
    with ExitStack() as stack:
        url = stack.enter_context(new_database(data))
        _add_users(url)
        server = stack.enter_context(serving(data, ["--allow-faults", "--database", url], settings))
        yield Site(server, depots, stack.enter_context(connection(server)), stack)


def _add_users(database: str) -> None:
    """What `imagewright user add` does, without a process for each."""
    with closing(open_storage(database)) as storage, storage.write() as uow:
        for account, role in USERS.items():
            uow.users.add(
                User(account.name, quick_hash(account.password), role, utc_now(), OWN.get(account, frozenset()))
            )

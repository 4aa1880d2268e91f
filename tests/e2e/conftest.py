"""Data folders with users and depots, made once; servers on copies of them, one for each module."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from quick_hashes import quick_hash
from server_process import (
    ADMINISTRATOR,
    ALICE,
    BOB,
    ROLES,
    VICTOR,
    ServerProcess,
    allowing,
    cold_starts,
    eventually,
    serving,
)
from stock import IMPORTED, delete_all_drafts
from wire_clients import DRAFTS, OFFLINE, SOFTWARE, Rest, connection, login, rest_session

from imagewright.app.ports import User
from imagewright.app.privileges import Role
from imagewright.bootstrap import open_data, utc_now
from imagewright.cli import sample_depot as sample
from imagewright.settings import Settings


@pytest.fixture
def started_cold() -> Iterator[None]:
    """The servers and commands of a test are started by an interpreter of their own, as users start them."""
    with cold_starts():
        yield


@pytest.fixture(scope="session")
def depot_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample depots as files."""
    folder = tmp_path_factory.mktemp("depots")
    sample.write_sample_depots(folder)
    return folder


@pytest.fixture(scope="session")
def users_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a user of each role and no content. Not to be changed."""
    data = tmp_path_factory.mktemp("users") / "data"
    # What `imagewright user add` does, without a process for each.
    with closing(open_data(Settings(data=data))) as storage, storage.write() as uow:
        for account, role in ROLES.items():
            uow.users.add(User(account.name, quick_hash(account.password), Role(role), utc_now()))
    return data


@pytest.fixture(scope="session")
def stocked_data(users_data: Path, depot_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with users, base images, add-ons and drivers. Not to be changed."""
    data = tmp_path_factory.mktemp("stocked") / "data"
    shutil.copytree(users_data, data)
    with serving(data, settings=allowing(depot_folder)) as server, rest_session(server, ADMINISTRATOR) as administrator:
        for name in IMPORTED:
            spec = {"source_type": "PULL", "location": (depot_folder / name).as_uri(), "description": name}
            task = administrator.task("POST", OFFLINE, params={"vmw-task": "true"}, json=spec)
            assert task["status"] == "SUCCEEDED", task
    return data


@pytest.fixture
def fresh_users(users_data: Path, tmp_path: Path) -> Path:
    """A copy of the data folder with users, for one test alone."""
    return Path(shutil.copytree(users_data, tmp_path / "data"))


@pytest.fixture
def fresh_stock(stocked_data: Path, tmp_path: Path) -> Path:
    """A copy of the data folder with depots, for one test alone."""
    return Path(shutil.copytree(stocked_data, tmp_path / "data"))


@pytest.fixture(scope="module")
def server(users_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with users and no content, for one module."""
    data = Path(shutil.copytree(users_data, tmp_path_factory.mktemp("server") / "data"))
    with serving(data) as running:
        yield running


@pytest.fixture(scope="module")
def stocked_server(
    stocked_data: Path, depot_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """A server with base images, add-ons and drivers, for one module."""
    data = Path(shutil.copytree(stocked_data, tmp_path_factory.mktemp("stocked-server") / "data"))
    with serving(data, settings=allowing(depot_folder)) as running:
        yield running


@pytest.fixture(scope="module")
def http(server: ServerProcess) -> Iterator[httpx.Client]:
    """HTTP to the module's server, as nobody."""
    with connection(server) as client:
        yield client


@pytest.fixture(scope="module")
def tokens(http: httpx.Client) -> dict[str, str]:
    """A session of each user, by the first part of the name."""
    return {account.name.partition("@")[0]: login(http, account) for account in (ADMINISTRATOR, ALICE, BOB, VICTOR)}


@pytest.fixture
def user(http: httpx.Client, tokens: dict[str, str]) -> Iterator[Callable[[str], Rest]]:
    """REST as "alice", "bob", "victor" or "administrator" on the module's server. No draft is left at the end."""
    yield lambda name: Rest(http, tokens[name])
    delete_all_drafts(Rest(http, tokens["administrator"]))


@pytest.fixture
def nothing_changes(server: ServerProcess, user: Callable[[str], Rest]) -> Iterator[set[str]]:
    """What the server has is the same before and after a test, also on its disk.

    A test adds to the set the SHA-256 of what it uploads, because that is kept.
    """
    everything, files, kept = _everything(user("alice")), _blobs(server), set[str]()
    yield kept
    assert _everything(user("alice")) == everything
    eventually("no other file is left behind", lambda: _blobs(server) - kept == files - kept)


def _everything(rest: Rest) -> list[Any]:
    content = ("base-images", "add-ons", "components")
    return [
        rest.result("GET", path, 200)
        for path in (DRAFTS, SOFTWARE, OFFLINE, *(f"/esx/settings/depot-content/{each}" for each in content))
    ]


def _blobs(server: ServerProcess) -> set[str]:
    return {path.name for path in (server.data / "blobs").rglob("*") if path.is_file()}

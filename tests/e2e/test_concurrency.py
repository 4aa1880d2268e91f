"""Many at the same moment, on several processes: nobody's change is lost, none is applied by half."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import pytest
from server_process import ALICE, BOB, Account, ServerProcess, serving
from wire_clients import DRAFTS, SOFTWARE, Rest, connection, login

from imagewright.cli import sample_depot as sample

Outcome = TypeVar("Outcome")
COMMIT = {"action": "commit", "vmw-task": "true"}
ROUNDS = 8


@pytest.fixture(scope="module")
def server(stocked_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Two processes that serve one port and share a database."""
    data = Path(shutil.copytree(stocked_data, tmp_path_factory.mktemp("two") / "data"))
    with serving(data, ["--workers", "2", "--no-tls"]) as running:
        yield running


def together(server: ServerProcess, accounts: list[Account], do: Callable[[Rest, int], Outcome]) -> list[Outcome]:
    """Has each of these people do something at the same moment, over a connection and in a session of his own."""
    start = Barrier(len(accounts))

    def one(number: int) -> Outcome:
        with connection(server) as http:
            rest = Rest(http, login(http, accounts[number]))
            start.wait()
            return do(rest, number)

    with ThreadPoolExecutor(len(accounts)) as pool:
        return list(pool.map(one, range(len(accounts))))


@pytest.fixture
def alice(server: ServerProcess) -> Iterator[Rest]:
    with connection(server) as http:
        yield Rest(http, login(http, ALICE))


@pytest.fixture
def draft(alice: Rest) -> str:
    """A new draft of Alice with a base image."""
    made = alice.result("POST", DRAFTS, 201, json={"delete_existing_draft": True})
    alice.result("PUT", f"{DRAFTS}/{made}/base-image", 204, json={"version": sample.BASE_8_0_3})
    return str(made)


def test_of_many_who_create_one_has_a_draft(server: ServerProcess, alice: Rest) -> None:
    for _ in range(ROUNDS):
        for each in alice.result("GET", DRAFTS, 200):
            alice.result("DELETE", f"{DRAFTS}/{each}", 204)
        answers = together(server, [ALICE] * 6, lambda rest, _: rest.request("POST", DRAFTS))
        made = [each.json() for each in answers if each.status_code == 201]
        assert len(made) == 1
        assert alice.result("GET", DRAFTS, 200).keys() == set(made)
        refused = [each.json() for each in answers if each.status_code != 201]
        assert {each["error_type"] for each in refused} == {"ALREADY_EXISTS"}


def test_while_somebody_writes_for_long_edits_wait_and_reads_do_not(
    server: ServerProcess, alice: Rest, draft: str
) -> None:
    path, file = f"{DRAFTS}/{draft}/display-name", server.data / "imagewright.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other, connection(server) as http:
        elsewhere = Rest(http, login(http, ALICE))
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(1) as pool:
            edit = pool.submit(elsewhere.result, "PUT", path, 204, json={"display_name": "at last"})
            try:
                for _ in range(20):
                    alice.refused("GET", path, 404, "NOT_FOUND")
                assert not edit.done()
            finally:
                other.execute("COMMIT")
            edit.result()
    assert alice.result("GET", path, 200) == {"display_name": "at last"}


def test_edits_of_different_parts_all_stand(server: ServerProcess, alice: Rest, draft: str) -> None:
    parts = {
        "display-name": {"display_name": "of many hands"},
        "add-on": {"name": sample.ALPHA, "version": sample.ALPHA_NEW},
        f"components/{sample.NET_DRIVER}": sample.NET_DRIVER_GOOD,
        f"components/{sample.STORAGE_DRIVER}": sample.STORAGE_DRIVER_VERSION,
        "removed-components/Broadcom-ELX-lpfc": None,
    }
    paths = list(parts)

    def edit(rest: Rest, number: int) -> int:
        body = parts[paths[number]]
        return rest.request("PUT", f"{DRAFTS}/{draft}/{paths[number]}", **({"json": body} if body else {})).status_code

    assert together(server, [ALICE] * len(parts), edit) == [204] * len(parts)
    assert alice.result("GET", f"{DRAFTS}/{draft}/display-name", 200) == {"display_name": "of many hands"}
    assert alice.result("GET", f"{DRAFTS}/{draft}/add-on", 200)["name"] == sample.ALPHA
    assert alice.result("GET", f"{DRAFTS}/{draft}/components", 200).keys() == {sample.NET_DRIVER, sample.STORAGE_DRIVER}
    assert alice.result("GET", f"{DRAFTS}/{draft}/removed-components", 200).keys() == {"Broadcom-ELX-lpfc"}


def test_of_edits_of_one_part_one_stands_as_a_whole(server: ServerProcess, alice: Rest, draft: str) -> None:
    """Each sets all of a set of components to a version of its own; no mixture is ever seen."""
    names = [f"Component-{number}" for number in range(20)]

    def edit(rest: Rest, number: int) -> int:
        wanted = {"components_to_set": dict.fromkeys(names, f"1.0-{number}")}
        return rest.request("PATCH", f"{DRAFTS}/{draft}/components", json=wanted).status_code

    def look(rest: Rest) -> set[str]:
        seen = rest.result("GET", f"{DRAFTS}/{draft}/components", 200)
        return {each["version"] for each in seen.values()}

    for _ in range(ROUNDS):
        statuses = together(
            server, [ALICE] * 6, lambda rest, number: edit(rest, number) if number else [look(rest) for _ in range(10)]
        )
        seen, *edits = statuses
        assert edits == [204] * 5
        assert isinstance(seen, list)
        assert all(len(versions) <= 1 for versions in seen)
        assert len(look(alice)) == 1


def test_of_two_commits_of_one_specification_one_wins(server: ServerProcess, alice: Rest, draft: str) -> None:
    alice.result("PUT", f"{DRAFTS}/{draft}/display-name", 204, json={"display_name": "contested"})
    spec = alice.task("POST", f"{DRAFTS}/{draft}", params=COMMIT, json={})["result"]

    def edit(rest: Rest, number: int) -> str:
        wanted = {"delete_existing_draft": True}
        made = rest.result("POST", f"{SOFTWARE}/{spec}", 200, params={"action": "edit"}, json=wanted)
        rest.result("PUT", f"{DRAFTS}/{made}/display-name", 204, json={"display_name": f"by {number}"})
        return str(made)

    for winners in range(1, ROUNDS):
        drafts = together(server, [ALICE, BOB], edit)

        def commit(rest: Rest, number: int, drafts: list[str] = drafts) -> dict[str, Any]:
            return rest.task("POST", f"{DRAFTS}/{drafts[number]}", params=COMMIT, json={})

        tasks = together(server, [ALICE, BOB], commit)
        assert sorted(each["status"] for each in tasks) == ["FAILED", "SUCCEEDED"]
        won = next(number for number, each in enumerate(tasks) if each["status"] == "SUCCEEDED")
        _who_lost_is_told(tasks[1 - won], [ALICE, BOB][won])
        assert alice.result("GET", f"{SOFTWARE}/{spec}", 200)["display_name"] == f"by {won}"
        assert alice.result("GET", f"{DRAFTS}/{drafts[1 - won]}", 200)["metadata"]["status"] == "INVALID"
        assert _versions(alice, spec) == 1 + winners


def _who_lost_is_told(task: dict[str, Any], winner: Account) -> None:
    assert task["error"]["error_type"] == "INVALID_ARGUMENT"
    assert winner.name in task["error"]["messages"][0]["default_message"]


def _versions(rest: Rest, spec: str) -> int:
    headers = {"vmware-api-session-id": str(rest.token)}
    return len(rest.http.get(f"/imagewright/v1/software/{spec}/versions", headers=headers).json())

"""Several processes that serve one port, and workers that do the tasks of a server."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from server_process import ALICE, COMMAND, PATIENCE, ServerProcess, eventually, run_command, serving, surroundings
from wire_clients import DRAFTS, Rest, connection, login

pytestmark = pytest.mark.usefixtures("started_cold")

THREE = ["--workers", "3"]
VALIDATE = {"action": "validate", "vmw-task": "true"}


def children_of(server: ServerProcess) -> list[psutil.Process]:
    return psutil.Process(server.process.pid).children()


def test_a_session_and_a_draft_are_the_same_in_every_process(fresh_users: Path) -> None:
    with serving(fresh_users, THREE) as server:
        assert server.output.seen.count("ready") == 1
        answered: set[int] = set()
        with connection(server) as http:
            alice = Rest(http, login(http, ALICE))
            draft = alice.result("POST", DRAFTS, 201)

        def asked() -> bool:
            # Connections that are open at the same time are shared out among the processes.
            with connection(server) as one, connection(server) as two, connection(server) as three:
                for http in (one, two, three):
                    assert draft in Rest(http, alice.token).result("GET", DRAFTS, 200)
                answered.update(each.pid for each in children_of(server) if _serves(each, server))
            return len(answered) == 3

        eventually("every process has answered", asked)


def _serves(process: psutil.Process, server: ServerProcess) -> bool:
    port = int(server.host.rpartition(":")[2])
    return any(each.laddr.port == port and each.status == "ESTABLISHED" for each in process.net_connections("tcp"))


def test_a_process_that_dies_is_replaced_and_loses_nothing(fresh_users: Path) -> None:
    with serving(fresh_users, THREE) as server:
        with connection(server) as http:
            alice = Rest(http, login(http, ALICE))
            draft = alice.result("POST", DRAFTS, 201)
        before = children_of(server)
        before[0].kill()
        with connection(server) as http:
            assert draft in Rest(http, alice.token).result("GET", DRAFTS, 200)
        eventually("another one runs", lambda: len(_running(server)) == 3 and before[0] not in children_of(server))
        with connection(server) as http:
            assert draft in Rest(http, alice.token).result("GET", DRAFTS, 200)


def _running(server: ServerProcess) -> list[psutil.Process]:
    return [each for each in children_of(server) if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_all_end_when_the_first_is_told_to(fresh_users: Path, asked: signal.Signals) -> None:
    server = ServerProcess(fresh_users, THREE).ready()
    children = children_of(server)
    assert len(children) == 3
    server.process.send_signal(asked)
    assert server.ended() == 0
    assert not any(each.is_running() for each in children)


def test_processes_that_cannot_start_say_so_and_end(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    signers = tmp_path / "signers.pem"
    signers.write_text("no certificate")
    server = ServerProcess(data, THREE, {"IMAGEWRIGHT_TRUSTED_SIGNERS": str(signers)})
    assert server.log.first("before it was ready")
    assert server.ended() == 1


def test_rules_for_faults_are_for_one_process(tmp_path: Path) -> None:
    done = run_command("serve", *THREE, "--allow-faults", "--listen", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 2
    assert "workers must be 1" in done.stderr


@contextmanager
def worker(data: Path) -> Iterator[subprocess.Popen[str]]:
    """`imagewright worker` on a data folder, when it is ready."""
    words = [COMMAND, "worker", "--data", str(data)]
    with subprocess.Popen(
        words, cwd=data.parent, env=surroundings(IMAGEWRIGHT_TASK_LEASE="2"), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


def test_a_worker_does_what_the_server_leaves_to_it(fresh_users: Path) -> None:
    with serving(fresh_users, settings={"IMAGEWRIGHT_TASK_THREADS": "0"}) as server, connection(server) as http:
        alice = Rest(http, login(http, ALICE))
        draft = alice.result("POST", DRAFTS, 201)
        task = alice.result("POST", f"{DRAFTS}/{draft}", 202, params=VALIDATE)
        assert alice.result("GET", f"/cis/tasks/{task}", 200)["status"] == "RUNNING"
        with worker(fresh_users) as process:
            assert alice.wait(task)["status"] == "SUCCEEDED"
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
        task = alice.result("POST", f"{DRAFTS}/{draft}", 202, params=VALIDATE)
        with worker(fresh_users), worker(fresh_users):
            assert alice.wait(task)["status"] == "SUCCEEDED"


def test_a_worker_without_threads_is_a_mistake(tmp_path: Path) -> None:
    done = run_command("worker", "--threads", "0", folder=tmp_path)
    assert done.returncode == 2
    assert "at least one task" in done.stderr

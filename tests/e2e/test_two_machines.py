"""A server and a worker with nothing in common but a PostgreSQL database and a bucket, as on two machines."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from postgresql_server import PostgresqlServer
from s3_server import S3Server
from server_process import ADMINISTRATOR, COMMAND, PATIENCE, run_command, serving, surroundings
from shared_servers import *  # noqa: F403 - fixtures
from wire_clients import OFFLINE, Rest, connection, login

from imagewright.cli import sample_depot as sample


@pytest.fixture
def shared(tmp_path: Path, postgresql_server: PostgresqlServer, s3_server: S3Server) -> Iterator[dict[str, str]]:
    """The settings that both have."""
    with postgresql_server.new_database() as url:
        yield {"IMAGEWRIGHT_DATABASE": url} | s3_server.settings(f"machines/{tmp_path.name}")


@contextmanager
def working(data: Path, settings: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(
        [COMMAND, "worker", "--data", str(data)], cwd=data.parent, env=surroundings(**settings), stdout=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_one_machine_takes_another_works_on(tmp_path: Path, depot_folder: Path, shared: dict[str, str]) -> None:
    here, there = tmp_path / "here" / "data", tmp_path / "there" / "data"
    for each in (here, there):
        each.parent.mkdir()
    with (
        serving(here, settings=shared | {"IMAGEWRIGHT_TASK_THREADS": "0"}) as server,
        working(there, shared),
        connection(server) as http,
    ):
        token = login(http, ADMINISTRATOR)
        rest = Rest(http, token)
        content = (depot_folder / sample.DRIVERS_FILE).read_bytes()
        answer = http.post("/vum-fileupload", files={"file": content}, headers={"vmware-api-session-id": token})
        spec = {"source_type": "PUSH", "file_id": answer.json()}
        task = rest.task("POST", OFFLINE, params={"vmw-task": "true"}, json=spec)
        assert task["status"] == "SUCCEEDED", task
        assert rest.result("GET", "/esx/settings/depot-content/components", 200)
    assert files(here) == {"tls/cert.pem", "tls/key.pem"}
    assert files(there) == set()
    checked = run_command("fsck", "--deep", "--data", str(there), folder=tmp_path, **shared)
    assert (checked.returncode, "no faults" in checked.stdout) == (0, True), checked.stdout

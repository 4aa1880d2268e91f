"""A database, a bucket and a disk that are away, in trouble or full: 503, or a FAILED task with the cause; then all is
well without a restart."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from draft_creation import DIALECTS, refused
from official_sdk import Drafts, create_session_security_context, errors, with_security
from postgresql_proxy import before_postgresql
from postgresql_server import PostgresqlServer, postgresql
from s3_server import ACCESS_KEY, SECRET_KEY, S3Server, before
from server_process import ADMINISTRATOR, ALICE, ServerProcess, allowing, eventually, run_command, serving
from shared_servers import *  # noqa: F403 - fixtures
from wire_clients import DRAFTS, OFFLINE, Rest, connection, login

from imagewright.cli import sample_depot as sample
from imagewright.formats.depot_writer import write_depot
from imagewright.formats.vib import write_vib
from imagewright.model.content import DepotContent, MetadataBundle, Payload, Platform, Vib

SHORT_WAIT = {"IMAGEWRIGHT_DATABASE_TIMEOUT": "2"}
TASK = {"vmw-task": "true"}


@pytest.fixture
def database(fresh_users: Path) -> Iterator[tuple[PostgresqlServer, str]]:
    """A PostgreSQL server for one test alone, with the users."""
    with postgresql() as server, server.new_database() as url:
        copied = run_command("db", "copy", f"sqlite:///{fresh_users / 'imagewright.db'}", url, folder=fresh_users)
        assert copied.returncode == 0, copied.stderr
        yield server, url


def refused_everywhere(server: ServerProcess, http: httpx.Client, token: str) -> None:
    """Reads and writes are answered with SERVICE_UNAVAILABLE, in both dialects and through the SDK."""
    for dialect in DIALECTS:
        text = refused(dialect(http).create(token, delete_existing=True), "SERVICE_UNAVAILABLE").text
        assert "Nothing was changed; try again" in text
    Rest(http, token).refused("GET", DRAFTS, 503, "SERVICE_UNAVAILABLE")
    with with_security(server, create_session_security_context(token)) as sdk, pytest.raises(errors.ServiceUnavailable):
        Drafts(sdk).list()


def upload(http: httpx.Client, token: str, content: bytes) -> httpx.Response:
    return http.post("/vum-fileupload", files={"file": content}, headers={"vmware-api-session-id": token})


def imported(alice: Rest, bundle: Path) -> dict[str, Any]:
    """The end of the task that imports a bundle."""
    task: dict[str, Any] = alice.task(
        "POST", OFFLINE, params=TASK, json={"source_type": "PULL", "location": bundle.as_uri()}
    )
    return task


def failed_for_want_of_storage(task: dict[str, Any]) -> str:
    """What the task says about it."""
    assert (task["status"], task["error"]["error_type"]) == ("FAILED", "SERVICE_UNAVAILABLE"), task
    return str(task["error"]["messages"][0]["default_message"])


def test_while_postgresql_is_away(fresh_users: Path, database: tuple[PostgresqlServer, str]) -> None:
    server_of_database, url = database
    with serving(fresh_users, ["--database", url], SHORT_WAIT) as server, connection(server) as http:
        token = login(http, ALICE)
        draft = Rest(http, token).result("POST", DRAFTS, 201)
        server_of_database.stop()
        refused_everywhere(server, http, token)
        Rest(http).refused("GET", "/no/such/path", 404, "OPERATION_NOT_FOUND")
        server_of_database.start()
        assert Rest(http, token).result("GET", DRAFTS, 200).keys() == {draft}
        Rest(http, token).result("DELETE", f"{DRAFTS}/{draft}", 204)


def test_a_restart_of_postgresql_between_two_calls_is_not_noticed(
    fresh_users: Path, database: tuple[PostgresqlServer, str]
) -> None:
    server_of_database, url = database
    with serving(fresh_users, ["--database", url], SHORT_WAIT) as server, connection(server) as http:
        alice = Rest(http, login(http, ALICE))
        draft = alice.result("POST", DRAFTS, 201)
        server_of_database.stop()
        server_of_database.start()
        for _ in range(5):
            assert alice.result("GET", DRAFTS, 200).keys() == {draft}


def test_a_connection_that_breaks_during_a_commit(fresh_users: Path, database: tuple[PostgresqlServer, str]) -> None:
    """The answer is true: done when it can be seen that it was, and otherwise that nobody knows."""
    _, url = database
    with (
        before_postgresql(url) as proxy,
        serving(fresh_users, ["--database", proxy.url], SHORT_WAIT) as server,
        connection(server) as http,
    ):
        token, administrator = login(http, ALICE), {"vmware-api-session-id": login(http, ADMINISTRATOR)}

        rest, json_rpc = (dialect(http) for dialect in DIALECTS)

        def drafts() -> set[str]:
            return set(Rest(http, token).result("GET", DRAFTS, 200))

        proxy.break_after_commit = True
        draft = rest.create(token)
        assert proxy.broke.is_set()
        assert drafts() == {draft}, "it was committed, and the server has found that out"

        proxy.broke.clear()
        proxy.break_before_commit = True
        text = refused(json_rpc.create(token, delete_existing=True), "SERVICE_UNAVAILABLE").text
        assert proxy.broke.is_set()
        assert "It may have been made, or not" in text
        assert drafts() == {draft}

        proxy.break_after_commit = proxy.closed = True
        text = refused(rest.create(token, delete_existing=True), "SERVICE_UNAVAILABLE").text
        proxy.closed = False
        assert "It may have been made, or not" in text
        (request,) = re.findall(r"request id (\w+)", text)
        records = http.get("/imagewright/v1/audit", headers=administrator).json()["records"]
        assert [each["outcome"] for each in records if each["request_id"] == request] == ["OK"]
        assert len(drafts()) == 1
        assert drafts() != {draft}


def test_a_start_waits_for_postgresql(fresh_users: Path, database: tuple[PostgresqlServer, str]) -> None:
    server_of_database, url = database
    server_of_database.stop()
    server = ServerProcess(fresh_users, ["--database", url], SHORT_WAIT)
    try:
        server.listening()
        assert server.log.first("the database cannot be used, trying again")
        with connection(server) as http:
            assert "is starting" in refused(DIALECTS[0](http).create(None), "SERVICE_UNAVAILABLE").text
        server_of_database.start()
        server.ready()
        with connection(server) as http:
            login(http, ALICE)
    finally:
        server.stop()


def test_while_the_bucket_is_in_trouble(fresh_users: Path, depot_folder: Path, s3_server: S3Server) -> None:
    bundle = depot_folder / sample.DRIVERS_FILE
    with before(s3_server) as front:
        settings = s3_server.settings(f"trouble/{fresh_users.parent.name}") | allowing(depot_folder)
        settings["IMAGEWRIGHT_S3_ENDPOINT"] = front.endpoint
        with serving(fresh_users, settings=settings) as server, connection(server) as http:
            token = login(http, ALICE)
            alice = Rest(http, token)
            front.in_trouble = True
            answer = upload(http, token, b"x" * 100_000)
            assert (answer.status_code, answer.json()["error_type"]) == (503, "SERVICE_UNAVAILABLE")
            assert "500 Internal Server Error" in failed_for_want_of_storage(imported(alice, bundle))
            assert alice.result("POST", DRAFTS, 201), "what needs no file works"
            front.in_trouble = False
            assert upload(http, token, b"x" * 100_000).status_code == 200
            assert imported(alice, bundle)["status"] == "SUCCEEDED"
            assert not (fresh_users / "blobs").exists()
            told = "\n".join([*server.log.seen, *server.output.seen])
            assert "500 Internal Server Error (InternalError)" in told
            assert ACCESS_KEY not in told
            assert SECRET_KEY not in told


@pytest.fixture
def disk(fresh_users: Path) -> Iterator[Callable[[str], None]]:
    """The data folder is a disk of its own of 24 MiB; gives how to mount it anew, for reading only or writing, too."""
    aside = fresh_users.with_name("aside")
    fresh_users.rename(aside)
    fresh_users.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(fresh_users)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk, and not in every container")
    try:
        shutil.copytree(aside, fresh_users, dirs_exist_ok=True)
        yield (
            lambda how: subprocess.run(["mount", "-o", f"remount,{how}", fresh_users], check=True, timeout=60) and None
        )
    finally:
        subprocess.run(["umount", "--lazy", str(fresh_users)], check=True)


@pytest.mark.usefixtures("disk")
def test_while_a_small_disk_is_full(fresh_users: Path, depot_folder: Path, tmp_path: Path) -> None:
    large = tmp_path / "large" / "bundle.zip"
    large.parent.mkdir()
    write_bundle_of(large, os.urandom(32 << 20))
    folders = {"IMAGEWRIGHT_FILE_FOLDERS": f"{depot_folder},{large.parent}"}
    with serving(fresh_users, settings=folders | SHORT_WAIT) as server, connection(server) as http:
        token = login(http, ALICE)
        alice = Rest(http, token)
        answer = upload(http, token, large.read_bytes())
        assert (answer.status_code, answer.json()["error_type"]) == (503, "SERVICE_UNAVAILABLE")
        eventually("nothing is left of it", lambda: not any((fresh_users / "blobs" / "incoming").iterdir()))
        assert "No space left" in failed_for_want_of_storage(imported(alice, large))
        with filled(fresh_users):
            for dialect in DIALECTS:
                refused(dialect(http).create(token, delete_existing=True), "SERVICE_UNAVAILABLE")
        assert alice.result("POST", DRAFTS, 201)
        assert imported(alice, depot_folder / sample.DRIVERS_FILE)["status"] == "SUCCEEDED"


def write_bundle_of(path: Path, content: bytes) -> None:
    """A bundle of one VIB that holds this."""
    file = io.BytesIO()
    described = Vib("", "large", "1.0.0-1", "SMP", payloads=(Payload("large", "boot", 0),))
    vib = write_vib(file, described, {"large": io.BytesIO(content)})
    with path.open("wb") as sink:
        bundle = MetadataBundle("large-metadata.zip", "Sample", "SMP", (Platform("embeddedEsx", "8.0"),), vibs=(vib,))
        write_depot(sink, DepotContent((bundle,)), lambda _: io.BytesIO(file.getvalue()))


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """All the room that there is has been taken."""
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * (1 << 16))
    yield
    filler.unlink()


def test_a_start_waits_for_a_data_folder_that_is_read_only(fresh_users: Path, disk: Callable[[str], None]) -> None:
    with serving(fresh_users):
        """The first start makes the certificate."""
    disk("ro")
    server = ServerProcess(fresh_users, settings=SHORT_WAIT)
    try:
        server.listening()
        assert server.log.first(r"cannot be used, trying again.*[Rr]ead-only file system")
        with connection(server) as http:
            refused(DIALECTS[0](http).create(None), "SERVICE_UNAVAILABLE")
            disk("rw")
            server.ready()
            token = login(http, ALICE)
            assert Rest(http, token).result("POST", DRAFTS, 201)
            assert upload(http, token, b"x" * 5000).status_code == 200
    finally:
        server.stop()


def test_while_the_data_folder_is_read_only(
    fresh_users: Path, depot_folder: Path, disk: Callable[[str], None], tmp_path: Path
) -> None:
    """The database lies elsewhere: a disk with files that are open for writing cannot be made read-only."""
    elsewhere = Path(shutil.move(fresh_users / "imagewright.db", tmp_path / "elsewhere.db"))
    settings = allowing(depot_folder) | SHORT_WAIT
    with (
        serving(fresh_users, ["--database", f"sqlite:///{elsewhere}"], settings) as server,
        connection(server) as http,
    ):
        token = login(http, ALICE)
        alice, bundle = Rest(http, token), depot_folder / sample.DRIVERS_FILE
        disk("ro")
        answer = upload(http, token, b"x" * 5000)
        assert (answer.status_code, answer.json()["error_type"]) == (503, "SERVICE_UNAVAILABLE")
        assert "Read-only file system" in failed_for_want_of_storage(imported(alice, bundle))
        assert alice.result("POST", DRAFTS, 201), "what needs no file works"
        disk("rw")
        assert upload(http, token, b"x" * 5000).status_code == 200
        assert imported(alice, bundle)["status"] == "SUCCEEDED"

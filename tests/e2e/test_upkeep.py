"""What those who run a server do, on the command line: move it, back it up while it works, check it."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import httpx
from postgresql_server import PostgresqlServer
from s3_server import S3Server
from server_process import ALICE, run_command, serving
from shared_servers import *  # noqa: F403 - fixtures
from wire_clients import DRAFTS, OFFLINE, Rest, connection, login

from imagewright.storage.database import open_storage


def upload(http: httpx.Client, token: str, content: bytes) -> str:
    """The file id of an upload that was acknowledged."""
    answer = http.post("/vum-fileupload", files={"file": content}, headers={"vmware-api-session-id": token})
    assert answer.status_code == 200, answer.text
    return str(answer.json())


def test_a_server_moves_to_postgresql_and_goes_on(fresh_stock: Path, postgresql_server: PostgresqlServer) -> None:
    """The session, too: nobody notices but whoever moved it."""
    here = f"sqlite:///{fresh_stock / 'imagewright.db'}"
    with postgresql_server.new_database() as there:
        with serving(fresh_stock) as server, connection(server) as http:
            token = login(http, ALICE)
            draft = Rest(http, token).result("POST", DRAFTS, 201)
            depots = Rest(http, token).result("GET", OFFLINE, 200)
            refused = run_command("db", "copy", here, there, folder=fresh_stock.parent)
            assert (refused.returncode, refused.stdout) == (1, "")
            assert "stop the servers and workers that use it" in refused.stderr
        moved = run_command("db", "copy", here, there, folder=fresh_stock.parent)
        assert moved.returncode == 0, moved.stderr
        assert f"depots\t{len(depots)}\tsha256:" in moved.stdout
        again = run_command("db", "copy", here, there, folder=fresh_stock.parent)
        assert (again.returncode, "not empty" in again.stderr) == (1, True)
        (fresh_stock / "imagewright.db").rename(fresh_stock / "moved-away.db")
        with serving(fresh_stock, ["--database", there]) as server, connection(server) as http:
            alice = Rest(http, token)
            assert alice.result("GET", DRAFTS, 200).keys() == {draft}
            assert alice.result("GET", OFFLINE, 200) == depots
            assert alice.result("DELETE", f"{DRAFTS}/{draft}", 204) is None
            assert alice.result("POST", DRAFTS, 201) == str(int(draft) + 1)
        checked = run_command(
            "fsck", "--deep", "--data", str(fresh_stock), folder=fresh_stock.parent, IMAGEWRIGHT_DATABASE=there
        )
        assert checked.returncode == 0, checked.stdout


def test_backup_of_a_server_at_work(
    fresh_stock: Path, tmp_path: Path, postgresql_server: PostgresqlServer, s3_server: S3Server
) -> None:
    """Whatever was acknowledged before the backup began is in it, though more came all the time."""
    backup, enough, acknowledged = tmp_path / "backup", Event(), list[str]()
    with serving(fresh_stock) as server, connection(server) as http:
        token = login(http, ALICE)
        draft = Rest(http, token).result("POST", DRAFTS, 201)
        depots = Rest(http, token).result("GET", OFFLINE, 200)

        def work() -> None:
            while not enough.is_set():
                acknowledged.append(upload(http, token, b"bundle %d" % len(acknowledged) * 1000))

        worker = Thread(target=work)
        worker.start()
        try:
            before = upload(http, token, b"before"), *acknowledged
            begun = len(acknowledged)
            made = run_command("backup", str(backup), "--data", str(fresh_stock), folder=tmp_path)
            ended = len(acknowledged)
        finally:
            enough.set()
            worker.join()
    assert made.returncode == 0, made.stderr
    assert ended > begun, "nothing was done meanwhile"
    shutil.rmtree(fresh_stock)
    with postgresql_server.new_database() as database:
        settings = s3_server.settings(f"restored/{tmp_path.name}") | {"IMAGEWRIGHT_DATABASE": database}
        restored = run_command("restore", str(backup), "--data", str(fresh_stock), folder=tmp_path, **settings)
        assert restored.returncode == 0, restored.stderr
        checked = run_command("fsck", "--deep", "--data", str(fresh_stock), folder=tmp_path, **settings)
        assert (checked.returncode, checked.stdout.endswith("no faults\n")) == (0, True), checked.stdout
        with closing(open_storage(database)) as storage, storage.read() as unit:
            assert [unit.uploads.get(file_id) is None for file_id in before] == [False] * len(before)
        with serving(fresh_stock, settings=settings) as server, connection(server) as http:
            assert Rest(http, token).result("GET", DRAFTS, 200).keys() == {draft}
            assert Rest(http, token).result("GET", OFFLINE, 200) == depots


def test_fsck_tells_what_is_wrong_and_changes_nothing(fresh_stock: Path) -> None:
    blob = next(path for path in (fresh_stock / "blobs").rglob("*") if path.is_file() and path.stat().st_size > 1)
    content = bytearray(blob.read_bytes())
    content[-1] ^= 1
    blob.write_bytes(content)

    def fsck(*options: str) -> tuple[int, str]:
        done = run_command("fsck", *options, "--data", str(fresh_stock), folder=fresh_stock.parent)
        return done.returncode, done.stdout

    assert fsck()[0] == 0
    code, told = fsck("--deep")
    assert (code, told.count("damaged:"), blob.name in told, "1 faults" in told) == (1, 1, True, True)
    blob.unlink()
    code, told = fsck()
    assert (code, told.count("missing:"), blob.name in told) == (1, 1, True)
    assert not blob.exists()


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    for words, text in (
        (["db", "copy", "sqlite:///none.db", "sqlite:///new.db"], "unable to open"),
        (["db", "copy", "mysql://u:secret@h/d", "sqlite:///other.db"], "must be sqlite:///"),
        (["restore", "nothing", "--data", "data"], "is no backup"),
    ):
        done = run_command(*words, folder=tmp_path)
        assert done.returncode in (1, 2)
        assert text in done.stderr
        assert "secret" not in done.stderr
        assert "Traceback" not in done.stderr


def test_database_that_cannot_be_used_is_told_in_a_line(tmp_path: Path) -> None:
    for url, text in (
        ("postgresql://u:secret@127.0.0.1:1/d", "Connection refused"),
        ("postgresql://u:secret@h:x/d", "not given as a URL"),
        ("mysql://u:secret@h/d", "database must be sqlite:///PATH or postgresql://"),
    ):
        for command in ("fsck", "audit"):
            done = run_command(command, "--data", "data", folder=tmp_path, IMAGEWRIGHT_DATABASE=url)
            assert (done.returncode, done.stdout) == (2, "")
            assert text in done.stderr
            assert "secret" not in done.stderr
            assert "Traceback" not in done.stderr

"""503 SERVICE_UNAVAILABLE: each reason not to serve, brought about for real, over both dialects."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import monotonic

import httpx
import pytest
from draft_creation import DIALECTS, refused
from official_sdk import (
    Drafts,
    StubConfiguration,
    configuration,
    create_session_security_context,
    errors,
    logged_in,
    with_security,
)
from server_process import ALICE, PATIENCE, ServerProcess, eventually, serving
from wire_clients import DRAFTS, Rest, basic, connection, login

SHORT_WAIT = {"IMAGEWRIGHT_DATABASE_TIMEOUT": "0.2"}


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """The database, locked by another process (this one) for all who want to write."""
    with closing(sqlite3.connect(data / "imagewright.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


def refused_everywhere(http: httpx.Client, token: str | None, *words: str) -> None:
    """Create is refused in both dialects, in a sentence that says that nothing was changed and to try again."""
    for dialect in DIALECTS:
        text = refused(dialect(http).create(token, delete_existing=True), "SERVICE_UNAVAILABLE").text
        for word in (*words, "Nothing was changed", "try again"):
            assert word in text


def created_everywhere(http: httpx.Client, token: str) -> None:
    """Create works in both dialects."""
    for dialect in DIALECTS:
        assert isinstance(dialect(http).create(token, delete_existing=True), str)


def in_session(server: ServerProcess, token: str) -> AbstractContextManager[StubConfiguration]:
    """What stubs of the SDK are made with that send this token."""
    return with_security(server, create_session_security_context(token))


def test_while_starting(fresh_users: Path) -> None:
    """It listens before it can serve. Here the database is locked by somebody else at that moment."""
    server = ServerProcess(fresh_users, settings=SHORT_WAIT)
    try:
        with locked(fresh_users):
            server.listening()
            with connection(server) as http:
                refused_everywhere(http, None, "is starting")
                Rest(http).refused("POST", f"{DRAFTS}/no/such/path", 404, "OPERATION_NOT_FOUND")
                with in_session(server, "any") as sdk, pytest.raises(errors.ServiceUnavailable):
                    Drafts(sdk).create(Drafts.CreateSpec())
            assert server.log.first("the database cannot be used, trying again")
            assert "ready" not in server.output.seen
        server.ready()
        with connection(server) as http:
            created_everywhere(http, login(http, ALICE))
    finally:
        server.stop()


def test_while_the_database_is_locked_beyond_its_timeout(fresh_users: Path) -> None:
    with serving(fresh_users, settings=SHORT_WAIT) as server, connection(server) as http:
        token = login(http, ALICE)
        rest = Rest(http, token)
        draft = rest.result("POST", DRAFTS, 201)
        with locked(fresh_users):
            refused_everywhere(http, token, "locked")
            rest.refused("DELETE", f"{DRAFTS}/{draft}", 503, "SERVICE_UNAVAILABLE")
            assert rest.result("GET", DRAFTS, 200).keys() == {draft}, "readers wait for nobody"
        created_everywhere(http, token)
        assert len(rest.result("GET", DRAFTS, 200)) == 1


def test_a_short_lock_is_waited_for(fresh_users: Path) -> None:
    with serving(fresh_users) as server, connection(server) as http:
        token = login(http, ALICE)
        answers: SimpleQueue[httpx.Response] = SimpleQueue()
        with locked(fresh_users):
            create = Thread(target=lambda: answers.put(Rest(http, token).request("POST", DRAFTS)))
            create.start()
            assert answers.empty()
        assert answers.get(timeout=PATIENCE).status_code == 201
        create.join()


def test_while_the_database_is_unreadable(fresh_users: Path) -> None:
    with serving(fresh_users, settings=SHORT_WAIT) as server, connection(server) as http:
        token = login(http, ALICE)
        garbage = fresh_users / "garbage"
        garbage.write_bytes(os.urandom(64 * 1024))
        garbage.replace(fresh_users / "imagewright.db")
        refused_everywhere(http, token, "unreadable")
        Rest(http, token).refused("GET", DRAFTS, 503, "SERVICE_UNAVAILABLE")
        Rest(http).refused("GET", DRAFTS, 503, "SERVICE_UNAVAILABLE", headers={"Authorization": basic(ALICE)})


def test_while_the_database_is_gone(fresh_users: Path) -> None:
    """No empty one is made in its place, and all is well when it is back."""
    with serving(fresh_users, settings=SHORT_WAIT) as server, connection(server) as http:
        token = login(http, ALICE)
        draft = Rest(http, token).result("POST", DRAFTS, 201)
        file, aside = fresh_users / "imagewright.db", fresh_users / "aside.db"
        file.rename(aside)
        refused_everywhere(http, token)
        assert not file.exists()
        aside.rename(file)
        assert Rest(http, token).result("GET", DRAFTS, 200).keys() == {draft}
        created_everywhere(http, token)


def test_while_the_disk_is_full(fresh_users: Path) -> None:
    """A full disk is a limit of zero bytes on the files that the process may write."""
    with serving(fresh_users, settings=SHORT_WAIT) as server, connection(server) as http:
        token = login(http, ALICE)
        rest = Rest(http, token)
        draft = rest.result("POST", DRAFTS, 201)
        _, most = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        refused_everywhere(http, token, "full")
        upload = http.post("/vum-fileupload", files={"file": b"x" * 5000}, headers={"vmware-api-session-id": token})
        assert (upload.status_code, upload.json()["error_type"]) == (503, "SERVICE_UNAVAILABLE")
        with in_session(server, token) as sdk, pytest.raises(errors.ServiceUnavailable):
            Drafts(sdk).create(Drafts.CreateSpec(delete_existing_draft=True))
        assert rest.result("GET", DRAFTS, 200).keys() == {draft}
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, most))
        created_everywhere(http, token)


def test_while_stopping(fresh_users: Path) -> None:
    """A call in flight is finished, new ones are refused meanwhile, and then the process ends well."""
    with serving(fresh_users, settings={"IMAGEWRIGHT_STOP_GRACE": "15"}) as server, connection(server) as http:
        token = login(http, ALICE)
        draft = Rest(http, token).result("POST", DRAFTS, 201)
        pieces: SimpleQueue[bytes | None] = SimpleQueue()
        answers: SimpleQueue[httpx.Response] = SimpleQueue()
        upload = Thread(target=_upload_in_pieces, args=(server, token, pieces, answers))
        upload.start()
        pieces.put(b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\nfirst half,')
        eventually("the upload has arrived", lambda: any((fresh_users / "blobs" / "incoming").iterdir()))
        server.terminate()

        def refuses() -> bool:
            return Rest(http, token).request("GET", DRAFTS).status_code == 503

        eventually("new calls are refused", refuses)
        for _ in range(20):
            with connection(server) as late:
                refused_everywhere(late, token, "is stopping")
        pieces.put(b" second half\r\n--edge--\r\n")
        pieces.put(None)
        uploaded = answers.get(timeout=PATIENCE)
        assert (uploaded.status_code, type(uploaded.json())) == (200, str)
        upload.join()
        assert server.ended() == 0
    with serving(fresh_users) as server, logged_in(server, ALICE) as client:
        assert Drafts(configuration(client)).list().keys() == {draft}


def test_an_idle_client_does_not_hold_up_the_stop(fresh_users: Path) -> None:
    with serving(fresh_users, settings={"IMAGEWRIGHT_STOP_GRACE": "15"}) as server, connection(server) as http:
        login(http, ALICE)
        before = monotonic()
        assert server.stop() == 0
        assert monotonic() - before < 5
        assert not [line for line in server.log.seen if "ERROR" in line]


def _upload_in_pieces(
    server: ServerProcess, token: str, pieces: SimpleQueue[bytes | None], answers: SimpleQueue[httpx.Response]
) -> None:
    headers = {"vmware-api-session-id": token, "content-type": "multipart/form-data; boundary=edge"}
    with connection(server) as http:
        answers.put(http.post("/vum-fileupload", content=iter(pieces.get, None), headers=headers))

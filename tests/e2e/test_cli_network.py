"""What stands between a command line and its server: proxies, broken transfers, networks that stand still."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from server_process import PATIENCE, surroundings
from terminal_screen import CTRL_C, in_terminal

from imagewright.client.connection import Connection, Unreachable
from imagewright.client.trust import Trust
from imagewright.contract.services import cis_session, repository_software
from imagewright.model.errors import InternalError, ServiceUnavailable

Answer = Callable[[BaseHTTPRequestHandler], None]
HALF = 1024 * 1024


@contextmanager
def in_between(answer: Answer) -> Iterator[str]:
    """Something that speaks HTTP and is no imagewright; its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer(self)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Writes no log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join(PATIENCE)


def says(status: int, content: str, body: bytes) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", content)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        says(502, "text/html", b"<html>Bad gateway</html>"),
        says(403, "application/json", b'{"error": "no"}'),
        says(404, "text/plain", b""),
        says(500, "application/json", b'["error_type"]'),
    ],
)
def test_an_answer_of_something_else_is_told_as_such(answer: Answer) -> None:
    with (
        in_between(answer) as url,
        Connection(url, Trust()) as connection,
        pytest.raises(Unreachable, match="the right server"),
    ):
        connection.call(cis_session.get)


@pytest.mark.parametrize(
    "answer",
    [says(200, "text/html", b"<html>Please log in</html>"), says(200, "application/json", b'{"records": 1}')],
)
def test_a_result_that_is_none_is_told_as_such(answer: Answer) -> None:
    with (
        in_between(answer) as url,
        Connection(url, Trust()) as connection,
        pytest.raises(Unreachable, match="the right server"),
    ):
        connection.call(repository_software.list_)


def test_an_error_that_this_client_does_not_know_is_an_error_all_the_same() -> None:
    body = b'{"error_type": "NEWER", "messages": [{"id": "x", "default_message": "Newer.", "args": []}]}'
    with (
        in_between(says(418, "application/json", body)) as url,
        Connection(url, Trust()) as connection,
        pytest.raises(InternalError, match="Newer"),
    ):
        connection.call(cis_session.get)


def breaks_off(request: BaseHTTPRequestHandler) -> None:
    """Half a file, and then nothing any more."""
    request.send_response(200)
    request.send_header("Content-Length", str(2 * HALF))
    request.end_headers()
    request.wfile.write(bytes(HALF))
    request.close_connection = True


def test_a_download_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    with (
        in_between(breaks_off) as url,
        Connection(url, Trust()) as connection,
        pytest.raises(Unreachable, match="no answer"),
    ):
        connection.download(url, tmp_path / "file", lambda done, total: None)

    assert list(tmp_path.iterdir()) == []


def test_a_download_takes_the_place_of_a_file_when_it_is_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"before")
    with in_between(breaks_off) as url, Connection(url, Trust()) as connection, pytest.raises(Unreachable):
        connection.download(url, tmp_path / "file", lambda done, total: None)
    assert (tmp_path / "file").read_bytes() == b"before"

    seen: list[tuple[int, int | None]] = []
    with in_between(says(200, "text/plain", b"after")) as url, Connection(url, Trust()) as connection:
        connection.download(url, tmp_path / "file", lambda done, total: seen.append((done, total)))
    assert (tmp_path / "file").read_bytes() == b"after"
    assert seen[0] == (0, 5)
    assert seen[-1] == (5, 5)


def test_a_file_that_is_still_being_made_is_asked_for_again(tmp_path: Path) -> None:
    not_yet = {"id": "imagewright.export.not_yet", "default_message": "The file is still being made.", "args": []}
    busy = {"id": "imagewright.other", "default_message": "The server is stopping.", "args": []}
    answers = [
        says(503, "application/json", json.dumps({"error_type": "SERVICE_UNAVAILABLE", "messages": [each]}).encode())
        for each in (not_yet, not_yet, busy)
    ]
    answers.insert(2, says(200, "text/plain", b"made"))

    with in_between(lambda request: answers.pop(0)(request)) as url, Connection(url, Trust()) as connection:
        connection.download(url, tmp_path / "file", lambda done, total: None)
        assert (tmp_path / "file").read_bytes() == b"made"
        with pytest.raises(ServiceUnavailable, match="stopping"):
            connection.download(url, tmp_path / "file", lambda done, total: None)


def test_ctrl_c_while_the_network_stands_still_leaves_no_half_file(tmp_path: Path) -> None:
    going_on = threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.command == "POST":
            says(200, "application/json", b'{"SOFTWARE_SPEC": "%s/file"}' % url.encode())(request)
            return
        request.send_response(200)
        request.send_header("Content-Length", str(2 * HALF))
        request.end_headers()
        request.wfile.write(bytes(HALF))
        request.wfile.flush()
        going_on.wait(PATIENCE)

    with in_between(answer) as url:
        environment = surroundings(XDG_CONFIG_HOME=str(tmp_path), IMAGEWRIGHT_SERVER=url, IMAGEWRIGHT_TOKEN="x")
        words = ("image", "export", "software-spec-1", "--spec", "out.json")
        with in_terminal(*words, folder=tmp_path, environment=environment) as shown:
            shown.shows(lambda text: "out.json" in text and "50%" in text, "half a file")
            assert (tmp_path / "out.json.part").exists()
            shown.press(CTRL_C)
            assert shown.ended() == 130
        going_on.set()
    assert list(tmp_path.iterdir()) == []

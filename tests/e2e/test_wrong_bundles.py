"""Bundles and uploads that are wrong in every way: each is refused with a sentence that helps, and nothing is kept."""

from __future__ import annotations

import shutil
import socket
import ssl
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from official_sdk import Offline, configuration, ended, errors, logged_in
from server_process import ALICE, ServerProcess, allowing, eventually, serving
from vendor_site import READS_FROM_IT, vendor_site
from wire_clients import OFFLINE, Refusal, Rest, refusal_in, rest_session

from imagewright.cli import sample_depot as sample

pytestmark = pytest.mark.usefixtures("nothing_changes")

TASK = {"vmw-task": "true"}
LARGEST_UPLOAD = 4 * 1024 * 1024


@pytest.fixture(scope="module")
def downloads(depot_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that are no bundles, or no whole ones, and one that is."""
    folder = tmp_path_factory.mktemp("downloads")
    good = (depot_folder / sample.DRIVERS_FILE).read_bytes()
    (folder / "good.zip").write_bytes(good)
    (folder / "truncated.zip").write_bytes(good[: len(good) // 2])
    (folder / "text.zip").write_text("<html>Please log in</html>")
    (folder / "empty.zip").write_bytes(b"")
    (folder / "broken.zip").write_bytes((depot_folder / sample.BROKEN_FILE).read_bytes())
    with zipfile.ZipFile(folder / "photos.zip", "w") as archive:
        archive.writestr("holiday.txt", "no depot at all")
    return folder


@pytest.fixture(scope="module")
def vendor(downloads: Path) -> Iterator[str]:
    """The URL of a web server on this machine that has the files."""
    with vendor_site(downloads) as site:
        yield site.url


@pytest.fixture(scope="module")
def server(stocked_data: Path, downloads: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with content that reads from this machine."""
    data = Path(shutil.copytree(stocked_data, tmp_path_factory.mktemp("wrong") / "data"))
    settings = allowing(downloads) | READS_FROM_IT | {"IMAGEWRIGHT_LARGEST_UPLOAD": str(LARGEST_UPLOAD)}
    with serving(data, settings=settings) as running:
        yield running


@pytest.fixture
def alice(user: Callable[[str], Rest]) -> Rest:
    return user("alice")


# --- bundles that are none -------------------------------------------------------------------------------------------


def _pull(rest: Rest, location: str) -> Refusal:
    """The error of an import of this location, of the call or of its task."""
    spec = {"source_type": "PULL", "location": location}
    started = rest.request("POST", OFFLINE, params=TASK, json=spec)
    if started.status_code != 202:
        return refusal_in(started, 400, "INVALID_ARGUMENT")
    return _failed(rest.wait(started.json()))


def _failed(task: dict[str, Any]) -> Refusal:
    assert task["status"] == "FAILED", task
    assert "result" not in task
    error = task["error"]
    return Refusal(error["error_type"], " ".join(each["default_message"] for each in error["messages"]))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.zip", "missing.zip 404"),
        ("busy", "503"),
        ("truncated.zip", "truncated.zip zip Nothing was imported"),
        ("photos.zip", "photos.zip index.xml offline bundle Nothing was imported"),
        ("text.zip", "text.zip Nothing was imported"),
        ("empty.zip", "empty.zip Nothing was imported"),
        ("broken.zip", "sample-broken-driver Nothing was imported"),
        ("short/good.zip", "broke off bytes again"),
    ],
)
def test_bundles_that_cannot_be_pulled(alice: Rest, vendor: str, path: str, words: str) -> None:
    refusal = _pull(alice, f"{vendor}/{path}")
    assert refusal.error_type == "INVALID_ARGUMENT"
    refusal.says(words)


def test_a_site_may_lower_the_limits(fresh_users: Path, vendor: str) -> None:
    settings = READS_FROM_IT | {"IMAGEWRIGHT_LIMIT_ENTRIES": "3"}
    with serving(fresh_users, settings=settings) as server, rest_session(server, ALICE) as alice:
        _pull(alice, f"{vendor}/good.zip").says("good.zip holds more than 3 files, the limit")


def test_a_vendor_that_does_not_answer(alice: Rest) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        _pull(alice, f"http://127.0.0.1:{port}/a.zip").says(f"127.0.0.1:{port} cannot be reached")


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("ftp://127.0.0.1/a.zip", "http, https or file"),
        ("not a location", "URI"),
        ("http://", "http://host/path"),
        ("file:///etc/passwd", "not in a folder that this server reads"),
        ("http://169.254.169.254/latest/meta-data", "metadata"),
    ],
)
def test_locations_that_are_not_read(alice: Rest, location: str, words: str) -> None:
    _pull(alice, location).says(words)


def test_loopback_and_files_are_refused_by_default(fresh_users: Path, vendor: str, downloads: Path) -> None:
    with serving(fresh_users) as cautious, rest_session(cautious, ALICE) as alice:
        _pull(alice, f"{vendor}/good.zip").says("may not be read loopback settings")
        _pull(alice, vendor.replace("127.0.0.1", "localhost")).says("may not be read loopback")
        _pull(alice, (downloads / "good.zip").as_uri()).says("may not be read Upload the file")
        assert alice.result("GET", OFFLINE, 200) == {}


def test_uploads_that_are_no_bundles(alice: Rest, downloads: Path, nothing_changes: set[str]) -> None:
    """They are taken as files and refused by the import, which can be tried again with the same file."""
    for name, words in (("truncated.zip", "truncated.zip"), ("photos.zip", "index.xml")):
        content = (downloads / name).read_bytes()
        nothing_changes.add(sha256(content).hexdigest())
        upload = alice.http.post("/vum-fileupload", files={"file": (name, content)}, headers=_session(alice))
        spec = {"source_type": "PUSH", "file_id": upload.json()}
        for _ in range(2):
            _failed(alice.task("POST", OFFLINE, params=TASK, json=spec)).says(f"{words} Nothing was imported")


def test_unknown_file_ids(alice: Rest, user: Callable[[str], Rest], nothing_changes: set[str]) -> None:
    """An upload is only for whoever made it."""
    nothing_changes.add(sha256(b"of Alice").hexdigest())
    spec = {"source_type": "PUSH", "file_id": "0123"}
    alice.refused("POST", OFFLINE, 400, "INVALID_ARGUMENT", params=TASK, json=spec).says("'0123' /vum-fileupload")
    upload = alice.http.post("/vum-fileupload", files={"file": b"of Alice"}, headers=_session(alice)).json()
    spec = {"source_type": "PUSH", "file_id": upload}
    user("bob").refused("POST", OFFLINE, 400, "INVALID_ARGUMENT", params=TASK, json=spec)


# --- uploads ---------------------------------------------------------------------------------------------------------


def _session(rest: Rest) -> dict[str, str]:
    return {"vmware-api-session-id": str(rest.token)}


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("application/zip", b"PK\x03\x04", "multipart/form-data curl -F"),
        ("multipart/form-data", b"--x\r\n", "boundary"),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n", "boundary 70"),
        ("multipart/form-data; boundary=x", b"no boundary here", "well-formed"),
        ("multipart/form-data; boundary=x", b"", "no file"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
            "no file",
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nhalf a file',
            "broke off",
        ),
    ],
)
def test_uploads_that_are_no_forms(alice: Rest, kind: str, content: bytes, words: str) -> None:
    answer = alice.http.post("/vum-fileupload", content=content, headers=_session(alice) | {"content-type": kind})
    refusal_in(answer, 400, "INVALID_ARGUMENT").says(words)


def test_an_upload_that_is_too_large(alice: Rest) -> None:
    answer = alice.http.post("/vum-fileupload", files={"file": bytes(LARGEST_UPLOAD + 1)}, headers=_session(alice))
    refusal_in(answer, 400, "INVALID_ARGUMENT").says(f"larger {LARGEST_UPLOAD}")


def test_an_upload_that_breaks_off(server: ServerProcess, alice: Rest) -> None:
    """The client goes away in the middle: nothing is kept, and the log does not call it our failure."""
    head = (
        f"POST /vum-fileupload HTTP/1.1\r\nHost: {server.host}\r\nvmware-api-session-id: {alice.token}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000000\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
    ).encode()
    incoming = server.data / "blobs" / "incoming"
    host, _, port = server.host.partition(":")
    trust = ssl.create_default_context(cafile=server.certificate)
    with socket.create_connection((host, int(port))) as plain, trust.wrap_socket(plain, server_hostname=host) as sender:
        sender.sendall(head + bytes(2_000_000))
        eventually("a part of it is on the disk", lambda: any(each.stat().st_size for each in incoming.iterdir()))
    assert server.log.first("a client went away while it was sending")
    assert not [line for line in server.log.seen if "Traceback" in line]


def test_through_the_sdk(server: ServerProcess, vendor: str) -> None:
    with logged_in(server, ALICE) as client:
        offline = Offline(configuration(client))
        with pytest.raises(errors.InvalidArgument):
            offline.create_task(Offline.CreateSpec(source_type="PUSH", file_id="unknown"))
        spec = Offline.CreateSpec(source_type="PULL", location=f"{vendor}/truncated.zip")
        info = ended(offline.create_task(spec))
        assert (info.status, info.result) == ("FAILED", None)
        assert isinstance(info.error, errors.InvalidArgument)
        assert "truncated.zip" in info.error.messages[0].default_message

"""`kill -9` after each step of the main job: whatever was acknowledged is there when the server starts again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from server_process import ALICE, PATIENCE, ServerProcess, allowing, eventually, surroundings
from vendor_site import READS_FROM_IT, vendor_site
from wire_clients import DRAFTS, OFFLINE, SOFTWARE, Rest, connection, login

from imagewright.blobs.directory import DirectoryBlobs
from imagewright.cli import sample_depot as sample

TASK = {"vmw-task": "true"}
VALIDATE = {"action": "validate"} | TASK
COMMIT = {"action": "commit"} | TASK


@dataclass
class Lives:
    """One data folder and the servers that work on it, one after the other; the session is that of the first."""

    data: Path
    settings: dict[str, str]
    token: str = ""
    server: ServerProcess | None = None
    http: httpx.Client | None = None

    def start(self) -> None:
        self.server = ServerProcess(self.data, settings=self.settings).ready()
        self.http = connection(self.server)
        self.token = self.token or login(self.http, ALICE)

    def kill(self) -> None:
        if self.http:
            self.http.close()
        if self.server:
            self.server.kill()

    @property
    def alice(self) -> Rest:
        assert self.http
        return Rest(self.http, self.token)


@pytest.fixture
def lives(fresh_users: Path, depot_folder: Path) -> Iterator[Lives]:
    made = Lives(fresh_users, allowing(depot_folder) | READS_FROM_IT | {"IMAGEWRIGHT_TASK_LEASE": "1"})
    made.start()
    yield made
    made.kill()


def test_after_each_step_of_the_main_job(lives: Lives, depot_folder: Path) -> None:
    for step in MainJob(lives, depot_folder).steps:
        seen = step()
        # What a step saw after it was done is what must be seen by whoever comes after the crash.
        promised = seen()
        lives.kill()
        lives.start()
        assert seen() == promised, step.__name__
        assert lives.alice.result("GET", "/session", 200)["user"] == ALICE.name


Seen = Callable[[], Any]


class MainJob:
    """The steps. Each does its work and gives a function that looks at what came of it."""

    def __init__(self, lives: Lives, folder: Path) -> None:
        self.lives = lives
        self.folder = folder
        self.file = self.draft = self.spec = ""

    @property
    def steps(self) -> list[Callable[[], Seen]]:
        return [
            self.import_by_location, self.upload, self.import_the_upload, self.create, self.edit, self.validate,
            self.commit, self.export, self.rename, self.delete,
        ]  # fmt: skip

    @property
    def alice(self) -> Rest:
        return self.lives.alice

    def get(self, *paths: str) -> Seen:
        return lambda: [self.alice.result("GET", path, 200) for path in paths]

    def download(self, path: str) -> httpx.Response:
        return self.alice.http.get(path, headers={"vmware-api-session-id": self.lives.token})

    def import_by_location(self) -> Seen:
        location = (self.folder / sample.BASE_9_1_0_FILE).as_uri()
        task = self.alice.task("POST", OFFLINE, params=TASK, json={"source_type": "PULL", "location": location})
        return self.get(f"{OFFLINE}/{task['result']['depot']}", "/esx/settings/depot-content/base-images")

    def upload(self) -> Seen:
        """The step after this one takes the upload, in the life after this one."""
        content = (self.folder / sample.DRIVERS_FILE).read_bytes()
        headers = {"vmware-api-session-id": self.lives.token}
        self.file = self.alice.http.post("/vum-fileupload", files={"file": content}, headers=headers).json()
        return lambda: None

    def import_the_upload(self) -> Seen:
        spec = {"source_type": "PUSH", "file_id": self.file}
        assert self.alice.task("POST", OFFLINE, params=TASK, json=spec)["status"] == "SUCCEEDED"
        return self.get("/esx/settings/depot-content/components")

    def create(self) -> Seen:
        self.draft = self.alice.result("POST", DRAFTS, 201)
        return self.get(DRAFTS)

    def edit(self) -> Seen:
        here = f"{DRAFTS}/{self.draft}"
        self.alice.result("PUT", f"{here}/display-name", 204, json={"display_name": "survivor"})
        self.alice.result("PUT", f"{here}/base-image", 204, json={"version": sample.BASE_9_1_0})
        self.alice.result("PUT", f"{here}/components/{sample.NET_DRIVER}", 204, json=sample.NET_DRIVER_GOOD)
        return self.get(here, f"{here}/effective-components")

    def validate(self) -> Seen:
        task = self.alice.result("POST", f"{DRAFTS}/{self.draft}", 202, params=VALIDATE)
        assert self.alice.wait(task)["status"] == "SUCCEEDED"
        return self.get(f"/cis/tasks/{task}")

    def commit(self) -> Seen:
        task = self.alice.task("POST", f"{DRAFTS}/{self.draft}", params=COMMIT, json={"message": "m"})
        self.spec = task["result"]
        return self.get(SOFTWARE, DRAFTS)

    def export(self) -> Seen:
        others = ("export_iso_image", "export_offline_bundle", "export_only_default_image")
        body = {"export_software_spec": True} | dict.fromkeys(others, False)
        urls = self.alice.result("POST", f"{SOFTWARE}/{self.spec}", 200, params={"action": "export"}, json=body)
        path = urlsplit(urls["SOFTWARE_SPEC"]).path
        return lambda: self.download(path).raise_for_status().json()

    def rename(self) -> Seen:
        self.alice.result("PATCH", f"{SOFTWARE}/{self.spec}", 204, json={"display_name": "renamed"})
        return self.get(f"{SOFTWARE}/{self.spec}")

    def delete(self) -> Seen:
        self.alice.result("DELETE", f"{SOFTWARE}/{self.spec}", 204)
        return self.get(SOFTWARE)


def test_a_task_that_was_just_acknowledged_ends(lives: Lives) -> None:
    """The server dies at once after 202: whether the task had begun, or had ended, is nobody's concern."""
    draft = lives.alice.result("POST", DRAFTS, 201)
    task = lives.alice.result("POST", f"{DRAFTS}/{draft}", 202, params=VALIDATE)
    lives.kill()
    lives.start()
    assert lives.alice.wait(task)["status"] == "SUCCEEDED"


def test_an_import_that_was_running_ends(lives: Lives, depot_folder: Path) -> None:
    """It is taken up again after its lease, and then it is whole: one depot, and nothing left over of the first try."""
    with vendor_site(depot_folder) as site:
        spec = {"source_type": "PULL", "location": f"{site.url}/slow/{sample.DRIVERS_FILE}", "description": "d"}
        task = lives.alice.result("POST", OFFLINE, 202, params=TASK, json=spec)
        eventually("the import is in the middle", site.halfway.is_set)
        lives.kill()
        site.go_on.set()
        lives.start()
        ended = lives.alice.wait(task)
    assert ended["status"] == "SUCCEEDED", ended
    ((depot, info),) = lives.alice.result("GET", OFFLINE, 200).items()
    assert (depot, info["description"]) == (ended["result"]["depot"], "d")
    assert list((lives.data / "blobs" / "incoming").iterdir()) == []


def test_an_import_that_cannot_be_finished_any_more_fails(lives: Lives, depot_folder: Path) -> None:
    """The vendor is gone when the server comes back: the task ends FAILED and says why."""
    with vendor_site(depot_folder) as site:
        spec = {"source_type": "PULL", "location": f"{site.url}/slow/{sample.DRIVERS_FILE}"}
        task = lives.alice.result("POST", OFFLINE, 202, params=TASK, json=spec)
        eventually("the import is in the middle", site.halfway.is_set)
        lives.kill()
    lives.start()
    ended = lives.alice.wait(task)
    assert (ended["status"], ended["error"]["error_type"]) == ("FAILED", "INVALID_ARGUMENT")
    assert "cannot be reached" in ended["error"]["messages"][0]["default_message"]
    assert lives.alice.result("GET", OFFLINE, 200) == {}


def test_what_a_crash_left_half_written_is_removed_by_the_next_start(lives: Lives) -> None:
    pieces: SimpleQueue[bytes | None] = SimpleQueue()
    upload = Thread(target=_upload, args=(lives, pieces))
    upload.start()
    pieces.put(b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nhalf a file')
    incoming = lives.data / "blobs" / "incoming"
    eventually("the upload has begun", lambda: any(incoming.iterdir()))
    assert lives.server
    lives.server.kill()
    pieces.put(None)
    upload.join()
    assert list(incoming.iterdir())
    lives.kill()
    lives.start()
    assert list(incoming.iterdir()) == []


def test_a_file_without_an_owner_is_removed_while_the_server_runs(fresh_users: Path) -> None:
    """The same server with a shorter hour, and a shorter pause before it keeps house."""
    program = (
        "import imagewright.bootstrap as it; it.HOUSEKEEPING_SECONDS = it.SWEEP_SECONDS = 0.1\n"
        "from imagewright.cli.main import main; main()"
    )
    words = [sys.executable, "-c", program, "serve", "--no-tls", "--listen", "127.0.0.1:0", "--data", str(fresh_users)]
    with subprocess.Popen(words, env=surroundings(), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert "ready\n" in process.stdout
            blobs = DirectoryBlobs(fresh_users / "blobs")
            with blobs.writer() as writer:
                writer.write(b"left by a crash of another server")
                orphan = writer.commit().sha256
            assert orphan in blobs.names(), "too young"
            long_ago = time.time() - 2 * 3600
            os.utime(fresh_users / "blobs" / orphan[:2] / orphan[2:4] / orphan, (long_ago, long_ago))
            eventually("it is gone", lambda: orphan not in blobs.names())
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _upload(lives: Lives, pieces: SimpleQueue[bytes | None]) -> None:
    assert lives.server
    headers = {"vmware-api-session-id": lives.token, "content-type": "multipart/form-data; boundary=x"}
    with connection(lives.server) as http, suppress(httpx.TransportError):
        http.post("/vum-fileupload", content=iter(pieces.get, None), headers=headers)

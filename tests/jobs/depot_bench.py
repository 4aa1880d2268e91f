"""What the tests of depot tasks work with: the application with real storage, blobs, fetcher and runner, and a server
on this machine that has bundles."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import imagewright.app.operations  # noqa: F401 - binds the operations
from imagewright.app.authentication import Caller
from imagewright.app.call import Origin, Services
from imagewright.app.effective import EffectiveImages
from imagewright.app.invoke import Application
from imagewright.app.privileges import ROLES, Role
from imagewright.app.tasks import error_document, error_from
from imagewright.app.uploads import keep_upload
from imagewright.blobs.directory import DirectoryBlobs
from imagewright.contract.binding import bindings
from imagewright.contract.operations import Operation
from imagewright.contract.services import depots_offline as offline
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_base_image as base_image
from imagewright.contract.services import repository_software_drafts_components as components
from imagewright.contract.services import repository_software_drafts_display_name as display_name
from imagewright.contract.services import settings
from imagewright.depots.fetcher import UrlFetcher
from imagewright.depots.policy import FetchPolicy
from imagewright.jobs.kinds import KINDS
from imagewright.jobs.runner import Runner, RunnerSettings
from imagewright.model.catalog import Catalog
from imagewright.model.errors import ApiError
from imagewright.model.task import Task
from imagewright.storage.database import DatabaseStorage

ORIGIN = Origin("127.0.0.1", "https://localhost", "test")
PATIENT = RunnerSettings(poll=timedelta(hours=1))
PULL = offline.SourceType.PULL


class Everybody:
    """Takes the name that is given for the caller, who may do everything."""

    def authenticate(self, _uow: object, credentials: Any, _now: datetime) -> Caller:
        return Caller(credentials, ROLES[Role.ADMINISTRATOR])


class Bundles(BaseHTTPRequestHandler):
    """Answers with the files of the server, or with 404."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.headers_seen.append({name.lower(): value for name, value in self.headers.items()})
        self.server.asked.set()
        self.server.may_answer.wait()
        body = self.server.files.get(self.path.lstrip("/"))
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


class Server(ThreadingHTTPServer):
    """`may_answer` can be cleared, to hold every answer back; `asked` is set when somebody waits for one."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Bundles)
        self.files: dict[str, bytes] = {}
        self.headers_seen: list[dict[str, str]] = []
        self.asked = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def offer(self, name: str, data: bytes) -> str:
        """The location of a file."""
        self.files[name] = data
        return self.url(name)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{name}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Who gives up waiting is part of the tests."""


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Site:
    """An application with everything it needs."""

    folder: Path
    storage: DatabaseStorage
    web: Server
    runners: list[Runner[Services]] = field(default_factory=list)
    ahead: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.services = Services(
            blobs=DirectoryBlobs(self.folder / "blobs"),
            fetcher=UrlFetcher(
                FetchPolicy(
                    allowed_networks=(ip_network("127.0.0.1/32"),),
                    file_folders=(self.folder / "files",),
                    retry_pause=0.001,
                )
            ),
            clock=self.now,
            authenticator=Everybody(),  # type: ignore[arg-type]
            effective=EffectiveImages(),
        )
        self.application = Application(self.storage, self.services, bindings, self.wake)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def wake(self) -> None:
        for runner in self.runners:
            runner.wake()

    def start(self) -> Runner[Services]:
        """A runner at work."""
        runner = Runner(
            self.storage,
            KINDS,
            self.services,
            clock=self.now,
            worker=f"test-{len(self.runners)}",
            describe_error=error_document,
            settings=PATIENT,
        )
        self.runners.append(runner)
        runner.start()
        return runner

    # What users do

    def call(self, operation: Operation, user: str = "jane", **arguments: Any) -> Any:
        return self.application.invoke(operation, lambda: arguments, user, ORIGIN)  # type: ignore[arg-type]

    def create(self, user: str = "jane", **spec: Any) -> str:
        """Submits an import."""
        return str(self.call(offline.create, user, spec=offline.CreateSpec(**{"source_type": PULL, **spec})))

    def upload(self, data: bytes, name: str = "bundle.zip", user: str = "jane") -> str:
        with self.services.blobs.writer() as writer:
            writer.write(data)
            blob = writer.commit()
        return keep_upload(self.application, Caller(user, frozenset()), name, blob, ORIGIN)

    def draft(self, version: str, **wanted: str) -> str:
        """Makes a draft called gold of a base image and components."""
        draft = str(self.call(drafts.create, spec=drafts.CreateSpec()))
        self.call(base_image.set_, draft=draft, spec=settings.BaseImageSpec(version=version))
        self.call(display_name.set_, draft=draft, spec=display_name.SetSpec(display_name="gold"))
        for name, component in wanted.items():
            self.call(components.set_, draft=draft, component=name.replace("_", "-"), version=component)
        return draft

    def ended(self, task_id: str) -> Task:
        runner = self.runners[-1] if self.runners else self.start()
        return runner.wait(task_id, 30)

    def imported(self, data: bytes, name: str = "bundle.zip") -> str:
        """Imports a bundle from the server and gives the id of its depot."""
        task = self.ended(self.create(location=self.web.offer(name, data)))
        assert task.error is None, task.error
        return str(task.result["depot"])

    def file(self, name: str, data: bytes) -> Path:
        """A file in the folder that the site reads locations from."""
        path = self.folder / "files" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path

    def failure(self, task_id: str) -> ApiError:
        """The error that a task ended with."""
        task = self.ended(task_id)
        assert task.error is not None, task
        return error_from(task.error)

    # What is there

    def depots(self) -> list[str]:
        with self.storage.read() as uow:
            return [depot.id for depot in uow.depots.list()]

    def catalog(self) -> Catalog:
        with self.storage.read() as uow:
            return uow.depots.catalog()

    def row(self, task_id: str) -> Task:
        with self.storage.read() as uow:
            task = uow.tasks.get(task_id)
        assert task is not None
        return task

    def blobs(self) -> set[str]:
        """The blobs, once all tasks of the server itself have been done."""
        runner = self.runners[-1]
        with self.storage.read() as uow:
            sweeps = uow.tasks.list(services=["imagewright.blobs"])
        for task in sweeps:
            runner.wait(task.id, 30)
        return set(self.services.blobs.names())

    def vib_blobs(self) -> set[str]:
        return {vib.sha256 for vib in self.catalog().vibs}


def rezipped(data: bytes, changes: Mapping[str, bytes | None] = {}) -> bytes:
    """The same bundle packed anew, with some members changed or (None) left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = changes.get(name, source.read(name))
            if content is not None:
                target.writestr(name, content)
    return buffer.getvalue()


def vib_paths(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return [name for name in source.namelist() if name.endswith(".vib")]

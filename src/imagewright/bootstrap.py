"""Putting the parts together: the only module that knows every one of them."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import imagewright.app.operations  # noqa: F401 - binds the operations
from imagewright.acceptance import policy_of, signers_of
from imagewright.app.authentication import Authenticator, SessionPolicy
from imagewright.app.call import Services
from imagewright.app.effective import EffectiveImages
from imagewright.app.exports import forget_expired
from imagewright.app.faults import Faults
from imagewright.app.invoke import Application
from imagewright.app.offered_depot import Offer
from imagewright.app.online_depots import define_system_depots
from imagewright.app.passwords import hash_password
from imagewright.app.ports import Blobs, Figures, StaleRevision, Storage, StorageUnavailable, User
from imagewright.app.privileges import Role
from imagewright.app.sweeping import sweep_blobs
from imagewright.app.syncing import seconds_until_sync, submit_due_sync
from imagewright.app.tasks import error_document
from imagewright.app.throttling import ThrottlePolicy
from imagewright.app.uploads import forget_abandoned_uploads
from imagewright.blobs.directory import DirectoryBlobs
from imagewright.certificates import ensure_certificate
from imagewright.contract.binding import bindings
from imagewright.depots.fetcher import UrlFetcher
from imagewright.depots.policy import FetchPolicy
from imagewright.formats.unknown_documents import UnknownForms
from imagewright.http_server import Certificate, HttpServer, listener_on
from imagewright.jobs.kinds import KINDS
from imagewright.jobs.runner import Runner, RunnerSettings
from imagewright.mapping_files import mappings_of
from imagewright.processes import Processes
from imagewright.settings import Settings, SettingsError, host_and_port
from imagewright.storage.database import DatabaseStorage, open_storage
from imagewright.web.server import Server, WebSettings

if TYPE_CHECKING:
    from imagewright.web.metrics import Metrics

log = logging.getLogger(__name__)

ADMINISTRATOR = "administrator@vsphere.local"
HOUSEKEEPING_SECONDS = 30.0
SWEEP_SECONDS = 3600.0
"""At least so long between two looks for blobs without an owner, which ask for the names of all."""
PIECE = 5000
"""Old rows that are removed at a time, so that nobody waits long who wants to write."""


def utc_now() -> datetime:
    """The time, as the API writes it: with milliseconds, in UTC."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def open_data(settings: Settings) -> DatabaseStorage:
    """The database that the settings name. SettingsError when that is not its URL."""
    _make_data_folder(settings)
    try:
        return open_storage(
            settings.database_url, busy_timeout=settings.database_timeout, connections=settings.database_connections
        )
    except ValueError as error:
        raise SettingsError(str(error)) from None


def open_blobs(settings: Settings) -> Blobs:
    """The blobs, in a folder of the data folder or in a bucket. SettingsError when `ca_bundle` cannot be read."""
    _make_data_folder(settings)
    if settings.blobs is None:
        return DirectoryBlobs(settings.data / "blobs")
    # Here, because loading it takes longer than the rest of the start of a server that keeps its blobs in a folder.
    from imagewright.blobs.s3 import Bucket, S3Blobs

    location = urlsplit(settings.blobs)
    try:
        ca_bundle = settings.ca_bundle.read_bytes() if settings.ca_bundle else None
    except OSError as error:
        raise SettingsError(f"ca_bundle is {settings.ca_bundle}, which cannot be read: {error.strerror}") from None
    return S3Blobs(
        Bucket(
            location.netloc,
            location.path.strip("/"),
            settings.data,
            settings.s3_endpoint,
            settings.s3_region,
            settings.s3_access_key_id,
            settings.s3_secret_access_key,
            ca_bundle,
        )
    )


def _make_data_folder(settings: Settings) -> None:
    """Before anything in it is made: folders that are made on the way to another one can be read by everybody."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)


def ensure_administrator(storage: Storage, given: str | None) -> str | None:
    """Makes the first user when there is none, with the given password. Gives his password if it was invented here."""
    with storage.read() as uow:
        if uow.users.list():
            return None
    password = given or secrets.token_urlsafe(12)
    hashed = hash_password(password)
    with storage.write() as uow:
        if uow.users.list():
            return None
        uow.users.add(User(ADMINISTRATOR, hashed, Role.ADMINISTRATOR, utc_now()))
    return None if given else password


def offer_of(settings: Settings) -> Offer | None:
    """To whom the content of this server is offered as an online depot; None for nobody."""
    return Offer(settings.depot_token) if settings.offer_depot else None


@dataclass(frozen=True, slots=True)
class Running:
    """An application at work, with what has to be ended when it ends."""

    application: Application
    runner: Runner[Services]
    storage: Storage
    metrics: Metrics | None = None


def assemble(settings: Settings, storage: Storage) -> Running:
    """The application over an open database, with its runner started."""
    services = _services(settings)
    metrics = _metrics(settings, storage)
    runner = Runner(
        storage,
        KINDS,
        services,
        clock=utc_now,
        worker=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
        describe_error=error_document,
        settings=RunnerSettings(threads=settings.task_threads, lease=timedelta(seconds=settings.task_lease)),
        is_held=lambda task: services.faults.held(task) is not None,
        task_ended=metrics.task_ended if metrics else None,
    )
    application = Application(storage, services, bindings, runner.wake, metrics.call_ended if metrics else None)
    runner.start()
    return Running(application, runner, storage, metrics)


def _services(settings: Settings) -> Services:
    return Services(
        blobs=open_blobs(settings),
        fetcher=_fetcher(settings),
        clock=utc_now,
        authenticator=_authenticator(settings),
        effective=EffectiveImages(policy=policy_of(settings)),
        faults=Faults(allowed=settings.allow_faults),
        policy=policy_of(settings),
        trusted_signers=signers_of(settings),
        forms=UnknownForms(mappings_of(settings)),
        export_lifetime=timedelta(seconds=settings.export_lifetime),
        limits=settings.limits,
    )


def _fetcher(settings: Settings) -> UrlFetcher:
    return UrlFetcher(
        FetchPolicy(
            allowed_networks=tuple(ip_network(each) for each in settings.allowed_networks),
            file_folders=tuple(Path(each) for each in settings.file_folders),
            size_limit=settings.largest_download,
            connect_timeout=settings.fetch_connect_timeout,
            read_timeout=settings.fetch_read_timeout,
            total_timeout=settings.fetch_total_timeout,
            max_redirects=settings.fetch_redirects,
            retries=settings.fetch_retries,
            ca_bundle=settings.ca_bundle,
            proxy=settings.proxy,
        )
    )


def _authenticator(settings: Settings) -> Authenticator:
    return Authenticator(
        SessionPolicy(timedelta(seconds=settings.session_idle), timedelta(seconds=settings.session_absolute)),
        ThrottlePolicy(
            settings.login_failures_of_user,
            settings.login_failures_from_address,
            timedelta(seconds=settings.login_failures_window),
        ),
    )


def _metrics(settings: Settings, storage: Storage) -> Metrics | None:
    if settings.metrics_listen is None and settings.metrics_token is None:
        return None
    # Here, because loading it takes as long as a tenth of the start of a server that nobody watches.
    from imagewright.web.metrics import Metrics

    def read_figures() -> Figures:
        with storage.read() as uow:
            return uow.figures()

    return Metrics(read_figures, utc_now)


def _listen_for_metrics(running: Running, settings: Settings, tell: Callable[[str], None]) -> None:
    """Of several processes with one setting the first has the listener, and another when that is gone."""
    if running.metrics is None or settings.metrics_listen is None or running.metrics.listens:
        return
    host, port = host_and_port(settings.metrics_listen)
    try:
        port = running.metrics.listen(host.strip("[]"), port)
    except OSError as failure:
        log.info("no metrics on %s from this process: %s", settings.metrics_listen, failure)
    else:
        tell(f"metrics on http://{host}:{port}/metrics")


def _share_metrics(settings: Settings) -> None:
    """Before processes are made: a folder where each writes its figures, and any can read those of all."""
    if settings.workers > 1 and (settings.metrics_listen or settings.metrics_token):
        _make_data_folder(settings)
        folder = settings.data / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _checks(running: Running) -> Mapping[str, Callable[[], str]]:
    """The parts that a server needs to be ready, each with a look at it."""

    def database() -> str:
        with running.storage.read() as uow:
            uow.depots.catalog_revision()
        return "ok"

    return {
        "server": lambda: "is stopping" if running.application.stopping else "ok",
        "database": database,
        "runner": lambda: "ok" if running.runner.is_alive else "has stopped",
    }


class Service:
    """The server process: starts in the background while the listener already answers, and stops in order.

    Until the database can be used, calls are answered with service_unavailable, and it is tried again every second.
    When other processes serve the port meanwhile (`others_serve`), calls are left to them until then.
    """

    def __init__(self, settings: Settings, tell: Callable[[str], None], *, others_serve: bool = False) -> None:
        self._settings = settings
        self._tell = tell
        self._stopping = threading.Event()
        self._called = threading.Event()
        self._running: Running | None = None
        self._background = threading.Thread(target=self._run, name="imagewright-service", daemon=True)
        self.failure: Exception | None = None
        self.on_failure: Callable[[], None] = lambda: None
        self._pause = HOUSEKEEPING_SECONDS
        self._next_sweep = 0.0
        self._may_listen = threading.Event()
        if not others_serve:
            self._may_listen.set()
        self.web = Server(
            WebSettings(settings.public_url, settings.largest_upload, offer_of(settings)), self._begin, self._close
        )

    def _begin(self) -> None:
        self._background.start()
        self._may_listen.wait()

    def drain(self) -> None:
        """Refuses new calls and waits for those in flight, as long as the settings allow."""
        self._stopping.set()
        self._called.set()
        self._may_listen.set()
        if self._running:
            self._running.application.stop(self._settings.stop_grace)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._start()
                    break
                except (StorageUnavailable, OSError) as failure:
                    what = "database" if isinstance(failure, StorageUnavailable) else "data folder"
                    log.error("the %s cannot be used, trying again: %s", what, failure)
                    self._stopping.wait(1.0)
            self._keep_house(self._sweep)
            self._keep_house(self._sync_when_due)
            while not self._is_ending_after(self._pause):
                self._keep_house(self._tidy)
                self._keep_house(self._forget_uploads)
                self._keep_house(self._sweep)
                self._keep_house(lambda running: _listen_for_metrics(running, self._settings, self._tell))
                self._keep_house(self._sync_when_due)
        except Exception as failure:  # without its service, the process must end and say why
            log.exception("the server cannot go on")
            self.failure = failure
            self.on_failure()
            self._may_listen.set()

    def _is_ending_after(self, pause: float) -> bool:
        """Waits until the next housekeeping, which a changed schedule makes come at once."""
        self._called.wait(pause)
        self._called.clear()
        return self._stopping.is_set()

    def _start(self) -> None:
        storage = open_data(self._settings)
        try:
            password = ensure_administrator(storage, self._settings.admin_password)
            define_system_depots(storage, self._settings.system_depots, utc_now())
            self._running = assemble(self._settings, storage)
        except BaseException:
            storage.close()
            raise
        if self._settings.allow_faults:
            self._tell("Faults can be asked for at /imagewright/v1/faults. This is not a server to rely on.")
        if password:
            self._tell(f"The user {ADMINISTRATOR} has the password {password}\nIt is not shown again.")
        self._show_inside(self._running)
        self._running.application.schedule_changed = self._called.set
        self.web.application = self._running.application
        self._may_listen.set()
        self._tell("ready")

    def _show_inside(self, running: Running) -> None:
        self.web.readiness.checks = _checks(running)
        metrics, token = running.metrics, self._settings.metrics_token
        if metrics and token:
            self.web.metrics = lambda authorization: metrics.answer(authorization, token)
        _listen_for_metrics(running, self._settings, self._tell)

    def _keep_house(self, work: Callable[[Running], None]) -> None:
        """Work that nobody waits for: when it cannot be done now, the next time will do."""
        if self._running is None:
            return
        try:
            work(self._running)
        except (StorageUnavailable, StaleRevision, OSError) as failure:
            log.warning("housekeeping has to wait: %s", failure)

    def _tidy(self, running: Running) -> None:
        now = utc_now()
        with running.storage.write() as uow:
            running.application.services.authenticator.flush(uow, now)
            forgotten = forget_expired(uow, now)
            if self._settings.audit_retention:
                uow.audit.delete_before(now - timedelta(seconds=self._settings.audit_retention), PIECE)
            if self._settings.task_retention:
                uow.tasks.delete_ended_before(now - timedelta(seconds=self._settings.task_retention), PIECE)
        if forgotten:
            running.application.wake_runner()

    def _forget_uploads(self, running: Running) -> None:
        forget_abandoned_uploads(running.storage, utc_now(), timedelta(seconds=self._settings.upload_lifetime))

    def _sync_when_due(self, running: Running) -> None:
        self._pause = HOUSEKEEPING_SECONDS
        if submit_due_sync(running.storage, utc_now()):
            running.runner.wake()
        self._pause = seconds_until_sync(running.storage, utc_now(), HOUSEKEEPING_SECONDS)

    def _sweep(self, running: Running) -> None:
        if time.monotonic() < self._next_sweep:
            return
        self._next_sweep = time.monotonic() + SWEEP_SECONDS
        sweep_blobs(running.storage, running.application.services.blobs, utc_now())

    def _close(self) -> None:
        self.drain()
        self._background.join(timeout=self._settings.stop_grace)
        if self._running:
            self._running.runner.stop(self._settings.stop_grace)
            self._keep_house(self._tidy)
            if self._running.metrics:
                self._running.metrics.close()
            self._running.storage.close()


def serve(settings: Settings, tell: Callable[[str], None]) -> None:
    """Serves until the process is told to end. `tell` gets lines for the person who started it.

    Raises OSError when it cannot listen, and what kept the service from starting; ChildFailed with several processes.
    """
    listener = listener_on(settings.host, settings.port)
    certificate = _certificate(settings)
    scheme = "https" if settings.tls else "http"
    host, port = listener.getsockname()[:2]
    tell(f"listening on {scheme}://{f'[{host}]' if ':' in host else host}:{port}")
    server = partial(_serve_on, listener, settings, certificate)
    if settings.workers == 1:
        server(tell, False)
    else:
        _share_metrics(settings)
        # As long as a child takes to drain, to end its tasks, and to close its connections.
        Processes(settings.workers, listener, server, tell, grace=3 * settings.stop_grace + 2).run()


def _certificate(settings: Settings) -> Certificate:
    if not settings.tls or settings.cert:
        return settings.cert, settings.key
    _make_data_folder(settings)
    return ensure_certificate(settings.data / "tls", settings.host)


def _serve_on(
    listener: socket.socket,
    settings: Settings,
    certificate: Certificate,
    tell: Callable[[str], None],
    others_serve: bool,
) -> None:
    service = Service(settings, tell, others_serve=others_serve)
    server = HttpServer(service.web, settings, certificate, service.drain)
    service.on_failure = server.give_up
    server.run([listener])
    if service.failure is not None:
        raise service.failure


def work(settings: Settings, tell: Callable[[str], None]) -> None:
    """Does tasks, and serves nobody, until the process is told to end. What it cannot use at first it waits for."""
    asked = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: asked.set())
    while not asked.is_set():
        try:
            storage = open_data(settings)
        except StorageUnavailable as failure:
            log.error("the database cannot be used, trying again: %s", failure)
            asked.wait(1.0)
            continue
        running = assemble(settings, storage)
        _listen_for_metrics(running, settings, tell)
        tell("ready")
        asked.wait()
        running.runner.stop(settings.stop_grace)
        if running.metrics:
            running.metrics.close()
        storage.close()

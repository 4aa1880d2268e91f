"""`imagewright demo`: the main job, done through HTTP as a client would, each step with its real answer."""

from __future__ import annotations

import json
import os
import secrets
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from imagewright.cli import sample_depot as sample

USER = "administrator@vsphere.local"
SETTINGS = "/api/esx/settings"
SOFTWARE = f"{SETTINGS}/repository/software"
START_SECONDS = 20.0
TASK_SECONDS = 120.0
SHOWN = 600
"""Characters of an answer that are printed."""


class NotAsExpected(Exception):
    """A step had another answer than it should; the demonstration ends there."""


def run(bundles: Sequence[Path] = ()) -> int:
    """Runs everything against a server of its own with a temporary data folder; 0 when every answer was right.

    `bundles` are offline bundles of your own, imported beside the sample depots.
    """
    console = Console(highlight=False, soft_wrap=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="imagewright-demo-") as folder:
        try:
            depots = sample.write_sample_depots(Path(folder, "depots"))
            console.print(f"[bold]Sample depots[/bold]: {', '.join(path.name for path in depots)}")
            with _server(Path(folder)) as (client, password):
                _Demo(client, console, Path(folder, "depots")).everything(password, bundles)
        except (NotAsExpected, httpx.HTTPError, OSError, TimeoutError) as failure:
            console.print(f"[bold red]Failed[/bold red]: {failure}")
            return 1
    console.print(
        f"\n[bold green]Done[/bold green] in {time.monotonic() - started:.1f} s; every answer was as expected."
    )
    return 0


class _Demo:
    def __init__(self, client: httpx.Client, console: Console, depots: Path) -> None:
        self._client = client
        self._console = console
        self._depots = depots

    def everything(self, password: str, bundles: Sequence[Path]) -> None:
        self._log_in(password)
        self._import_depots(bundles)
        self._look_around()
        draft = self._compose()
        self._validate(draft)
        spec = self._commit(draft)
        self._library(spec)

    def _log_in(self, password: str) -> None:
        self._title("Log in")
        answer = self._client.post("/api/session", auth=(USER, password))
        token = self._expect(answer, 201, show='"<the session token>"')
        self._client.headers["vmware-api-session-id"] = token

    def _import_depots(self, bundles: Sequence[Path]) -> None:
        self._title("Import offline bundles: the first from a location, the others uploaded")
        self._import({"source_type": "PULL", "location": (self._depots / sample.BASE_8_0_3_FILE).as_uri()})
        for path in (self._depots / sample.ALPHA_FILE, self._depots / sample.DRIVERS_FILE, *bundles):
            with path.open("rb") as file:
                file_id = self._expect(self._client.post("/vum-fileupload", files={"file": (path.name, file)}), 200)
            self._import({"source_type": "PUSH", "file_id": file_id, "description": path.name})
        self._title("A broken bundle is refused, and nothing of it is kept")
        location = (self._depots / sample.BROKEN_FILE).as_uri()
        task = self._call("POST", f"{SETTINGS}/depots/offline?vmw-task=true", 202, _pull(location))
        self._require(self._finished(task)["status"] == "FAILED", "the broken bundle was taken")

    def _import(self, spec: dict[str, Any]) -> None:
        task = self._call("POST", f"{SETTINGS}/depots/offline?vmw-task=true", 202, spec)
        self._require(self._finished(task)["status"] == "SUCCEEDED", "the import failed")

    def _look_around(self) -> None:
        self._title("What the depots offer")
        images = self._call("GET", f"{SETTINGS}/depot-content/base-images", 200)
        self._require(sample.BASE_8_0_3 in [each["version"] for each in images], "the base image is not offered")
        components = self._call("GET", f"{SETTINGS}/depot-content/components", 200)
        self._console.print(f"  {len(components)} components")
        self._require(sample.NET_DRIVER in [each["name"] for each in components], "the driver is not offered")

    def _compose(self) -> str:
        self._title("Make a draft: name, base image, add-on, a component")
        draft: str = self._call("POST", f"{SOFTWARE}/drafts", 201, {})
        path = f"{SOFTWARE}/drafts/{draft}"
        self._call("PUT", f"{path}/display-name", 204, {"display_name": "Demo image"})
        self._call("PUT", f"{path}/base-image", 204, {"version": sample.BASE_8_0_3})
        self._call("PUT", f"{path}/add-on", 204, {"name": sample.ALPHA, "version": sample.ALPHA_NEW})
        self._call("PUT", f"{path}/components/{sample.NET_DRIVER}", 204, sample.NET_DRIVER_UNMET)
        return draft

    def _validate(self, draft: str) -> None:
        self._title("Validate: this driver needs something that no depot has")
        findings = self._findings(draft)
        self._require(len(findings.get("errors", ())) == 1, "the driver's unmet dependency was not found")
        self._title("Choose the version of the driver that can be installed, and validate again")
        self._call("PUT", f"{SOFTWARE}/drafts/{draft}/components/{sample.NET_DRIVER}", 204, sample.NET_DRIVER_GOOD)
        self._require("errors" not in self._findings(draft), "the image still has errors")
        effective = self._call("GET", f"{SOFTWARE}/drafts/{draft}/effective-components", 200, show=False)
        source = effective[sample.NET_DRIVER]["details"]["source"]
        self._console.print(f"  {len(effective)} effective components; {sample.NET_DRIVER} comes from {source}")
        self._require(source == "USER", "the user's component is not in the image")

    def _findings(self, draft: str) -> dict[str, Any]:
        task = self._call("POST", f"{SOFTWARE}/drafts/{draft}?action=validate&vmw-task=true", 202)
        info = self._finished(task, show=False)
        self._require(info["status"] == "SUCCEEDED", "validation did not succeed")
        findings: dict[str, Any] = info["result"]["notifications"]
        for kind, colour in (("errors", "red"), ("warnings", "yellow"), ("info", "blue")):
            for each in findings.get(kind, ()):
                self._console.print(f"  [{colour}]{each['type']}[/{colour}] {each['id']}")
                self._console.print(f"    {each['message']['default_message']}", markup=False)
                self._console.print(f"    → {each['resolution']['default_message']}", markup=False)
        if not findings:
            self._console.print("  nothing is wrong with it")
        return findings

    def _commit(self, draft: str) -> str:
        self._title("Commit: the draft is gone, and the library has a new image")
        body = {"message": "First image of the demonstration"}
        task = self._call("POST", f"{SOFTWARE}/drafts/{draft}?action=commit&vmw-task=true", 202, body)
        info = self._finished(task)
        self._require(info["status"] == "SUCCEEDED", "the commit failed")
        self._call("GET", f"{SOFTWARE}/drafts/{draft}", 404)
        return str(info["result"])

    def _library(self, spec: str) -> None:
        self._title("The library")
        records = self._call("GET", SOFTWARE, 200)["records"]
        self._require([each["id"] for each in records] == [spec], "the library does not have exactly this image")
        self._title("Export the software specification")
        wanted = {
            "export_software_spec": True,
            "export_iso_image": False,
            "export_offline_bundle": False,
            "export_only_default_image": False,
        }
        urls = self._call("POST", f"{SOFTWARE}/{spec}?action=export", 200, wanted)
        exported = self._expect(self._client.get(urls["SOFTWARE_SPEC"]), 200)
        self._require(exported["base_image"]["version"] == sample.BASE_8_0_3, "the export is of another image")

    # --- one call ----------------------------------------------------------------------------------------------------

    def _title(self, text: str) -> None:
        self._console.print(f"\n[bold]{text}[/bold]")

    def _call(self, method: str, path: str, status: int, body: Any = None, *, show: bool = True) -> Any:
        self._console.print(f"[cyan]{method}[/cyan] {path}" + (f" {json.dumps(body)}" if body is not None else ""))
        content = None if body is None else json.dumps(body)
        answer = self._client.request(method, path, content=content, headers={"Content-Type": "application/json"})
        return self._expect(answer, status, show=None if show else "")

    def _expect(self, answer: httpx.Response, status: int, *, show: str | None = None) -> Any:
        text = answer.text if show is None else show
        if text or answer.status_code != status:
            shortened = text if len(text) <= SHOWN else f"{text[:SHOWN]} … ({len(text)} characters)"
            self._console.print(f"  {answer.status_code} {shortened}", markup=False)
        else:
            self._console.print(f"  {answer.status_code}")
        self._require(answer.status_code == status, f"the status is {answer.status_code} and should be {status}")
        return answer.json() if answer.content else None

    def _finished(self, task: str, *, show: bool = True) -> dict[str, Any]:
        """Waits for the end of a task, with a line that shows how far it is."""
        deadline = time.monotonic() + TASK_SECONDS
        with self._console.status("waiting for the task") as line:
            while True:
                info: dict[str, Any] = self._client.get(f"/api/cis/tasks/{task}").json()
                if info["status"] not in ("PENDING", "RUNNING", "BLOCKED"):
                    break
                progress = info["progress"]
                line.update(f"{progress['completed']} of {progress['total']}: {progress['message']['default_message']}")
                self._require(time.monotonic() < deadline, f"the task {task} does not end")
                time.sleep(0.05)
        if show:
            outcome = info.get("result") or info.get("error") or ""
            text = json.dumps(outcome)
            self._console.print(f"  the task {info['status']} {text[:SHOWN]}", markup=False)
        return info

    def _require(self, fact: bool, otherwise: str) -> None:
        if not fact:
            raise NotAsExpected(otherwise)


def _pull(location: str) -> dict[str, str]:
    return {"source_type": "PULL", "location": location}


@contextmanager
def _server(folder: Path) -> Iterator[tuple[httpx.Client, str]]:
    """A server of our own on a free port, and a client that trusts its certificate."""
    password = secrets.token_urlsafe()
    environment = {
        **os.environ,
        "IMAGEWRIGHT_ADMIN_PASSWORD": password,
        "IMAGEWRIGHT_FILE_FOLDERS": str(folder / "depots"),
    }
    command = [sys.executable, "-m", "imagewright", "serve", "--data", str(folder / "data"), "--listen", "127.0.0.1:0"]
    with (folder / "server.log").open("w+") as log:
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603
        try:
            url = _url_when_ready(server, log.name)
            certificate = folder / "data" / "tls" / "cert.pem"
            # The environment may name a proxy or certificates that mean the rest of the world.
            with httpx.Client(base_url=url, verify=_trusting(certificate), trust_env=False, timeout=30.0) as client:
                yield client, password
        finally:
            server.terminate()
            server.wait(START_SECONDS)
            if server.stdout:
                server.stdout.close()


def _trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def _url_when_ready(server: subprocess.Popen[str], log_name: str) -> str:
    url = ""
    for line in server.stdout or ():
        if line.startswith("listening on "):
            url = line.removeprefix("listening on ").strip()
        if line.strip() == "ready":
            return url
    raise NotAsExpected(f"the server did not start: {Path(log_name).read_text()[-2000:]}")

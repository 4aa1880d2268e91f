"""Many users work on one library while servers and workers are killed: whatever was acknowledged is there, what was not
is there as a whole or not at all, and every task ends.

The short form is part of every run, on the database of that run. `make torture` takes both, and goes on until so many
processes were killed as `TORTURE_KILLS` says.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from library_model import TASK, Edit, Library, Remove, Request, Throw, commit, new_draft, rename
from server_process import (
    ADMINISTRATOR,
    ALICE,
    BOB,
    COMMAND,
    PATIENCE,
    ServerProcess,
    allowing,
    run_command,
    serving,
    surroundings,
)
from shared_servers import postgresql_server  # noqa: F401 - a fixture
from wire_clients import DRAFTS, DRAFTS_SERVICE, OFFLINE, SOFTWARE, Rest, connection, login, rest_session

from imagewright.cli import sample_depot as sample

KILLS = int(os.environ.get("TORTURE_KILLS", "2"))
HOW = settings(
    max_examples=2,  # the first one is always the dullest
    stateful_step_count=60 if KILLS > 20 else 15,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""A failure is not made smaller: what a kill does depends on the moment."""
USERS = {each.name: each for each in (ADMINISTRATOR, ALICE, BOB)}
NAMES = ("winter", "spring", "summer", "autumn")
COMPONENTS = {sample.NET_DRIVER: sample.NET_DRIVER_GOOD, "Broadcom-ELX-lpfc": "4.5.3.0-1vmw.803.0.35.99000335"}
SETTINGS = {"IMAGEWRIGHT_TASK_LEASE": "1", "IMAGEWRIGHT_TASK_THREADS": "1"}

Place = AbstractContextManager[tuple[Path, str]]
"""A data folder and the URL of a database."""

users = st.sampled_from(sorted(USERS))
names = st.sampled_from(NAMES)
mishaps = st.sampled_from(["none"] * 5 + ["the server dies"] * 2 + ["a worker dies"])


class Site:
    """A server and a worker on one database. Either can be killed, and is started again."""

    def __init__(self, data: Path, database: str, happened: Counter[str]) -> None:
        self.data = data
        self._settings = SETTINGS | {"IMAGEWRIGHT_DATABASE": database}
        self._happened = happened
        self._tokens: dict[str, str] = {}
        self._start_server()
        self._start_worker()

    def rest(self, user: str) -> Rest:
        """The site as a user; his session lasts as long as the data."""
        if user not in self._tokens:
            self._tokens[user] = login(self._http, USERS[user])
        return Rest(self._http, self._tokens[user])

    def kill_server(self) -> None:
        """As a power cut does."""
        self._happened["kills of a server"] += 1
        self.server.kill()
        self._http.close()
        self._start_server()

    def kill_worker(self) -> None:
        self._happened["kills of a worker"] += 1
        self._end_worker()
        self._start_worker()

    def is_whole(self) -> None:
        """The database and the blobs agree."""
        words = ("fsck", "--deep", "--data", str(self.data))
        done = run_command(*words, folder=self.data.parent, **self._settings)
        assert done.returncode == 0, done.stdout + done.stderr

    def close(self) -> None:
        self._end_worker()
        self._http.close()
        self.server.stop()

    def _start_server(self) -> None:
        self.server = ServerProcess(self.data, ["--no-tls"], self._settings).ready()
        self._http = connection(self.server)

    def _start_worker(self) -> None:
        words = [COMMAND, "worker", "--data", str(self.data)]
        self._worker = subprocess.Popen(
            words, cwd=self.data.parent, env=surroundings(**self._settings),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self._worker.stdout
        assert self._worker.stdout.readline() == b"ready\n"

    def _end_worker(self) -> None:
        self._worker.kill()
        self._worker.communicate(timeout=PATIENCE)


class Torture(RuleBasedStateMachine):
    """Users do what they like, one after the other; some requests meet a kill in the middle."""

    def __init__(self, place: Place, happened: Counter[str]) -> None:
        super().__init__()
        self.happened = happened
        self.place = ExitStack()
        self.site = Site(*self.place.enter_context(place), happened)
        self.place.callback(self.site.close)
        self.library = Library()
        self._commits: set[str] = set()

    def teardown(self) -> None:
        """Every task has ended, a whole look finds what the model says, and nothing is missing or left over."""
        with self.place:
            self._everything_has_ended()

    # What users do

    def _request(self, user: str, choice: int, name: str) -> Request:
        """One of the requests that make sense now; more often one that leads to a commit."""
        library, replace = self.library, bool(choice % 2)
        possible: list[Request] = [new_draft(library, user, replace=replace)]
        draft = library.drafts.get(user)
        if draft is not None:
            path, image = f"{DRAFTS}/{draft.id}", draft.image
            naming = Edit(user, "PUT", f"{path}/display-name", body={"display_name": name}, name=name)
            basing = Edit(user, "PUT", f"{path}/base-image", body={"version": sample.BASE_8_0_3}, base_image=True)
            possible += [naming] * (1 if image.name else 3) + [basing] * (1 if image.base_image else 3)
            possible += [_toggle(user, path, image.components, component) for component in COMPONENTS]
            possible += [commit(library, user)] * (3 if image.base_image and image.name else 1)
            possible += [Throw(user, "DELETE", path)]
        for spec in sorted(library.specs):
            possible += [new_draft(library, user, replace=replace, edits=spec)]
            possible += [rename(library, user, spec, name), Remove(user, "DELETE", f"{SOFTWARE}/{spec}", spec=spec)]
        return possible[choice % len(possible)]

    @rule(user=users, choice=st.integers(0, 1000), name=names, mishap=mishaps, moment=st.floats(0, 0.02))
    def ask(self, user: str, choice: int, name: str, mishap: str, moment: float) -> None:
        """A request, and its answer. The server may be killed in the middle of it, or a worker after it was sent."""
        request = self._request(user, choice, name)
        note(f"{request} {mishap}")
        if mishap == "the server dies":
            self._ask_and_kill(request, moment)
        else:
            answer = _sent(self.site.rest(user), request)
            if mishap == "a worker dies":
                self.site.kill_worker()
            self._acknowledged(request, answer)

    def _ask_and_kill(self, request: Request, moment: float) -> None:
        answers: list[httpx.Response] = []
        rest = self.site.rest(request.user)

        def ask() -> None:
            with suppress(httpx.TransportError):
                answers.append(_sent(rest, request))

        asking = Thread(target=ask)
        asking.start()
        Event().wait(moment)
        self.site.kill_server()
        asking.join()
        note("acknowledged" if answers else "not acknowledged")
        if answers:
            self._acknowledged(request, answers[0])
        else:
            self._done_or_not(request)

    # What must hold

    @invariant()
    def the_library_is_what_the_model_says(self) -> None:
        assert self._look() == self.library.seen()

    def _everything_has_ended(self) -> None:
        rest = self.site.rest(ALICE.name)
        filter_ = {"filter_spec": {"services": [DRAFTS_SERVICE]}}
        for task in rest.result("POST", "/cis/tasks", 200, params={"action": "list"}, json=filter_):
            rest.wait(task)
        assert self._look() == self.library.seen()
        self.site.is_whole()

    def _acknowledged(self, request: Request, response: httpx.Response) -> None:
        if request.is_commit:
            assert response.status_code == 202, response.text
            self._ended(request, response.json())
        elif request.error:
            assert response.status_code == 400, response.text
            assert response.json()["error_type"] == request.error
        else:
            assert response.status_code == request.status, response.text
            request.after(self.library, response.json() if response.content else None)

    def _ended(self, request: Request, task_id: str) -> None:
        self._commits.add(task_id)
        task = self.site.rest(request.user).wait(task_id)
        if request.error:
            assert (task["status"], task["error"]["error_type"]) == ("FAILED", request.error)
            self.happened["commits that were refused"] += 1
        else:
            assert task["status"] == "SUCCEEDED", task
            request.after(self.library, task["result"])
            self.happened["commits that succeeded"] += 1

    def _done_or_not(self, request: Request) -> None:
        """Nobody heard an answer: the change is there as a whole, or not at all."""
        if request.is_commit:
            for task_id in self._commits_of(request) - self._commits:
                self._ended(request, task_id)
            return
        if request.error:
            return
        seen, before = self._look(), self.library.seen()
        self.happened["changes without an answer, " + ("not done" if seen == before else "done")] += 1
        if seen == before:
            return
        changed = self.library.copy()
        request.after(changed, next(iter(seen["drafts"].keys() - before["drafts"].keys()), None))
        assert seen == changed.seen()
        self.library = changed

    def _commits_of(self, request: Request) -> set[str]:
        draft = {"type": "com.vmware.esx.settings.draft", "id": self.library.drafts[request.user].id}
        filter_ = {"targets": [draft], "services": [DRAFTS_SERVICE], "operations": ["commit$task"]}
        rest = self.site.rest(request.user)
        return set(rest.result("POST", "/cis/tasks", 200, params={"action": "list"}, json={"filter_spec": filter_}))

    def _look(self) -> dict[str, Any]:
        rest = self.site.rest(ALICE.name)
        drafts = rest.result("GET", DRAFTS, 200)
        specs = rest.result("GET", SOFTWARE, 200)["records"]
        return {
            "drafts": {
                each: (info["metadata"]["owner"], info["metadata"]["status"], info["software_spec"], *_seen(info))
                for each, info in ((each, rest.result("GET", f"{DRAFTS}/{each}", 200)) for each in drafts)
            },
            "specs": {each["id"]: (self._versions(rest, each["id"]), *_seen(each)) for each in specs},
        }

    def _versions(self, rest: Rest, spec: str) -> int:
        answer = rest.http.get(
            f"/imagewright/v1/software/{spec}/versions", headers={"vmware-api-session-id": str(rest.token)}
        )
        return len(answer.json())


def _seen(info: dict[str, Any]) -> tuple[str, bool, dict[str, str]]:
    """What the model knows of a draft or a specification, as a server shows it."""
    shown = info["software_info"]
    components = {name: component["version"] for name, component in shown["components"].items()}
    return info["display_name"], bool(shown["base_image"]["version"]), components


def _toggle(user: str, path: str, components: dict[str, str], component: str) -> Request:
    """Adds a component, or removes it when it is there."""
    path = f"{path}/components/{component}"
    if component in components:
        return Edit(user, "DELETE", path, component=(component, None))
    version = COMPONENTS[component]
    return Edit(user, "PUT", path, body=version, component=(component, version))


def _sent(rest: Rest, request: Request) -> httpx.Response:
    options = {} if request.body is None else {"json": request.body}
    return rest.request(request.method, request.path, params=request.params, **options)


@pytest.fixture(params=["sqlite", "postgresql"] if KILLS > 20 else [os.environ.get("TEST_DATABASE", "sqlite")])
def new_place(
    request: pytest.FixtureRequest, stocked_data: Path, depot_folder: Path, tmp_path: Path
) -> Callable[[], Place]:
    """Makes a place with users and a base image, and no library, each time."""
    numbers = count()

    @contextmanager
    def on_sqlite() -> Iterator[tuple[Path, str]]:
        data = Path(shutil.copytree(stocked_data, tmp_path / f"{next(numbers)}" / "data"))
        yield data, f"sqlite:///{data / 'imagewright.db'}"

    @contextmanager
    def on_postgresql() -> Iterator[tuple[Path, str]]:
        data = tmp_path / f"{next(numbers)}" / "data"
        data.mkdir(parents=True)
        with request.getfixturevalue("postgresql_server").new_database() as url:
            _stock(data, url, depot_folder)
            yield data, url

    return on_sqlite if request.param == "sqlite" else on_postgresql


def _stock(data: Path, database: str, depot_folder: Path) -> None:
    settings = allowing(depot_folder) | {"IMAGEWRIGHT_DATABASE": database}
    with serving(data, ["--no-tls"], settings) as server, rest_session(server, ADMINISTRATOR) as administrator:
        for name in (sample.BASE_8_0_3_FILE, sample.DRIVERS_FILE):
            spec = {"source_type": "PULL", "location": (depot_folder / name).as_uri(), "description": name}
            assert administrator.task("POST", OFFLINE, params=TASK, json=spec)["status"] == "SUCCEEDED"
        for user in (ALICE, BOB):
            words = ("user", "add", user.name, "--role", "editor", "--data", str(data))
            variables = {"IMAGEWRIGHT_DATABASE": database, "IMAGEWRIGHT_USER_PASSWORD": user.password}
            assert run_command(*words, folder=data.parent, **variables).returncode == 0


@pytest.mark.timeout(120 + 20 * KILLS)
def test_nothing_is_lost_and_nothing_is_half(new_place: Callable[[], Place]) -> None:
    happened: Counter[str] = Counter()
    while happened["kills of a server"] + happened["kills of a worker"] < KILLS:
        run_state_machine_as_test(lambda: Torture(new_place(), happened), settings=HOW)
    print(*(f"{number:5} {what}" for what, number in sorted(happened.items())), sep="\n")

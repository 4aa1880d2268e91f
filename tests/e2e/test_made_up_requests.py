"""Requests that Schemathesis makes up from our own OpenAPI document, as an editor.

Each answer must be one that is in the document, and none may be a failure of the server.
`make test` tries a few of each operation, always the same; `make fuzz` tries CASES_OF_EACH new ones, at least CASES in
all, and then each operation that an editor may call must have worked at least once.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import pytest
import requests
import schemathesis
from existing_things import ExistingThings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from server_process import ADMINISTRATOR, ALICE, BOB, ServerProcess, allowing, serving
from wire_clients import OFFLINE, Rest, basic, connection, login, rest_session

from imagewright.cli import sample_depot as sample

CASES = 20_000
CASES_OF_EACH = int(os.environ.get("FUZZ_CASES_OF_EACH", "0"))
"""Given by `make fuzz`."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DOCUMENT = schemathesis.openapi.from_dict(
    json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_bytes()),
    config=schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}}),
)
OPERATIONS: dict[str, APIOperation[Any, Any, Any, Any]] = {
    each.ok().label: each.ok() for each in DOCUMENT.get_all_operations()
}
UMDS = "/esx/settings/depots/umds"
UPLOAD = "POST /vum-fileupload"
NEVER_WORK = (
    "/faults",
    "/inventory/clusters",
    "/inventory/hosts",
    "DELETE /api/esx/settings/depots/",
    "POST /api/cis/tasks/",
    "POST /api/esx/settings/depots/online/",
)
"""For administrators only; and no task here takes so long that it could be cancelled."""
LEAVE_AS_IT_IS = 3
"""One of so many values stays the one that was made up, though there is an existing one."""


@dataclass(frozen=True, slots=True)
class Site:
    """A server to send made-up requests to, and what is known of it."""

    server: ServerProcess
    http: requests.Session
    alice: Rest
    things: ExistingThings
    seen: dict[str, Counter[int]]

    def send(self, case: Case) -> Any:
        """The answer to a case, as the editor, who logs in again where the case ended the session."""
        if case.operation.label == "POST /api/session":
            headers = {"Authorization": basic(ALICE)}
        else:
            headers = {"vmware-api-session-id": str(self.alice.token)}
        answer = case.call(base_url=self.server.url, session=self.http, headers=headers)
        self.seen[case.operation.label][answer.status_code] += 1
        if case.operation.label == "DELETE /api/session" and answer.status_code == HTTPStatus.NO_CONTENT:
            self.alice.token = login(self.alice.http, ALICE)
        return answer


@pytest.fixture(scope="module")
def site(stocked_data: Path, depot_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = Path(shutil.copytree(stocked_data, tmp_path_factory.mktemp("made-up") / "data"))
    with (
        serving(data, ["--no-tls"], allowing(depot_folder)) as server,
        connection(server) as http,
        requests.Session() as session,
    ):
        session.trust_env = False
        with rest_session(server, ADMINISTRATOR) as administrator:
            _furnish(administrator, depot_folder)
        alice, bob, librarian = (Rest(http, login(http, each)) for each in (ALICE, BOB, ADMINISTRATOR))
        seen: dict[str, Counter[int]] = defaultdict(Counter)
        yield Site(server, session, alice, ExistingThings(alice, bob, librarian, depot_folder), seen)
        for label, statuses in seen.items():
            print(f"{statuses.total():6} {label}: {dict(sorted(statuses.items()))}")
        print(f"{sum(each.total() for each in seen.values()):6} in all")


def _furnish(administrator: Rest, folder: Path) -> None:
    spec = {"source_type": "PULL", "location": (folder / sample.HARDWARE_FILE).as_uri()}
    task = administrator.task("POST", OFFLINE, params={"vmw-task": "true"}, json=spec)
    assert task["status"] == "SUCCEEDED", task
    administrator.result("PUT", UMDS, 204, json={"location": (folder / "index.xml").as_uri()})
    for kind, more in (("cluster", {}), ("host", {"cluster": "fuzz-cluster"})):
        body = {"id": f"fuzz-{kind}", "name": f"a {kind}"} | more
        answer = administrator.http.post(
            f"/imagewright/v1/inventory/{kind}s", json=body, headers={"vmware-api-session-id": str(administrator.token)}
        )
        assert answer.status_code == HTTPStatus.CREATED, answer.text


@st.composite
def made_up(draw: st.DrawFn, operation: APIOperation[Any, Any, Any, Any]) -> tuple[Case, dict[str, int], int | None]:
    """A case, which of the existing things its parameters mean, and which of the known bodies it is or goes into."""
    modes = [GenerationMode.POSITIVE]
    if operation.query or operation.body:
        modes.append(GenerationMode.NEGATIVE)
    case = draw(operation.as_strategy(draw(st.sampled_from(modes))))
    names = [*(case.path_parameters or {}), *(case.query or {})]
    numbers = st.integers(0, 2 * LEAVE_AS_IT_IS * LEAVE_AS_IT_IS - 1)
    chosen = {name: draw(numbers) for name in names}
    meant = {name: number // LEAVE_AS_IT_IS for name, number in chosen.items() if number % LEAVE_AS_IT_IS}
    number = draw(numbers) if operation.body else 0
    return case, meant, number // LEAVE_AS_IT_IS if number % LEAVE_AS_IT_IS else None


def _fill_in(case: Case, meant: dict[str, int], body: int | None, things: ExistingThings) -> None:
    """Puts existing things in the place of what was made up. In what is wrong on purpose only the path is changed."""
    path, wrong = case.operation.path, case.meta is not None and case.meta.generation.mode.is_negative
    for name, number in meant.items():
        if not things.knows(path, name):
            continue
        if name in (case.path_parameters or {}):
            case.path_parameters[name] = quote(things.value(path, name, number), safe="")
        elif not wrong:
            value = things.value(path, name, number)
            case.query[name] = [value] if isinstance(case.query[name], list) else value
    if body is None or wrong:
        return
    known = things.body(case.operation.label, body)
    if isinstance(known, dict) and isinstance(case.body, dict) and body % 2:
        case.body = case.body | known
    elif known is not None:
        case.body = known


def _may_be_right(case: Case) -> bool:
    """Whether what is wrong by the document may be taken: null is read as not given, and a form has no types."""
    return case.operation.label == UPLOAD or _has_null(case.body)


def _has_null(plain: Any) -> bool:
    values = [*plain.values()] if isinstance(plain, dict) else plain if isinstance(plain, list) else []
    return plain is None or any(_has_null(each) for each in values)


@pytest.mark.parametrize("label", OPERATIONS)
def test_answers_are_as_the_document_says(label: str, site: Site) -> None:
    operation = OPERATIONS[label]

    @settings(
        max_examples=CASES_OF_EACH or 6,
        derandomize=not CASES_OF_EACH,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(made_up(operation))
    def answered(request: tuple[Case, dict[str, int], int | None]) -> None:
        case, meant, body = request
        _fill_in(case, meant, body, site.things)
        checks = CHECKS if _may_be_right(case) else [*CHECKS, negative_data_rejection]
        case.validate_response(site.send(case), checks=cast(Any, checks))

    answered()


@pytest.mark.skipif(not CASES_OF_EACH, reason="only `make fuzz` tries enough for that")
def test_enough_was_tried_and_everything_worked_once(site: Site) -> None:
    assert sum(each.total() for each in site.seen.values()) >= CASES
    never = [label for label, statuses in site.seen.items() if not any(status < 300 for status in statuses)]
    assert [each for each in never if not any(part in each for part in NEVER_WORK)] == []

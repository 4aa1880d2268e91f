"""Syncs by schedule, as the server does them by itself."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from server_process import ADMINISTRATOR, ALICE, allowing, eventually, serving
from wire_clients import JsonRpc, Rest, connection, login, rest_session, session_context

from imagewright.cli import sample_depot as sample
from imagewright.cli.data_folder import opened

SCHEDULE = "/esx/settings/depots/sync-schedule"
SERVICE = "com.vmware.esx.settings.depots.sync_schedule"
HOURLY = {"enabled": True, "schedule": {"type": "HOURLY", "minute": 7}, "email_addresses": []}


def syncs(rest: Rest) -> dict[str, Any]:
    query = {"services": "com.vmware.esx.settings.depots"}
    found: dict[str, Any] = rest.result("GET", "/cis/tasks", 200, params=query)
    return found


def base_images(rest: Rest) -> list[str]:
    return [each["version"] for each in rest.result("GET", "/esx/settings/depot-content/base-images", 200)]


def test_a_sync_whose_time_came_while_no_server_was_there_is_done_when_one_is(
    fresh_users: Path, depot_folder: Path, tmp_path: Path
) -> None:
    depot = tmp_path / "online"
    with zipfile.ZipFile(depot_folder / sample.BASE_9_1_0_FILE) as bundle:
        bundle.extractall(depot)
    with serving(fresh_users, settings=allowing(depot)) as server, rest_session(server, ALICE) as alice:
        alice.result("POST", "/esx/settings/depots/online", 201, json={"location": (depot / "index.xml").as_uri()})
        alice.result("PUT", SCHEDULE, 204, json=HOURLY)
        assert syncs(alice) == {}
    with opened(fresh_users, None) as storage, storage.write() as uow:
        schedule = uow.schedules.get()
        assert schedule is not None
        uow.schedules.save(replace(schedule, next_run=datetime.now(UTC) - timedelta(hours=5)))

    with serving(fresh_users, settings=allowing(depot)) as server, rest_session(server, ALICE) as alice:
        eventually("the base image of the depot is offered", lambda: base_images(alice) == [sample.BASE_9_1_0])
        (task,) = syncs(alice).values()
        assert (task["user"], task["operation"]) == (ALICE.name, "sync$task")
        with opened(fresh_users, None) as storage, storage.read() as uow:
            planned = uow.schedules.get()
        assert planned is not None
        assert planned.next_run is not None
        assert (planned.next_run > datetime.now(UTC), planned.next_run.minute) == (True, 7)


def test_it_is_the_same_over_json_rpc(fresh_users: Path) -> None:
    with serving(fresh_users) as server, connection(server) as http:
        token = login(http, ADMINISTRATOR)
        rest, rpc = Rest(http, token), JsonRpc(http, session_context(token))
        rest.result("PUT", SCHEDULE, 204, json=HOURLY)
        found = rpc.output(SERVICE, "get")
        (fields,) = found["STRUCTURE"].values()
        (schedule,) = fields["schedule"]["OPTIONAL"]["STRUCTURE"].values()
        assert (fields["enabled"], schedule["type"], schedule["minute"]) == (True, "HOURLY", {"OPTIONAL": 7})
        assert rest.result("GET", SCHEDULE, 200) == HOURLY

"""The whole application without HTTP: real storage, blobs and runner, and people who call its operations."""

from __future__ import annotations

import json
import threading
import time
from functools import cached_property
from typing import Any

from quick_hashes import quick_hash

from imagewright.app.authentication import SessionToken, UserPassword
from imagewright.app.call import Origin
from imagewright.app.ports import User
from imagewright.app.privileges import Role
from imagewright.bootstrap import Running, utc_now
from imagewright.cli import sample_depot as sample
from imagewright.contract.operations import Operation
from imagewright.contract.services import cis_session, cis_task, cis_tasks, inventory, settings
from imagewright.contract.services import repository_software as software
from imagewright.contract.services import repository_software_drafts as drafts

ORIGIN = Origin("127.0.0.1", "https://localhost", "test")
ENDED = (cis_task.Status.SUCCEEDED, cis_task.Status.FAILED)
EDIT, COPY = software.EditSpec(), software.CopySpec()


class Person:
    """Somebody who is logged in."""

    def __init__(self, running: Running, name: str, role: Role) -> None:
        user = User(name, quick_hash("secret"), role, utc_now())
        with running.storage.write() as uow:
            uow.users.add(user)
        self.name = name
        self._running = running
        login = running.application.invoke(cis_session.create, dict, UserPassword(name, "secret"), ORIGIN)
        self._credentials = SessionToken(login)

    def __call__(self, operation: Operation, **arguments: Any) -> Any:
        """The answer of an operation; what is not given is unset."""
        given = {each.name: None for each in operation.inputs} | arguments
        return self._running.application.invoke(operation, lambda: given, self._credentials, ORIGIN)

    def task(self, operation: Operation, **arguments: Any) -> cis_task.Info:
        """A task as it has ended."""
        task_id = self(operation, **arguments)
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            info: cis_task.Info = self(cis_tasks.get, task=task_id)
            if info.status in ENDED:
                return info
            threading.Event().wait(0.01)
        raise AssertionError(f"{task_id} does not end")

    def draft(self, name: str, base_image: str = sample.BASE_9_1_0) -> str:
        """A draft of a new specification, in place of the one that this person has."""
        spec = drafts.ImportSpec(
            source_type=drafts.SourceType.JSON_STRING,
            software_spec=json.dumps({"base_image": {"version": base_image}}),
            display_name=name,
            delete_existing_draft=True,
        )
        return str(self(drafts.import_software_spec, spec=spec))

    def commit(self, draft: str, message: str | None = None, **orchestrator: str) -> cis_task.Info:
        """The task that commits a draft, as it has ended."""
        spec = drafts.CommitSpec(
            message=message, orchestrator=settings.OrchestratorSpec(**orchestrator) if orchestrator else None
        )
        return self.task(drafts.commit, draft=draft, spec=spec)

    def committed(self, name: str, base_image: str = sample.BASE_9_1_0, **said: str) -> str:
        """A new specification of the library."""
        ended = self.commit(self.draft(name, base_image), **said)
        assert ended.status is cis_task.Status.SUCCEEDED, ended.error
        return str(ended.result)

    def assign(self, spec: str, entities: inventory.EntitySpec, **orchestrator: str) -> cis_task.Info:
        """The task that assigns a specification, as it has ended."""
        input_spec = inventory.AssignEntitiesSpec(
            software_spec_id=spec,
            entities=entities,
            orchestrator=settings.OrchestratorSpec(**orchestrator) if orchestrator else None,
        )
        return self.task(inventory.assign_entities, input_spec=input_spec)


class Site:
    """A running application with the content of the sample depots, and four people, who log in when they are needed."""

    def __init__(self, running: Running) -> None:
        self.running = running

    @cached_property
    def admin(self) -> Person:
        return Person(self.running, "admin", Role.ADMINISTRATOR)

    @cached_property
    def alice(self) -> Person:
        return Person(self.running, "alice", Role.EDITOR)

    @cached_property
    def bob(self) -> Person:
        return Person(self.running, "bob", Role.EDITOR)

    @cached_property
    def victor(self) -> Person:
        return Person(self.running, "victor", Role.VIEWER)


def hosts(*ids: str) -> inventory.EntitySpec:
    """These hosts, to be assigned."""
    return inventory.EntitySpec(type=inventory.EntitySpecInventoryType.HOST, hosts=frozenset(ids))


def clusters(*ids: str) -> inventory.EntitySpec:
    """These clusters, to be assigned."""
    return inventory.EntitySpec(type=inventory.EntitySpecInventoryType.CLUSTER, clusters=frozenset(ids))

"""A data folder with content and people, and the application over it, without HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagewright.app.authentication import SessionToken, UserPassword
from imagewright.app.call import Origin
from imagewright.app.invoke import Application
from imagewright.app.passwords import hash_password
from imagewright.app.ports import User
from imagewright.app.privileges import Role
from imagewright.bootstrap import assemble, open_data, utc_now
from imagewright.contract.operations import Operation
from imagewright.contract.services import cis_session
from imagewright.model.content import DepotContent
from imagewright.model.library import Depot, DepotSource
from imagewright.settings import Settings

ORIGIN = Origin("127.0.0.1", "https://localhost", "bench")
PASSWORD = "a password for the bench"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is logged in."""

    name: str
    token: str
    application: Application

    def call(self, operation: Operation, read: Callable[[], Mapping[str, Any]]) -> Any:
        """The result of an operation, as it comes from the one way in."""
        return self.application.invoke(operation, read, SessionToken(self.token), ORIGIN)

    def __call__(self, operation: Operation, **arguments: Any) -> Any:
        """The same with arguments that have been read; what is not given is unset."""
        given = {each.name: None for each in operation.inputs} | arguments
        return self.call(operation, lambda: given)


@contextmanager
def application_over(
    data: Path, depots: list[DepotContent], people: int = 1, task_threads: int = 2
) -> Iterator[list[Person]]:
    """The application over a new data folder with these depots; gives editors who are logged in.

    The folder stays as it is at the end, and so do the sessions.
    """
    settings = Settings(data=data, task_threads=task_threads)
    storage = open_data(settings)
    try:
        hashed = hash_password(PASSWORD)
        with storage.write() as uow:
            for number in range(people):
                role = Role.EDITOR if number else Role.ADMINISTRATOR
                uow.users.add(User(f"person-{number}@example.test", hashed, role, utc_now()))
            for number, content in enumerate(depots):
                uow.depots.add(Depot("", DepotSource.PUSH, f"{number:064x}", utc_now(), "bench"), content)
        running = assemble(settings, storage)
        try:
            yield [_logged_in(running.application, f"person-{number}@example.test") for number in range(people)]
        finally:
            running.runner.stop()
    finally:
        storage.close()


def _logged_in(application: Application, name: str) -> Person:
    token = application.invoke(cis_session.create, dict, UserPassword(name, PASSWORD), ORIGIN)
    return Person(name, token, application)

"""Values to be stored, with as little said about each as the test needs, and threads to store them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any, TypeVar

from imagewright.app.ports import Session
from imagewright.model.content import Bulletin, Component, DepotContent, MetadataBundle, Vib
from imagewright.model.draft import Draft
from imagewright.model.library import Depot, DepotSource, LibrarySpec, SpecVersion
from imagewright.model.spec import ImageSpec, SoftwareSpec
from imagewright.model.task import Task
from imagewright.storage.database import DatabaseStorage, Transaction

T = TypeVar("T")

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """A time after NOON."""
    return NOON + timedelta(seconds=seconds)


def sha256_of(text: str) -> str:
    """Some SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()


def spec_of(version: str) -> SoftwareSpec:
    """A specification that asks for a base image and nothing else."""
    return SoftwareSpec(ImageSpec(base_image=version))


def draft_of(owner: str, **fields: Any) -> Draft:
    """A draft before it has an id."""
    return Draft(id="", owner=owner, created=NOON, **fields)


def library_spec(name: str, version: str = "8.0", **fields: Any) -> tuple[LibrarySpec, SpecVersion]:
    """A specification before it has an id, and its first version."""
    spec = spec_of(version)
    return (
        LibrarySpec("", name, spec, spec.image_hash, 1, NOON, NOON, **fields),
        SpecVersion("", 1, name, "alice", NOON, "first", spec, spec.image_hash),
    )


def session_of(user: str, created: datetime = NOON, last_accessed: datetime = NOON) -> Session:
    """A login of a user."""
    return Session(sha256_of(user), user, created, last_accessed)


def task_of(task_id: str, **fields: Any) -> Task:
    """A task that was just submitted."""
    fields = {"service": "drafts", "operation": "commit", "user": "alice"} | fields
    return Task(id=task_id, submitted=NOON, **fields)


def depot_of(bundle: str, **fields: Any) -> Depot:
    """A depot before it has an id; `bundle` stands for the content of the bundle file."""
    return Depot("", DepotSource.PUSH, sha256_of(bundle), NOON, "alice", **fields)


def vib_of(name: str, version: str = "1.0") -> Vib:
    """A VIB whose file has a content of its own."""
    return Vib(f"V_bootbank_{name}_{version}", name, version, "V", sha256=sha256_of(f"{name} {version}"))


def content_of(*vibs: Vib) -> DepotContent:
    """A depot with a component for each VIB."""
    bulletins = tuple(Bulletin(f"bulletin-{vib.name}", vibs=(vib.ref,)) for vib in vibs)
    components = tuple(
        Component(vib.name, vib.version, vib.name, vib.version, bulletin)
        for vib, bulletin in zip(vibs, bulletins, strict=True)
    )
    return DepotContent((MetadataBundle("metadata.zip", "V", vibs=vibs, bulletins=bulletins, components=components),))


def add_depot(storage: DatabaseStorage, bundle: str, *vibs: Vib) -> Depot:
    """Stores a depot with these VIBs."""
    with storage.write() as unit:
        return unit.depots.add(depot_of(bundle), content_of(*vibs))


@contextmanager
def undone(storage: DatabaseStorage) -> Iterator[Transaction]:
    """A transaction that ends with an exception, so that nothing of it stays."""
    with suppress(_Undo), storage.write() as unit:
        yield unit
        raise _Undo


class _Undo(Exception):
    pass


def all_at_once(count: int, run: Callable[[int], T]) -> list[T | Exception]:
    """What `run` gives or raises in each of as many threads, which begin together."""
    barrier = Barrier(count)

    def one(number: int) -> T | Exception:
        barrier.wait(timeout=10)
        try:
            return run(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))

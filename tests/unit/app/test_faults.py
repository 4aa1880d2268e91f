"""Faults on demand: which calls and tasks a rule strikes, how often, and how."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from whole_site import Site

from imagewright.app.faults import LONGEST_DELAY, Faults
from imagewright.bootstrap import assemble
from imagewright.contract import registry
from imagewright.contract.decoding import ERROR_CLASSES
from imagewright.contract.services import cis_task, cis_tasks, own_faults, std
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services.own_faults import CreateSpec, Effect, HeldState
from imagewright.model.errors import InvalidArgument, NotFound, ServiceUnavailable, Unauthorized, Unsupported
from imagewright.model.task import Task, TaskStatus
from imagewright.settings import Settings
from imagewright.storage.database import open_storage

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BUSY = std.ErrorType.SERVICE_UNAVAILABLE


class Waits(list[float]):
    """Instead of waiting, remembers for how long."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def faults(waits: Waits) -> Faults:
    return Faults(allowed=True, wait=waits)


def error(error_type: std.ErrorType = BUSY, **rule: object) -> CreateSpec:
    return CreateSpec(effect=Effect.ERROR, error_type=error_type, **rule)


def delay(milliseconds: int, **rule: object) -> CreateSpec:
    return CreateSpec(effect=Effect.DELAY, milliseconds=milliseconds, **rule)


def hold(state: HeldState = HeldState.BLOCKED, **rule: object) -> CreateSpec:
    return CreateSpec(effect=Effect.HOLD, state=state, **rule)


def a_task(task_id: str = "t1", user: str = "jane", submitted: datetime = NOON) -> Task:
    return Task(task_id, drafts.commit.service, drafts.commit.operation_id, user, submitted)


# Calls


@pytest.mark.parametrize("error_type", std.ErrorType)
def test_every_standard_error_can_be_asked_for(faults: Faults, error_type: std.ErrorType) -> None:
    faults.create(error(error_type, message="as you wish"), NOON)
    with pytest.raises(ERROR_CLASSES[error_type], match="as you wish") as struck:
        faults.strike(drafts.get, "jane")
    assert registry.error_type(struck.value.error_type).error_type == error_type
    assert (struck.value.challenge is not None) == (error_type == "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        ({}, True),
        ({"operation": "*"}, True),
        ({"operation": drafts.get.key}, True),
        ({"operation": "*.drafts.*"}, True),
        ({"operation": "*.drafts"}, False),
        ({"operation": "*.drafts.commit$task"}, False),
        ({"user": "jane"}, True),
        ({"user": "Jane"}, False),
        ({"operation": "*.drafts.get", "user": "joe"}, False),
    ],
)
def test_a_rule_is_for_operations_and_a_user(faults: Faults, rule: dict[str, str], struck: bool) -> None:
    fault = faults.create(error(**rule), NOON)
    if struck:
        with pytest.raises(ServiceUnavailable, match=fault):
            faults.strike(drafts.get, "jane")
    else:
        faults.strike(drafts.get, "jane")
    assert [each.matched for each in faults.list()] == [int(struck)]


def test_a_rule_with_a_count_ends(faults: Faults) -> None:
    faults.create(error(count=2), NOON)
    for _ in range(2):
        with pytest.raises(ServiceUnavailable):
            faults.strike(drafts.get, "jane")
    faults.strike(drafts.get, "jane")
    assert [each.matched for each in faults.list()] == [2]


def test_delays_add_up_to_the_first_error(faults: Faults, waits: Waits) -> None:
    faults.create(delay(200), NOON)
    faults.create(delay(50, user="joe"), NOON)
    faults.create(delay(300, count=1), NOON)
    faults.create(error(), NOON)
    faults.create(delay(400), NOON)
    for _ in range(2):
        with pytest.raises(ServiceUnavailable):
            faults.strike(drafts.get, "jane")
    assert waits == [0.5, 0.2]


def test_a_deleted_rule_strikes_no_more(faults: Faults) -> None:
    fault = faults.create(error(), NOON)
    assert faults.armed
    faults.delete(fault)
    assert not faults.armed
    faults.strike(drafts.get, "jane")
    assert faults.list() == ()
    with pytest.raises(NotFound, match=fault):
        faults.delete(fault)


def test_faults_themselves_are_never_struck(faults: Faults) -> None:
    faults.create(error(operation="*"), NOON)
    for operation in (own_faults.create, own_faults.list_, own_faults.delete):
        faults.strike(operation, "jane")


@pytest.mark.parametrize("spec", [error(count=0), delay(0), delay(LONGEST_DELAY + 1)])
def test_numbers_that_make_no_sense(faults: Faults, spec: CreateSpec) -> None:
    with pytest.raises(InvalidArgument):
        faults.create(spec, NOON)


def test_without_permission_there_are_none() -> None:
    faults = Faults()
    for refused in (lambda: faults.create(error(), NOON), faults.list, lambda: faults.delete("fault-1")):
        with pytest.raises(Unsupported, match="--allow-faults"):
            refused()


# Tasks


def test_a_task_is_held_until_the_rule_is_deleted(faults: Faults) -> None:
    fault = faults.create(hold(operation="*commit$task", user="jane"), NOON)
    task = a_task()
    assert faults.held(task) is faults.held(task) is HeldState.BLOCKED
    assert faults.held(a_task("t2", user="joe")) is None
    faults.strike(drafts.commit, "jane")
    assert [each.matched for each in faults.list()] == [1]
    faults.delete(fault)
    assert faults.held(task) is None


def test_a_rule_with_a_count_holds_so_many_tasks(faults: Faults) -> None:
    faults.create(hold(HeldState.PENDING, count=1), NOON)
    assert faults.held(a_task("t1")) is HeldState.PENDING
    assert faults.held(a_task("t2")) is None
    assert faults.held(a_task("t1")) is HeldState.PENDING


def test_what_was_submitted_before_or_has_ended_is_not_held(faults: Faults) -> None:
    faults.create(hold(), NOON)
    assert faults.held(a_task(submitted=NOON - timedelta(seconds=1))) is None
    ended = Task("t2", drafts.commit.service, "commit$task", "jane", NOON, status=TaskStatus.SUCCEEDED)
    assert faults.held(ended) is None


# The whole application


@pytest.fixture
def faulty(stocked_database: Path, tmp_path: Path) -> Iterator[Site]:
    """A site that allows faults."""
    settings = Settings(data=tmp_path, allow_faults=True)
    shutil.copyfile(stocked_database, tmp_path / "imagewright.db")
    storage = open_storage(settings.database_url)
    running = assemble(settings, storage)
    yield Site(running)
    running.runner.stop(10)
    storage.close()


def test_reads_and_writes_are_struck_in_the_one_way_in(faulty: Site) -> None:
    fault = faulty.admin(own_faults.create, spec=error(operation="*.drafts.*", user="alice"))
    for operation, arguments in ((drafts.list_, {}), (drafts.create, {"spec": drafts.CreateSpec()})):
        with pytest.raises(ServiceUnavailable, match=fault):
            faulty.alice(operation, **arguments)
    assert faulty.bob(drafts.list_) == {}
    faulty.admin(own_faults.delete, fault=fault)
    assert faulty.alice(drafts.list_) == {}


def test_a_caller_without_the_privilege_is_told_that_and_no_fault(faulty: Site) -> None:
    faulty.admin(own_faults.create, spec=error(operation="*.drafts.*"))
    with pytest.raises(Unauthorized):
        faulty.victor(drafts.create, spec=drafts.CreateSpec())
    with pytest.raises(Unauthorized):
        faulty.alice(own_faults.list_)


def test_a_site_without_permission_refuses(site: Site) -> None:
    with pytest.raises(Unsupported):
        site.admin(own_faults.create, spec=error())


@pytest.mark.parametrize("state", HeldState)
def test_a_held_task_is_shown_as_asked_and_goes_on_afterwards(faulty: Site, state: HeldState) -> None:
    fault = faulty.admin(own_faults.create, spec=hold(state, operation="*.validate$task"))
    draft = faulty.alice.draft("held")
    task = faulty.alice(drafts.validate, draft=draft)
    info = faulty.alice(cis_tasks.get, task=task)
    listed = faulty.alice(cis_tasks.list_, filter_spec=cis_tasks.FilterSpec(tasks=frozenset({task})))

    assert listed[task].status == info.status == cis_task.Status(state)
    assert (info.progress is None) == (info.start_time is None) == (state is HeldState.PENDING)
    faulty.admin(own_faults.delete, fault=fault)
    assert faulty.running.runner.wait(task, 20).status is TaskStatus.SUCCEEDED

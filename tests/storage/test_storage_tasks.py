"""Task rows: claim with a lease, guarded changes of state, filters."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from stored_values import NOON, after, all_at_once, task_of

from imagewright.app.ports import StaleRevision
from imagewright.model.task import Task, TaskStatus, TaskTarget
from imagewright.storage.database import DatabaseStorage


def claim(storage: DatabaseStorage, worker: str, *, now: float = 0, until: float = 30) -> Task | None:
    """Claims in a transaction of its own; times are seconds after noon."""
    with storage.write() as unit:
        return unit.tasks.claim(worker, after(now), after(until))


def get(storage: DatabaseStorage, task_id: str) -> Task:
    """A task that must be there."""
    with storage.read() as unit:
        task = unit.tasks.get(task_id)
    assert task is not None
    return task


@pytest.fixture
def running(storage: DatabaseStorage) -> Task:
    """A task that "first" has claimed until 30 seconds after noon."""
    with storage.write() as unit:
        unit.tasks.add(task_of("t"))
    task = claim(storage, "first")
    assert task is not None
    return task


def test_task_comes_back_as_it_was(storage: DatabaseStorage) -> None:
    task = task_of(
        "t",
        arguments={"draft": "1", "nested": [1, 2.5, None, {"ä": True}]},
        target=TaskTarget("com.vmware.esx.settings.repository.software.draft", "1"),
        description="Commit",
        cancelable=True,
        progress_message="waiting",
    )
    with storage.write() as unit:
        unit.tasks.add(task)
        unit.tasks.add(task_of("without-target"))
    assert get(storage, "t") == task
    assert get(storage, "without-target") == task_of("without-target")
    with storage.read() as unit:
        assert unit.tasks.get("none") is None


DRAFT_7, DRAFT_8 = (TaskTarget("com.vmware.esx.settings.repository.software.draft", each) for each in "78")


def test_one_task_at_a_time_works_on_a_target(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        for task_id, target in (("first", DRAFT_7), ("second", DRAFT_7), ("other", DRAFT_8), ("third", DRAFT_7)):
            unit.tasks.add(task_of(task_id, target=target))
    taken = [task.id if (task := claim(storage, f"worker {number}")) else None for number in range(3)]
    assert taken == ["first", "other", None]
    with storage.write() as unit:
        assert unit.tasks.finish("first", "worker 0", TaskStatus.SUCCEEDED, after(1))
    again = claim(storage, "worker 3")
    assert again is not None
    assert again.id == "second"
    # The target of a worker that died is that of its task, which is taken up again before the one behind it.
    late = [claim(storage, f"worker {number}", now=60, until=90) for number in range(4, 7)]
    assert [task and (task.id, task.attempts) for task in late] == [("second", 2), ("other", 2), None]


def test_workers_that_come_together_share_no_target(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        for number in range(6):
            unit.tasks.add(task_of(f"t{number}", target=DRAFT_7))
    taken = all_at_once(6, lambda number: claim(storage, f"worker {number}"))
    assert len([each for each in taken if isinstance(each, Task)]) == 1
    assert all(isinstance(each, Task | StaleRevision) or each is None for each in taken)


def test_users_take_turns(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        for number in range(3):
            unit.tasks.add(task_of(f"many {number}", user="busy"))
        unit.tasks.add(task_of("one", user="patient"))
        unit.tasks.add(task_of("two", user="patient"))
    order = [task.id for _ in range(5) if (task := claim(storage, "worker"))]
    assert order == ["many 0", "one", "many 1", "two", "many 2"]


def test_tasks_that_ended_long_ago_are_removed_in_pieces(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        for number in range(5):
            unit.tasks.add(task_of(f"t{number}"))
    for number in range(4):
        claim(storage, "worker")
        with storage.write() as unit:
            assert unit.tasks.finish(f"t{number}", "worker", TaskStatus.SUCCEEDED, after(number))
    with storage.write() as unit:
        assert [unit.tasks.delete_ended_before(after(3), 2) for _ in range(3)] == [2, 1, 0]
        assert {task.id for task in unit.tasks.list()} == {"t3", "t4"}


def test_claim_takes_the_oldest_and_starts_it(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        for task_id in ("z", "a"):
            unit.tasks.add(task_of(task_id))
    expected = replace(task_of("z"), status=TaskStatus.RUNNING, started=after(1), attempts=1)
    assert claim(storage, "first", now=1) == expected
    assert get(storage, "z") == expected
    second = claim(storage, "second", now=1)
    assert second is not None
    assert second.id == "a"
    assert claim(storage, "third", now=1) is None


def test_task_is_taken_over_when_its_lease_ran_out(storage: DatabaseStorage, running: Task) -> None:
    assert claim(storage, "second", now=30) is None
    assert claim(storage, "second", now=31, until=60) == replace(running, attempts=2)
    with storage.write() as unit:
        assert not unit.tasks.renew("t", "first", after(90))
        assert not unit.tasks.progress("t", "first", 50, 100, "still here")
        assert not unit.tasks.finish("t", "first", TaskStatus.SUCCEEDED, after(32))
        assert unit.tasks.finish("t", "second", TaskStatus.SUCCEEDED, after(33), result="done")
    assert get(storage, "t").result == "done"


def test_renewed_lease_is_respected(storage: DatabaseStorage, running: Task) -> None:
    with storage.write() as unit:
        assert unit.tasks.renew(running.id, "first", after(60))
    assert claim(storage, "second", now=59) is None


def test_progress_never_goes_down(storage: DatabaseStorage, running: Task) -> None:
    with storage.write() as unit:
        assert unit.tasks.progress("t", "first", 40, 200, "reading")
        assert unit.tasks.progress("t", "first", 10, 200, "reading again")
    expected = replace(running, completed=40, total=200, progress_message="reading again")
    assert get(storage, "t") == expected


@pytest.mark.parametrize("result", ["text", 5, 1e300, True, [], {}, {"a": [None]}, "5"])
def test_result_of_any_json_form_comes_back(storage: DatabaseStorage, running: Task, result: object) -> None:
    with storage.write() as unit:
        assert unit.tasks.finish("t", "first", TaskStatus.SUCCEEDED, after(9), result=result)
    done = get(storage, "t")
    assert done == replace(running, status=TaskStatus.SUCCEEDED, ended=after(9), result=result, arguments={})
    assert type(done.result) is type(result)


def test_what_a_task_needed_to_run_goes_when_it_ends(storage: DatabaseStorage) -> None:
    """There can be a password in it, and nobody runs the task again."""
    with storage.write() as unit:
        unit.tasks.add(task_of("t", arguments={"headers": {"X-Token": "secret"}}))
    assert claim(storage, "first", now=0) is not None
    assert get(storage, "t").arguments, "another worker may have to run it again"
    with storage.write() as unit:
        assert unit.tasks.finish("t", "first", TaskStatus.FAILED, after(9), error={"error_type": "ERROR"})
    assert get(storage, "t").arguments == {}


def test_final_states_are_final(storage: DatabaseStorage, running: Task) -> None:
    with storage.write() as unit:
        assert unit.tasks.finish(running.id, "first", TaskStatus.FAILED, after(9), error={"error_type": "ERROR"})
        failed = unit.tasks.get("t")
        assert failed is not None
        assert failed.error == {"error_type": "ERROR"}
        assert not unit.tasks.finish("t", "first", TaskStatus.SUCCEEDED, after(10))
        assert not unit.tasks.progress("t", "first", 99, 100, "")
        assert not unit.tasks.renew("t", "first", after(90))
        assert not unit.tasks.request_cancel("t")
        assert unit.tasks.claim("second", after(1000), after(2000)) is None
        assert unit.tasks.get("t") == failed


def test_task_ends_in_a_final_state_only(storage: DatabaseStorage, running: Task) -> None:
    with pytest.raises(ValueError, match="RUNNING"), storage.write() as unit:
        unit.tasks.finish(running.id, "first", TaskStatus.RUNNING, after(9))


def test_cancel_is_asked_for_once(storage: DatabaseStorage, running: Task) -> None:
    with storage.write() as unit:
        assert unit.tasks.request_cancel("t")
        assert not unit.tasks.request_cancel("t")
        assert not unit.tasks.request_cancel("none")
    assert get(storage, "t") == replace(running, cancel_requested=True)


def test_pending_task_can_be_asked_to_stop(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        unit.tasks.add(task_of("t"))
        assert unit.tasks.request_cancel("t")
    claimed = claim(storage, "first")
    assert claimed is not None
    assert claimed.cancel_requested


def test_filters_order_and_limit(storage: DatabaseStorage) -> None:
    draft, depot = TaskTarget("draft", "1"), TaskTarget("depot", "1")
    with storage.write() as unit:
        unit.tasks.add(task_of("a", target=draft))
        unit.tasks.add(task_of("b", target=depot, service="depots", operation="create"))
        unit.tasks.add(task_of("c", user="bob"))
        unit.tasks.claim("first", NOON, after(30))

        def ids(**filters: object) -> list[str]:
            return [task.id for task in unit.tasks.list(**filters)]  # type: ignore[arg-type]

        assert ids() == ["c", "b", "a"]
        assert ids(limit=2) == ["c", "b"]
        assert ids(task_ids=["a", "c", "x"]) == ["c", "a"]
        assert ids(services=["depots"]) == ids(operations=["create"]) == ["b"]
        assert ids(statuses=[TaskStatus.RUNNING]) == ["a"]
        assert ids(users=["bob"]) == ["c"]
        assert ids(targets=[("draft", "1"), ("depot", "2")]) == ["a"]
        assert ids(users=["alice"], statuses=[TaskStatus.PENDING]) == ["b"]


def test_each_task_is_claimed_by_one_worker(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        for number in range(20):
            unit.tasks.add(task_of(f"t{number}"))

    def work(number: int) -> list[str]:
        claimed = []
        while True:
            # Where writers do not wait for each other, the slower one is told to try again.
            with suppress(StaleRevision):
                task = claim(storage, f"worker-{number}")
                if task is None:
                    return claimed
                claimed.append(task.id)

    outcomes = all_at_once(8, work)
    claimed = [task_id for outcome in outcomes if isinstance(outcome, list) for task_id in outcome]
    assert sorted(claimed) == sorted(f"t{number}" for number in range(20))

"""The inventory: entities, their one assignment, and the references between them, specifications and clusters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stored_values import NOON, after, all_at_once, library_spec

from imagewright.app.ports import StaleRevision
from imagewright.model.inventory import Assignment, Entity, EntityKind
from imagewright.storage.database import DatabaseStorage

CLUSTER = Entity("domain-c8", EntityKind.CLUSTER, "Blades", NOON)
MEMBER = Entity("host-10", EntityKind.HOST, "blade-1.example", NOON, cluster="domain-c8")
ALONE = Entity("host-2", EntityKind.HOST, "edge.example", after(1))


@pytest.fixture
def stocked(storage: DatabaseStorage) -> DatabaseStorage:
    """A cluster with a host, a host by itself, and two specifications."""
    with storage.write() as unit:
        for entity in (CLUSTER, MEMBER, ALONE):
            unit.inventory.add(entity)
        unit.library.add(*library_spec("Blades"))
        unit.library.add(*library_spec("Racks"))
    return storage


def assignment_of(entity: Entity, spec_id: str = "software-spec-1", user: str = "alice") -> Assignment:
    return Assignment(entity.id, spec_id, user, NOON, "com.example", "data")


def test_entities_come_back(stocked: DatabaseStorage) -> None:
    with stocked.read() as unit:
        assert unit.inventory.get("domain-c8") == CLUSTER
        assert unit.inventory.get("host-3") is None
        assert unit.inventory.list(EntityKind.CLUSTER) == [CLUSTER]
        assert unit.inventory.list(EntityKind.HOST) == [MEMBER, ALONE]
        assert unit.inventory.hosts_of("domain-c8") == [MEMBER]


def test_an_id_is_there_once_whatever_the_kind(stocked: DatabaseStorage) -> None:
    with pytest.raises(ValueError, match="'host-2'"), stocked.write() as unit:
        unit.inventory.add(replace(CLUSTER, id="host-2"))


def test_a_cluster_is_there_as_long_as_it_has_hosts(stocked: DatabaseStorage) -> None:
    with pytest.raises(StaleRevision, match="'gone'"), stocked.write() as unit:
        unit.inventory.add(Entity("host-3", EntityKind.HOST, "blade-2.example", NOON, cluster="gone"))
    with pytest.raises(StaleRevision, match="'domain-c8'"), stocked.write() as unit:
        unit.inventory.delete("domain-c8")
    with stocked.write() as unit:
        assert unit.inventory.delete("host-10")
        assert unit.inventory.delete("domain-c8")
        assert not unit.inventory.delete("domain-c8")


def test_an_assignment_takes_the_place_of_the_one_before(stocked: DatabaseStorage) -> None:
    second = replace(assignment_of(CLUSTER, "software-spec-2", "bob"), orchestrator_owner=None, owner_data=None)
    with stocked.write() as unit:
        unit.inventory.assign(assignment_of(CLUSTER))
        unit.inventory.assign(assignment_of(ALONE))
        unit.inventory.assign(second)
    with stocked.read() as unit:
        assert unit.inventory.assignments() == {"domain-c8": second, "host-2": assignment_of(ALONE)}
        assert unit.inventory.assignments(["domain-c8", "host-10"]) == {"domain-c8": second}
        assert unit.inventory.assigned_to() == {"software-spec-1": [ALONE], "software-spec-2": [CLUSTER]}
        assert unit.inventory.assigned_to(["software-spec-1", "none"]) == {"software-spec-1": [ALONE]}


def test_an_assignment_goes_with_its_entity_or_by_itself(stocked: DatabaseStorage) -> None:
    with stocked.write() as unit:
        unit.inventory.assign(assignment_of(CLUSTER))
        unit.inventory.assign(assignment_of(ALONE))
        assert unit.inventory.unassign("domain-c8")
        assert not unit.inventory.unassign("domain-c8")
        assert unit.inventory.delete("host-2")
        assert unit.inventory.assignments() == {}


def test_a_specification_that_is_assigned_is_not_deleted(stocked: DatabaseStorage) -> None:
    with stocked.write() as unit:
        unit.inventory.assign(assignment_of(CLUSTER))
    with pytest.raises(StaleRevision, match="software-spec-1"), stocked.write() as unit:
        unit.library.delete("software-spec-1")
    with pytest.raises(StaleRevision, match="software-spec-9"), stocked.write() as unit:
        unit.inventory.assign(assignment_of(CLUSTER, "software-spec-9"))
    with pytest.raises(StaleRevision, match="'host-3'"), stocked.write() as unit:
        unit.inventory.assign(assignment_of(replace(ALONE, id="host-3")))
    with stocked.read() as unit:
        assert unit.inventory.assigned_to() == {"software-spec-1": [CLUSTER]}


def test_of_many_assignments_at_once_one_stays(stocked: DatabaseStorage) -> None:
    def assign(number: int) -> None:
        with stocked.write() as unit:
            unit.inventory.assign(assignment_of(CLUSTER, f"software-spec-{number % 2 + 1}", f"user-{number}"))

    outcomes = all_at_once(6, assign)
    assert None in outcomes
    assert all(isinstance(outcome, StaleRevision) for outcome in outcomes if outcome is not None)
    with stocked.read() as unit:
        assert len(unit.inventory.assignments()) == 1

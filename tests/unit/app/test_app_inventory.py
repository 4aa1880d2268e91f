"""Clusters and hosts, and what assigning a specification to them means for it, each through the one way in."""

from __future__ import annotations

from typing import Any

import pytest
from whole_site import COPY, EDIT, Person, Site, clusters, hosts

import imagewright.app.operations  # noqa: F401 - binds the operations
from imagewright.app.privileges import KNOWN, ROLES, Role
from imagewright.cli import sample_depot as sample
from imagewright.contract import registry
from imagewright.contract.binding import bindings
from imagewright.contract.services import cis_task, inventory, own_inventory, settings
from imagewright.contract.services import depots_offline as offline
from imagewright.contract.services import own_inventory_clusters as cluster_service
from imagewright.contract.services import own_inventory_hosts as host_service
from imagewright.contract.services import own_software_versions as versions
from imagewright.contract.services import repository_software as software
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_base_image as base_image
from imagewright.contract.services import repository_software_drafts_display_name as display_name
from imagewright.model.errors import AlreadyExists, InvalidArgument, NotFound, ResourceInUse, Unauthorized, Unsupported

COMPLETED, FAILED = inventory.AssignEntitiesStatus.COMPLETED, inventory.AssignEntitiesStatus.FAILED
SDDC = {"owner": "sddc.example", "owner_data": "domain 7"}


@pytest.fixture
def equipped(site: Site) -> Site:
    """A site with a cluster of two hosts and a host by itself."""
    site.admin(cluster_service.create, spec=cluster_service.CreateSpec(id="domain-c8", name="Blades"))
    for host, cluster in (("host-1", "domain-c8"), ("host-2", "domain-c8"), ("host-3", None)):
        site.admin(host_service.create, spec=host_service.CreateSpec(id=host, name=f"{host}.example", cluster=cluster))
    return site


def assigned(person: Person, spec: str) -> tuple[list[str], list[str], bool]:
    """Clusters, hosts, and whether the specification can be edited."""
    found = person(software.get, software_spec=spec)
    entities = found.assigned_entities
    return [each.id for each in entities.clusters], [each.id for each in entities.hosts], found.editable


def results(ended: cis_task.Info) -> inventory.AssignEntitiesResult:
    assert ended.status is cis_task.Status.SUCCEEDED, ended.error
    assert isinstance(ended.result, inventory.AssignEntitiesResult)
    return ended.result


def reason(result: inventory.AssignEntityResult) -> str:
    """Why an entity was not assigned."""
    assert result.status is FAILED
    ((error,), info) = (result.notifications.errors or (), result.notifications.info)
    assert info is None
    return error.message.default_message


# --- registering -----------------------------------------------------------------------------------------------------


def test_what_is_registered_is_listed(equipped: Site) -> None:
    (cluster,) = equipped.admin(cluster_service.list_)
    assert (cluster.id, cluster.name, cluster.hosts, cluster.assignment) == (
        "domain-c8",
        "Blades",
        ("host-1", "host-2"),
        None,
    )
    assert equipped.admin(cluster_service.get, cluster="domain-c8") == cluster
    found = equipped.admin(host_service.list_)
    assert [(each.id, each.cluster) for each in found] == [
        ("host-1", "domain-c8"),
        ("host-2", "domain-c8"),
        ("host-3", None),
    ]
    assert equipped.admin(host_service.get, host="host-3") == found[2]


@pytest.mark.parametrize(
    ("spec", "error", "names"),
    [
        ({"id": "host-1", "name": "again"}, AlreadyExists, "host-1.example"),
        ({"id": "domain-c8", "name": "a host"}, AlreadyExists, "the cluster Blades"),
        ({"id": "host-9", "name": "x", "cluster": "domain-c9"}, NotFound, "domain-c9"),
        ({"id": "host-9", "name": "x", "cluster": "host-3"}, NotFound, "no cluster 'host-3'"),
        ({"id": " ", "name": "x"}, InvalidArgument, "'id' is empty"),
        ({"id": "host-9", "name": "a\nb"}, InvalidArgument, "'name' has control characters"),
    ],
)
def test_hosts_that_cannot_be_registered(
    equipped: Site, spec: dict[str, str], error: type[Exception], names: str
) -> None:
    with pytest.raises(error, match=names):
        equipped.admin(host_service.create, spec=host_service.CreateSpec(**spec))


def test_a_cluster_with_hosts_stays(equipped: Site) -> None:
    with pytest.raises(ResourceInUse, match="host-1 and host-2"):
        equipped.admin(cluster_service.delete, cluster="domain-c8")
    for host in ("host-1", "host-2"):
        equipped.admin(host_service.delete, host=host)
    equipped.admin(cluster_service.delete, cluster="domain-c8")
    with pytest.raises(NotFound, match="domain-c8"):
        equipped.admin(cluster_service.get, cluster="domain-c8")
    with pytest.raises(NotFound, match="no host 'domain-c8'"):
        equipped.admin(host_service.delete, host="domain-c8")


@pytest.mark.parametrize("operation", registry.own_operations, ids=lambda each: each.key)
def test_our_own_operations_are_for_those_who_may(site: Site, operation: Any) -> None:
    assert bindings.of(operation) is not None
    if not ROLES[Role.VIEWER].issuperset(operation.privileges):
        with pytest.raises(Unauthorized, match=operation.privileges[0]):
            site.victor(operation)


def test_no_operation_asks_for_a_privilege_that_no_role_has(site: Site) -> None:
    declared = {name for each in (*registry.operations, *registry.own_operations) for name in each.privileges}
    assert declared <= KNOWN
    with pytest.raises(Unsupported, match=r"inventory\.apply"):
        site.admin(inventory.apply)


# --- assigning -------------------------------------------------------------------------------------------------------


def test_an_assigned_specification_says_so_and_stays(equipped: Site) -> None:
    alice = equipped.alice
    spec = alice.committed("Blades")
    assert assigned(alice, spec) == ([], [], True)

    done = alice.assign(spec, clusters("domain-c8"))
    assert results(done).cluster_results["domain-c8"].status is COMPLETED
    assert done.target is not None
    assert (done.target.id, done.operation) == (spec, "assign_entities$task")
    assert results(alice.assign(spec, hosts("host-3"))).host_results["host-3"].status is COMPLETED

    assert assigned(alice, spec) == (["domain-c8"], ["host-3"], False)
    (record,) = alice(software.list_).records
    assert [each.name for each in record.assigned_entities.clusters] == ["Blades"]
    assert not record.editable
    for operation, arguments in ((software.edit, {"spec": EDIT}), (software.delete, {})):
        with pytest.raises(ResourceInUse, match=r"cluster domain-c8 \(Blades\) and the host host-3") as refusal:
            alice(operation, software_spec=spec, **arguments)
        assert refusal.value.data == record.assigned_entities
    assert alice(software.copy, software_spec=spec, spec=COPY)


def test_another_specification_takes_the_place_of_the_first(equipped: Site) -> None:
    alice = equipped.alice
    first, second = alice.committed("Blades"), alice.committed("Racks", sample.BASE_8_0_3)
    alice.assign(first, clusters("domain-c8"))

    result = results(equipped.bob.assign(second, clusters("domain-c8"))).cluster_results["domain-c8"]

    assert result.status is COMPLETED
    (info,) = result.notifications.info or ()
    assert first in info.message.default_message
    assert assigned(alice, first) == ([], [], True)
    assert assigned(alice, second) == (["domain-c8"], [], False)
    assignment = equipped.admin(cluster_service.get, cluster="domain-c8").assignment
    assert (assignment.software_spec, assignment.user, assignment.orchestrator_info) == (second, "bob", None)


def test_what_cannot_be_assigned_is_told_and_the_rest_is_assigned(equipped: Site) -> None:
    spec = equipped.alice.committed("Blades")

    found = results(equipped.alice.assign(spec, hosts("host-1", "host-3", "host-9", "domain-c8"))).host_results

    assert found["host-3"].status is COMPLETED
    assert "belongs to the cluster domain-c8" in reason(found["host-1"])
    assert "no host host-9" in reason(found["host-9"])
    assert "no host domain-c8" in reason(found["domain-c8"])
    assert assigned(equipped.alice, spec) == ([], ["host-3"], False)


def test_a_depot_that_is_needed_names_what_its_specification_is_assigned_to(equipped: Site) -> None:
    spec = equipped.alice.committed("Blades", sample.BASE_9_1_0)
    equipped.alice.assign(spec, clusters("domain-c8"))
    equipped.alice.assign(spec, hosts("host-3"))

    depots = {info.description: depot for depot, info in equipped.victor(offline.list_).items()}
    with pytest.raises(ResourceInUse) as refusal:
        equipped.admin(offline.delete, depot=depots[sample.BASE_9_1_0_FILE])

    (affected,) = refusal.value.data.affected_desired_states
    assert affected.software_spec == spec
    assert affected.entities == {"domain-c8", "host-3"}
    assert affected.entity_names == {"Blades", "host-3.example"}


@pytest.mark.parametrize("name", ["folder", "datacenter"])
def test_there_are_no_folders_and_no_datacenters(equipped: Site, name: str) -> None:
    spec = equipped.alice.committed("Blades")
    type_ = inventory.EntitySpecInventoryType(name.upper())
    entities = inventory.EntitySpec(type=type_, **{f"{name}s": frozenset({"group-1"})})

    found = results(equipped.alice.assign(spec, entities))

    assert name.upper() in reason(getattr(found, f"{name}_results")["group-1"])
    with pytest.raises(NotFound, match=name.upper()):
        equipped.alice(own_inventory.unassign_entities, entities=entities)


def test_there_must_be_a_specification_to_assign(equipped: Site) -> None:
    with pytest.raises(NotFound, match="software-spec-9"):
        equipped.alice.assign("software-spec-9", hosts("host-3"))


def test_a_draft_of_what_is_assigned_afterwards_waits(equipped: Site) -> None:
    alice = equipped.alice
    spec = alice.committed("Blades")
    draft = alice(software.edit, software_spec=spec, spec=EDIT)
    alice(base_image.set_, draft=draft, spec=settings.BaseImageSpec(version=sample.BASE_8_0_3))
    equipped.bob.assign(spec, clusters("domain-c8"))

    ended = alice.commit(draft)

    assert isinstance(ended.error, InvalidArgument)
    assert "assigned to the cluster domain-c8" in str(ended.error)
    alice(own_inventory.unassign_entities, entities=clusters("domain-c8"))
    assert alice.commit(draft).result == spec
    assert len(alice(versions.list_, software_spec=spec)) == 2


# --- taking back -----------------------------------------------------------------------------------------------------


def test_taking_back_frees_the_specification(equipped: Site) -> None:
    spec = equipped.alice.committed("Blades")
    equipped.alice.assign(spec, hosts("host-3"))

    equipped.bob(own_inventory.unassign_entities, entities=hosts("host-1", "host-3"))

    assert assigned(equipped.alice, spec) == ([], [], True)
    equipped.bob(own_inventory.unassign_entities, entities=hosts("host-3"))
    with pytest.raises(NotFound, match="host-9"):
        equipped.bob(own_inventory.unassign_entities, entities=hosts("host-9"))


def test_all_are_taken_back_or_none(equipped: Site) -> None:
    spec = equipped.alice.committed("Blades")
    equipped.alice.assign(spec, hosts("host-3"))
    with pytest.raises(NotFound, match="host-4"):
        equipped.alice(own_inventory.unassign_entities, entities=hosts("host-3", "host-4"))
    assert assigned(equipped.alice, spec) == ([], ["host-3"], False)


def test_deleting_the_entity_takes_its_assignment_back(equipped: Site) -> None:
    spec = equipped.alice.committed("Blades")
    equipped.alice.assign(spec, hosts("host-3"))
    equipped.admin(host_service.delete, host="host-3")
    assert assigned(equipped.alice, spec) == ([], [], True)


# --- orchestrators ---------------------------------------------------------------------------------------------------


def test_an_orchestrator_holds_what_it_assigned(equipped: Site) -> None:
    first = equipped.alice.committed("Blades")
    second = equipped.alice.committed("Racks", sample.BASE_8_0_3)
    equipped.admin.assign(first, clusters("domain-c8"), **SDDC)

    found = results(equipped.alice.assign(second, clusters("domain-c8"))).cluster_results["domain-c8"]
    assert "sddc.example" in reason(found)
    with pytest.raises(Unauthorized, match=r"sddc\.example"):
        equipped.alice(own_inventory.unassign_entities, entities=clusters("domain-c8"))
    assignment = equipped.admin(cluster_service.get, cluster="domain-c8").assignment
    assert assignment.orchestrator_info == settings.OrchestratorInfo(**SDDC)
    assert (
        results(equipped.admin.assign(second, clusters("domain-c8"))).cluster_results["domain-c8"].status is COMPLETED
    )


def test_only_administrators_assign_as_orchestrators(equipped: Site) -> None:
    spec = equipped.alice.committed("Blades")
    with pytest.raises(Unauthorized, match=r"imagewright\.Administer"):
        equipped.alice.assign(spec, hosts("host-3"), **SDDC)


# --- the flow of the vendor's sample ---------------------------------------------------------------------------------


def test_the_life_of_an_image(equipped: Site) -> None:
    alice = equipped.alice
    draft = alice(drafts.create, spec=drafts.CreateSpec(delete_existing_draft=True))
    alice(base_image.set_, draft=draft, spec=settings.BaseImageSpec(version=sample.BASE_9_1_0))
    alice(display_name.set_, draft=draft, spec=display_name.SetSpec(display_name="Image"))
    spec = alice.commit(draft, message="new").result
    alice(software.update, software_spec=spec, spec=software.UpdateSpec(display_name="Image, renamed"))
    alice.assign(spec, clusters("domain-c8"))
    with pytest.raises(ResourceInUse):
        alice(software.edit, software_spec=spec, spec=EDIT)
    with pytest.raises(ResourceInUse):
        alice(software.delete, software_spec=spec)
    alice(own_inventory.unassign_entities, entities=clusters("domain-c8"))
    alice(software.delete, software_spec=spec)
    assert alice(software.list_).records == ()

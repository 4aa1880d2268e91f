"""What the vendor's Java sample for this API does, step by step, with the official SDK.

Its scan of hosts is not here: no host is contacted. An image is taken from a cluster in both ways that there are: by
assigning another one, as the sample does, and with our own operation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import official_sdk
import pytest
from official_sdk import (
    BaseImage,
    BaseImages,
    BaseImageSpec,
    DisplayName,
    Drafts,
    Software,
    StubConfiguration,
    Tasks,
    configuration,
    errors,
    logged_in,
)
from server_process import ADMINISTRATOR, ALICE, Account, ServerProcess
from wire_clients import basic, connection, patiently

from imagewright.cli import sample_depot as sample

with official_sdk.warnings.catch_warnings():
    official_sdk.warnings.simplefilter("ignore", DeprecationWarning)
    from com.vmware.esx.settings_client import Inventory, OrchestratorSpec

CLUSTER = "domain-c8"
OWN_INVENTORY = "/imagewright/v1/inventory"


class ImageLibrary:
    """The steps of the sample, for one user; with `orchestrator` as the sample has it, or without."""

    def __init__(self, sdk: StubConfiguration, orchestrator: Any) -> None:
        self.sdk = sdk
        self.orchestrator = orchestrator

    def create_image(self, name: str) -> str:
        """A draft in place of an earlier one, the oldest base image that is new enough, a name, a commit."""
        draft = Drafts(self.sdk).create(Drafts.CreateSpec(delete_existing_draft=True))
        found = BaseImages(self.sdk).list(BaseImages.FilterSpec(min_version="9.0"))
        version = min(each.version for each in found)
        assert version == sample.BASE_9_1_0
        BaseImage(self.sdk).set(draft, BaseImageSpec(version=version))
        DisplayName(self.sdk).set(draft, DisplayName.SetSpec(display_name=name))
        spec = Drafts.CommitSpec(message="Save Image to Library", orchestrator=self.orchestrator)
        return self.task_result(Drafts(self.sdk).commit_task(draft, spec).get_task_id())

    def task_result(self, task: str) -> Any:
        """Asks for the task until it has ended, as the sample does; its result stands for what was made."""
        for _ in patiently():
            info = Tasks(self.sdk).get(task, Tasks.GetSpec())
            if info.status in ("SUCCEEDED", "FAILED"):
                assert info.status == "SUCCEEDED", info.error
                return getattr(info.result, "value", info.result)
        raise AssertionError(f"the task {task} does not end: {info}")

    def rename(self, image: str, name: str) -> None:
        Software(self.sdk).update(image, Software.UpdateSpec(display_name=name, orchestrator=self.orchestrator))

    def assign(self, image: str) -> Any:
        """What became of the cluster."""
        entities = Inventory.EntitySpec(type=Inventory.EntitySpec.InventoryType.CLUSTER, clusters={CLUSTER})
        spec = Inventory.AssignEntitiesSpec(software_spec_id=image, entities=entities, orchestrator=self.orchestrator)
        task = Inventory(self.sdk).assign_entities_task(spec)
        self.task_result(task.get_task_id())
        return task.get_result().cluster_results[CLUSTER]


@pytest.fixture
def cluster(stocked_server: ServerProcess) -> Iterator[None]:
    """A cluster in the inventory, which is gone afterwards."""
    administrator = {"Authorization": basic(ADMINISTRATOR)}
    with connection(stocked_server, headers=administrator) as http:
        made = http.post(f"{OWN_INVENTORY}/clusters", json={"id": CLUSTER, "name": "Blades"})
        assert made.status_code == 201, made.text
        yield
        assert http.delete(f"{OWN_INVENTORY}/clusters/{CLUSTER}").status_code == 204


@pytest.mark.parametrize(
    ("account", "orchestrator"),
    [(ADMINISTRATOR, OrchestratorSpec(owner="sample", owner_data="1")), (ALICE, None)],
    ids=["as an orchestrator", "as an editor"],
)
def test_the_flow_of_the_sample(
    stocked_server: ServerProcess, cluster: None, account: Account, orchestrator: Any
) -> None:
    with logged_in(stocked_server, account) as client:
        sdk = configuration(client)
        library, software = ImageLibrary(sdk, orchestrator), Software(sdk)
        Drafts(sdk).create(Drafts.CreateSpec())  # one that is left from another day
        image = library.create_image("Image-1")
        assert [each.id for each in software.list().records] == [image]
        assert Drafts(sdk).list() == {}

        library.rename(image, "Renamed by the sample")
        assert software.get(image).display_name == "Renamed by the sample"

        assert library.assign(image).status == "COMPLETED"
        _is_in_use(software, image)
        _unassign(stocked_server, account)
        _is_free(software, image)
        software.delete(image)
        assert software.list().records == []


def _is_in_use(software: Software, image: str) -> None:
    """It shows where it is used, and can neither be edited nor deleted."""
    found = software.get(image)
    assert ([(each.id, each.name) for each in found.assigned_entities.clusters], found.editable) == (
        [(CLUSTER, "Blades")],
        False,
    )
    for change in (lambda: software.edit(image, Software.EditSpec()), lambda: software.delete(image)):
        with pytest.raises(errors.ResourceInUse) as refused:
            change()
        assert CLUSTER in refused.value.messages[0].default_message
    assert software.get(image) == found


def _is_free(software: Software, image: str) -> None:
    found = software.get(image)
    assert (found.assigned_entities.clusters, found.editable) == ([], True)


def _unassign(server: ServerProcess, account: Account) -> None:
    with connection(server, headers={"Authorization": basic(account)}) as http:
        answer = http.post(
            OWN_INVENTORY, params={"action": "unassign-entities"}, json={"type": "CLUSTER", "clusters": [CLUSTER]}
        )
        assert answer.status_code == 204, answer.text


def test_the_image_from_before_is_assigned_again(stocked_server: ServerProcess, cluster: None) -> None:
    """As the sample ends: then the new image is free, and the cluster has what it had."""
    with logged_in(stocked_server, ALICE) as client:
        library, software = ImageLibrary(configuration(client), None), Software(configuration(client))
        before = library.create_image("From before")
        assert library.assign(before).status == "COMPLETED"
        copied = software.copy(before, Software.CopySpec())
        DisplayName(library.sdk).set(copied, DisplayName.SetSpec(display_name="New"))
        BaseImage(library.sdk).set(copied, BaseImageSpec(version=sample.BASE_8_0_3))
        new = library.task_result(Drafts(library.sdk).commit_task(copied, Drafts.CommitSpec()).get_task_id())

        replaced = library.assign(new)
        assert replaced.status == "COMPLETED"
        assert before in replaced.notifications.info[0].message.default_message
        assert library.assign(before).status == "COMPLETED"
        _is_in_use(software, before)
        _is_free(software, new)
        software.delete(new)
        _unassign(stocked_server, ALICE)
        software.delete(before)

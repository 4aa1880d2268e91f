"""Assigning specifications to clusters and hosts."""

from __future__ import annotations

from typing import Any, Final

from imagewright.app.assigning import Assign, InventoryType, assign_entities
from imagewright.app.call import Services
from imagewright.app.ports import UnitOfWork
from imagewright.app.tasks import result_document
from imagewright.contract.services import inventory
from imagewright.jobs.kind import Finish, Job, JobKind


def assign(job: Job[Services]) -> Finish:
    """Assigns the specification of the task; the result tells how that went for each entity.

    NotFound when the specification has been deleted before the task came to it. There is no long work to do.
    """
    arguments = job.task.arguments
    wanted = Assign(
        spec_id=arguments["software_spec_id"],
        type=InventoryType(arguments["type"]),
        entities=tuple(arguments["entities"]),
        user=job.task.user,
        orchestrator_owner=arguments["orchestrator_owner"],
        owner_data=arguments["owner_data"],
    )

    def finish(uow: UnitOfWork) -> Any:
        return result_document(inventory.assign_entities, assign_entities(uow, wanted, job.services.clock()))

    return finish


KINDS: Final = (JobKind(inventory.assign_entities.service, inventory.assign_entities.operation_id, assign),)

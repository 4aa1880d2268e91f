"""Entities of the inventory and the specification that they are to have, as far as the published API goes."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.library import SOFTWARE_SPEC, check_orchestrator, spec_with
from imagewright.contract.binding import implements
from imagewright.contract.services import inventory, settings
from imagewright.model.task import TaskTarget


@implements(inventory.assign_entities)
def assign_entities(call: Call, input_spec: inventory.AssignEntitiesSpec) -> str:
    """Starts a task that assigns a specification to clusters or standalone hosts, in place of what they have.

    An orchestrator locks the assignments for everybody else; only administrators act as one. The task succeeds also
    when some entities could not be assigned: its result says so for each.
    """
    spec = spec_with(call.uow, input_spec.software_spec_id)
    orchestrator = input_spec.orchestrator or settings.OrchestratorSpec()
    check_orchestrator(call.caller, orchestrator.owner, orchestrator.owner_data)
    entities = input_spec.entities
    return call.submit(
        {
            "software_spec_id": spec.id,
            "type": entities.type.value,
            "entities": sorted(entities.hosts or entities.clusters or entities.folders or entities.datacenters or ()),
            "orchestrator_owner": orchestrator.owner,
            "owner_data": orchestrator.owner_data,
        },
        f"Assign the specification {spec.id}",
        TaskTarget(SOFTWARE_SPEC, spec.id),
    )

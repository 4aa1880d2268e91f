"""The service com.vmware.esx.settings.inventory: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.services import settings
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class ApplyStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class AssignEntitiesStatus(StrEnum):
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    IN_PROGRESS = "IN_PROGRESS"


class CheckSpecPerspective(StrEnum):
    GENERAL_UPGRADE_READINESS = "GENERAL_UPGRADE_READINESS"
    UPGRADE_PLANNING = "UPGRADE_PLANNING"


class CheckStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class EntitySpecInventoryType(StrEnum):
    HOST = "HOST"
    CLUSTER = "CLUSTER"
    FOLDER = "FOLDER"
    DATACENTER = "DATACENTER"


class ExtractStatus(StrEnum):
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    IN_PROGRESS = "IN_PROGRESS"


class ScanStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class StageStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class TransitionStatus(StrEnum):
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    IN_PROGRESS = "IN_PROGRESS"


class ApplyEntitiesResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.apply_entities_result"
    datacenter_results: dict[str, ApplyEntityResult]
    folder_results: dict[str, ApplyEntityResult]
    cluster_results: dict[str, ApplyEntityResult]
    host_results: dict[str, ApplyEntityResult]


class ApplyEntityResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.apply_entity_result"
    status: ApplyStatus
    notifications: settings.Notifications | None = None


class ApplySpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.apply_spec"
    accept_eula: bool | None = None
    entities: EntitySpec


class AssignEntitiesResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.assign_entities_result"
    datacenter_results: dict[str, AssignEntityResult]
    folder_results: dict[str, AssignEntityResult]
    cluster_results: dict[str, AssignEntityResult]
    host_results: dict[str, AssignEntityResult]


class AssignEntitiesSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.assign_entities_spec"
    software_spec_id: str
    entities: EntitySpec
    orchestrator: settings.OrchestratorSpec | None = None


class AssignEntityResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.assign_entity_result"
    status: AssignEntitiesStatus
    notifications: settings.Notifications


class CheckEntitiesResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.check_entities_result"
    datacenter_results: dict[str, CheckEntityResult]
    folder_results: dict[str, CheckEntityResult]
    cluster_results: dict[str, CheckEntityResult]
    host_results: dict[str, CheckEntityResult]


class CheckEntityResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.check_entity_result"
    status: CheckStatus
    notifications: settings.Notifications | None = None


class CheckSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.check_spec"
    software_spec: str | None = None
    entities: EntitySpec
    perspective: CheckSpecPerspective | None = None


class EntitySpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.entity_spec"
    type: EntitySpecInventoryType
    hosts: frozenset[str] | None = None
    clusters: frozenset[str] | None = None
    folders: frozenset[str] | None = None
    datacenters: frozenset[str] | None = None


class EntityTransitionResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.entity_transition_result"
    status: TransitionStatus
    notifications: settings.Notifications


class ExtractInstalledImageSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.extract_installed_image_spec"
    entities: EntitySpec


class ExtractResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.extract_result"
    datacenter_results: dict[str, ImageExtractionResult]
    folder_results: dict[str, ImageExtractionResult]
    cluster_results: dict[str, ImageExtractionResult]
    host_results: dict[str, ImageExtractionResult]


class ImageExtractionResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.image_extraction_result"
    status: ExtractStatus
    uniform_image: bool
    notifications: settings.Notifications


class ScanEntitiesResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.scan_entities_result"
    datacenter_results: dict[str, ScanEntityResult]
    folder_results: dict[str, ScanEntityResult]
    cluster_results: dict[str, ScanEntityResult]
    host_results: dict[str, ScanEntityResult]


class ScanEntityResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.scan_entity_result"
    status: ScanStatus
    notifications: settings.Notifications | None = None


class ScanSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.scan_spec"
    software_spec: str | None = None
    entities: EntitySpec


class StageEntitiesResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.stage_entities_result"
    datacenter_results: dict[str, StageEntityResult]
    folder_results: dict[str, StageEntityResult]
    cluster_results: dict[str, StageEntityResult]
    host_results: dict[str, StageEntityResult]


class StageEntityResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.stage_entity_result"
    status: StageStatus
    notifications: settings.Notifications | None = None


class StageSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.stage_spec"
    entities: EntitySpec


class TransitionResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.transition_result"
    datacenter_results: dict[str, EntityTransitionResult]
    folder_results: dict[str, EntityTransitionResult]
    cluster_results: dict[str, EntityTransitionResult]
    host_results: dict[str, EntityTransitionResult]


class TransitionSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.transition_spec"
    entities: EntitySpec


class UpdateVumCapabilityResult(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.inventory.update_vum_capability_result"
    vum_operations_enabled: bool
    notifications: settings.Notifications


apply = Operation(
    service="com.vmware.esx.settings.inventory",
    operation_id="apply$task",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.inventory.apply_spec")),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("struct:com.vmware.esx.settings.inventory.apply_entities_result"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.timed_out",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareRemediation.Write",
        "VcIntegrity.lifecycleHealth.Read",
    ),
    status=202,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/inventory", action="apply", task=True, body="spec"),
    ),
)

assign_entities = Operation(
    service="com.vmware.esx.settings.inventory",
    operation_id="assign_entities$task",
    inputs=(
        Input("input_spec", parse("struct:com.vmware.esx.settings.inventory.assign_entities_spec")),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("struct:com.vmware.esx.settings.inventory.assign_entities_result"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Write",
    ),
    status=202,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/inventory", action="assign-entities", task=True, body="input_spec"),
    ),
)

check = Operation(
    service="com.vmware.esx.settings.inventory",
    operation_id="check$task",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.inventory.check_spec")),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("struct:com.vmware.esx.settings.inventory.check_entities_result"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.timed_out",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareRemediation.Read",
        "VcIntegrity.lifecycleHealth.Read",
    ),
    status=202,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/inventory", action="check", task=True, body="spec"),
    ),
)

extract_installed_image = Operation(
    service="com.vmware.esx.settings.inventory",
    operation_id="extract_installed_image$task",
    inputs=(
        Input("input_spec", parse("struct:com.vmware.esx.settings.inventory.extract_installed_image_spec")),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("struct:com.vmware.esx.settings.inventory.extract_result"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Read",
    ),
    status=202,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/inventory", action="extract-installed-image", task=True, body="input_spec"),
    ),
)

scan = Operation(
    service="com.vmware.esx.settings.inventory",
    operation_id="scan$task",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.inventory.scan_spec")),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("struct:com.vmware.esx.settings.inventory.scan_entities_result"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareSpecification.Read",
        "VcIntegrity.lifecycleSoftwareSpecification.Write",
    ),
    status=202,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/inventory", action="scan", task=True, body="spec"),
    ),
)

stage = Operation(
    service="com.vmware.esx.settings.inventory",
    operation_id="stage$task",
    inputs=(
        Input("spec", parse("struct:com.vmware.esx.settings.inventory.stage_spec")),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("struct:com.vmware.esx.settings.inventory.stage_entities_result"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.timed_out",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSoftwareRemediation.Write",
    ),
    status=202,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/inventory", action="stage", task=True, body="spec"),
    ),
)

transition = Operation(
    service="com.vmware.esx.settings.inventory",
    operation_id="transition$task",
    inputs=(
        Input("input_spec", parse("struct:com.vmware.esx.settings.inventory.transition_spec")),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("struct:com.vmware.esx.settings.inventory.transition_result"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.invalid_argument",
        "com.vmware.vapi.std.errors.not_found",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Write",
    ),
    status=202,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/inventory", action="transition", task=True, body="input_spec"),
    ),
)

update_vum_capability = Operation(
    service="com.vmware.esx.settings.inventory",
    operation_id="update_vum_capability$task",
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("struct:com.vmware.esx.settings.inventory.update_vum_capability_result"),
    errors=(
        "com.vmware.vapi.std.errors.error",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.unauthorized",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Write",
    ),
    status=202,
    since="9.0.0.0",
    routes=(
        Route("POST", "/esx/settings/inventory", action="update-vum-capability", task=True),
    ),
)

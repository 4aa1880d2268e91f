"""The service com.vmware.esx.settings.depots: its types and its operations.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from imagewright.contract.operations import Input, Operation, Route
from imagewright.contract.structure import Structure
from imagewright.contract.types import parse


class AddonSummary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.addon_summary"
    display_name: str
    vendor: str
    versions: tuple[AddonVersion, ...]


class AddonVersion(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.addon_version"
    version: str
    display_version: str


class AffectedBaselineInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.affected_baseline_info"
    baseline: str
    id: int
    affected_updates: dict[str, UpdateSummary]


class AffectedDesiredStateInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.affected_desired_state_info"
    cluster_name: str
    cluster_id: str
    entity_name: str | None = None
    entity_id: str | None = None
    software_spec_name: str | None = None
    software_spec: str | None = None
    entity_names: frozenset[str] | None = None
    entities: frozenset[str] | None = None
    affected_base_image: BaseImageVersion | None = None
    affected_addon: dict[str, AddonSummary] | None = None
    affected_solutions: dict[str, SolutionSummary] | None = None
    affected_hardware_support: dict[str, HardwareSupportManagerSummary] | None = None
    affected_independent_components: dict[str, ComponentSummary] | None = None


class BaseImageVersion(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.base_image_version"
    version: str
    display_name: str
    display_version: str


class ComponentSummary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.component_summary"
    display_name: str
    versions: tuple[ComponentVersion, ...]


class ComponentVersion(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.component_version"
    version: str
    display_version: str


class HardwareSupportManagerSummary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.hardware_support_manager_summary"
    display_name: str
    packages: dict[str, HardwareSupportPackageSummary]


class HardwareSupportPackageSummary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.hardware_support_package_summary"
    versions: tuple[HardwareSupportPackageVersion, ...]


class HardwareSupportPackageVersion(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.hardware_support_package_version"
    version: str


class MetadataInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.metadata_info"
    file_name: str
    base_images: tuple[BaseImageVersion, ...] | None = None
    addons: dict[str, AddonSummary] | None = None
    solutions: dict[str, SolutionSummary] | None = None
    hardware_support: dict[str, HardwareSupportManagerSummary] | None = None
    independent_components: dict[str, ComponentSummary] | None = None
    updates: dict[str, UpdateSummary] | None = None


class SolutionComponentSummary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.solution_component_summary"
    release_date: datetime
    version: ComponentVersion
    vib_informations: dict[str, VibInfo] | None = None


class SolutionSummary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.solution_summary"
    display_name: str
    versions: tuple[SolutionVersion, ...]
    components: dict[str, SolutionComponentSummary] | None = None


class SolutionVersion(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.solution_version"
    version: str
    display_version: str


class SyncSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.sync_spec"
    cleanup: bool | None = None


class UpdateSummary(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.update_summary"
    summary: str


class VibInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.depots.vib_info"
    software_tags: tuple[str, ...]


sync = Operation(
    service="com.vmware.esx.settings.depots",
    operation_id="sync$task",
    inputs=(
        Input("spec", parse("optional<struct:com.vmware.esx.settings.depots.sync_spec>"), "9.0.0.0"),
    ),
    output=parse("id<com.vmware.cis.TASK>"),
    task_result=parse("void"),
    errors=(
        "com.vmware.vapi.std.errors.unauthenticated",
        "com.vmware.vapi.std.errors.service_unavailable",
        "com.vmware.vapi.std.errors.timed_out",
        "com.vmware.vapi.std.errors.error",
    ),
    privileges=(
        "VcIntegrity.lifecycleSettings.Write",
    ),
    status=202,
    since="7.0.0.0",
    routes=(
        Route("POST", "/esx/settings/depots", action="sync", task=True, body="spec"),
    ),
)

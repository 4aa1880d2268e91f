"""Types that several services share: settings.

Generated from facts.json by imagewright.contract.generate. Do not edit.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from imagewright.contract.services import std
from imagewright.contract.structure import Structure


class ComponentSource(StrEnum):
    BASE_IMAGE = "BASE_IMAGE"
    ADD_ON = "ADD_ON"
    USER = "USER"
    SOLUTION = "SOLUTION"
    HARDWARE_SUPPORT_PACKAGE = "HARDWARE_SUPPORT_PACKAGE"
    USER_REMOVED = "USER_REMOVED"


class ImageCustomizationAction(StrEnum):
    RETAINED = "RETAINED"
    REMOVED = "REMOVED"


class ImageSelectionInfoSelectionType(StrEnum):
    HOST_UUID = "HOST_UUID"
    HOST_HARDWARE_SPEC = "HOST_HARDWARE_SPEC"
    UNKNOWN = "UNKNOWN"


class ImageSelectionSpecSelectionType(StrEnum):
    HOST_UUID = "HOST_UUID"
    HOST_HARDWARE_SPEC = "HOST_HARDWARE_SPEC"
    UNKNOWN = "UNKNOWN"


class NotificationType(StrEnum):
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class AddOnDetails(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.add_on_details"
    display_name: str
    vendor: str
    display_version: str


class AddOnInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.add_on_info"
    details: AddOnDetails | None = None
    name: str
    version: str


class AddOnSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.add_on_spec"
    name: str
    version: str


class AlternativeImageInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.alternative_image_info"
    base_image: BaseImageInfo
    add_on: AddOnInfo | None = None
    components: dict[str, ComponentInfo]
    solutions: dict[str, SolutionInfo]
    hardware_support: HardwareSupportInfo | None = None
    removed_components: dict[str, ComponentInfo] | None = None
    display_name: str
    selection_criteria: ImageSelectionInfo


class AlternativeImageSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.alternative_image_spec"
    base_image: BaseImageSpec
    add_on: AddOnSpec | None = None
    components: dict[str, str | None] | None = None
    solutions: dict[str, SolutionSpec] | None = None
    hardware_support: HardwareSupportSpec | None = None
    removed_components: frozenset[str] | None = None
    display_name: str
    selection_criteria: ImageSelectionSpec


class BaseImageDetails(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.base_image_details"
    display_name: str
    display_version: str
    release_date: datetime
    quick_patch_compatible_versions: dict[str, str] | None = None


class BaseImageInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.base_image_info"
    details: BaseImageDetails | None = None
    version: str


class BaseImageSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.base_image_spec"
    version: str


class ComponentDetails(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.component_details"
    display_name: str
    vendor: str
    display_version: str | None = None


class ComponentInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.component_info"
    version: str | None = None
    details: ComponentDetails | None = None


class ComponentOverrideInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.component_override_info"
    version: str
    display_version: str
    source: ComponentSource
    note: std.LocalizableMessage


class EffectiveComponentDetails(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.effective_component_details"
    display_name: str
    display_version: str
    vendor: str
    source: ComponentSource
    note: std.LocalizableMessage | None = None
    overridden_components: tuple[ComponentOverrideInfo, ...]
    removable: bool | None = None
    image_customization_action: ImageCustomizationAction | None = None
    image_customization_description: std.LocalizableMessage | None = None


class EffectiveComponentInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.effective_component_info"
    version: str
    details: EffectiveComponentDetails | None = None


class HardwareSupportInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.hardware_support_info"
    packages: dict[str, HardwareSupportPackageInfo]


class HardwareSupportPackageInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.hardware_support_package_info"
    pkg: str
    version: str


class HardwareSupportPackageSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.hardware_support_package_spec"
    pkg: str | None = None
    version: str | None = None


class HardwareSupportSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.hardware_support_spec"
    packages: dict[str, HardwareSupportPackageSpec]


class HostHardwareInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.host_hardware_info"
    vendor: str
    models: frozenset[str] | None = None
    families: frozenset[str] | None = None
    oem_strings: frozenset[str] | None = None


class HostHardwareSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.host_hardware_spec"
    vendor: str
    models: frozenset[str] | None = None
    families: frozenset[str] | None = None
    oem_strings: frozenset[str] | None = None


class ImageInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.image_info"
    display_name: str


class ImageSelectionInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.image_selection_info"
    selection_type: ImageSelectionInfoSelectionType
    host_uuids: frozenset[str] | None = None
    host_hardware_spec: HostHardwareInfo | None = None


class ImageSelectionSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.image_selection_spec"
    selection_type: ImageSelectionSpecSelectionType
    host_uuids: frozenset[str] | None = None
    host_hardware_spec: HostHardwareSpec | None = None


class Notification(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.notification"
    type: NotificationType | None = None
    id: str
    time: datetime
    message: std.LocalizableMessage
    resolution: std.LocalizableMessage | None = None
    originator: str | None = None
    retriable: bool | None = None


class Notifications(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.notifications"
    info: tuple[Notification, ...] | None = None
    warnings: tuple[Notification, ...] | None = None
    errors: tuple[Notification, ...] | None = None


class OrchestratorInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.orchestrator_info"
    owner: str | None = None
    owner_data: str | None = None


class OrchestratorSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.orchestrator_spec"
    owner: str | None = None
    owner_data: str | None = None


class SoftwareInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.software_info"
    base_image: BaseImageInfo
    add_on: AddOnInfo | None = None
    components: dict[str, ComponentInfo]
    solutions: dict[str, SolutionInfo]
    hardware_support: HardwareSupportInfo | None = None
    removed_components: dict[str, ComponentInfo] | None = None
    alternative_images: dict[str, AlternativeImageInfo] | None = None


class SoftwareSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.software_spec"
    base_image: BaseImageSpec
    add_on: AddOnSpec | None = None
    components: dict[str, str | None] | None = None
    solutions: dict[str, SolutionSpec] | None = None
    hardware_support: HardwareSupportSpec | None = None
    removed_components: frozenset[str] | None = None
    alternative_images: dict[str, AlternativeImageSpec] | None = None


class SolutionComponentDetails(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.solution_component_details"
    component: str
    display_name: str
    display_version: str | None = None
    vendor: str


class SolutionComponentSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.solution_component_spec"
    component: str


class SolutionDetails(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.solution_details"
    display_name: str
    display_version: str
    components: tuple[SolutionComponentDetails, ...]


class SolutionInfo(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.solution_info"
    details: SolutionDetails | None = None
    version: str
    components: tuple[SolutionComponentSpec, ...]


class SolutionSpec(Structure, frozen=True, kw_only=True, omit_defaults=True):
    canonical_name: ClassVar[str] = "com.vmware.esx.settings.solution_spec"
    version: str
    components: tuple[SolutionComponentSpec, ...]

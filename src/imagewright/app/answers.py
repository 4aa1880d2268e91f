"""Values of the model as structures of the contract: what an operation answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from imagewright.contract.services import settings, std
from imagewright.model.catalog import Catalog
from imagewright.model.content import Component, Solution
from imagewright.model.effective import Customization, EffectiveComponent, EffectiveImage, Overridden
from imagewright.model.finding import Finding, Severity
from imagewright.model.spec import AlternativeImage, HostHardware, ImageSpec, SelectionCriteria, SoftwareSpec

UNKNOWN_DATE = datetime(1970, 1, 1, tzinfo=UTC)
"""The API wants a release date where depots do not always have one."""


def message(
    message_id: str, text: str, args: Iterable[str] = (), params: Mapping[str, str] | None = None
) -> std.LocalizableMessage:
    """A sentence for people with its id and arguments for programs."""
    return std.LocalizableMessage(
        id=message_id,
        default_message=text,
        args=tuple(args),
        params={name: std.LocalizationParam(s=value) for name, value in params.items()} if params else None,
    )


# --- what is asked for -----------------------------------------------------------------------------------------------


def software_info(spec: SoftwareSpec, catalog: Catalog) -> settings.SoftwareInfo:
    """A specification with what the depots say of its parts; a part that is in no depot has no details."""
    image = spec.image
    return settings.SoftwareInfo(
        base_image=base_image_info(image, catalog),
        add_on=add_on_info(image, catalog),
        components=component_infos(image, catalog),
        solutions=solution_infos(image, catalog),
        hardware_support=hardware_support_info(image),
        removed_components=removed_component_infos(image, catalog) or None,
        alternative_images={
            image_id: alternative_image_info(alternative, catalog)
            for image_id, alternative in spec.alternative_images.items()
        }
        or None,
    )


def alternative_image_info(alternative: AlternativeImage, catalog: Catalog) -> settings.AlternativeImageInfo:
    """An alternative image in the same way."""
    image = alternative.image
    return settings.AlternativeImageInfo(
        base_image=base_image_info(image, catalog),
        add_on=add_on_info(image, catalog),
        components=component_infos(image, catalog),
        solutions=solution_infos(image, catalog),
        hardware_support=hardware_support_info(image),
        removed_components=removed_component_infos(image, catalog) or None,
        display_name=alternative.display_name,
        selection_criteria=selection_info(alternative.selection),
    )


def base_image_info(image: ImageSpec, catalog: Catalog) -> settings.BaseImageInfo:
    """The base image; a version that is not chosen yet is the empty string, because the API wants one."""
    known = catalog.base_image(image.base_image) if image.base_image else None
    if known is None:
        return settings.BaseImageInfo(version=image.base_image or "")
    return settings.BaseImageInfo(
        version=known.version,
        details=settings.BaseImageDetails(
            display_name=known.display_name,
            display_version=known.display_version,
            release_date=known.release_date or UNKNOWN_DATE,
            quick_patch_compatible_versions=dict(known.quick_patch_compatible_versions) or None,
        ),
    )


def add_on_info(image: ImageSpec, catalog: Catalog) -> settings.AddOnInfo | None:
    """The add-on, or None when none is chosen."""
    if image.add_on is None:
        return None
    known = catalog.add_on(image.add_on.name, image.add_on.version)
    details = (
        settings.AddOnDetails(
            display_name=known.display_name, vendor=known.vendor, display_version=known.display_version
        )
        if known
        else None
    )
    return settings.AddOnInfo(name=image.add_on.name, version=image.add_on.version, details=details)


def component_info(name: str, version: str | None, catalog: Catalog) -> settings.ComponentInfo:
    """A component as asked for; one with no version yet has no details either."""
    known = catalog.component(name, version) if version is not None else None
    return settings.ComponentInfo(version=version, details=_component_details(known) if known else None)


def component_infos(image: ImageSpec, catalog: Catalog) -> dict[str, settings.ComponentInfo]:
    """The user's components by name."""
    return {name: component_info(name, version, catalog) for name, version in sorted(image.components.items())}


def removed_component_info(name: str, image: ImageSpec, catalog: Catalog) -> settings.ComponentInfo:
    """A component marked as removed: no version, and the details of the one that is taken away, if known."""
    base = catalog.base_image(image.base_image) if image.base_image else None
    versions = {ref.name: ref.version for ref in base.components} if base else {}
    known = catalog.component(name, versions[name]) if name in versions else None
    return settings.ComponentInfo(details=_component_details(known) if known else None)


def removed_component_infos(image: ImageSpec, catalog: Catalog) -> dict[str, settings.ComponentInfo]:
    """The components marked as removed, by name."""
    return {name: removed_component_info(name, image, catalog) for name in sorted(image.removed_components)}


def _component_details(component: Component) -> settings.ComponentDetails:
    return settings.ComponentDetails(
        display_name=component.display_name,
        vendor=component.bulletin.vendor,
        display_version=component.display_version,
    )


def solution_infos(image: ImageSpec, catalog: Catalog) -> dict[str, settings.SolutionInfo]:
    """The solutions by name."""
    return {
        name: settings.SolutionInfo(
            version=wanted.version,
            components=tuple(settings.SolutionComponentSpec(component=each) for each in wanted.components),
            details=_solution_details(catalog.solution(name, wanted.version), catalog),
        )
        for name, wanted in sorted(image.solutions.items())
    }


def _solution_details(solution: Solution | None, catalog: Catalog) -> settings.SolutionDetails | None:
    if solution is None:
        return None
    components = [catalog.component(ref.name, ref.version) for ref in solution.components]
    return settings.SolutionDetails(
        display_name=solution.display_name,
        display_version=solution.display_version,
        components=tuple(
            settings.SolutionComponentDetails(
                component=component.name,
                display_name=component.display_name,
                display_version=component.display_version,
                vendor=component.bulletin.vendor,
            )
            for component in components
            if component is not None
        ),
    )


def hardware_support_info(image: ImageSpec) -> settings.HardwareSupportInfo | None:
    """The hardware support packages by manager, or None when none is configured."""
    if not image.hardware_support:
        return None
    return settings.HardwareSupportInfo(
        packages={
            manager: settings.HardwareSupportPackageInfo(pkg=package.package, version=package.version)
            for manager, package in sorted(image.hardware_support.items())
        }
    )


def selection_info(selection: SelectionCriteria) -> settings.ImageSelectionInfo:
    """Which hosts an alternative image is for."""
    return settings.ImageSelectionInfo(
        selection_type=settings.ImageSelectionInfoSelectionType(selection.type.value),
        host_uuids=selection.host_uuids or None,
        host_hardware_spec=_hardware_info(selection.hardware) if selection.hardware else None,
    )


def _hardware_info(hardware: HostHardware) -> settings.HostHardwareInfo:
    return settings.HostHardwareInfo(
        vendor=hardware.vendor,
        models=hardware.models or None,
        families=hardware.families or None,
        oem_strings=hardware.oem_strings or None,
    )


# --- what comes out --------------------------------------------------------------------------------------------------


def effective_components(image: EffectiveImage, *, with_removed: bool) -> dict[str, settings.EffectiveComponentInfo]:
    """The components of an image by name, and if asked for, those that the user removed; these have no version."""
    found = {name: _effective_info(each) for name, each in image.components.items()}
    if with_removed:
        found |= {name: _effective_info(each) for name, each in image.removed_by_user.items()}
    return dict(sorted(found.items()))


def _effective_info(effective: EffectiveComponent) -> settings.EffectiveComponentInfo:
    component = effective.component
    if component is None:
        return settings.EffectiveComponentInfo(version=effective.version)
    customization = effective.customization
    return settings.EffectiveComponentInfo(
        version=effective.version,
        details=settings.EffectiveComponentDetails(
            display_name=component.display_name,
            display_version=component.display_version,
            vendor=component.bulletin.vendor,
            source=settings.ComponentSource(effective.source.value),
            note=_CHOSEN_NOTE if effective.chosen else None,
            overridden_components=tuple(_override_info(each) for each in effective.overridden),
            removable=effective.removable,
            image_customization_action=settings.ImageCustomizationAction(customization.value)
            if customization
            else None,
            image_customization_description=_CUSTOMIZATIONS[customization] if customization else None,
        ),
    )


def _override_info(overridden: Overridden) -> settings.ComponentOverrideInfo:
    return settings.ComponentOverrideInfo(
        version=overridden.version,
        display_version=overridden.display_version,
        source=settings.ComponentSource(overridden.source.value),
        note=message("imagewright.component.overridden", overridden.note),
    )


_CHOSEN_NOTE = message(
    "imagewright.component.version_chosen",
    "The specification leaves the version open; this is the highest one in the depots that leaves the image without "
    "errors. It is pinned by commit.",
)
_CUSTOMIZATIONS = {
    Customization.RETAINED: message(
        "imagewright.component.retained", "The user keeps this component at a lower version than the image would have."
    ),
    Customization.REMOVED: message("imagewright.component.removed", "The user removed this component."),
}


# --- what is wrong ---------------------------------------------------------------------------------------------------


def notifications(findings: Iterable[Finding], now: datetime) -> settings.Notifications:
    """The findings by severity; a list that would be empty is unset."""
    by_severity: dict[Severity, list[settings.Notification]] = {severity: [] for severity in Severity}
    for finding in findings:
        by_severity[finding.severity].append(_notification(finding, now))
    return settings.Notifications(
        info=tuple(by_severity[Severity.INFO]) or None,
        warnings=tuple(by_severity[Severity.WARNING]) or None,
        errors=tuple(by_severity[Severity.ERROR]) or None,
    )


def _notification(finding: Finding, now: datetime) -> settings.Notification:
    """The chain from the user's choice to what is wrong is part of the message: it is what people need most."""
    because = f" Because: {' → '.join(finding.because)}." if finding.because else ""
    return settings.Notification(
        type=settings.NotificationType(finding.severity.value),
        id=finding.id,
        time=now,
        message=message(
            finding.id, finding.text + because, finding.args.values(), {"path": finding.path, **finding.args}
        ),
        resolution=message(f"{finding.id}.resolution", finding.resolution),
        # The API lets only errors say whether trying again could help; it never does: the specification must change.
        retriable=False if finding.severity is Severity.ERROR else None,
    )

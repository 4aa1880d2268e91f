"""The hardware support packages of a draft, or of an alternative image of one."""

from __future__ import annotations

from dataclasses import replace

from imagewright.app.answers import hardware_support_info
from imagewright.app.call import Call
from imagewright.app.drafts import draft_with, edit_image, part_of, place
from imagewright.app.names import checked
from imagewright.contract.binding import implements
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_hardware_support as alternative,
)
from imagewright.contract.services import repository_software_drafts_hardware_support as hardware_support
from imagewright.contract.services import settings
from imagewright.model.errors import InvalidArgument, NotFound
from imagewright.model.spec import ImageSpec, PackageSpec


@implements(hardware_support.get, quick=True)
def get(call: Call, draft: str) -> settings.HardwareSupportInfo:
    """The packages by manager; NotFound when none is configured."""
    return _get(call, draft, None)


@implements(hardware_support.set_, quick=True)
def set_(call: Call, draft: str, spec: settings.HardwareSupportSpec) -> None:
    """Replaces the whole configuration; InvalidArgument for an entry that names no package."""
    packages = _packages(spec)
    edit_image(call, draft, None, lambda image: replace(image, hardware_support=packages))


@implements(hardware_support.delete, quick=True)
def delete(call: Call, draft: str) -> None:
    """Takes the configuration away; NotFound when there is none."""
    _delete(call, draft, None)


@implements(alternative.get, quick=True)
def get_of_alternative(call: Call, draft: str, image: str) -> settings.HardwareSupportInfo:
    """The package of an alternative image by manager; NotFound when none is configured."""
    return _get(call, draft, image)


@implements(alternative.set_, quick=True)
def set_of_alternative(call: Call, draft: str, image: str, spec: settings.HardwareSupportSpec) -> None:
    """Replaces the configuration of an alternative image, which can have one package and no more."""
    packages = _packages(spec)
    if len(packages) > 1:
        raise InvalidArgument.because(
            "imagewright.draft.several_packages",
            "An alternative image can have one hardware support package, and spec.packages names {0}: {1}.",
            len(packages),
            ", ".join(sorted(packages)),
        )
    edit_image(call, draft, image, lambda found: replace(found, hardware_support=packages))


@implements(alternative.delete, quick=True)
def delete_of_alternative(call: Call, draft: str, image: str) -> None:
    """Takes the configuration of an alternative image away; NotFound when there is none."""
    _delete(call, draft, image)


def _get(call: Call, draft: str, image: str | None) -> settings.HardwareSupportInfo:
    info = hardware_support_info(part_of(draft_with(call, draft), image))
    if info is None:
        raise _none(draft, image)
    return info


def _delete(call: Call, draft: str, image: str | None) -> None:
    def without(found: ImageSpec) -> ImageSpec:
        if not found.hardware_support:
            raise _none(draft, image)
        return replace(found, hardware_support={})

    edit_image(call, draft, image, without)


def _packages(spec: settings.HardwareSupportSpec) -> dict[str, PackageSpec]:
    packages = {}
    for manager, package in spec.packages.items():
        checked(manager, "a key of spec.packages")
        if not package.pkg:
            raise InvalidArgument.because(
                "imagewright.draft.no_package", "spec.packages['{0}'] names no package: set its pkg.", manager
            )
        packages[manager] = PackageSpec(checked(package.pkg, f"spec.packages['{manager}'].pkg"), package.version or "")
    return packages


def _none(draft: str, image: str | None) -> NotFound:
    return NotFound.because(
        "imagewright.draft.no_hardware_support", "There is no hardware support package in {0}.", place(draft, image)
    )

"""Specifications between the contract and the model. Both sides share one document form, and go through it."""

from __future__ import annotations

import msgspec

from imagewright.contract.services import settings
from imagewright.model.errors import InvalidArgument
from imagewright.model.spec import HostHardware, SelectionCriteria, SelectionType, SoftwareSpec, SpecError


def spec_from(spec: settings.SoftwareSpec) -> SoftwareSpec:
    """What a client sent, as a value of the model."""
    try:
        return SoftwareSpec.from_document(msgspec.to_builtins(spec))
    except SpecError as error:
        raise bad_spec(error) from error


def spec_answer(spec: SoftwareSpec) -> settings.SoftwareSpec:
    """A specification of the library as a structure; it has a base image, because it was committed."""
    return msgspec.convert(spec.to_document(), settings.SoftwareSpec)


def selection_from(spec: settings.ImageSelectionSpec) -> SelectionCriteria:
    """Criteria that a client sent; the contract has checked that the right part is set."""
    return SelectionCriteria(
        type=SelectionType(spec.selection_type.value),
        host_uuids=spec.host_uuids or frozenset(),
        hardware=_hardware_from(spec.host_hardware_spec) if spec.host_hardware_spec else None,
    )


def _hardware_from(spec: settings.HostHardwareSpec) -> HostHardware:
    return HostHardware(
        vendor=spec.vendor,
        models=spec.models or frozenset(),
        families=spec.families or frozenset(),
        oem_strings=spec.oem_strings or frozenset(),
    )


def bad_spec(error: SpecError) -> InvalidArgument:
    """The error for a document that is not a specification."""
    return InvalidArgument.because(
        "imagewright.spec.malformed", "This is not a software specification: '{0}' {1}.", error.path, error.reason
    )

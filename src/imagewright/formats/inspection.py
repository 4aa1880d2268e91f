"""Looking into a depot: what is in it, what of that its bytes prove, and what was not understood."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from imagewright.formats.bundle import OpenDepot, open_depot
from imagewright.formats.errors import FormatError
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.signature import NOBODY, TrustedSigners
from imagewright.formats.unknown_documents import ANY_FORM, FoundImage, UnknownForms
from imagewright.model.content import (
    DepotContent,
    MetadataBundle,
    NotUnderstood,
    Signature,
    SignatureResult,
    Vib,
    VibRef,
)


class FileState(StrEnum):
    """What came of checking the file of a VIB."""

    CHECKED = "checked"
    """Every checksum holds."""
    ABSENT = "absent"
    """The metadata describe the VIB, and its file is not in the depot."""
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class InspectedVib:
    """A VIB, as its own file says when that could be read, and else as the metadata do.

    `ref` is what the metadata call it. `problem` is the sentence that an import would end with; empty unless the file
    is damaged.
    """

    ref: VibRef
    vib: Vib
    state: FileState
    problem: str = ""

    @property
    def signature(self) -> Signature | None:
        """What the signature proves; None when the file was not there to be looked at."""
        return self.vib.signature


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything about one depot. `size` is in bytes; `vibs` are all of its VIBs, in the order of the content."""

    name: str
    size: int
    content: DepotContent
    vibs: tuple[InspectedVib, ...]
    found: tuple[FoundImage, ...]

    @property
    def not_understood(self) -> tuple[NotUnderstood, ...]:
        """What was passed over, without what was recognised by its content."""
        noted = {found.note for found in self.found}
        return tuple(each for each in self.content.not_understood if each not in noted)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, a sentence each: damaged files, and signatures that do not fit."""
        return tuple(problem for each in self.vibs if (problem := _problem(each)))

    def vibs_of(self, bundle: MetadataBundle) -> tuple[InspectedVib, ...]:
        """The VIBs that one metadata archive describes."""
        own = {vib.ref for vib in bundle.vibs}
        return tuple(each for each in self.vibs if each.ref in own)


def inspect_depot(
    file: BinaryIO,
    name: str,
    limits: Limits = DEFAULT_LIMITS,
    trusted: TrustedSigners = NOBODY,
    forms: UnknownForms = ANY_FORM,
) -> Inspection:
    """Reads a depot as an import does, every VIB in it included.

    Raises FormatError when it cannot be opened (see `open_depot`); a VIB that is damaged is told in the result.
    """
    with open_depot(file, name, limits, trusted, forms) as depot:
        vibs = tuple(_inspected(depot, vib) for vib in depot.content.vibs)
        return Inspection(name, file.seek(0, io.SEEK_END), depot.content, vibs, depot.found)


def _inspected(depot: OpenDepot, vib: Vib) -> InspectedVib:
    if vib.file_missing:
        return InspectedVib(vib.ref, vib, FileState.ABSENT)
    try:
        return InspectedVib(vib.ref, depot.copy_vib(vib), FileState.CHECKED)
    except FormatError as error:
        return InspectedVib(vib.ref, vib, FileState.DAMAGED, str(error))


def _problem(inspected: InspectedVib) -> str:
    signature = inspected.signature
    if signature is not None and signature.result is SignatureResult.INVALID:
        return f"{inspected.vib.id}: its signature {signature.detail}"
    return inspected.problem

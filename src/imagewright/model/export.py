"""Files that the library gives out: what was asked for, and what of it is there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from imagewright.model.spec import SoftwareSpec


class ExportKind(StrEnum):
    """What is made of a specification, in the words of the API."""

    OFFLINE_BUNDLE = "OFFLINE_BUNDLE"
    ISO_IMAGE = "ISO_IMAGE"


@dataclass(frozen=True, slots=True)
class FilePart:
    """So many bytes of a blob, from its byte `start` on."""

    sha256: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was asked for.

    `id` names content: whoever asks for the same gets the same. `task` makes it, and may have failed. `parts`, one
    after the other, are the file; there are none until it is complete. Nobody keeps it beyond `expires`.
    """

    id: str
    task: str
    expires: datetime
    parts: tuple[FilePart, ...] = ()

    @property
    def is_complete(self) -> bool:
        """True when the file can be read."""
        return bool(self.parts)

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return sum(part.length for part in self.parts)

    @property
    def tag(self) -> str:
        """Equal for equal content: taken over the names of all parts, which are hashes of their content."""
        text = " ".join(f"{part.sha256}:{part.start}:{part.length}" for part in self.parts)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def export_id(kind: ExportKind, spec: SoftwareSpec, catalog_revision: int, *, skip_reserved: bool) -> str:
    """The id of what is asked for: equal for equal requests over the same depots."""
    what = f"{kind} {spec.image_hash} {catalog_revision} {'without' if skip_reserved else 'with'} reserved VIBs"
    return hashlib.sha256(what.encode()).hexdigest()

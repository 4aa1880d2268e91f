"""A draft: one user's work on a software specification, until it is committed or thrown away."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from imagewright.model.spec import SoftwareSpec

GLOBAL = "-1"
"""The base specification id of a draft that is bound to no specification and will make a new one."""


class DraftStatus(StrEnum):
    """Whether a draft can still be committed.

    The states of a draft::

                create, copy, import            (base specification "-1": always VALID)
        nothing ────────────────────► VALID ──────────── commit succeeds ──► gone; the library has a new version
           │    edit                    │  ▲
           └────────────────────────────┘  └ every edit of its parts leaves it VALID
                                        │
                                        │ somebody commits another version of the base specification, or deletes it
                                        ▼
                                     INVALID ─── commit FAILS with invalid_argument; the draft stays ───► delete

    A commit that fails changes nothing: the draft is still there, as it was.
    """

    VALID = "VALID"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it is kept.

    `display_name` is None until set. `base_version` is the version of the base specification at the time when the draft
    was made, and None for a global draft. `revision` counts changes; storage compares and sets it.
    """

    id: str
    owner: str
    created: datetime
    spec: SoftwareSpec = field(default_factory=SoftwareSpec)
    display_name: str | None = None
    base_spec: str = GLOBAL
    base_version: int | None = None
    revision: int = 1

    @property
    def is_global(self) -> bool:
        """True when committing this draft makes a new specification."""
        return self.base_spec == GLOBAL

    def status(self, current_base_version: int | None) -> DraftStatus:
        """VALID or INVALID, given the newest version of the base specification (None: it is not there any more)."""
        if self.is_global or current_base_version == self.base_version:
            return DraftStatus.VALID
        return DraftStatus.INVALID

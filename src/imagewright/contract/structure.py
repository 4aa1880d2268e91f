"""What every generated structure has in common."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Structure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value of a structure of the API: immutable, fields by keyword, None for an unset optional."""

    canonical_name: ClassVar[str] = ""

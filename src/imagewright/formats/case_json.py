"""Cases as JSON files: a specification, the part of the depots that it reaches, and what else its findings follow from.

Parts of depots are written with the names of the model, and what has its default is left out. The file is for replaying
a finding on another machine; it is no exchange format, and later versions may refuse older files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

import msgspec

from imagewright.formats.errors import FormatError
from imagewright.formats.limits import MIB
from imagewright.formats.strict_json import parse_json
from imagewright.model.case import Case
from imagewright.model.content import DepotContent
from imagewright.model.policy import DEFAULT_POLICY, Policy
from imagewright.model.spec import SoftwareSpec, SpecError
from imagewright.model.validate import LibraryView

LARGEST_CASE = 64 * MIB
"""Bytes. The case of an image with 150 components over two base images has about 1 MiB."""

_KEYS = ("spec", "library", "policy", "depots")


def write_case(case: Case) -> bytes:
    """The case as a JSON file with two blanks for each level."""
    document = {"spec": case.spec.to_document(), "depots": _lean(case.depots)}
    if case.library is not None:
        document["library"] = _lean(case.library)
    if case.policy != DEFAULT_POLICY:
        document["policy"] = _lean(case.policy)
    ordered = {key: document[key] for key in _KEYS if key in document}
    return (json.dumps(ordered, ensure_ascii=False, indent=2) + "\n").encode()


def read_case(data: bytes, where: str = "the case") -> Case:
    """The case in a JSON file. Raises FormatError, naming the place, for anything else."""
    document = parse_json(data, where, LARGEST_CASE)
    if not isinstance(document, dict) or "spec" not in document:
        raise FormatError(where, "is not a case: it has no spec")
    unknown = sorted(set(document) - set(_KEYS))
    if unknown:
        raise FormatError(where, f"is not a case: the key {unknown[0]} is not known")
    try:
        return Case(
            spec=SoftwareSpec.from_document(document["spec"]),
            depots=msgspec.convert(document.get("depots", {}), dict[str, DepotContent]),
            library=msgspec.convert(document.get("library"), LibraryView | None),
            policy=msgspec.convert(document.get("policy", {}), Policy),
        )
    except (SpecError, msgspec.ValidationError) as error:
        raise FormatError(where, f"is not a case: {error}") from error


def _lean(value: Any) -> Any:
    """A value of the model as JSON has it, without what has its default."""
    if is_dataclass(value):
        parts = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _lean(part) for field, part in parts if part != _default(field)}
    if isinstance(value, Mapping):
        return {key: _lean(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_lean(part) for part in value]
    return msgspec.to_builtins(value)


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()

"""Software specifications as JSON files, to and from `SoftwareSpec`."""

from __future__ import annotations

import json

from imagewright.formats.errors import FormatError
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.strict_json import parse_json
from imagewright.model.spec import SoftwareSpec, SpecError


def read_spec(data: bytes, where: str = "the specification", limits: Limits = DEFAULT_LIMITS) -> SoftwareSpec:
    """The specification in a JSON file: UTF-8, with or without a byte order mark; null and absent are the same.

    Raises FormatError with line and column, or with the path of the key (`components.Foo`), for anything else.
    """
    document = parse_json(data, where, limits.spec_size)
    try:
        return SoftwareSpec.from_document(document)
    except SpecError as error:
        raise FormatError(where, str(error)) from error


def write_spec(spec: SoftwareSpec, indent: int | None = None) -> bytes:
    """The JSON file: UTF-8 without byte order mark, keys in the published order, unset parts left out.

    Without `indent` (blanks for each level) it has no blanks at all, as the exports of real servers.
    """
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(spec.to_document(), ensure_ascii=False, indent=indent, separators=separators).encode()

"""The file that says what an image shall be: a software specification with the name of the image and a message.

It is the JSON that an export writes, with two more keys, `display_name` and `message`. Both may be left out, so every
exported file is such a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from imagewright.model.spec import SoftwareSpec

NAME = "display_name"
MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file asks for."""

    display_name: str
    message: str
    spec: SoftwareSpec


def read_wanted(path: Path, name: str | None) -> Wanted:
    """What a file asks for; `name` is used in place of that in the file.

    FormatError or OSError when it cannot be read, BadParameter when nothing says what the image is called.
    """
    own, spec = read_file(path)
    display_name = name or own.get(NAME)
    if not display_name:
        raise typer.BadParameter(f'{path} does not say what the image is called; add "{NAME}" to it, or give --name')
    return Wanted(display_name, own.get(MESSAGE, ""), spec)


def read_file(path: Path) -> tuple[dict[str, str], SoftwareSpec]:
    """What a file has besides a specification, and the specification. FormatError or OSError when it cannot be read."""
    from imagewright.formats.errors import FormatError
    from imagewright.formats.limits import DEFAULT_LIMITS
    from imagewright.formats.strict_json import parse_json
    from imagewright.model.spec import SoftwareSpec, SpecError

    document = parse_json(path.read_bytes(), str(path), DEFAULT_LIMITS.spec_size)
    own: dict[str, str] = {}
    for key in (NAME, MESSAGE):
        if isinstance(document, dict) and key in document:
            own[key] = document.pop(key)
            if not isinstance(own[key], str):
                raise FormatError(str(path), f"{key} is not a text")
    try:
        return own, SoftwareSpec.from_document(document)
    except SpecError as error:
        raise FormatError(str(path), str(error)) from error

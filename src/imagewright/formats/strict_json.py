"""JSON that is read strictly: UTF-8, no key twice, no NaN, no text that cannot be written again."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from imagewright.formats.errors import FormatError, shown

_BOM = b"\xef\xbb\xbf"


def parse_json(data: bytes, where: str, limit: int) -> object:
    """The value of a document of at most `limit` bytes; a byte order mark before it is passed over.

    Raises FormatError with line and column, or with the key, for anything that is not one sound JSON value.
    """
    if len(data) > limit:
        raise FormatError(where, f"has {len(data)} bytes; such a document may have {limit}")
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
        value: object = json.loads(text, object_pairs_hook=_unique(where), parse_constant=_refused(where))
    except UnicodeDecodeError as error:
        raise FormatError(where, f"is not UTF-8: byte {error.start + 1} cannot be read; save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise FormatError(
            where, f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}; correct it there"
        ) from error
    except RecursionError as error:
        raise FormatError(where, "is nested too deeply to be read") from error
    except ValueError as error:  # a number with thousands of digits
        raise FormatError(where, f"holds a number that cannot be read ({error})") from error
    _refuse_half_characters(text, where)
    return value


def _unique(where: str) -> Any:
    def build(pairs: list[tuple[str, object]]) -> dict[str, object]:
        built: dict[str, object] = {}
        for key, value in pairs:
            if key in built:
                raise FormatError(where, f"has the key {shown(key)} twice in one object; remove one of them")
            built[key] = value
        return built

    return build


def _refused(where: str) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise FormatError(where, f"holds {constant}, which is not JSON")

    return refuse


def _refuse_half_characters(text: str, where: str) -> None:
    """A lone surrogate can be escaped in JSON, but not be written as UTF-8 again."""
    if "\\ud" not in text and "\\uD" not in text:
        return
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise FormatError(where, "holds half of a character (a lone \\ud800 to \\udfff)") from error

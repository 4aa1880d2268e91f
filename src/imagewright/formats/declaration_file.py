"""The declaration of a base image as a TOML or JSON file.

version = "6.7.0-0.20.10302608"
display_version = "6.7 Update 1"
vibs = ["VMware_bootbank_esx-base_6.7.0-1.28.10302608", "..."]     # or components = { name = "version" }
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from imagewright.formats.errors import FormatError, shown
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.strict_json import parse_json
from imagewright.formats.toml_tables import read_toml
from imagewright.formats.xml import checked_name, parse_date
from imagewright.model.declaration import Declaration

_TEXTS = ("display_name", "display_version", "vendor", "summary", "description")
_KEYS = ("version", "components", "vibs", "release_date", *_TEXTS)


def read_declaration(data: bytes, where: str, limits: Limits = DEFAULT_LIMITS) -> Declaration:
    """The declaration in a file, taken for JSON when it begins with a brace. FormatError, naming the key."""
    document = parse_json(data, where, limits.spec_size) if data.lstrip()[:1] == b"{" else _toml(data, where, limits)
    if not isinstance(document, dict):
        raise FormatError(where, "must be an object")
    unknown = [key for key in document if key not in _KEYS]
    if unknown:
        raise FormatError(where, f"has the key {shown(unknown[0])}, which is not known; known are {', '.join(_KEYS)}")
    for key in _TEXTS:
        if not isinstance(document.get(key, ""), str):
            raise FormatError(where, f"must have a text at {key}")
    return Declaration(
        version=_name(document.get("version"), where, "version", limits),
        components=_components(document.get("components"), where, limits),
        vibs=_vibs(document.get("vibs"), where, limits),
        release_date=_date(document.get("release_date"), where),
        **{key: document.get(key, "") for key in _TEXTS},
    )


def _toml(data: bytes, where: str, limits: Limits) -> object:
    if len(data) > limits.spec_size:
        raise FormatError(where, f"has {len(data)} bytes; such a document may have {limits.spec_size}")
    document, _text = read_toml(data, where)
    return document


def _components(value: object, where: str, limits: Limits) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FormatError(where, 'must have names and versions at components: components = { Name = "1.0" }')
    return {
        _name(name, where, "components", limits): _name(version, where, f"components.{name}", limits)
        for name, version in value.items()
    }


def _vibs(value: object, where: str, limits: Limits) -> frozenset[str]:
    if value is None:
        return frozenset()
    if not isinstance(value, list):
        raise FormatError(where, "must have a list of the ids of VIBs at vibs")
    return frozenset(_name(each, where, "vibs", limits) for each in value)


def _name(value: object, where: str, key: str, limits: Limits) -> str:
    if not isinstance(value, str):
        raise FormatError(where, f"must have a text at {key}")
    return checked_name(value, where, key, limits)


def _date(value: object, where: str) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    found = parse_date(value if isinstance(value, str) else value.isoformat() if isinstance(value, datetime) else "")
    if found is None:
        raise FormatError(where, "must have a date at release_date, such as 2018-10-16")
    return found.astimezone(UTC)

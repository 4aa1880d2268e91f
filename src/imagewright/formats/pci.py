"""PCI ids as people and programs write them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from imagewright.formats.errors import shown
from imagewright.model.drivers import Device

_ID = re.compile(r"(?:0x)?([0-9a-f]{4})", re.IGNORECASE)
_CLASS = re.compile(r"(?:0x)?([0-9a-f]{4}(?:[0-9a-f]{2})?)", re.IGNORECASE)


class BadId(ValueError):
    """A text is no id; the sentence says which, and what an id looks like."""


def device_of(host: str, fields: Mapping[str, str]) -> Device:
    """A device from the texts of its parts; those that are absent are not known. BadId for what is no id."""
    ids = {name: _id(name, fields[name]) for name in ("vendor", "device", "subvendor", "subdevice") if name in fields}
    device_class = fields.get("class", "")
    match = _CLASS.fullmatch(device_class)
    if device_class and not match:
        raise BadId(f"the class {shown(device_class)}, which is not four or six hexadecimal digits")
    return Device(
        host=host,
        **ids,
        device_class=match[1].lower() if match else "",
        address=fields.get("address", ""),
        name=fields.get("name", ""),
    )


def _id(name: str, text: str) -> str:
    match = _ID.fullmatch(text)
    if not match:
        raise BadId(f"the {name} id {shown(text)}, which is not four hexadecimal digits")
    return match[1].lower()

"""What `lspci` writes: one line for each device, or a record of several lines, with ids in brackets or alone.

Read are `-nn` and `-n`, with `-v` or `-k` and the lines that these put below a device; `-nnmm` and `-nmm`; `-nnvmm` and
`-nvmm`. Only the last two forms, and `-v`, know the ids of the subsystem.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

from imagewright.formats.errors import shown
from imagewright.formats.pci import device_of
from imagewright.model.drivers import Device

_ADDRESS = r"(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]"
_HEADING = re.compile(r"host:\s*(?P<host>\S+)\s*", re.IGNORECASE)
_DEVICE = re.compile(rf"(?:(?P<host>[^\s:]+):\s+)?(?P<address>{_ADDRESS})\s+(?P<rest>.*)", re.IGNORECASE)
_NAMED = re.compile(
    r".*?\[(?P<class>[0-9a-f]{4})\]:\s*(?P<name>.*)\[(?P<vendor>[0-9a-f]{4}):(?P<device>[0-9a-f]{4})\]", re.IGNORECASE
)
_BARE = re.compile(
    r"(?:Class\s+)?(?P<class>[0-9a-f]{4}):\s+(?P<vendor>[0-9a-f]{4}):(?P<device>[0-9a-f]{4})\b", re.IGNORECASE
)
_INTERFACE = re.compile(r"\(prog-if ([0-9a-f]{2})\b", re.IGNORECASE)
_SUBSYSTEM = re.compile(
    r"(?:[^\s:]+:)?\s+Subsystem:.*?\[?(?P<subvendor>[0-9a-f]{4}):(?P<subdevice>[0-9a-f]{4})\]?\s*", re.IGNORECASE
)
# What -v and -k put below a device, behind a prefix perhaps.
_DETAIL = re.compile(r"(?:[^\s:]+:)?\s")
_RECORD = re.compile(r"(?:(?P<host>[^\s:]+):\s+)?(?P<key>\w+):\t(?P<value>.*)")
_IN_BRACKETS = re.compile(r"(?P<name>.*)\[(?P<id>[0-9a-f]{4})\]", re.IGNORECASE)
_KEYS = {"Class": "class", "Vendor": "vendor", "Device": "device", "SVendor": "subvendor", "SDevice": "subdevice"}
_QUOTED = ("class", "vendor", "device", "subvendor", "subdevice")
_WITH_IDS = "make the list with ids: lspci -nnvmm"


LONGEST_LINE = 2000
"""Characters; the longest real ones have about 200. The time that some patterns take grows with the square of it."""


class NotADevice(ValueError):
    """A line is not what `lspci` writes with ids; the sentence says which line, and how to make the list."""


def read_lspci(text: str, host: str) -> Iterator[Device]:
    """The devices in the text, in its order; they are of `host` where the text names no other."""
    reading = _Reading(host)
    for number, line in enumerate(text.splitlines(), 1):
        try:
            yield from reading.line(line)
        except ValueError as error:
            raise NotADevice(f"has in line {number} {error}; {_WITH_IDS}") from error
    try:
        yield from reading.end()
    except ValueError as error:
        raise NotADevice(f"has at its end {error}; {_WITH_IDS}") from error


class _Reading:
    """A list while it is being read: the host, and the device or record that more lines may belong to."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._device: Device | None = None
        self._record: dict[str, str] = {}

    def line(self, line: str) -> Iterator[Device]:
        """Takes a line, and gives the device that it ends."""
        if len(line) > LONGEST_LINE:
            raise ValueError(f"{len(line)} characters")
        if not line.strip():
            yield from self.end()
        elif heading := _HEADING.fullmatch(line):
            yield from self.end()
            self._host = heading["host"]
        elif record := _RECORD.fullmatch(line):
            # A prefix of a parallel shell stands before blank lines, too, so a new slot ends a record as well.
            if record["key"] == "Slot":
                yield from self.end()
            self._keep(record)
        elif found := _DEVICE.fullmatch(line):
            yield from self.end()
            self._device = _one_line(found["host"] or self._host, found["address"], found["rest"])
        elif subsystem := _SUBSYSTEM.fullmatch(line):
            if self._device is not None:
                ids = {name: value.lower() for name, value in subsystem.groupdict().items()}
                self._device = replace(self._device, **ids)
        elif self._device is None or not _DETAIL.match(line):
            raise ValueError(f"{shown(line.strip())}, which is no device")

    def end(self) -> Iterator[Device]:
        """Gives the device that was not ended yet."""
        if self._record:
            yield _of_record(self._record)
            self._record = {}
        if self._device is not None:
            yield self._device
            self._device = None

    def _keep(self, match: re.Match[str]) -> None:
        self._record.setdefault("Host", match["host"] or self._host)
        self._record[match["key"]] = match["value"].strip()


def _one_line(host: str, address: str, rest: str) -> Device:
    if '"' in rest:
        return _quoted(host, address, rest)
    match = _NAMED.match(rest) or _BARE.match(rest)
    if match is None:
        raise ValueError(f"{shown(rest)} without ids")
    fields = {"address": address, **match.groupdict()}
    fields["name"] = fields.get("name", "").strip()
    interface = _INTERFACE.search(rest)
    fields["class"] += interface[1] if interface else ""
    return device_of(host, fields)


def _quoted(host: str, address: str, rest: str) -> Device:
    words = shlex.split(rest)
    interface = next((word[2:] for word in words if re.fullmatch("-p[0-9a-f]{2}", word)), "")
    values = dict(zip(_QUOTED, (word for word in words if not word.startswith("-")), strict=False))
    return _of_parts(host, address, values, interface)


def _of_record(record: dict[str, str]) -> Device:
    address = record.get("Slot", "")
    values = {part: record[key] for key, part in _KEYS.items() if key in record}
    return _of_parts(record["Host"], address, values, record.get("ProgIf", ""))


def _of_parts(host: str, address: str, values: dict[str, str], interface: str) -> Device:
    fields, names = {"address": address}, {}
    for part, value in values.items():
        match = _IN_BRACKETS.fullmatch(value)
        if value:
            fields[part], names[part] = (match["id"], match["name"].strip()) if match else (value, "")
    if not {"class", "vendor", "device"} <= fields.keys():
        raise ValueError(f"the device at {shown(address)} without class, vendor and device")
    fields["class"] += interface
    fields["name"] = " ".join(filter(None, (names["vendor"], names["device"])))
    return device_of(host, fields)

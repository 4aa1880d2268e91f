"""Hardware lists: the PCI devices of hosts, as `lspci` writes them, as CSV, or as JSON.

`lspci` text does not say which host it is of. A line `host: NAME` before it does, so that one file can hold the lists
of many hosts; so does `NAME: ` before every line, as parallel shells put it. Without either, the host is called as the
file. JSON is an object of hosts with a list of devices each, and each device an object or `8086:1572:1028:0000`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from imagewright.formats.errors import FormatError, shown
from imagewright.formats.limits import MIB
from imagewright.formats.lspci import NotADevice, read_lspci
from imagewright.formats.pci import BadId, device_of
from imagewright.formats.strict_json import parse_json
from imagewright.model.drivers import Device

LARGEST_LIST = 64 * MIB
"""Bytes. A host has about 200 devices, and its list about 20 KiB."""

_REQUIRED = ("vendor", "device")
_KNOWN = ("host", "vendor", "device", "subvendor", "subdevice", "class", "address", "name")


def read_hardware(data: bytes, where: str) -> tuple[Device, ...]:
    """The devices in a hardware list, in its order; what it is, is told from its content.

    Raises FormatError, with the line or the key, for a list that cannot be read and for one without any device.
    """
    if len(data) > LARGEST_LIST:
        raise FormatError(where, f"has {len(data)} bytes; a hardware list may have {LARGEST_LIST}")
    if data.lstrip()[:1] in (b"{", b"["):
        devices = tuple(_json_devices(parse_json(data, where, LARGEST_LIST), where))
    else:
        text = _text_of(data, where)
        host = PurePath(where).stem or "host"
        devices = tuple(_csv_devices(text, where, host) if _is_csv(text) else _lspci_devices(text, where, host))
    if not devices:
        raise FormatError(where, "lists no device; make it with: lspci -nnvmm")
    return devices


def _text_of(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(where, f"is not UTF-8: byte {error.start + 1} cannot be read; save it as UTF-8") from error


def _lspci_devices(text: str, where: str, host: str) -> Iterator[Device]:
    try:
        yield from read_lspci(text, host)
    except NotADevice as error:
        raise FormatError(where, str(error)) from error


# --- CSV -------------------------------------------------------------------------------------------------------------


def _is_csv(text: str) -> bool:
    header = _header(text)
    return header is not None and set(_REQUIRED) <= set(header)


def _header(text: str) -> list[str] | None:
    lines = text.lstrip().splitlines()
    if not lines:
        return None
    try:
        cells = next(csv.reader(lines[:1], delimiter=_delimiter(lines[0])))
    except csv.Error:  # a cell of more than 128 KiB
        return None
    return [cell.strip().lower() for cell in cells]


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _csv_devices(text: str, where: str, host: str) -> Iterator[Device]:
    header = _header(text) or []
    unknown = [name for name in header if name not in _KNOWN]
    if unknown:
        raise FormatError(where, f"has the column {shown(unknown[0])}; the columns are {', '.join(_KNOWN)}")
    lines = io.StringIO(text.lstrip())
    rows = csv.reader(lines, delimiter=_delimiter(text.lstrip().splitlines()[0]))
    try:
        next(rows)
        for row in rows:
            if any(cell.strip() for cell in row):
                yield _csv_device(dict(zip(header, row, strict=False)), f"line {rows.line_num}", where, host)
    except csv.Error as error:
        raise FormatError(where, f"is not CSV: {error} in line {rows.line_num}") from error


def _csv_device(row: Mapping[str, str], place: str, where: str, host: str) -> Device:
    fields = {name: cell.strip() for name, cell in row.items() if cell.strip()}
    return _device(fields.pop("host", host), fields, place, where)


# --- JSON ------------------------------------------------------------------------------------------------------------


def _json_devices(document: object, where: str) -> Iterator[Device]:
    if not isinstance(document, dict):
        raise FormatError(where, 'must be an object of hosts: {"esx01": [{"vendor": "8086", "device": "1572"}]}')
    for host, devices in document.items():
        if not isinstance(devices, list):
            raise FormatError(where, f"must have a list of devices at {shown(host)}")
        for index, entry in enumerate(devices):
            place = f"{host}[{index}]"
            yield _device(host, _json_fields(entry, place, where), place, where)


def _json_fields(entry: object, place: str, where: str) -> dict[str, str]:
    if isinstance(entry, str):
        names = ("vendor", "device", "subvendor", "subdevice")
        parts = entry.split(":")
        if len(parts) not in (2, 4):
            raise FormatError(where, f"has {shown(entry)} at {place}; write vendor:device, as in 8086:1572")
        return dict(zip(names, parts, strict=False))
    if not isinstance(entry, dict):
        raise FormatError(where, f"must have an object or a text such as 8086:1572 at {place}")
    for name, value in entry.items():
        if name not in _KNOWN[1:]:
            raise FormatError(where, f"has the key {shown(name)} at {place}; known are {', '.join(_KNOWN[1:])}")
        if not isinstance(value, str):
            raise FormatError(where, f'must have a text at {place}.{name}: ids are hexadecimal, as in "8086"')
    return entry


def _device(host: str, fields: Mapping[str, str], place: str, where: str) -> Device:
    for name in _REQUIRED:
        if name not in fields:
            raise FormatError(where, f"has no {name} id at {place}")
    try:
        return device_of(host, fields)
    except BadId as error:
        raise FormatError(where, f"has at {place} {error}") from error

"""An offline bundle of any size, packed like those of vendors: machine code in gzip in VIBs, deflated once more.

The content is the machine code of the packages that Python has installed here. There are 25 different payloads of
uneven sizes; ten VIBs have each of them, since making a gigabyte of different ones would take minutes.
"""

from __future__ import annotations

import io
import sysconfig
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from imagewright.formats.depot_writer import write_depot
from imagewright.formats.vib import write_vib
from imagewright.model.content import Bulletin, Component, DepotContent, MetadataBundle, Payload, Platform, Vib, VibRef

VIBS = 250
PAYLOADS = 25
LARGEST = 9
"""The largest payload has so many times the bytes of the smallest."""
PIECE = 32 << 10
"""Bytes of code that are packed at a time, until a payload has its size."""
HOST = Platform("embeddedEsx", "8.0")


def write_bundle(path: Path, size: int, *, deflated: bool = True) -> None:
    """Writes a bundle of about `size` bytes. Vendors deflate VIBs again; our own writer stores them."""
    payloads = list(_payloads(size // VIBS))
    described: dict[VibRef, Vib] = {}
    number_of: dict[VibRef, int] = {}
    for number in range(VIBS):
        vib = write_vib(io.BytesIO(), _named(number), {"driver": io.BytesIO(payloads[number % PAYLOADS])})
        described[vib.ref] = vib
        number_of[vib.ref] = number

    def open_vib(vib: Vib) -> BinaryIO:
        number, file = number_of[vib.ref], io.BytesIO()
        write_vib(file, _named(number), {"driver": io.BytesIO(payloads[number % PAYLOADS])})
        file.seek(0)
        return file

    with path.open("wb") as sink:
        write_depot(sink, _content(described), open_vib)
    if deflated:
        _deflate(path)


def _payloads(average: int) -> Iterator[bytes]:
    """Gzip files of uneven sizes around this one."""
    code = memoryview(_machine_code())
    start = 0
    for number in range(PAYLOADS):
        weight = 2 * (1 + (LARGEST - 1) * number / (PAYLOADS - 1)) / (1 + LARGEST)
        packed = bytearray()
        engine = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        while len(packed) < average * weight:
            packed += engine.compress(code[start : start + PIECE]) + engine.flush(zlib.Z_SYNC_FLUSH)
            start = (start + PIECE) % len(code)
        yield bytes(packed + engine.flush())


def _machine_code(enough: int = 96 << 20) -> bytes:
    found = bytearray()
    for library in sorted(Path(sysconfig.get_path("platlib")).rglob("*.so")):
        found += library.read_bytes()
        if len(found) > enough:
            break
    return bytes(found)


def _named(number: int) -> Vib:
    name = f"sample-driver-{number:03}"
    payload = Payload("driver", "tgz", 0)
    return Vib("", name, f"1.{number}.0-1OEM.803.0.0.1", "SMP", platforms=(HOST,), payloads=(payload,))


def _content(vibs: dict[VibRef, Vib]) -> DepotContent:
    components = [
        Component(vib.name, vib.version, vib.name, vib.version, Bulletin(f"{vib.name}_{vib.version}", vibs=(ref,)))
        for ref, vib in vibs.items()
    ]
    components = [replace(each, bulletin=replace(each.bulletin, vendor="Sample")) for each in components]
    bulletins = tuple(each.bulletin for each in components)
    bundle = MetadataBundle(
        "metadata.zip", "Sample", "SMP", (HOST,), tuple(vibs.values()), bulletins, tuple(components)
    )
    return DepotContent((bundle,))


def _deflate(path: Path) -> None:
    stored = path.with_suffix(".stored")
    path.rename(stored)
    with zipfile.ZipFile(stored) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as sink:
        for name in source.namelist():
            sink.writestr(name, source.read(name))
    stored.unlink()

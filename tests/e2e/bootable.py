"""A depot whose base image has what a disc needs in order to start. Nothing in it runs, and its files say so."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import BinaryIO

from imagewright.formats.depot_writer import write_depot
from imagewright.formats.vib import write_vib
from imagewright.model.content import (
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    DepotContent,
    MetadataBundle,
    Operator,
    Payload,
    Platform,
    Relation,
    Vib,
    VibRef,
)

VERSION = "9.9.0-0.99000990"
HOST = Platform("embeddedEsx", "9.0")
LABEL = b"imagewright test payload: it starts nothing. "
BIOS_BOOT, EFI_BOOT = LABEL * 100, LABEL * 3000
LOADERS = {"isolinux.bin": BIOS_BOOT, "mboot.c32": LABEL + b"mboot", "efiboot.img": EFI_BOOT, "bootx64.efi": LABEL}

Payloads = dict[tuple[str, str], bytes]
"""Content by name and kind."""


def packed(name: str) -> bytes:
    return gzip.compress(LABEL + name.encode(), mtime=0)


def tar_of(*names: str) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in names:
            entry = tarfile.TarInfo(f"boot/{name}")
            entry.size = len(LOADERS[name])
            archive.addfile(entry, io.BytesIO(LOADERS[name]))
    return sink.getvalue()


SYSTEM: dict[str, Payloads] = {
    "esx-base": {
        ("k", "boot"): LABEL + b"k",
        ("b", "boot"): LABEL + b"b",
        ("sb", "vgz"): packed("sb"),
        ("longpayloadname", "tgz"): packed("long"),
    },
    "net-driver": {("longpayloadother", "vgz"): packed("other"), ("net-x", "tgz"): packed("net")},
    "tools-light": {("tools", "tgz"): packed("tools")},
}
IN_A_TAR: Payloads = {
    ("isobios", "bootisobios"): gzip.compress(tar_of("isolinux.bin", "mboot.c32"), mtime=0),
    ("isoefi", "bootisoefi"): tar_of("efiboot.img", "bootx64.efi"),
}
ALONE: Payloads = {("isobios", "bootisobios"): BIOS_BOOT, ("isoefi", "bootisoefi"): gzip.compress(EFI_BOOT, mtime=0)}


def write_bootable_depot(path: Path, loaders: Payloads = IN_A_TAR) -> dict[str, bytes]:
    """Writes the depot, and gives every payload by its name, loaders excepted."""
    files: dict[VibRef, bytes] = {}
    vibs = [_vib(name, payloads, files) for name, payloads in {**SYSTEM, "loaders": loaders}.items()]
    bulletin = Bulletin(f"ESXi_{VERSION}", "Test", "ESXi", platforms=(HOST,), vibs=tuple(vib.ref for vib in vibs))
    component = Component("ESXi", VERSION, "ESXi", VERSION, bulletin)
    base = BaseImage(VERSION, (ComponentRef("ESXi", VERSION),), "ESXi (test)")
    bundle = MetadataBundle(
        "m.zip", "Test", "TST", (HOST,), tuple(vibs), (bulletin,), (component,), base_images=(base,)
    )

    def open_vib(vib: Vib) -> BinaryIO:
        return io.BytesIO(files[vib.ref])

    with path.open("wb") as sink:
        write_depot(sink, DepotContent((bundle,)), open_vib)
    return {name: data for payloads in SYSTEM.values() for (name, _kind), data in payloads.items()}


def _vib(name: str, payloads: Payloads, files: dict[VibRef, bytes]) -> Vib:
    described = Vib(
        id="",
        name=name,
        version=VERSION,
        vendor="TST",
        platforms=(HOST,),
        provides=(Relation("esx-version", Operator.EQUAL, "9.9.0"),) if name == "esx-base" else (),
        payloads=tuple(Payload(payload, kind, 0) for payload, kind in payloads),
    )
    sink = io.BytesIO()
    vib = write_vib(sink, described, {payload: io.BytesIO(data) for (payload, _kind), data in payloads.items()})
    files[vib.ref] = sink.getvalue()
    return vib

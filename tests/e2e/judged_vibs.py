"""A bundle of drivers for which different people vouch, or nobody, and one whose file is not in it."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

from signers import Signer, signed, signer

from imagewright.cli import sample_depot as sample
from imagewright.formats.ar import read_members, write_header
from imagewright.formats.depot_writer import write_depot
from imagewright.formats.vib import DESCRIPTOR, SIGNATURE, read_vib_file, write_vib
from imagewright.model.content import (
    AcceptanceLevel,
    Bulletin,
    Component,
    DepotContent,
    MetadataBundle,
    Payload,
    Platform,
    Vib,
    VibRef,
)
from imagewright.model.spec import SoftwareSpec

TRUSTED = signer("Sample Partner VIB Signing")
STRANGER = signer("Somebody")
VERSION = "1.0.0-1"
HOST = Platform("embeddedEsx", "8.0")
CERTIFIED, PARTNER, COMMUNITY = AcceptanceLevel.CERTIFIED, AcceptanceLevel.PARTNER, AcceptanceLevel.COMMUNITY

DRIVERS: dict[str, tuple[AcceptanceLevel, Signer | None, bool]] = {
    "Community-Unsigned": (COMMUNITY, None, False),
    "Community-Edited": (COMMUNITY, TRUSTED, True),
    "Partner-Trusted": (PARTNER, TRUSTED, False),
    "Partner-Stranger": (PARTNER, STRANGER, False),
    "Partner-Edited": (PARTNER, TRUSTED, True),
    "Certified-Unsigned": (CERTIFIED, None, False),
    "Not-There": (COMMUNITY, None, False),
}
"""By component: the level that its VIB claims, who signed it, and whether its descriptor was changed after that."""

MISSING = "Not-There"
"""The component whose VIB is described, and whose file is not in the bundle."""


def spec_of_all() -> SoftwareSpec:
    """A specification that asks for every one of them."""
    components = dict.fromkeys(DRIVERS, VERSION)
    return SoftwareSpec.from_document({"base_image": {"version": sample.BASE_8_0_3}, "components": components})


def judged_bundle(*, complete: bool = False) -> bytes:
    """The bundle; when it is complete, it holds the missing file as well."""
    files: dict[VibRef, bytes] = {}
    vibs, components = [], []
    for name, (level, by, edited) in DRIVERS.items():
        data = _vib_file(name.lower(), level, by, edited=edited)
        # What only the file tells is not in metadata.
        vib = replace(read_vib_file(io.BytesIO(data), name), signature=None)
        vibs.append(vib)
        if complete or name != MISSING:
            files[vib.ref] = data
        bulletin = Bulletin(f"{name}_{VERSION}", vendor="Sample", vibs=(vib.ref,), platforms=(HOST,))
        components.append(Component(name, VERSION, name, VERSION, bulletin))
    bundle = MetadataBundle(
        "judged-metadata.zip",
        "Sample",
        "SMP",
        (HOST,),
        vibs=tuple(sorted(vibs, key=lambda vib: vib.id)),
        bulletins=tuple(component.bulletin for component in components),
        components=tuple(components),
    )
    sink = io.BytesIO()
    write_depot(sink, DepotContent((bundle,)), lambda vib: io.BytesIO(files[vib.ref]) if vib.ref in files else None)
    return sink.getvalue()


@cache  # a signature tells when it was made, and one VIB is the same in all bundles
def _vib_file(name: str, level: AcceptanceLevel, by: Signer | None, *, edited: bool) -> bytes:
    described = Vib(
        "", name, VERSION, "SMP", acceptance_level=level, platforms=(HOST,), payloads=(Payload("driver", "boot", 0),)
    )
    plain = io.BytesIO()
    write_vib(plain, described, {"driver": io.BytesIO(name.encode() * 100)})
    plain.seek(0)
    members = {member.name: b"".join(member.chunks()) for member in read_members(plain, name)}
    if by is not None:
        members[SIGNATURE] = signed(members[DESCRIPTOR], by)
    if edited:
        members[DESCRIPTOR] += b"<!-- one comment more -->"
    sink = io.BytesIO(b"!<arch>\n")
    sink.seek(0, io.SEEK_END)
    for member, data in members.items():
        write_header(sink, member, len(data))
        sink.write(data + b"\n" * (len(data) % 2))
    return sink.getvalue()

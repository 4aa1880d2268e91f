"""What an installer disc of an image consists of: which payload is which file, what is loaded in which order.

What is known of the vendor's discs is reported by others: names of eight letters and three, `BOOT.CFG` twice, its keys,
and the kinds of payloads that hold boot loaders. What is inside of those, the order of modules beyond the first ones,
and the image database of the installer are not published; what is done here about them is ours (docs/exports.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from imagewright.formats.errors import FormatError
from imagewright.model.content import Payload, Vib
from imagewright.model.effective import EffectiveImage
from imagewright.model.parts import DEFAULT_PRODUCT_LINE

BIOS_LOADER: Final = "bootisobios"
EFI_LOADER: Final = "bootisoefi"
IMAGE_DATABASE: Final = "imgdb.tgz"
_LOADERS: Final = (BIOS_LOADER, EFI_LOADER, "bootloader")
_BOOT: Final = "boot"
_MODULES: Final = (_BOOT, "vgz", "tgz")
_KERNEL: Final = "b"
"""The payload that is the kernel on the discs that others have seen."""


@dataclass(frozen=True, slots=True)
class DiscPayload:
    """A payload as a file of the disc. `name` is in lower case; a module is loaded before the installer starts."""

    name: str
    vib: Vib
    payload: Payload

    @property
    def is_module(self) -> bool:
        """False for what only lies on the disc."""
        return self.payload.kind in _MODULES


@dataclass(frozen=True, slots=True)
class BootDisc:
    """The disc of an image. `payloads` are in the order in which they are loaded, the kernel first."""

    label: str
    title: str
    build: str
    payloads: tuple[DiscPayload, ...]
    loaders: tuple[tuple[Vib, Payload], ...]

    def boot_cfg(self) -> bytes:
        """The file that tells the boot loaders what to load."""
        kernel, *modules = (f"/{each.name}" for each in self.payloads if each.is_module)
        lines = {
            "bootstate": "0",
            "title": f"Loading {self.title}",
            "timeout": "5",
            "prefix": "",
            "kernel": kernel,
            "kernelopt": "runweasel cdromBoot",
            "modules": " --- ".join([*modules, f"/{IMAGE_DATABASE}"]),
            "build": self.build,
            "updated": "0",
        }
        return "".join(f"{key}={value}\n" for key, value in lines.items()).encode("ascii", "replace")


def boot_disc(image: EffectiveImage) -> BootDisc:
    """The disc of an image.

    FormatError when the image has no VIB that brings a boot loader for discs, or none that brings a kernel: such a disc
    would not start.
    """
    # A DPU is not started from a disc.
    vibs = [item.vib for item in image.vibs.get(DEFAULT_PRODUCT_LINE, ())]
    loaders = tuple((vib, each) for vib in vibs for each in vib.payloads if each.kind in _LOADERS)
    if not any(each.kind in (BIOS_LOADER, EFI_LOADER) for _, each in loaders):
        raise FormatError(
            _named(image),
            f"has no VIB with a boot loader for discs (a payload of the kind {BIOS_LOADER} or {EFI_LOADER}), so the "
            "disc would not start; export an offline bundle, or take a base image that brings one",
        )
    in_order = sorted(
        ((vib, each) for vib in vibs for each in vib.payloads if each.kind not in _LOADERS),
        key=lambda pair: (_rank(pair[1]), pair[0].name != "esx-base", pair[0].name),
    )
    if not in_order or in_order[0][1].kind != _BOOT:
        raise FormatError(_named(image), "has no VIB with a kernel (a payload of the kind boot), so it would not start")
    build = image.spec.base_image or ""
    display = (image.base_image.display_name if image.base_image else "") or "ESXi"
    # Joliet has room for 16 characters.
    label = "_".join(["ESXI", *re.findall("[A-Z0-9]+", build.upper())[:3]])[:16]
    return BootDisc(label, f"{display} {build} installer", build, tuple(_named_payloads(in_order)), loaders)


def _rank(payload: Payload) -> int:
    """Kernel, what else is needed to boot, modules, the rest; within these, base VIB first, payloads as they stand."""
    if payload.kind == _BOOT:
        return 0 if payload.name == _KERNEL else 1
    return 2 if payload.kind in _MODULES else 3


def _named_payloads(payloads: Iterable[tuple[Vib, Payload]]) -> Iterable[DiscPayload]:
    taken: set[str] = set()
    for vib, payload in payloads:
        letter = "b" if payload.kind == _BOOT else "t" if vib.name == "tools-light" else "v"
        stem = re.sub(r"[^a-z0-9_]", "_", payload.name.lower())[:8]
        name = next(name for number in range(100_000) if (name := _short(stem, letter, number)) not in taken)
        taken.add(name)
        yield DiscPayload(name, vib, payload)


def _short(stem: str, letter: str, number: int) -> str:
    """A name of eight letters and three: `net.v00`, and when a hundred are taken, `net1.v00`."""
    more = str(number // 100) if number >= 100 else ""
    return f"{stem[: 8 - len(more)]}{more}.{letter}{number % 100:02}"


def _named(image: EffectiveImage) -> str:
    return f"the image of base image {image.spec.base_image}"

"""An installer disc as an ISO image: ISO 9660 level 1 with Joliet and Rock Ridge, El Torito for BIOS and UEFI.

Like a bundle, the disc is laid out before payloads are copied: the library writes it without their bytes, and they stay
where they are, inside of their VIBs, until somebody reads the disc.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import BinaryIO, Final, cast

from pycdlib import PyCdlib, dates, headervd, pycdlib

from imagewright.formats.ar import member_places
from imagewright.formats.boot_disc import BIOS_LOADER, EFI_LOADER, IMAGE_DATABASE, BootDisc
from imagewright.formats.bundle_copy import OpenFile, Report
from imagewright.formats.depot_writer import metadata_files
from imagewright.formats.errors import FormatError, shown
from imagewright.formats.limits import CHUNK, MIB
from imagewright.formats.payload import PayloadFile, write_payload
from imagewright.model.content import DepotContent, Payload, Vib, VibRef

SECTOR: Final = 2048
LARGEST_LOADER: Final = 64 * MIB
"""Bytes of a payload with boot loaders, unpacked."""

_DATABASE: Final = "var/db/esximg"
"""Where hosts have theirs."""

_MOMENT: Final = 315_532_800
"""1980, as everywhere where a time has to stand."""

_BIOS_BOOT: Final = "isolinux.bin"
_EFI_BOOT: Final = "efiboot.img"
_ALONE: Final = {BIOS_LOADER: _BIOS_BOOT, EFI_LOADER: _EFI_BOOT}
_MENU: Final = b"DEFAULT install\nPROMPT 0\nTIMEOUT 80\nLABEL install\n  KERNEL mboot.c32\n  APPEND -c boot.cfg\n"

# The library dates everything by the clock, and takes no other time from its callers. It is given a clock that stands,
# so that the same image always gives the same disc.
_CLOCK: Final = SimpleNamespace(**vars(time) | {"time": lambda: float(_MOMENT), "localtime": time.gmtime})
for _module in (pycdlib, headervd, dates):
    _module.time = _CLOCK  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class PlacedPayload:
    """Bytes of a VIB file, from its byte `offset` on, that stand at byte `start` of the disc."""

    vib: Vib
    offset: int
    length: int
    start: int


def image_database(content: DepotContent) -> bytes:
    """The description of an image for its installer, in our own form: the metadata of a depot of it."""
    files = {
        f"{_DATABASE}/{path}": data
        for bundle in content.bundles
        for path, data in metadata_files(bundle).items()
        if "/" in path
    }
    sink = io.BytesIO()
    write_payload(
        sink,
        [
            PayloadFile(path, len(data), executable=False, open=partial(io.BytesIO, data))
            for path, data in sorted(files.items())
        ],
        _MOMENT,
    )
    return sink.getvalue()


def iso_pieces(disc: BootDisc, database: bytes, open_file: OpenFile) -> tuple[bytes | PlacedPayload, ...]:
    """The disc, front to end. `database` is the image database, a gzip of tar.

    `open_file` gives files in which one can go back and forth. FormatError when the loaders are not what they should
    be.
    """
    loaders = _loader_files(disc, open_file)
    iso = PyCdlib()
    iso.new(interchange_level=1, joliet=3, rock_ridge="1.09", vol_ident=disc.label, sys_ident="")
    try:
        for folder in ("efi", "efi/boot"):
            iso.add_directory(f"/{folder.upper()}", rr_name=folder.rpartition("/")[2], joliet_path=f"/{folder}")
        cfg = disc.boot_cfg()
        small = {**loaders, "boot.cfg": cfg, "efi/boot/boot.cfg": cfg, IMAGE_DATABASE: database}
        for path, data in sorted(small.items()):
            _add(iso, path, io.BytesIO(data), len(data))
        places = dict(_payload_places(disc, open_file))
        for name, (_vib, _offset, length) in places.items():
            _add(iso, name, cast(BinaryIO, _Nothing(length)), length)
        _make_bootable(iso, loaders)
        iso.force_consistency()
        holes = [
            PlacedPayload(vib, offset, length, iso.get_record(iso_path=_iso_path(name)).extent_location() * SECTOR)
            for name, (vib, offset, length) in places.items()
            if length
        ]
        frame = _Frame(sorted(holes, key=lambda hole: hole.start))
        iso.write_fp(cast(BinaryIO, frame))
    finally:
        iso.close()
    return frame.pieces()


def write_pieces(
    sink: BinaryIO, pieces: Iterable[bytes | PlacedPayload], open_file: OpenFile, report: Report = lambda _: None
) -> None:
    """Writes a disc that was laid out. The files of VIBs are taken as they are: they have been checked before."""
    for piece in pieces:
        if isinstance(piece, bytes):
            sink.write(piece)
            continue
        with open_file(piece.vib) as source:
            source.seek(piece.offset)
            left = piece.length
            while left and (chunk := source.read(min(CHUNK, left))):
                sink.write(chunk)
                left -= len(chunk)
                report(len(chunk))
        if left:
            raise FormatError(piece.vib.id, "ends too early; import its depot again")


# --- files on the disc -----------------------------------------------------------------------------------------------


def _add(iso: PyCdlib, path: str, file: BinaryIO, length: int) -> None:
    name = path.rpartition("/")[2]
    iso.add_fp(file, length, _iso_path(path), rr_name=name, joliet_path=f"/{path}", file_mode=0o100444)


def _iso_path(path: str) -> str:
    return f"/{path.upper()};1"


def _make_bootable(iso: PyCdlib, loaders: Iterable[str]) -> None:
    """The catalogue of El Torito: BIOS first, because machines with BIOS look at the first entry only."""
    if _BIOS_BOOT in loaders:
        iso.add_eltorito(
            _iso_path(_BIOS_BOOT),
            "/BOOT.CAT;1",
            rr_bootcatname="boot.cat",
            joliet_bootcatfile="/boot.cat",
            boot_load_size=4,
            boot_info_table=True,
        )
    if _EFI_BOOT in loaders:
        iso.add_eltorito(
            _iso_path(_EFI_BOOT),
            "/BOOT.CAT;1",
            rr_bootcatname="boot.cat",
            joliet_bootcatfile="/boot.cat",
            platform_id=0xEF,
            efi=True,
        )


def _payload_places(disc: BootDisc, open_file: OpenFile) -> Iterator[tuple[str, tuple[Vib, int, int]]]:
    """Where each payload lies in the file of its VIB."""
    known: dict[VibRef, list[tuple[int, int]]] = {}
    for each in disc.payloads:
        if each.vib.ref not in known:
            known[each.vib.ref] = _places_in(each.vib, open_file)
        offset, length = known[each.vib.ref][each.vib.payloads.index(each.payload)]
        yield each.name, (each.vib, offset, length)


def _places_in(vib: Vib, open_file: OpenFile) -> list[tuple[int, int]]:
    """Offset and length of the payloads of a VIB, in the order of its descriptor."""
    with open_file(vib) as file:
        _descriptor, _signature, *members = member_places(file, vib.id)
    found = []
    for payload in vib.payloads:
        # As when a VIB is checked: by name, or by position.
        member = next((member for member in members if member.name == payload.name), members[0] if members else None)
        if member is None or member.size != payload.size:
            raise FormatError(vib.id, f"lacks the payload {shown(payload.name)}, or it has another size")
        members.remove(member)
        found.append((member.start, member.size))
    return found


def _loader_files(disc: BootDisc, open_file: OpenFile) -> dict[str, bytes]:
    """The files of the boot loaders by path on the disc.

    A payload is a tar, packed or not, of such files; or it is itself the one file that its kind is named after.
    """
    files: dict[str, bytes] = {}
    for vib, payload in disc.loaders:
        data = _unpacked(_bytes_of(vib, payload, open_file), f"{vib.id} > {payload.name}")
        found = _tar_files(data)
        if not found and payload.kind in _ALONE:
            found = {_ALONE[payload.kind]: data}
        for name, content in found.items():
            path = f"efi/boot/{name}" if name.endswith(".efi") else name
            files.setdefault(path, content)
    if not {_BIOS_BOOT, _EFI_BOOT} & files.keys():
        raise FormatError(
            "the boot loaders", f"of the image bring neither {_BIOS_BOOT} nor {_EFI_BOOT}, so the disc would not start"
        )
    if _BIOS_BOOT in files:
        files.setdefault("isolinux.cfg", _MENU)
    return files


def _bytes_of(vib: Vib, payload: Payload, open_file: OpenFile) -> bytes:
    offset, length = _places_in(vib, open_file)[vib.payloads.index(payload)]
    if length > LARGEST_LOADER:
        raise FormatError(f"{vib.id} > {payload.name}", f"has {length} bytes; a boot loader may have {LARGEST_LOADER}")
    with open_file(vib) as file:
        file.seek(offset)
        data = bytearray()
        while len(data) < length and (more := file.read(length - len(data))):
            data += more
    return bytes(data)


def _unpacked(data: bytes, where: str) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            plain = packed.read(LARGEST_LOADER + 1)
    except (OSError, EOFError) as error:
        raise FormatError(where, f"is a damaged gzip file ({error})") from error
    if len(plain) > LARGEST_LOADER:
        raise FormatError(where, f"unpacks to more than {LARGEST_LOADER} bytes; a boot loader has fewer")
    return plain


def _tar_files(data: bytes) -> dict[str, bytes]:
    """The files of a tar by their names without folders, in lower case and fit for the disc; none when it is no tar."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            return {
                name: cast(BinaryIO, archive.extractfile(member)).read()
                for member in archive
                if member.isfile() and _fits(name := member.name.rpartition("/")[2].lower())
            }
    except tarfile.TarError:
        return {}


def _fits(name: str) -> bool:
    stem, _, extension = name.partition(".")
    letters = f"{stem}{extension}".replace("_", "a")
    return 0 < len(stem) <= 8 and len(extension) <= 3 and letters.isascii() and letters.isalnum()


# --- a disc with holes -----------------------------------------------------------------------------------------------


class _Nothing(io.RawIOBase):
    """A file of which only the length matters."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._at = 0

    def seekable(self) -> bool:
        return True

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        self._at = position + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        count = self._length - self._at if size < 0 else min(size, self._length - self._at)
        self._at += count
        return b"\0" * count


class _Frame(io.RawIOBase):
    """A disc that forgets what is written into its holes."""

    def __init__(self, holes: list[PlacedPayload]) -> None:
        self._holes = holes
        self._parts: list[tuple[int, int, io.BytesIO]] = []
        start = 0
        for hole in holes:
            self._parts.append((start, hole.start, io.BytesIO()))
            start = hole.start + hole.length
        self._parts.append((start, 1 << 62, io.BytesIO()))
        self._at = 0

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            start, _end, part = self._parts[-1]
            position += start + len(part.getvalue())
        elif whence == io.SEEK_CUR:
            position += self._at
        self._at = position
        return position

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        first, last = self._at, self._at + len(data)
        for start, end, part in self._parts:
            begin, stop = max(first, start), min(last, end)
            if begin < stop:
                part.seek(begin - start)
                part.write(data[begin - first : stop - first])
        self._at = last
        return len(data)

    def truncate(self, size: int | None = None, /) -> int:
        """Only ever called with the size that the disc has anyway."""
        return self._at if size is None else size

    def pieces(self) -> tuple[bytes | PlacedPayload, ...]:
        found: list[bytes | PlacedPayload] = []
        for (start, end, part), hole in zip(self._parts, self._holes, strict=False):
            found += [part.getvalue().ljust(end - start, b"\0"), hole]
        return *(piece for piece in found if piece), self._parts[-1][2].getvalue()

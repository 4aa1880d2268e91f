"""A bundle that is laid out first: the bytes are those of the other writer, and what is damaged does not go out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from made_depots import bundle

from imagewright.formats.bundle import OpenDepot, open_depot
from imagewright.formats.bundle_copy import check_files, write_bundle
from imagewright.formats.bundle_plan import BundlePlan, PlacedVib
from imagewright.formats.depot_writer import depot_files, write_depot
from imagewright.formats.errors import FormatError
from imagewright.model.content import DepotContent, MetadataBundle, Vib

GIB = 1 << 30


@pytest.fixture
def depot() -> OpenDepot:
    return open_depot(io.BytesIO(bundle()), "made.zip")


def test_the_bytes_are_those_of_the_other_writer(depot: OpenDepot, tmp_path: Path) -> None:
    expected = io.BytesIO()
    write_depot(expected, depot.content, depot.open_vib)
    plan = BundlePlan(depot_files(depot.content))
    with (tmp_path / "b.zip").open("wb") as sink:
        write_bundle(sink, plan, depot.open_vib)
    written = (tmp_path / "b.zip").read_bytes()
    assert written == expected.getvalue()
    assert plan.size == len(written)


def test_the_pieces_are_the_bundle_without_its_being_written(depot: OpenDepot) -> None:
    expected = io.BytesIO()
    write_depot(expected, depot.content, depot.open_vib)
    plan = BundlePlan(depot_files(depot.content))
    pieces = plan.pieces(check_files(plan.files.vibs.values(), depot.open_vib))
    data = b"".join(_read(depot.open_vib(each.vib)) if isinstance(each, PlacedVib) else each for each in pieces)
    assert data == expected.getvalue()


def test_progress_tells_every_byte_of_the_vibs(depot: OpenDepot) -> None:
    told: list[int] = []
    check_files(depot.content.vibs, depot.open_vib, told.append)
    assert sum(told) == sum(vib.size for vib in depot.content.vibs)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "is damaged: the SHA-256 of its file is"),
        (lambda data: data[:-1], "its file has"),
        (lambda data: data + b"x", "but its file has more"),
    ],
)
def test_a_damaged_file_does_not_go_out(
    depot: OpenDepot, tmp_path: Path, damage: Callable[[bytes], bytes], says: str
) -> None:
    def damaged(vib: Vib) -> BinaryIO:
        return io.BytesIO(damage(_read(depot.open_vib(vib))))

    with (tmp_path / "b.zip").open("wb") as sink, pytest.raises(FormatError, match=says) as caught:
        write_bundle(sink, BundlePlan(depot_files(depot.content)), damaged)
    assert caught.value.where in {vib.id for vib in depot.content.vibs}
    assert "import its depot again" in caught.value.what


def test_what_is_known_of_a_file_is_compared_in_place_of_its_sha256(depot: OpenDepot) -> None:
    vibs = depot.content.vibs
    known = check_files(vibs, depot.open_vib)
    told: list[int] = []
    other_name = {vib.ref: replace(vib, sha256="0" * 64) for vib in vibs}
    crcs = {other_name[ref].ref: crc for ref, crc in known.items()}

    def open_file(vib: Vib) -> BinaryIO:
        return depot.open_vib(next(each for each in vibs if each.id == vib.id))

    assert check_files(other_name.values(), open_file, told.append, crcs) == crcs
    assert sum(told) == sum(vib.size for vib in vibs)
    with pytest.raises(FormatError, match="SHA-256"):
        check_files(other_name.values(), open_file)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "is damaged: the CRC-32 of its file is"),
        (lambda data: data[:-1], "its file has"),
        (lambda data: data + b"x", "but its file has more"),
    ],
)
def test_a_file_that_is_not_as_known_is_damaged(depot: OpenDepot, damage: Callable[[bytes], bytes], says: str) -> None:
    known = check_files(depot.content.vibs, depot.open_vib)
    victim = depot.content.vibs[-1]

    def damaged(vib: Vib) -> BinaryIO:
        data = _read(depot.open_vib(vib))
        return io.BytesIO(damage(data) if vib is victim else data)

    with pytest.raises(FormatError, match=says) as caught:
        check_files(depot.content.vibs, damaged, known=known)
    assert caught.value.where == victim.id
    assert "import its depot again" in caught.value.what


def test_what_is_not_wanted_any_more_ends_soon(depot: OpenDepot) -> None:
    """Whoever cancels raises in the report: of the VIBs that have not begun, none is read."""
    vibs = [replace(vib, id=f"{vib.id}-{number}", sha256="") for vib in depot.content.vibs for number in range(50)]
    opened: list[str] = []

    def open_file(vib: Vib) -> BinaryIO:
        opened.append(vib.id)
        return depot.open_vib(next(each for each in depot.content.vibs if vib.id.startswith(each.id)))

    def cancel(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_files(vibs, open_file, cancel)
    assert len(opened) < len(vibs) / 2


def test_more_than_four_gigabytes(depot: OpenDepot, tmp_path: Path) -> None:
    """Nothing of the VIBs is written; the list of contents of such a zip is of another form."""
    vibs = tuple(_huge(number) for number in range(4))
    plan = BundlePlan(depot_files(DepotContent((MetadataBundle("m.zip", "S", vibs=vibs),))))
    path = tmp_path / "huge.zip"
    with path.open("wb") as sink:
        for piece in plan.pieces({}):
            if isinstance(piece, PlacedVib):
                sink.seek(piece.vib.size, io.SEEK_CUR)
            else:
                sink.write(piece)
    assert path.stat().st_size == plan.size > 12 * GIB
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        members = {info.filename: info for info in archive.infolist()}
        for placed, vib in zip(plan.vibs, vibs, strict=True):
            info = members[f"vib20/{vib.name}/{vib.id}.vib"]
            assert (info.file_size, info.compress_size) == (vib.size, vib.size)
            file.seek(info.header_offset)
            assert file.read(4) == b"PK\3\4"
            assert info.header_offset < placed.start < info.header_offset + 300


def test_a_vib_without_a_size_has_no_place(depot: OpenDepot) -> None:
    content = DepotContent((MetadataBundle("m.zip", "S", vibs=(replace(_huge(1), size=0),)),))
    with pytest.raises(FormatError, match="whose size is not known"):
        _ = BundlePlan(depot_files(content)).vibs


def test_the_specification_in_a_bundle_is_no_stranger(depot: OpenDepot, tmp_path: Path) -> None:
    plan = BundlePlan(depot_files(depot.content, b'{"base_image":{"version":"8"}}'))
    with (tmp_path / "b.zip").open("w+b") as sink:
        write_bundle(sink, plan, depot.open_vib)
        with open_depot(sink, "again") as again:
            assert again.content == depot.content
        assert zipfile.ZipFile(sink).read("software-spec.json") == b'{"base_image":{"version":"8"}}'


def _huge(number: int) -> Vib:
    size = (1 if number % 2 else 5) * GIB
    return Vib(f"S_bootbank_v{number}_1", f"v{number}", "1", "S", size=size, sha256=f"{number}" * 64)


def _read(source: BinaryIO) -> bytes:
    with source:
        return source.read()

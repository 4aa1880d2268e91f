"""Storing VIBs by two threads: all of them, once, and nothing goes on when one of them is bad."""

from __future__ import annotations

import hashlib
import io
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest

from imagewright.blobs.directory import DirectoryBlobs, DirectoryWriter
from imagewright.cli import sample_depot as sample
from imagewright.formats.bundle import OpenDepot, open_depot
from imagewright.formats.errors import FormatError
from imagewright.jobs.storing import COPIES, store_vibs
from imagewright.model.content import Vib
from imagewright.model.errors import Canceled


@pytest.fixture
def blobs(tmp_path: Path) -> DirectoryBlobs:
    return DirectoryBlobs(tmp_path)


@pytest.fixture
def bundle(bundles: dict[str, bytes]) -> bytes:
    return bundles[sample.BASE_8_0_3_FILE]


def quiet(_written: int, _whole: int, _text: str) -> None:
    """A report that nobody reads."""


def left_over(blobs: DirectoryBlobs, folder: Path) -> list[Path]:
    return list((folder / "incoming").iterdir())


def test_every_vib_is_stored_and_told(blobs: DirectoryBlobs, bundle: bytes, tmp_path: Path) -> None:
    reports: list[tuple[int, int, str]] = []
    stored: dict[str, int] = {}
    with open_depot(io.BytesIO(bundle), "d.zip") as opened:
        found = store_vibs(opened, blobs, stored, lambda *report: reports.append(report))
        assert list(found) == [vib.ref for vib in opened.content.vibs]
    assert set(stored) == set(blobs.names()) == {vib.sha256 for vib in found.values()}
    for vib in found.values():
        assert hashlib.sha256(blobs.open(vib.sha256).read()).hexdigest() == vib.sha256
        assert zlib.crc32(blobs.open(vib.sha256).read()) == stored[vib.sha256]
    whole = sum(vib.size for vib in found.values())
    assert [done for done, _, _ in reports] == sorted(done for done, _, _ in reports)
    assert reports[-1] == (whole, whole, f"Storing VIB {len(found)} of {len(found)}")
    assert not left_over(blobs, tmp_path)


def test_as_many_at_a_time_as_there_are_threads(
    blobs: DirectoryBlobs, bundle: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(COPIES)
    copy = OpenDepot.copy_vib

    def meet(depot: OpenDepot, vib: Vib, sink: Any = None) -> Vib:
        together.wait(10)
        return copy(depot, vib, sink)

    monkeypatch.setattr(OpenDepot, "copy_vib", meet)
    with open_depot(io.BytesIO(bundle), "d.zip") as opened:
        if len(opened.content.vibs) % COPIES == 0:
            assert store_vibs(opened, blobs, {}, quiet)


def test_the_largest_is_begun_first_and_what_comes_back_is_in_the_order_of_the_bundle(
    blobs: DirectoryBlobs, bundle: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    copy = OpenDepot.copy_vib

    def note(depot: OpenDepot, vib: Vib, sink: Any = None) -> Vib:
        begun.append(vib.size)
        return copy(depot, vib, sink)

    monkeypatch.setattr(OpenDepot, "copy_vib", note)
    monkeypatch.setattr("imagewright.jobs.storing.COPIES", 1)
    with open_depot(io.BytesIO(bundle), "d.zip") as opened:
        found = store_vibs(opened, blobs, {}, quiet)
        assert list(found) == [vib.ref for vib in opened.content.vibs]
    assert begun == sorted(begun, reverse=True)
    assert begun != [vib.size for vib in found.values()]


def test_copies_do_not_wait_for_a_report(blobs: DirectoryBlobs, bundle: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    all_copied = threading.Event()
    copied: list[Vib] = []
    copy = OpenDepot.copy_vib

    def count(depot: OpenDepot, vib: Vib, sink: Any = None) -> Vib:
        copied.append(copy(depot, vib, sink))
        if len(copied) == len(depot.content.vibs):
            all_copied.set()
        return copied[-1]

    def slow(_written: int, _whole: int, _text: str) -> None:
        assert all_copied.wait(20)

    monkeypatch.setattr(OpenDepot, "copy_vib", count)
    with open_depot(io.BytesIO(bundle), "d.zip") as opened:
        assert len(store_vibs(opened, blobs, {}, slow)) == len(copied)


@pytest.mark.parametrize("number", [0, 1, 5])
def test_a_bad_vib_ends_it(
    blobs: DirectoryBlobs, bundle: bytes, tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[Vib] = []
    copy = OpenDepot.copy_vib

    def fail(depot: OpenDepot, vib: Vib, sink: Any = None) -> Vib:
        if vib is sorted(depot.content.vibs, key=lambda each: each.size, reverse=True)[number]:
            raise FormatError("x.vib", "is bad")
        copied.append(vib)
        return copy(depot, vib, sink)

    monkeypatch.setattr(OpenDepot, "copy_vib", fail)
    stored: dict[str, int] = {}
    with (
        open_depot(io.BytesIO(bundle), "d.zip") as opened,
        pytest.raises(FormatError, match=r"x\.vib: is bad"),
    ):
        store_vibs(opened, blobs, stored, quiet)
    assert len(copied) <= number + COPIES
    assert set(stored) == set(blobs.names())
    assert not left_over(blobs, tmp_path)


def test_a_report_can_end_it(blobs: DirectoryBlobs, bundle: bytes, tmp_path: Path) -> None:
    def cancel(written: int, _whole: int, _text: str) -> None:
        if written:
            raise Canceled.because("imagewright.task.canceled", "The task was cancelled.")

    with open_depot(io.BytesIO(bundle), "d.zip") as opened, pytest.raises(Canceled):
        store_vibs(opened, blobs, {}, cancel)
    assert not left_over(blobs, tmp_path)


def test_a_full_disk_at_the_end_of_a_blob_is_told(
    blobs: DirectoryBlobs, bundle: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(_writer: DirectoryWriter) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(DirectoryWriter, "commit", full)
    with open_depot(io.BytesIO(bundle), "d.zip") as opened, pytest.raises(OSError, match="No space left"):
        store_vibs(opened, blobs, {}, quiet)
    assert not left_over(blobs, tmp_path)

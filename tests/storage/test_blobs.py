"""Blobs, wherever they are kept: whole or not there, found by their content, read from any place."""

from __future__ import annotations

import hashlib
import random
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from s3_server import S3Server
from stored_values import all_at_once

from imagewright.app.ports import BlobRef, Blobs
from imagewright.blobs.directory import DirectoryBlobs
from imagewright.blobs.s3 import PART, S3Blobs

MIB = 1 << 20
CLOCKS = timedelta(seconds=2)
"""The clock of a store counts whole seconds."""


@pytest.fixture(params=["directory", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """No blobs yet."""
    if request.param == "directory":
        return DirectoryBlobs(tmp_path / "state" / "blobs")
    server: S3Server = request.getfixturevalue("s3_server")
    return S3Blobs(server.bucket(f"tests/{tmp_path.name}", tmp_path))


@pytest.fixture(scope="module")
def large() -> bytes:
    """More than one part of an upload and many pieces of reading, and no two of them alike."""
    return random.Random(7).randbytes(2 * PART + 12345)


def store(blobs: Blobs, *pieces: bytes) -> BlobRef:
    """Writes a blob piece by piece."""
    with blobs.writer() as writer:
        for piece in pieces:
            assert writer.write(piece) == len(piece)
        return writer.commit()


def read(blobs: Blobs, sha256: str) -> bytes:
    """The whole content."""
    with blobs.open(sha256) as file:
        return file.read()


def in_pieces(content: bytes, size: int = MIB) -> Iterator[bytes]:
    """The content, as it comes over a network."""
    return (content[start : start + size] for start in range(0, len(content), size))


@pytest.mark.parametrize("pieces", [(), (b"",), (b"a", b"", b"bc"), (b"x" * 3_000_000, b"y")])
def test_blob_is_found_by_its_content(blobs: Blobs, pieces: tuple[bytes, ...]) -> None:
    content = b"".join(pieces)
    name = hashlib.sha256(content).hexdigest()
    assert store(blobs, *pieces) == BlobRef(name, len(content), zlib.crc32(content))
    assert blobs.exists(name)
    assert blobs.size(name) == len(content)
    assert read(blobs, name) == content
    assert list(blobs.names()) == [name]


def test_large_blob_comes_back_as_it_was(blobs: Blobs, large: bytes) -> None:
    ref = store(blobs, *in_pieces(large))
    assert ref == BlobRef(hashlib.sha256(large).hexdigest(), len(large), zlib.crc32(large))
    assert blobs.size(ref.sha256) == len(large)
    assert read(blobs, ref.sha256) == large
    with blobs.open(ref.sha256) as file:
        assert b"".join(iter(lambda: file.read(100_000), b"")) == large


def test_any_place_of_a_blob_can_be_read(blobs: Blobs, large: bytes) -> None:
    places = random.Random(9)
    with blobs.open(store(blobs, large).sha256) as file:
        for _ in range(40):
            start, count = places.randrange(len(large) + 10), places.choice([0, 1, 100, MIB, 3 * MIB])
            assert file.seek(start) == start
            assert file.read(count) == large[start : start + count]
            assert file.tell() == start + len(large[start : start + count])
        assert file.seek(-5, 2) == len(large) - 5
        assert file.read() == large[-5:]
        assert file.read(1) == b""
        assert file.seek(-3, 1) == len(large) - 3
        with pytest.raises(OSError, match=r"[Ii]nvalid|before the start"):
            file.seek(-len(large) - 1, 2)
    with pytest.raises(ValueError, match="closed"):
        file.read(1)


def test_zip_in_a_blob_is_read_in_place(blobs: Blobs, tmp_path: Path, large: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.vib", large[number * 1000 :][: MIB // 2])
    with (
        blobs.open(store(blobs, (tmp_path / "bundle.zip").read_bytes()).sha256) as file,
        zipfile.ZipFile(file) as found,
    ):
        assert found.testzip() is None
        assert found.read("7.vib") == large[7000:][: MIB // 2]


def test_same_content_is_there_once_and_young_again(blobs: Blobs) -> None:
    begun = datetime.now(UTC) - CLOCKS
    name = store(blobs, b"content").sha256
    first = blobs.stored(name)
    assert begun <= first <= datetime.now(UTC) + CLOCKS
    assert store(blobs, b"con", b"tent").sha256 == name
    assert blobs.stored(name) >= first
    assert list(blobs.names()) == [name]


def test_nothing_can_be_read_before_commit(blobs: Blobs) -> None:
    name = hashlib.sha256(b"content").hexdigest()
    with blobs.writer() as writer:
        writer.write(b"content")
        assert writer.hexdigest() == name
        assert not blobs.exists(name)
        assert list(blobs.names()) == []
        writer.commit()
        assert blobs.exists(name)


def test_nothing_is_left_without_commit_or_after_a_failure(blobs: Blobs) -> None:
    with blobs.writer() as writer:
        writer.write(b"content")
    with suppress(ZeroDivisionError), blobs.writer() as writer:
        writer.write(b"content")
        _ = 1 / 0
    assert list(blobs.names()) == []


def test_writer_is_done_after_commit(blobs: Blobs) -> None:
    with blobs.writer() as writer:
        writer.write(b"content")
        writer.commit()
        with pytest.raises(ValueError, match="closed file"):
            writer.write(b"more")
        with pytest.raises(ValueError, match="closed file"):
            writer.commit()
    assert len(list(blobs.names())) == 1


def test_deleted_blob_is_gone(blobs: Blobs) -> None:
    name = store(blobs, b"content").sha256
    other = store(blobs, b"other").sha256
    assert blobs.delete(name)
    assert not blobs.delete(name)
    assert not blobs.exists(name)
    assert list(blobs.names()) == [other]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n", "a" * 64])
def test_what_is_not_there(blobs: Blobs, name: str) -> None:
    assert not blobs.exists(name)
    assert not blobs.delete(name)
    for ask in (blobs.open, blobs.size, blobs.stored):
        with pytest.raises(FileNotFoundError):
            ask(name)


def test_many_threads_store_the_same_and_their_own(blobs: Blobs) -> None:
    def work(number: int) -> BlobRef:
        store(blobs, b"shared")
        return store(blobs, b"own %d" % number)

    refs = all_at_once(8, work)
    assert set(blobs.names()) == {hashlib.sha256(b"shared").hexdigest()} | {
        ref.sha256 for ref in refs if isinstance(ref, BlobRef)
    }
    assert len(list(blobs.names())) == 9

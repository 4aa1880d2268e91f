"""Members of archives as streams: as the standard library reads them, by several threads, and by either library."""

from __future__ import annotations

import gzip
import importlib
import io
import random
import sys
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from made_depots import bundle, content_of, zip_of

from imagewright.formats import inflate
from imagewright.formats.archive import Archive, Budget
from imagewright.formats.errors import FormatError
from imagewright.formats.limits import CHUNK, DEFAULT_LIMITS

RANDOM = random.Random(5)
CONTENTS = {
    "empty": b"",
    "one byte": b"x",
    "zeros": bytes(3 * CHUNK + 1),
    "noise": RANDOM.randbytes(5 * CHUNK + 17),
    "text": b"".join(b"%d lines of text\n" % RANDOM.randrange(10**9) for _line in range(120_000)),
    "exactly a chunk": RANDOM.randbytes(CHUNK),
}


def archive_of(data: bytes) -> Archive:
    return Archive(io.BytesIO(data), "x.zip", Budget(DEFAULT_LIMITS))


def pieces(archive: Archive, path: str, size: int) -> Iterator[bytes]:
    with archive.open(path) as stream:
        while piece := stream.read(size):
            yield piece


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [-1, 1000, CHUNK - 1, CHUNK, 10 * CHUNK])
def test_every_byte_in_pieces_of_any_size(method: int, size: int) -> None:
    archive = archive_of(zip_of(CONTENTS, method))
    for path, content in CONTENTS.items():
        found = list(pieces(archive, path, size))
        assert b"".join(found) == content
        assert size < 0 or max(map(len, found), default=0) <= size


def test_nothing_is_read_without_a_size_to_read() -> None:
    with archive_of(zip_of(CONTENTS)).open("noise") as stream:
        assert stream.read(0) == b""
        assert stream.readable()
        assert len(stream.read(7)) == 7


def test_names_that_are_not_ascii() -> None:
    archive = archive_of(zip_of({"vib20/ä/µ.vib": b"content"}))
    assert b"".join(pieces(archive, "vib20/ä/µ.vib", 100)) == b"content"


def test_several_threads_read_one_archive() -> None:
    archive = archive_of(zip_of({f"{number}": CONTENTS["text"][number:] for number in range(24)}))
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda number: b"".join(pieces(archive, f"{number}", 10_000)), range(24)))
    assert found == [CONTENTS["text"][number:] for number in range(24)]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_changed_byte_is_noticed(method: int) -> None:
    data = bytearray(zip_of({"noise": CONTENTS["noise"]}, method))
    data[len(data) // 2] ^= 1
    with pytest.raises(FormatError, match=r"x\.zip > noise: cannot be unpacked"):
        list(pieces(archive_of(bytes(data)), "noise", CHUNK))


@pytest.fixture
def without_isal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine has no ISA-L, as those of other makers."""
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "isal", None)
        importlib.reload(inflate)
        yield
    importlib.reload(inflate)


@pytest.mark.usefixtures("without_isal")
def test_zlib_does_where_the_faster_library_is_not() -> None:
    assert (zlib.error, zlib.error) == inflate.INFLATE_ERRORS
    engine = inflate.inflater(inflate.GZIP)
    assert engine.decompress(gzip.compress(b"content" * 50)) == b"content" * 50
    assert engine.eof
    assert inflate.crc32(b"content") == zlib.crc32(b"content")
    assert len(content_of(bundle()).vibs) == 1


@pytest.mark.parametrize("form", [inflate.RAW, inflate.GZIP])
def test_both_libraries_take_a_stream_apart_alike(form: int) -> None:
    packer = zlib.compressobj(6, zlib.DEFLATED, form)
    packed = packer.compress(CONTENTS["text"]) + packer.flush() + b"behind"
    for engine in (inflate.inflater(form), zlib.decompressobj(form)):
        found, rest = [], packed
        while not engine.eof:
            found.append(engine.decompress(rest, 50_000))
            rest = engine.unconsumed_tail
        assert b"".join(found) == CONTENTS["text"]
        assert max(map(len, found)) <= 50_000
        assert engine.unused_data == b"behind"

"""Blobs in a bucket when things go wrong: the store away, in trouble, or refusing; and how much memory it takes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from time import monotonic

import obstore
import pytest
from s3_server import ACCESS_KEY, SECRET_KEY, S3Server, before, s3

from imagewright.blobs.s3 import RETRY_SECONDS, Bucket, S3Blobs

COPY = """
import resource, sys
from pathlib import Path
from imagewright.blobs.s3 import Bucket, S3Blobs

name, prefix, spool, *rest = sys.argv[1:]
blobs = S3Blobs(Bucket(name, prefix, Path(spool), *rest))

def copy(mebibytes):
    with blobs.writer() as writer:
        for number in range(mebibytes):
            writer.write(number.to_bytes(4, "big") * (1 << 18))
        ref = writer.commit()
    with blobs.open(ref.sha256) as file:
        assert sum(len(piece) for piece in iter(lambda: file.read(1 << 20), b"")) == mebibytes << 20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

small = copy(48)
print(copy(240) - small)
"""
FILL = """
import resource, sys
from pathlib import Path
from imagewright.blobs.s3 import Bucket, S3Blobs

name, prefix, spool, *rest = sys.argv[1:]
blobs = S3Blobs(Bucket(name, prefix, Path(spool), *rest))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
try:
    with blobs.writer() as writer:
        while True:
            writer.write(b"x" * 300_000)
except OSError as error:
    print(type(error).__name__)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
with blobs.writer() as writer:
    writer.write(b"x" * 3_000_000)
    print(writer.commit().size)
"""


@pytest.fixture
def bucket(s3_server: S3Server, tmp_path: Path) -> Bucket:
    """A prefix of its own."""
    return s3_server.bucket(f"tests/{tmp_path.name}", tmp_path)


def run(script: str, bucket: Bucket) -> list[str]:
    """The words that a script writes about this bucket."""
    words = [str(value) for value in asdict(bucket).values() if value is not None]
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=True, timeout=100
    )
    return done.stdout.split()


def store(blobs: S3Blobs, content: bytes) -> str:
    """The name of a new blob."""
    with blobs.writer() as writer:
        writer.write(content)
        return writer.commit().sha256


def every_use(blobs: S3Blobs, name: str) -> list[Callable[[], object]]:
    """What can be done with blobs."""
    return [
        lambda: store(blobs, b"more"), lambda: blobs.open(name), lambda: blobs.exists(name), lambda: blobs.size(name),
        lambda: blobs.stored(name), lambda: blobs.delete(name), lambda: list(blobs.names()),
    ]  # fmt: skip


def test_memory_does_not_grow_with_the_size_of_a_blob(bucket: Bucket) -> None:
    (growth,) = run(COPY, bucket)
    assert int(growth) < 24, f"192 MiB more took {growth} MiB of memory"


def test_a_full_spool_folder_is_told_and_recovers(bucket: Bucket) -> None:
    assert run(FILL, bucket) == ["OSError", "3000000"]
    assert list(bucket.spool.iterdir()) == []


def test_store_in_trouble_is_told_at_once_and_recovers(s3_server: S3Server, bucket: Bucket) -> None:
    with before(s3_server) as front:
        blobs = S3Blobs(replace(bucket, endpoint=front.endpoint))
        name = store(blobs, b"content" * 100_000)
        with blobs.open(name) as file:
            front.in_trouble = True
            for use in (*every_use(blobs, name), lambda: file.read(1)):
                begun = monotonic()
                with pytest.raises(OSError, match="500 Internal Server Error") as raised:
                    use()
                assert not isinstance(raised.value, FileNotFoundError)
                assert monotonic() - begun < RETRY_SECONDS + 5
            front.in_trouble = False
            assert file.read(7) == b"content"
        assert set(blobs.names()) == {name}


def test_store_that_is_away_and_comes_back(tmp_path: Path) -> None:
    with s3() as server:
        blobs = S3Blobs(server.bucket("away", tmp_path))
        name = store(blobs, b"content")
        server.stop()
        for use in every_use(blobs, name):
            with pytest.raises(OSError, match="cannot be reached"):
                use()
        server.start()
        with blobs.open(name) as file:
            assert file.read() == b"content"


def test_refusal_is_told_without_keys(bucket: Bucket) -> None:
    blobs = S3Blobs(replace(bucket, secret_access_key="another key"))
    for use in every_use(blobs, "a" * 64):
        with pytest.raises(OSError, match="403 Forbidden") as raised:
            use()
        told = f"{raised.value!r} {raised.value.__cause__!r} suppressed: {raised.value.__suppress_context__}"
        assert ACCESS_KEY not in told
        assert "another key" not in told
        assert "suppressed: True" in told
    assert SECRET_KEY not in repr(bucket)


def test_blob_that_is_deleted_while_it_is_read(bucket: Bucket) -> None:
    blobs = S3Blobs(bucket)
    name = store(blobs, b"content")
    with blobs.open(name) as file:
        blobs.delete(name)
        with pytest.raises(FileNotFoundError):
            file.read()


def test_foreign_objects_are_no_blobs(s3_server: S3Server, bucket: Bucket) -> None:
    name = store(S3Blobs(bucket), b"content")
    others = s3_server.store(bucket.prefix)
    for path in ("notes.txt", "aa/bb/notes.txt", f"elsewhere/{'a' * 64}"):
        obstore.put(others, path, b"")
    assert list(S3Blobs(bucket).names()) == [name]
    assert obstore.head(others, f"{name[:2]}/{name[2:4]}/{name}")["size"] == 7

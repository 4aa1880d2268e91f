"""Blobs in a bucket of an object store that speaks S3.

A blob is the object `<prefix>/ab/cd/abcd…`, named by its SHA-256, as in a directory: either can be copied into the
other with any tool. What is being written gathers in a file without a name on this machine, because the name of the
object is known only at the end; so nothing is left behind by a crash, but parts of an upload, which the bucket removes
when it has a rule for that. Any number of processes and machines may use one bucket.
"""

from __future__ import annotations

import errno
import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import S3Store

from imagewright.app.ports import BlobRef
from imagewright.blobs.sums import Sums

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from obstore import ObjectMeta
    from obstore.store import ClientConfig, S3Config

_SHA256 = re.compile("[0-9a-f]{64}")
_STATUS = re.compile(r"status code: (\d{3}[^:\n]*)")
_CODE = re.compile(r"<Code>(\w+)</Code>")

IN_MEMORY: Final = 1 << 20
"""Bytes of a blob in the making that are kept in memory; a larger one goes into a file."""

PART: Final = 8 << 20
"""Bytes of a part of an upload. S3 takes at most 10,000 parts, so the largest blob is 78 GiB."""

PARTS_AT_A_TIME: Final = 4

SMALLEST_READ: Final = 256 << 10
LARGEST_READ: Final = 8 << 20
"""Bytes that are asked for at a time: more and more by who reads on, few by who jumps."""

RETRIES: Final = 3
RETRY_SECONDS: Final = 10.0
"""How long a call goes on trying before it is told that the store cannot be used."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the blobs are and how to get there.

    What is None here comes from the variables of AWS (`AWS_ACCESS_KEY_ID`, `AWS_REGION`, …) or from the machine's role.
    `spool` is a folder on this machine with room for the largest blob. `ca_bundle` is PEM that is trusted besides what
    the system trusts.
    """

    name: str
    prefix: str
    spool: Path
    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    ca_bundle: bytes | None = None


class S3Blobs:
    """`ports.Blobs` in a bucket. Nothing is asked of the store before it is needed.

    Raises OSError, with a text that has no secrets, when the store or the spool folder cannot be used.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._spool = bucket.spool
        given: S3Config = {}
        for name in ("endpoint", "region", "access_key_id", "secret_access_key"):
            if (value := getattr(bucket, name)) is not None:
                given[name] = value
        client: ClientConfig = {"connect_timeout": "5s", "timeout": "60s"}
        if urlsplit(bucket.endpoint or "").scheme == "http":
            client["allow_http"] = True
        if bucket.ca_bundle is not None:
            client["root_certificate"] = bucket.ca_bundle
        self._store = S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            config=given,
            client_options=client,
            retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
        )

    @contextmanager
    def writer(self) -> Iterator[S3Writer]:
        """A blob in the making; without `commit` nothing of it is left behind."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(self._spool)) as spool:
            yield S3Writer(self, spool)

    def are_local(self) -> bool:
        """False: others keep the bucket."""
        return False

    def open(self, sha256: str) -> BinaryIO:
        """The content of a blob, from its start, read in pieces. Raises FileNotFoundError when there is none.

        When it is deleted meanwhile, reading ends with FileNotFoundError.
        """
        return _Object(self, sha256, self.size(sha256))

    def exists(self, sha256: str) -> bool:
        """True when there is such a blob."""
        try:
            self._meta(sha256)
        except FileNotFoundError:
            return False
        return True

    def size(self, sha256: str) -> int:
        """The size of a blob in bytes. Raises FileNotFoundError when there is none."""
        return self._meta(sha256)["size"]

    def stored(self, sha256: str) -> datetime:
        """When this content was stored last, by the clock of the store. Raises FileNotFoundError when there is none."""
        return self._meta(sha256)["last_modified"]

    def delete(self, sha256: str) -> bool:
        """Removes a blob; False when there is none."""
        if not self.exists(sha256):
            return False
        with _errors_told("removed"):
            self._store.delete(_key(sha256))
        return True

    def names(self) -> Iterator[str]:
        """The SHA-256 of every blob, in no particular order."""
        with _errors_told("listed"):
            for found in self._store.list():
                for each in found:
                    name = each["path"].rpartition("/")[2]
                    if _SHA256.fullmatch(name) and each["path"].endswith(_key(name)):
                        yield name

    def put(self, sha256: str, content: IO[bytes]) -> None:
        """Makes a finished file the blob of this name; one that is there is replaced, because the new one is young."""
        content.seek(0)
        with _errors_told("stored"):
            self._store.put(_key(sha256), content, chunk_size=PART, max_concurrency=PARTS_AT_A_TIME)

    def read_range(self, sha256: str, start: int, end: int) -> memoryview:
        """The bytes from `start` up to `end`, both inside the blob."""
        with _errors_told("read"):
            return memoryview(self._store.get_range(_key(sha256), start=start, end=end))

    def _meta(self, sha256: str) -> ObjectMeta:
        with _errors_told("looked at"):
            return self._store.head(_key(sha256))


class S3Writer:
    """`ports.BlobWriter`: hashes what it writes."""

    def __init__(self, blobs: S3Blobs, spool: tempfile.SpooledTemporaryFile[bytes]) -> None:
        self._blobs = blobs
        self._spool = spool
        self._sums = Sums()

    def write(self, data: bytes, /) -> int:
        """Adds bytes. Raises OSError when the spool folder is full."""
        self._spool.write(data)
        self._sums.add(data)
        return len(data)

    def hexdigest(self) -> str:
        """The SHA-256 of what was written so far."""
        return self._sums.ref().sha256

    def commit(self) -> BlobRef:
        """Makes the blob readable under its SHA-256, once the store has it. Raises ValueError the second time."""
        ref = self._sums.ref()
        self._blobs.put(ref.sha256, self._spool)
        self._spool.close()
        return ref


class _Object(io.RawIOBase, BinaryIO):
    """A blob as a file: a window of bytes that grows while it is moved on without a gap."""

    def __init__(self, blobs: S3Blobs, sha256: str, size: int) -> None:
        self._blobs = blobs
        self._sha256 = sha256
        self._size = size
        self._position = 0
        self._start = 0
        self._window = memoryview(b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError(errno.EINVAL, "a position before the start of the file")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if self.closed:
            raise ValueError("I/O operation on closed file")
        target = memoryview(buffer).cast("B")
        if self._position >= self._size or not target:
            return 0
        if not self._start <= self._position < self._start + len(self._window):
            self._move_window()
        at = self._position - self._start
        piece = self._window[at : at + len(target)]
        target[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def read(self, size: int = -1, /) -> bytes:
        """As buffered files do: fewer bytes than asked for only at the end."""
        wanted = max(self._size - self._position, 0) if size is None or size < 0 else size
        pieces = []
        while wanted:
            piece = bytearray(min(wanted, LARGEST_READ))
            count = self.readinto(piece)
            if not count:
                break
            pieces.append(bytes(memoryview(piece)[:count]))
            wanted -= count
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _move_window(self) -> None:
        goes_on = bool(self._window) and self._position == self._start + len(self._window)
        length = min(2 * len(self._window), LARGEST_READ) if goes_on else SMALLEST_READ
        end = min(self._position + max(length, SMALLEST_READ), self._size)
        self._window = self._blobs.read_range(self._sha256, self._position, end)
        self._start = self._position


def _key(sha256: str) -> str:
    # Names come from requests and from metadata of depots, and must not lead out of the prefix.
    if not _SHA256.fullmatch(sha256):
        raise FileNotFoundError(f"{sha256!r} is not the SHA-256 of a blob")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


@contextmanager
def _errors_told(what: str) -> Iterator[None]:
    """Raises OSError that tells the status and the code of S3, and nothing else: answers of stores name access keys."""
    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise OSError(errno.EIO, "the bucket of the blobs does not exist (NoSuchBucket)") from None
        raise FileNotFoundError(errno.ENOENT, "there is no such blob in the object store") from None
    except (BaseError, OSError) as error:
        raise OSError(errno.EIO, f"a blob cannot be {what} in the object store: {_cause(str(error))}") from None


def _cause(text: str) -> str:
    status, code = _STATUS.search(text), _CODE.search(text)
    if status:
        return f"it answers {status[1].strip()}" + (f" ({code[1]})" if code else "")
    if "timed out" in text or "Timeout" in text:
        return "it does not answer in time"
    if "error sending request" in text or "onnect" in text:
        return "it cannot be reached"
    return text.partition("\n")[0]

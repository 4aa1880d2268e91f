"""VIB files: a descriptor, a signature and the payloads, in one `ar` container, read and written as streams.

A VIB is read front to end exactly once. While it is copied, everything that can be said about its bytes is checked:
size and SHA-256 of the file against the metadata, size and checksums of every payload against the descriptor. What the
signature proves of the descriptor is told with the VIB, and stops nothing here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO, Protocol, runtime_checkable

from imagewright.formats.ar import MAGIC, ArMember, Reader, read_members, write_header
from imagewright.formats.errors import FormatError, shown
from imagewright.formats.inflate import GZIP, INFLATE_ERRORS, inflater
from imagewright.formats.limits import CHUNK, DEFAULT_LIMITS, Limits
from imagewright.formats.signature import NOBODY, TrustedSigners, check_signature
from imagewright.formats.vib_xml import SHA256_NAME, other_id, read_vib_xml, vib_id, write_vib_xml
from imagewright.model.content import Checksum, Payload, Vib

DESCRIPTOR = "descriptor.xml"
SIGNATURE = "sig.pkcs7"
_GUNZIP = "gunzip"
_ALGORITHMS = {SHA256_NAME: "sha256", "sha-1": "sha1", "sha-512": "sha512", "md5": "md5"}


@runtime_checkable
class HashingSink(Protocol):
    """What takes bytes and knows the SHA-256 of those that it has taken, as the writers of blobs do."""

    def write(self, data: bytes, /) -> object: ...
    def hexdigest(self) -> str: ...


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


def read_vib_file(
    source: BinaryIO, where: str, limits: Limits = DEFAULT_LIMITS, trusted: TrustedSigners = NOBODY
) -> Vib:
    """The VIB in `source`, with the size and SHA-256 of the file, everything in it checked as by `copy_vib`."""
    return copy_vib(source, None, where, limits=limits, trusted=trusted)


def read_beginning(
    source: Reader, where: str, limits: Limits = DEFAULT_LIMITS, trusted: TrustedSigners = NOBODY
) -> Vib:
    """What the descriptor and the signature of a VIB say, with nothing read or checked of what follows them.

    The result has neither size nor SHA-256.
    """
    return _read_beginning(read_members(source, where), where, limits, trusted)


def copy_vib(
    source: BinaryIO,
    sink: HashingSink | BinaryIO | None,
    where: str,
    expected: Vib | None = None,
    limits: Limits = DEFAULT_LIMITS,
    trusted: TrustedSigners = NOBODY,
) -> Vib:
    """Copies a VIB to `sink` (or nowhere) in one pass, checks it on the way, and gives what its descriptor says.

    The result has `size` and `sha256` of the bytes copied, the path of `expected`, and the signature, which is judged
    but not asked for. A sink that hashes is asked for the SHA-256, which is not taken twice then.

    Checked are: the container, the size and every checksum of each payload (of the bytes, and of what they gunzip to),
    and against `expected`, which is what the metadata say, the file's size, its SHA-256, id and payloads. Other fields
    may differ: real metadata sort file lists, add time zones, leave out platforms.

    Memory is bounded by a few chunks and the descriptor. Raises FormatError, naming what differs; `sink` then holds a
    part of the file, or all of it, and must be thrown away.
    """
    tee = _Tee(source, sink if isinstance(sink, HashingSink) else _HashingSink(sink))
    members = read_members(tee, where)
    vib = _read_beginning(members, where, limits, trusted)
    _check_payloads(members, vib, where, limits)
    if tee.read(1):
        raise FormatError(where, "goes on after its last member; it was not copied completely, or something was added")
    found = replace(vib, size=tee.size, sha256=tee.sink.hexdigest())
    if expected is None:
        return found
    _compare(found, expected, where)
    return replace(found, relative_path=expected.relative_path)


def write_vib(
    sink: BinaryIO, vib: Vib, payloads: Mapping[str, BinaryIO], sign: Callable[[bytes], bytes] | None = None
) -> Vib:
    """Writes a VIB and gives it with everything filled in that follows from its bytes.

    `sign` makes a signature of the descriptor's bytes (see `signing`); without it the VIB is unsigned.
    `payloads` has a seekable file for each of `vib.payloads`, by name; each is read twice, because the descriptor
    stands before what it describes. Sizes and checksums in `vib` are not looked at. Payloads of the kinds `vgz` and
    `tgz` must be gzip. Equal input makes equal bytes.
    """
    described = tuple(_describe(payload, payloads[payload.name]) for payload in vib.payloads)
    identity = vib_id(vib.vendor, vib.kind, vib.name, vib.version)
    vib = replace(vib, id=identity, payloads=described)
    descriptor = write_vib_xml(vib, in_metadata=False)
    out = _HashingSink(sink)
    out.write(MAGIC)
    for name, data in ((DESCRIPTOR, descriptor), (SIGNATURE, sign(descriptor) if sign else b"")):
        write_header(out, name, len(data))
        out.write(data + b"\n" * (len(data) % 2))
    for payload in vib.payloads:
        write_header(out, payload.name, payload.size)
        for chunk in _chunks_of(payloads[payload.name]):
            out.write(chunk)
        out.write(b"\n" * (payload.size % 2))
    return replace(vib, size=out.size, sha256=out.hexdigest())


# --- reading ---------------------------------------------------------------------------------------------------------


class _Tee:
    """Reads from `source`, and counts and copies what it reads."""

    def __init__(self, source: BinaryIO, sink: HashingSink) -> None:
        self._source = source
        self.sink = sink
        self.size = 0

    def read(self, size: int, /) -> bytes:
        data = self._source.read(size)
        self.size += len(data)
        self.sink.write(data)
        return data


def _read_beginning(members: Iterator[ArMember], where: str, limits: Limits, trusted: TrustedSigners) -> Vib:
    descriptor = _read_descriptor(members, where, limits)
    vib = read_vib_xml(descriptor, f"{where} > {DESCRIPTOR}", limits)
    signature = check_signature(_read_signature(members, where, limits), descriptor, vib.release_date, trusted)
    return replace(vib, signature=signature)


def _read_descriptor(members: Iterator[ArMember], where: str, limits: Limits) -> bytes:
    member = next(members, None)
    if member is None or member.name != DESCRIPTOR:
        found = "it is empty" if member is None else f"the first is {shown(member.name)}"
        raise FormatError(where, f"is not a VIB: its first member must be {DESCRIPTOR}, but {found}")
    return member.read(limits.document_size)


def _read_signature(members: Iterator[ArMember], where: str, limits: Limits) -> bytes:
    """The signature member, which unsigned VIBs have as well, with no bytes in it."""
    member = next(members, None)
    if member is None or member.name != SIGNATURE:
        found = "there is no other" if member is None else f"it is {shown(member.name)}"
        raise FormatError(where, f"must have {SIGNATURE} as its second member, but {found}; the VIB is damaged")
    return member.read(limits.signature_size)


def _check_payloads(members: Iterator[ArMember], vib: Vib, where: str, limits: Limits) -> None:
    """Pairs members with payloads by name, or by position: a public VIB has `payload1` for the payload `lsimr3`."""
    waiting = list(vib.payloads)
    for member in members:
        if not waiting:
            raise FormatError(where, f"has a member {shown(member.name)} that its descriptor does not name")
        payload = next((payload for payload in waiting if payload.name == member.name), waiting[0])
        waiting.remove(payload)
        _check_payload(member, payload, f"{where} > {payload.name}", limits)
    if waiting:
        raise FormatError(where, f"lacks the payload {shown(waiting[0].name)}, which its descriptor names")


def _check_payload(member: ArMember, payload: Payload, where: str, limits: Limits) -> None:
    if member.size != payload.size:
        raise FormatError(where, f"has {member.size} bytes, but the descriptor says {payload.size}")
    raw, unpacked = _Digests(payload, ""), _Digests(payload, _GUNZIP)
    gunzip = _Gunzip(unpacked, max(limits.ratio_floor, limits.ratio * payload.size), where) if unpacked else None
    for chunk in member.chunks():
        raw.update(chunk)
        if gunzip is not None:
            gunzip.update(chunk)
    raw.compare(where, "the payload")
    if gunzip is not None:
        size = gunzip.finish()
        unpacked.compare(where, "what the payload unpacks to")
        if payload.uncompressed_size not in (None, size):
            raise FormatError(where, f"unpacks to {size} bytes, but the descriptor says {payload.uncompressed_size}")


class _Digests:
    """The checksums of a payload that are taken over one form of its bytes.

    Checksums of a kind that is not known are passed over: the SHA-256 of the whole file still covers the payload.
    """

    def __init__(self, payload: Payload, verify_process: str) -> None:
        # One hash for each algorithm: a checksum that stands twice is not computed twice.
        self._expected: list[tuple[str, str]] = [
            (checksum.algorithm, checksum.value)
            for checksum in payload.checksums
            if checksum.verify_process == verify_process and checksum.algorithm in _ALGORITHMS
        ]
        self._hashes: dict[str, _Hash] = {algorithm: _new_hash(algorithm) for algorithm, _value in self._expected}

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def update(self, chunk: bytes) -> None:
        for each in self._hashes.values():
            each.update(chunk)

    def values(self) -> list[tuple[str, str]]:
        """Algorithm and hexadecimal digest of what came so far."""
        return [(algorithm, each.hexdigest()) for algorithm, each in self._hashes.items()]

    def compare(self, where: str, what: str) -> None:
        for algorithm, value in self._expected:
            found = self._hashes[algorithm].hexdigest()
            if found != value:
                raise FormatError(
                    where,
                    f"is damaged: the {algorithm} of {what} is {found}, but the descriptor says {value}",
                )


class _Gunzip:
    """Unpacks a gzip stream into digests, a chunk at a time, and counts what comes out."""

    def __init__(self, digests: _Digests, limit: int, where: str) -> None:
        self._digests = digests
        self._limit = limit
        self._where = where
        self._engine = inflater(GZIP)
        self._size = 0
        self._error = ""

    def update(self, chunk: bytes) -> None:
        try:
            while chunk and not self._error:
                if self._engine.eof:  # another gzip member, or zeros that fill up a block
                    chunk = chunk.lstrip(b"\0")
                    self._engine = inflater(GZIP) if chunk else self._engine
                self._take(self._engine.decompress(chunk, CHUNK))
                chunk = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
        except INFLATE_ERRORS as error:
            # Told at the end: when the stored bytes have a checksum, that says better what happened.
            self._error = f"is not the gzip file that its checksums speak of ({error})"

    def finish(self) -> int:
        """The number of bytes that came out. Raises FormatError when the stream was damaged, or ended early."""
        if self._error:
            raise FormatError(self._where, self._error)
        if not self._engine.eof:
            raise FormatError(self._where, "is a gzip file that ends too early")
        return self._size

    def _take(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise FormatError(self._where, f"unpacks to more than {self._limit} bytes; it is taken for an attack")
        self._digests.update(data)


def _new_hash(algorithm: str) -> _Hash:
    # SHA-1 and MD5 are here to compare with what old tools wrote, never to trust a file for.
    return hashlib.new(_ALGORITHMS[algorithm], usedforsecurity=False)


def _compare(found: Vib, expected: Vib, where: str) -> None:
    """What the metadata say of the bytes must hold; of the descriptor, only what identifies and protects content."""
    if expected.size and found.size != expected.size:
        raise FormatError(where, f"has {found.size} bytes, but the metadata say {expected.size} (packed-size)")
    if expected.sha256 and found.sha256 != expected.sha256:
        raise FormatError(
            where, f"is damaged: its SHA-256 is {found.sha256}, but the metadata say {expected.sha256}; fetch it again"
        )
    if expected.id not in (found.id, other_id(found)):
        raise FormatError(where, f"is the VIB {shown(found.id)}, but the metadata say {shown(expected.id)}")
    if expected.payloads and found.payloads != expected.payloads:
        raise FormatError(where, "has other payloads in its descriptor than in the metadata")


# --- writing ---------------------------------------------------------------------------------------------------------


class _HashingSink:
    """Hashes and counts what it writes to `sink`, or to nowhere."""

    def __init__(self, sink: BinaryIO | None) -> None:
        self._sink = sink
        self._sha256 = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes, /) -> None:
        self._sha256.update(data)
        self.size += len(data)
        if self._sink is not None:
            self._sink.write(data)

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()


def _chunks_of(source: BinaryIO) -> Iterator[bytes]:
    source.seek(0)
    while chunk := source.read(CHUNK):
        yield chunk


def _describe(payload: Payload, source: BinaryIO) -> Payload:
    """The payload with the three checksums that vendor tools write for gzip, or the one that they write for others."""
    size, raw = 0, hashlib.sha256()
    wanted = [Checksum(SHA256_NAME, "", _GUNZIP), Checksum("sha-1", "", _GUNZIP)]
    unpacked = _Digests(replace(payload, checksums=tuple(wanted)), _GUNZIP) if payload.kind in ("vgz", "tgz") else None
    gunzip = _Gunzip(unpacked, 1 << 62, payload.name) if unpacked else None
    for chunk in _chunks_of(source):
        size += len(chunk)
        raw.update(chunk)
        if gunzip is not None:
            gunzip.update(chunk)
    checksums = [Checksum(SHA256_NAME, raw.hexdigest())]
    unpacked_size = None
    if gunzip is not None and unpacked is not None:
        unpacked_size = gunzip.finish()
        # Tools of about 7.0 onward put them in this order.
        first, *others = (Checksum(name, value, _GUNZIP) for name, value in unpacked.values())
        checksums = [first, *checksums, *others]
    return replace(payload, size=size, checksums=tuple(checksums), uncompressed_size=unpacked_size)

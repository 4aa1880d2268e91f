"""How much a depot may ask of us. Depots come from strangers; every reader works within these figures."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

CHUNK = 256 * KIB
"""Bytes. What is read, hashed and written at a time: small enough to stay in the cache of a core while it is hashed
several times, large enough that the hashing dwarfs the loop around it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one depot, the archives inside of it included. The defaults are far above any depot that was seen.

    Each is a setting of the site, `limit_` and the name here.

    total_uncompressed: bytes of all archive members together, unpacked.
    ratio: how many times its stored size one archive member or payload may unpack to, once it is above `ratio_floor`.
    ratio_floor: bytes that a member or payload may unpack to however well it was compressed.
    entries: archive members, counted over all archives.
    nested_depth: how many archives may lie inside one another; a wrapper, a bundle and its metadata make 3.
    document_size: bytes of one XML or JSON document, unpacked; descriptors of VIBs are such documents, too.
    inferred_size: bytes of a document of an unknown form that is searched for images; larger ones are passed over.
    bulletins: bulletins in one metadata archive.
    name_length: characters of a name, version, id or tag; the longest real ones have about 60.
    path_length: characters of the path of an archive member, and of a path that metadata name.
    signature_size: bytes of the signature of a VIB; the largest real ones have 6,000.
    spec_size: bytes of a software specification; one that names a thousand components has about 60 KiB.
    """

    total_uncompressed: int = 64 * GIB
    ratio: int = 200
    ratio_floor: int = 16 * MIB
    entries: int = 50_000
    nested_depth: int = 4
    document_size: int = 64 * MIB
    inferred_size: int = 8 * MIB
    bulletins: int = 20_000
    name_length: int = 255
    path_length: int = 1024
    signature_size: int = 64 * KIB
    spec_size: int = 4 * MIB


DEFAULT_LIMITS = Limits()

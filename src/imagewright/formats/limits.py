"""How much a depot may ask of us. Depots come from strangers; every reader works within these figures."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

RATIO_FLOOR = 16 * MIB
"""Bytes. Whatever unpacks to no more than this is harmless, however well it was compressed."""

CHUNK = 256 * KIB
"""Bytes. What is read, hashed and written at a time: small enough to stay in the cache of a core while it is hashed
several times, large enough that the hashing dwarfs the loop around it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one depot, the archives inside of it included. The defaults are far above any depot that was seen.

    total_uncompressed: bytes of all archive members together, unpacked.
    ratio: how many times its stored size one archive member or payload may unpack to, once it is above `RATIO_FLOOR`.
    entries: archive members, counted over all archives.
    nested_depth: how many archives may lie inside one another; a wrapper, a bundle and its metadata make 3.
    xml_size: bytes of one XML or JSON document, unpacked; descriptors of VIBs are such documents, too.
    bulletins: bulletins in one metadata archive.
    signature_size: bytes of the signature of a VIB; the largest real ones have 6,000.
    """

    total_uncompressed: int = 64 * GIB
    ratio: int = 200
    entries: int = 50_000
    nested_depth: int = 4
    xml_size: int = 64 * MIB
    bulletins: int = 20_000
    signature_size: int = 64 * KIB


DEFAULT_LIMITS = Limits()

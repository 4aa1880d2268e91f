"""Where locations may lead: the site's settings, and the addresses that nobody may reach through this server."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_FORBIDDEN: Final = tuple(
    (ip_network(network), what)
    for network, what in (
        ("127.0.0.0/8", "the server itself (loopback)"),
        ("::1/128", "the server itself (loopback)"),
        ("0.0.0.0/8", "the server itself (unspecified)"),
        ("::/128", "the server itself (unspecified)"),
        # Before the link-local block that some of them are in, for the better reason. Clouds hand out credentials here.
        ("169.254.169.254/32", "a cloud's metadata service"),
        ("169.254.170.2/32", "a cloud's metadata service"),
        ("100.100.100.200/32", "a cloud's metadata service"),
        ("168.63.129.16/32", "a cloud's metadata service"),
        ("192.0.0.192/32", "a cloud's metadata service"),
        ("fd00:ec2::254/128", "a cloud's metadata service"),
        ("fd20:ce::254/128", "a cloud's metadata service"),
        ("169.254.0.0/16", "a link-local address"),
        ("fe80::/10", "a link-local address"),
        ("224.0.0.0/4", "a multicast address"),
        ("ff00::/8", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)

_NAT64: Final = ip_network("64:ff9b::/96")
_IPV4_COMPATIBLE: Final = ip_network("::/96")


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What a site allows, and how long it waits.

    `allowed_networks` are exceptions from the forbidden addresses (loopback, link-local, cloud metadata, multicast).
    `file_folders` are where `file:` may read; without any it reads nothing. `size_limit` is in bytes, timeouts are in
    seconds; `read_timeout` is for each piece, `total_timeout` for the whole transfer with its redirects. `ca_bundle` is
    a PEM file with certificates to trust in addition to those of the system. `proxy` is an http or https URL; with it,
    names that only the proxy can resolve are left to the proxy. After a fault that may pass, a transfer is tried again
    up to `retries` times without having got on; the first time after `retry_pause` seconds, each further time after
    twice as long.
    """

    allowed_networks: tuple[Network, ...] = ()
    file_folders: tuple[Path, ...] = ()
    size_limit: int = 16 * 1024**3
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    total_timeout: float = 4 * 3600.0
    ca_bundle: Path | None = None
    max_redirects: int = 5
    proxy: str | None = None
    retries: int = 3
    retry_pause: float = 0.5

    def refusal(self, address: Address) -> str | None:
        """What is wrong with an address, in words that follow "is"; None when it may be reached."""
        if any(address in network for network in self.allowed_networks):
            return None
        inner = _embedded(address)
        if inner is not None:
            return self.refusal(inner)
        return next((what for network, what in _FORBIDDEN if address in network), None)


def _embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, on systems and networks that translate it."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64 or (address in _IPV4_COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def resolve(host: str, port: int) -> Sequence[Address]:
    """The addresses of a host, as the system's resolver orders them. Raises OSError when there are none.

    The resolver also reads what looks like no address and is one: `2130706433`, `0x7f.1`, `127.1`.
    """
    return _addresses(host, port, 0)


def numeric(host: str) -> Sequence[Address]:
    """The address that a host is written as, in any notation, without asking anybody; none for a name.

    Names for this machine that need no resolver count as its loopback addresses.
    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return (ip_address("127.0.0.1"), ip_address("::1"))
    try:
        return _addresses(host, 0, socket.AI_NUMERICHOST)
    except OSError:
        return ()


def _addresses(host: str, port: int, flags: int) -> Sequence[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    # A zone index (fe80::1%eth0) is for this machine only and says nothing about what is reached.
    return tuple(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))

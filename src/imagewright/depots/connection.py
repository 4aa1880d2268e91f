"""Connections that go only to addresses that the policy allows, and that end in time.

A name is resolved once, its addresses are checked, and the connection goes to one of these: what the name means a
moment later does not matter. TLS still checks the certificate against the name.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore

from imagewright.depots.policy import Address, FetchPolicy, resolve
from imagewright.depots.trouble import Deadline, Passing, Trouble


class GuardedStream(httpcore.NetworkStream):
    """A stream whose every wait is bounded by the deadline of the transfer, and whose faults are told as Trouble."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        limit = self._deadline.limit(timeout)
        try:
            return self._inner.read(max_bytes, limit)
        except httpcore.ReadTimeout as error:
            self._deadline.limit()
            raise Passing(f"sent nothing for {limit:g} seconds. Try again when its server is less busy.") from error
        except httpcore.ReadError as error:
            raise Passing(f"broke off the connection ({cause_of(error)}). Try again.") from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        limit = self._deadline.limit(timeout)
        try:
            self._inner.write(buffer, limit)
        except httpcore.WriteTimeout as error:
            raise Passing(f"took no request within {limit:g} seconds. Try again.") from error

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        limit = self._deadline.limit(timeout)
        try:
            return GuardedStream(self._inner.start_tls(ssl_context, server_hostname, limit), self._deadline)
        except httpcore.ConnectTimeout as error:
            raise Passing(f"agreed on no encryption within {limit:g} seconds. Try again.") from error
        except httpcore.ConnectError as error:
            raise _tls_trouble(error.__cause__) from error

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to allowed addresses only. Without a policy, for a configured proxy, to any."""

    def __init__(self, policy: FetchPolicy | None, deadline: Deadline) -> None:
        self._policy = policy
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        kind, said = Trouble, "has no address."
        for address in self._addresses(host, port):
            limit = self._deadline.limit(timeout)
            try:
                stream = self._plain.connect_tcp(str(address), port, limit, local_address, socket_options)
                return GuardedStream(stream, self._deadline)
            except httpcore.ConnectTimeout:
                said = f"cannot be reached: {self._peer(host, port)} does not answer within {limit:g} seconds."
            except httpcore.ConnectError as error:
                kind, said = Passing, f"cannot be reached: {self._peer(host, port)} says {cause_of(error)}."
        raise kind(f"{said} Check the address, and that this server may connect to it.")

    def _addresses(self, host: str, port: int) -> Sequence[Address]:
        try:
            found = resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Trouble(
                f"cannot be reached: the name {host} has no address here ({cause_of(error)}). Check the name, and the "
                "name servers that this server asks."
            ) from error
        return found if self._policy is None else permitted(host, found, self._policy)

    def _peer(self, host: str, port: int) -> str:
        return f"{host} port {port}" if self._policy is not None else f"the proxy {host} port {port}"


def permitted(host: str, found: Sequence[Address], policy: FetchPolicy) -> Sequence[Address]:
    """Those of a host's addresses that may be reached. Raises Trouble when none may."""
    allowed = tuple(address for address in found if policy.refusal(address) is None)
    if found and not allowed:
        raise Trouble(
            f"may not be read: {host} is {policy.refusal(found[0])}. Give a location on another host, or have an "
            "administrator allow its network in the server's settings."
        )
    return allowed


def cause_of(error: BaseException) -> str:
    """What the operating system said, in its words, which name no location."""
    cause = error.__cause__ if isinstance(error, httpcore.NetworkError) else error
    return (isinstance(cause, OSError) and cause.strerror) or type(cause).__name__


def _tls_trouble(cause: BaseException | None) -> Trouble:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Trouble(
            f"has a certificate that is not trusted ({cause.verify_message}). If it is the right server, add its "
            "certificate authority to the CA bundle in the server's settings."
        )
    reason = cause.reason if isinstance(cause, ssl.SSLError) and cause.reason else type(cause).__name__
    return Trouble(f"does not speak TLS as it should ({reason}). Check the scheme and the port.")

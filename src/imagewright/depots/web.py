"""http and https locations: one GET for all, for the rest or for what has changed, through allowed redirects."""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from time import monotonic
from typing import Final

import httpcore
import httpx

from imagewright.app.fetch_ports import Validators
from imagewright.depots.connection import GuardedBackend, permitted
from imagewright.depots.masking import masked
from imagewright.depots.policy import Address, FetchPolicy, numeric, resolve
from imagewright.depots.source import Source, Wanted
from imagewright.depots.trouble import Deadline, Passing, Trouble

_USER_AGENT: Final = f"imagewright/{version('imagewright')}"

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

_BUSY: Final = frozenset({429, 500, 502, 503, 504})
"""What a server answers that may be fine again in a moment."""

_UNKNOWN_FOR: Final = 60.0
"""Seconds for which a name that this machine cannot resolve is not looked up again."""

_PART: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)", re.IGNORECASE)

_WAY_OUT: Final = {
    401: "Give the user name and password, or the token, that its server asks for.",
    403: "Check that the access token in the location is valid and may read this.",
    404: "Check the location; a token in it may have expired.",
    407: "Give the user name and password of the proxy in the server's settings.",
    410: "Ask its owner where it is now.",
    429: "Wait a while and try again.",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. `private` headers are for the server that the user named and go to no other."""

    url: httpx.URL
    private: Mapping[str, str]
    conditions: Mapping[str, str]

    @classmethod
    def of(cls, url: httpx.URL, headers: Mapping[str, str], wanted: Wanted) -> Request:
        """The request for a location as it was given, with its user name and password as a header."""
        private = {name.lower(): value for name, value in headers.items()}
        if url.userinfo:
            credentials = base64.b64encode(f"{url.username}:{url.password}".encode()).decode()
            private.setdefault("authorization", f"Basic {credentials}")
        return cls(url, private, _conditions(wanted))

    def redirected(self, location: str) -> Request:
        """The request that follows an answer with this Location. Raises Trouble when it may not be followed."""
        try:
            target = self.url.join(location)
        except httpx.InvalidURL as error:
            raise Trouble("redirects to a location that is malformed. Tell its owner.") from error
        if target.scheme not in ("http", "https") or not target.host:
            raise Trouble(f"redirects to {masked(str(target))}, which is no http or https location.")
        if self.url.scheme == "https" and target.scheme == "http":
            raise Trouble(
                f"redirects to {masked(str(target))}, which is not encrypted. Give that location yourself if you "
                "trust it."
            )
        same_server = (target.scheme, target.host, target.port) == (self.url.scheme, self.url.host, self.url.port)
        return Request(target, self.private if same_server else {}, self.conditions)

    def header_list(self) -> list[tuple[str, str]]:
        """All headers. The bytes are wanted as they are: a compressed answer would be another file."""
        own = {
            "host": self.url.netloc.decode("ascii"),
            "user-agent": _USER_AGENT,
            "accept": "*/*",
            "accept-encoding": "identity",
        }
        return list({**own, **self.conditions, **self.private}.items())


class WebReader:
    """Opens http and https locations. Raises OSError or ssl.SSLError when the CA bundle cannot be read."""

    def __init__(self, policy: FetchPolicy) -> None:
        self._policy = policy
        self._unknown_until: dict[str, float] = {}
        self._tls = ssl.create_default_context()
        if policy.ca_bundle is not None:
            self._tls.load_verify_locations(cafile=policy.ca_bundle)

    def check(self, url: httpx.URL) -> None:
        """Raises Trouble for what is certain without asking anybody: no host, or a forbidden address as a host."""
        if not url.host:
            raise Trouble("names no host. Write http://host/path.")
        permitted(url.host, numeric(url.host), self._policy)

    @contextmanager
    def open(
        self,
        url: httpx.URL,
        headers: Mapping[str, str],
        deadline: Deadline,
        wanted: Wanted,
        kept: httpcore.ConnectionPool | None = None,
    ) -> Iterator[Source]:
        """Asks for a location and follows where it leads, over connections that are `kept` if any. Raises Trouble."""
        request = Request.of(url, headers, wanted)
        with ExitStack() as stack:
            pool = stack.enter_context(self.connections(deadline)) if kept is None else kept
            for _ in range(self._policy.max_redirects + 1):
                response = stack.enter_context(self._asked(pool, request))
                if response.status not in _REDIRECTS:
                    break
                request = self._next(request, response)
                response.close()
            else:
                raise Trouble(f"redirects more than {self._policy.max_redirects} times. Give the final location.")
            yield _source(response, request, wanted)

    def _next(self, request: Request, response: httpcore.Response) -> Request:
        location = _header(response, "location")
        if location is None:
            raise Trouble(f"answered {_status(response.status)} without saying where to. Tell its owner.")
        following = request.redirected(location)
        try:
            self.check(following.url)
        except Trouble as trouble:
            raise Trouble(f"redirects to {masked(str(following.url))}, which {trouble}") from trouble
        return following

    @contextmanager
    def _asked(self, pool: httpcore.ConnectionPool, request: Request) -> Iterator[httpcore.Response]:
        if self._policy.proxy is not None:
            self._check_before_proxy(request.url)
        waits = {"connect": self._policy.connect_timeout}
        waits |= dict.fromkeys(("read", "write"), self._policy.read_timeout)
        with ExitStack() as stack:
            try:
                response = stack.enter_context(
                    pool.stream(
                        "GET",
                        httpcore.URL(
                            scheme=request.url.raw_scheme,
                            host=request.url.raw_host,
                            port=request.url.port,
                            target=request.url.raw_path,
                        ),
                        headers=request.header_list(),
                        extensions={"timeout": waits},
                    )
                )
            except httpcore.ProxyError as error:
                raise Trouble(f"cannot be read through the proxy, which answered {error}. {_WAY_OUT[407]}") from error
            except httpcore.LocalProtocolError as error:
                raise Trouble("cannot be asked for with these headers: they have forbidden characters.") from error
            except httpcore.RemoteProtocolError as error:
                raise _no_answer(error) from error
            yield response

    def _check_before_proxy(self, url: httpx.URL) -> None:
        """With a proxy it is the proxy that connects, so all addresses that the name has here must be allowed."""
        for address in numeric(url.host) or self._resolved(url):
            permitted(url.host, (address,), self._policy)

    def _resolved(self, url: httpx.URL) -> Sequence[Address]:
        """The addresses that a name has here; none when only the proxy may know it.

        In a closed network that takes seconds to find out, which a depot of many files would pay for each of them.
        """
        now = monotonic()
        if self._unknown_until.get(url.host, now) > now:
            return ()
        try:
            return resolve(url.host, url.port or 0)
        except (OSError, UnicodeError):
            now = monotonic()
            lasting = {host: until for host, until in self._unknown_until.copy().items() if until > now}
            self._unknown_until = lasting | {url.host: now + _UNKNOWN_FOR}
            return ()

    def connections(self, deadline: Deadline) -> httpcore.ConnectionPool:
        """Connections within the policy, for transfers that end before the deadline."""
        if self._policy.proxy is None:
            return httpcore.ConnectionPool(
                ssl_context=self._tls, network_backend=GuardedBackend(self._policy, deadline)
            )
        proxy = httpx.URL(self._policy.proxy)
        return httpcore.HTTPProxy(
            proxy_url=httpcore.URL(scheme=proxy.raw_scheme, host=proxy.raw_host, port=proxy.port, target=b"/"),
            proxy_auth=(proxy.username, proxy.password) if proxy.userinfo else None,
            ssl_context=self._tls,
            proxy_ssl_context=self._tls if proxy.scheme == "https" else None,
            network_backend=GuardedBackend(None, deadline),
        )


def _conditions(wanted: Wanted) -> dict[str, str]:
    """Headers that ask for what is wanted only. No part is asked for by a weak ETag, which promises no equal bytes."""
    unless, started = wanted.unless, wanted.started
    headers = {"if-none-match": unless.etag, "if-modified-since": unless.last_modified}
    version = started.last_modified if started.etag.startswith("W/") else started.etag or started.last_modified
    if wanted.start and version:
        headers |= {"range": f"bytes={wanted.start}-", "if-range": version}
    return {name: value for name, value in headers.items() if value}


def _source(response: httpcore.Response, request: Request, wanted: Wanted) -> Source:
    """What an answer brings. Raises Trouble when that is nothing that was asked for."""
    validators = Validators(_header(response, "etag") or "", _header(response, "last-modified") or "")
    if response.status == HTTPStatus.NOT_MODIFIED and {"if-none-match", "if-modified-since"} & set(request.conditions):
        # It has no content, but its end must be seen before the connection can be used again.
        return Source(None, iter(tuple(_pieces(response, None))), validators=validators, is_unchanged=True)
    if "range" in request.conditions and response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        raise Trouble("is shorter than its server said: it was changed, or the server is wrong. Try again.")
    if "range" in request.conditions and response.status == HTTPStatus.PARTIAL_CONTENT:
        size = _size_of_part(response, wanted.start)
        left = None if size is None else size - wanted.start
        return Source(size, _pieces(response, left), wanted.start, validators)
    size = _accepted_size(response)
    return Source(size, _pieces(response, size), validators=validators)


def _size_of_part(response: httpcore.Response, start: int) -> int | None:
    """The size of the whole of which the part from `start` on is answered, or None when that is not said."""
    _refuse_compressed(response)
    part = _PART.fullmatch((_header(response, "content-range") or "").strip())
    if part is None or int(part[1]) != start:
        raise Trouble("answered with another part than was asked for. Tell its owner.")
    return None if part[2] == "*" else int(part[2])


def _accepted_size(response: httpcore.Response) -> int | None:
    if response.status != HTTPStatus.OK:
        way_out = "Try again later." if response.status >= 500 else "Check the location."
        kind = Passing if response.status in _BUSY else Trouble
        raise kind(f"answered {_status(response.status)}. {_WAY_OUT.get(response.status, way_out)}")
    _refuse_compressed(response)
    length = _header(response, "content-length")
    return int(length) if length is not None and length.isascii() and length.isdigit() else None


def _refuse_compressed(response: httpcore.Response) -> None:
    encoding = _header(response, "content-encoding")
    if encoding is not None and encoding.strip().lower() not in ("", "identity"):
        raise Trouble("answered with compressed content, although the plain bytes were asked for. Tell its owner.")


def _no_answer(error: httpcore.RemoteProtocolError) -> Trouble:
    if "disconnected without sending" in str(error):
        return Passing("closed the connection without an answer. Try again; check the scheme and the port.")
    return Trouble("gave no answer that is HTTP. Check the scheme and the port.")


def _pieces(response: httpcore.Response, size: int | None) -> Iterator[bytes]:
    received = 0
    try:
        for piece in response.iter_stream():
            received += len(piece)
            yield piece
    except httpcore.RemoteProtocolError as error:
        of_all = "" if size is None else f" of {size}"
        raise Passing(f"broke off after {received}{of_all} bytes. Try again.") from error


def _header(response: httpcore.Response, name: str) -> str | None:
    wanted = name.encode()
    return next((value.decode("utf-8", "replace") for key, value in response.headers if key.lower() == wanted), None)


def _status(code: int) -> str:
    """A status as the standard names it: what a server says instead is not repeated."""
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)

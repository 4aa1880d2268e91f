"""What every request has in common, whatever its dialect: who, from where, and a body of bounded size."""

from __future__ import annotations

import base64
import re
from secrets import token_hex
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.types import Scope

from imagewright.app.authentication import Credentials, SessionToken, UnknownScheme, UserPassword
from imagewright.app.call import Origin
from imagewright.app.tracing import REQUEST
from imagewright.contract.routing import Query
from imagewright.model.errors import InvalidArgument, ServiceUnavailable

SESSION_HEADER = "vmware-api-session-id"
OWN_SITE = frozenset({"none", "same-origin"})
"""What a browser says (Sec-Fetch-Site) when a person or a page of this server makes a request. Others say nothing."""
SMALL_BODY = 256 * 1024
"""Bytes of a body that any number of clients may send at the same time. What people do by hand is much smaller."""
LARGEST_BODY = 16 * 1024 * 1024
"""Bytes of a request that is not an upload. A specification of a thousand components has about 100,000."""

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,80}")


def credentials_of(request: Request, *, prefer_password: bool = False) -> Credentials:
    """Who is asking, as the headers tell.

    A session header wins over `Authorization`, but not where a session is being made: a client that logs in again may
    still send its old one.
    """
    token = request.headers.get(SESSION_HEADER)
    authorization = request.headers.get("authorization")
    if token and not (prefer_password and authorization):
        return SessionToken(token)
    if not authorization:
        return None
    found = _from_authorization(authorization)
    if isinstance(found, UserPassword) and request.headers.get("sec-fetch-site", "none") not in OWN_SITE:
        # A browser adds a password that it knows to whatever a page anywhere makes it send; everything else that says
        # who is asking must be added by the page itself, which may do so for its own site only.
        return UnknownScheme("Basic on a request that a page of another site makes")
    return found


def _from_authorization(header: str) -> Credentials:
    scheme, _, value = header.partition(" ")
    match scheme.lower():
        case "basic":
            try:
                user, colon, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
            except ValueError:  # not ASCII, not base64, or not UTF-8
                return UnknownScheme("Basic that is not base64 of user:password in UTF-8")
            return UserPassword(user, password) if colon else UnknownScheme("Basic without a colon")
        case "bearer":
            return SessionToken(value.strip())
        case _:
            return UnknownScheme(scheme)


def origin_of(request: Request, public_url: str | None) -> Origin:
    """Where the call comes from."""
    host = request.headers.get("host") or "localhost"
    return Origin(
        address=request.client.host if request.client else "",
        base_url=(public_url or f"{request.scope['scheme']}://{host}").rstrip("/"),
        request_id=REQUEST.get(),
    )


def request_id_of(scope: Scope) -> str:
    """The id of the request, for the log, the audit record and the answer: the client's or a new one."""
    given = b""
    for name, value in scope["headers"]:
        # Of a client that sends both, the first is its own and the second that of its library.
        if name == b"x-request-id" or (name == b"vapi-ctx-opid" and not given):
            given = value
    return given.decode() if _REQUEST_ID.fullmatch(given) else token_hex(16)


def query_of(request: Request) -> Query:
    """The decoded query: every key with its values, in the order in which they stand."""
    # Not `request.url`, which puts the whole URL together for every request.
    return parse_qs(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)


class Room:
    """Bytes that large bodies may take together while they arrive. On the event loop only, so nothing is locked."""

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self, size: int) -> None:
        """Takes so many bytes; ServiceUnavailable when there are not so many left."""
        if size > self.left:
            raise ServiceUnavailable.because(
                "imagewright.rest.too_many_large_bodies",
                "Too many large requests arrive at the same time. Nothing was changed; try again in a few seconds.",
            )
        self.left -= size


ROOM = Room(256 * 1024 * 1024)


async def body_of(request: Request) -> bytes:
    """The whole body; InvalidArgument when it is larger than is sensible, without reading it to its end, or at all when
    its length was told.

    Who sends it is not known yet, so strangers too may send one. ServiceUnavailable when others take all the room.
    """
    _refuse_larger(int(request.headers.get("content-length", 0)))
    parts, size, taken = [], 0, 0
    try:
        async for part in request.stream():
            size += len(part)
            _refuse_larger(size)
            if size > SMALL_BODY:
                ROOM.take(size - taken)
                taken = size
            parts.append(part)
        return b"".join(parts)
    finally:
        ROOM.left += taken


def _refuse_larger(size: int) -> None:
    if size > LARGEST_BODY:
        raise InvalidArgument.because(
            "imagewright.rest.body_too_large",
            "The body of the request is larger than {0} bytes. Files are sent to /vum-fileupload.",
            LARGEST_BODY,
        )

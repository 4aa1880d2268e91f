"""Answers to quick reads that are given again, as long as nothing in the database changes.

Clients poll: a script that waits for a task and a page that shows a draft ask for the same thing again and again. The
answer that the same session got before is right until somebody changes something, which the database tells within
microseconds. A kept answer is sent without parsing, transaction or encoding.

Everything here runs on the event loop, so nothing is locked.
"""

from __future__ import annotations

from typing import NamedTuple

from starlette.responses import Response
from starlette.types import Scope, Send

from imagewright.app.invoke import Application
from imagewright.web.requests import SESSION_HEADER

LARGEST = 256 * 1024
"""Bytes of an answer that is kept."""
MOST = 16 * 1024 * 1024
"""Bytes of all of them."""

_SESSION = SESSION_HEADER.encode()
_NOT_KEPT = frozenset({b"authorization", b"content-length", b"transfer-encoding"})


class Question(NamedTuple):
    """Everything in a request that its answer depends on."""

    path: bytes
    query: bytes
    token: str
    host: bytes
    scheme: str


class Kept(NamedTuple):
    """An answer to be given again, and the operation whose answer it is."""

    operation: str
    headers: list[tuple[bytes, bytes]]
    body: bytes


def question_of(scope: Scope) -> Question | None:
    """What a request asks; None when its answer is not kept: it is no GET, has a body, or no session."""
    if scope["method"] != "GET":
        return None
    token, host = "", b""
    for name, value in scope["headers"]:
        if name == _SESSION:
            token = value.decode("latin-1")
        elif name == b"host":
            host = value
        elif name in _NOT_KEPT:
            return None
    path = scope.get("raw_path") or scope["path"].encode()
    return Question(path, scope["query_string"], token, host, scope["scheme"]) if token else None


class KeptAnswers:
    """The answers that hold at one version of the database."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._answers: dict[Question, Kept] = {}
        self._size = 0

    def find(self, scope: Scope, application: Application) -> Kept | None:
        """The answer to a request, if it was given before and is still right for this session."""
        if not self._answers or (question := question_of(scope)) is None:
            return None
        found = self._answers.get(question)
        if found is None or application.version() != self._version or not application.goes_on(question.token):
            return None
        return found

    def keep(self, scope: Scope, version: int, operation: str, answer: Response) -> None:
        """Keeps an answer of an operation that was read after the database was seen to have this version."""
        size = len(answer.body)
        if answer.status_code != 200 or size > LARGEST or (question := question_of(scope)) is None:
            return
        if version != self._version or self._size + size > MOST:
            self._version, self._answers, self._size = version, {}, 0
        # A copy of the headers, because more are added to those of the answer that is sent now.
        self._answers[question] = Kept(operation, list(answer.raw_headers), bytes(answer.body))
        self._size += size


async def send_again(kept: Kept, request_id: str, send: Send) -> None:
    """Sends an answer that has been sent before, with the id of this request."""
    headers = [*kept.headers, (b"x-request-id", request_id.encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": kept.body})

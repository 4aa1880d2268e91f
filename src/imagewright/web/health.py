"""Whether the server lives and can work: `/healthz` for whoever restarts it, `/readyz` for whoever sends it calls.

Both are open to everybody and tell nothing but the parts and whether they work.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from starlette.responses import Response

log = logging.getLogger(__name__)

ALIVE: Final = "/healthz"
READY: Final = "/readyz"
FRESH_SECONDS: Final = 1.0
"""How long an answer holds, so that asking often costs nothing."""
HEADERS: Final = {"Cache-Control": "no-store"}

Check = Callable[[], str]
"""Gives "ok", or in a few words what is wrong."""


def alive() -> Response:
    """The process answers requests. That is all it says."""
    return Response(b'{"status":"ok"}', 200, HEADERS, "application/json")


class Readiness:
    """Answers `/readyz`: every part with "ok" or what is wrong with it; 503 unless all of them are well."""

    def __init__(self) -> None:
        self.checks: Mapping[str, Check] = {"server": lambda: "is starting"}
        self._lock = threading.Lock()
        self._until = 0.0
        self._parts: dict[str, str] = {}

    def answer(self) -> Response:
        """Looks at the parts, in the calling thread, unless somebody did a moment ago."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._parts = {name: _checked(name, check) for name, check in self.checks.items()}
                self._until = time.monotonic() + FRESH_SECONDS
            parts = self._parts
        well = all(state == "ok" for state in parts.values())
        body = msgspec.json.encode({"status": "ok" if well else "not ready", "parts": parts})
        return Response(body, 200 if well else 503, HEADERS, "application/json")


def _checked(name: str, check: Check) -> str:
    try:
        return check()
    except Exception as failure:  # whatever is wrong with a part, the answer names the part
        log.warning("%s is not ready: %s", name, failure)
        return "cannot be used"

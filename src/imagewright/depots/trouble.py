"""Why a location could not be read."""

from __future__ import annotations

import time


class Trouble(Exception):
    """The text goes on where the location ends: "answered 404 Not Found. Check ...". It never repeats the location."""


class Passing(Trouble):
    """A trouble that may be over in a moment: a connection that broke off, a server that is too busy."""


class Deadline:
    """The end of the time that a whole transfer may take."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def limit(self, timeout: float | None = None) -> float:
        """The seconds that one step may take, at most `timeout`. Raises Trouble when the time is over."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise Trouble(
                f"was not read completely within {self._seconds:g} seconds. Try again when the connection is faster, "
                "or raise the time limit in the server's settings."
            )
        return left if timeout is None else min(timeout, left)

    def pause(self, seconds: float) -> None:
        """Waits, but not beyond the end. Raises Trouble when the time is over."""
        time.sleep(self.limit(seconds))


def too_large(limit: int) -> Trouble:
    """That of a location with more than `limit` bytes."""
    return Trouble(
        f"is larger than the {limit} bytes that this server reads. Check that it is the right location, "
        "or raise the size limit in the server's settings."
    )


def changed() -> Trouble:
    """That of a location whose bytes are no longer those that were there."""
    return Trouble("was changed while it was being read. Try again.")

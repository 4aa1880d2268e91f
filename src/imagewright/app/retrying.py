"""How long to wait before a transaction is run again because others were faster.

PostgreSQL lets transactions run beside each other and refuses all but one of those that meet. If the others began
again at once, all would meet again.
"""

from __future__ import annotations

import random
import time
from typing import Final

TRIES: Final = 10
"""How often a transaction is run when others change the same things at the same moment."""

SHORTEST: Final = 0.002
LONGEST: Final = 0.1
"""Seconds: the longest pause after the first try, and after any."""


def pause_after(attempt: int) -> None:
    """Waits a random while, the longer the more often it was tried; the first attempt is number 1."""
    time.sleep(random.uniform(0, min(SHORTEST * 2.0 ** (attempt - 1), LONGEST)))  # noqa: S311 - nobody guesses it

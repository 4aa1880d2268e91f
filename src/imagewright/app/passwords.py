"""Passwords: argon2id hashes, checked in the same time whether or not the user exists."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$x8HL76SWJnxFPzDE9qU2Pg$+CcwSBdagW5Skr/V6KprlpqOSMaXczhdezRgmjLDN58"
"""What an unknown user's password is checked against, so that the answer takes as long as for a known one.

The hash of a random text that nobody kept. It is written down because making one would cost every start a tenth of a
second.
"""


def hash_password(password: str) -> str:
    """The argon2id hash of a password, in the PHC string format."""
    return _HASHER.hash(password)


class PasswordChecker:
    """Checks passwords and remembers good ones for a short time.

    A client that sends its password with every call would otherwise pay for argon2 with every call. What is remembered
    is a keyed digest; the key lives only in this process. A changed password is another digest, so it counts at once.
    """

    def __init__(self, remember_seconds: float = 60.0, capacity: int = 1000) -> None:
        self._remember_seconds = remember_seconds
        self._capacity = capacity
        self._key = secrets.token_bytes(32)
        self._good_until: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def is_right(self, stored_hash: str | None, password: str) -> bool:
        """Whether `password` belongs to `stored_hash`; None stands for a user who does not exist."""
        digest = hmac.new(self._key, f"{stored_hash}\0{password}".encode(), hashlib.sha256).digest()
        now = time.monotonic()
        if self._good_until.get(digest, 0.0) > now:
            return True
        try:
            right = _HASHER.verify(stored_hash or _NOBODY, password) and stored_hash is not None
        except (VerificationError, InvalidHashError):
            return False
        if right:
            self._remember(digest, now)
        return right

    def _remember(self, digest: bytes, now: float) -> None:
        with self._lock:
            if len(self._good_until) >= self._capacity:
                self._good_until = {known: until for known, until in self._good_until.items() if until > now}
            if len(self._good_until) < self._capacity:
                self._good_until[digest] = now + self._remember_seconds

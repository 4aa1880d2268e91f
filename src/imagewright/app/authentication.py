"""From credentials to a caller: sessions, and user names with passwords."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from imagewright.app.passwords import PasswordChecker
from imagewright.app.ports import Session, UnitOfWork
from imagewright.app.throttling import USUAL_THROTTLE, ThrottlePolicy, require_room
from imagewright.model.errors import Message, Unauthenticated

CHALLENGE = 'Basic realm="imagewright"'


@dataclass(frozen=True, slots=True)
class SessionToken:
    """The token that a login was answered with. It is never printed."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UserPassword:
    """A user name and a password, as Basic authentication carries them."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnknownScheme:
    """Credentials of a kind that is not served here."""

    scheme: str


Credentials = SessionToken | UserPassword | UnknownScheme | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, and what he may do. `session` is None for a call that carries its own password."""

    name: str
    privileges: frozenset[str]
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long a session lasts: without a call, and in all."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=24)


def token_hash(token: str) -> str:
    """What is kept of a session token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


class WrongPassword(Unauthenticated):
    """User name or password is wrong; it is not told which."""

    def __init__(self) -> None:
        super().__init__(
            Message(
                "imagewright.session.bad_credentials",
                "User name or password is wrong. The name is written with its domain, such as "
                "administrator@vsphere.local.",
            ),
            challenge=CHALLENGE,
        )


class Authenticator:
    """Knows callers by their credentials.

    When a session was last used is kept in memory and written from time to time by `flush`, so that reading does not
    write; `sessions.touch` in the database can therefore be behind by that interval.
    """

    def __init__(self, policy: SessionPolicy, throttle: ThrottlePolicy = USUAL_THROTTLE) -> None:
        self.policy = policy
        self.throttle = throttle
        # Each check takes much memory and time, by design. It also bounds the guesses that nobody has counted yet.
        self.checks = threading.BoundedSemaphore(min(4, os.cpu_count() or 2))
        self._passwords = PasswordChecker()
        self._in_use: dict[str, Session] = {}
        self._lock = threading.Lock()

    def authenticate(self, uow: UnitOfWork, credentials: Credentials, now: datetime, address: str = "") -> Caller:
        """The caller; raises Unauthenticated, without telling whether a user exists.

        A password is checked inside of `checks`, which is left only when a WrongPassword was counted.
        ServiceUnavailable when too many were.
        """
        match credentials:
            case SessionToken(token):
                return self._by_session(uow, token_hash(token), now)
            case UserPassword(user, password):
                require_room(uow, self.throttle, user, address, now)
                return self._by_password(uow, user, password)
            case UnknownScheme(scheme):
                raise unauthenticated(
                    "imagewright.session.unknown_scheme",
                    f"Credentials of the kind '{scheme}' are not accepted here. Log in with user name and password.",
                )
            case None:
                raise unauthenticated(
                    "com.vmware.vapi.endpoint.method.authentication.required",
                    "Authentication required. Log in with POST /api/session and send the answer as the header "
                    "vmware-api-session-id.",
                )

    def new_session(self, user: str, now: datetime) -> tuple[str, Session]:
        """A token that nobody can guess, and the session to keep for it."""
        token = secrets.token_hex(16)
        return token, Session(token_hash(token), user, now, now)

    def last_accessed(self, session: Session) -> datetime:
        """When the session was last used, as far as this process knows."""
        return max(session.last_accessed, self._in_use.get(session.token_hash, session).last_accessed)

    def goes_on(self, token: str, now: datetime) -> bool:
        """Uses a session once more without looking into the database, and tells whether that was right.

        It is for a session that has been used since the last `flush` and has not expired, as long as nothing in the
        database has changed: closing it would have been a change.
        """
        hashed = token_hash(token)
        session = self._in_use.get(hashed)
        if session is None or self._has_expired(session, now):
            return False
        self._use(session, now)
        return True

    def forget(self, session: Session) -> None:
        """Drops what is remembered of a session that has ended."""
        with self._lock:
            self._in_use.pop(session.token_hash, None)

    def flush(self, uow: UnitOfWork, now: datetime) -> None:
        """Writes when sessions were last used, and forgets those that have expired and failures that count no more."""
        with self._lock:
            used, self._in_use = self._in_use, {}
        uow.sessions.touch({hashed: session.last_accessed for hashed, session in used.items()})
        uow.login_failures.delete_before(now - self.throttle.window)
        uow.sessions.delete_expired(
            last_accessed_before=now - self.policy.idle, created_before=now - self.policy.absolute
        )

    def _by_session(self, uow: UnitOfWork, hashed: str, now: datetime) -> Caller:
        found = uow.sessions.with_user(hashed)
        if found is None or self._has_expired(found[0], now):
            raise unauthenticated(
                "imagewright.session.not_valid",
                "This session is not valid: it was closed, it has expired, or it never existed. Log in again with "
                "POST /api/session.",
            )
        session, user = found
        self._use(session, now)
        return Caller(user.name, user.privileges, session)

    def _use(self, session: Session, now: datetime) -> None:
        with self._lock:
            self._in_use[session.token_hash] = replace(session, last_accessed=now)

    def _has_expired(self, session: Session, now: datetime) -> bool:
        idle = now - self.last_accessed(session)
        return idle > self.policy.idle or now - session.created > self.policy.absolute

    def _by_password(self, uow: UnitOfWork, name: str, password: str) -> Caller:
        user = uow.users.get(name)
        if not self._passwords.is_right(user.password_hash if user else None, password) or user is None:
            raise WrongPassword
        return Caller(user.name, user.privileges)


def unauthenticated(message_id: str, text: str) -> Unauthenticated:
    """The refusal of a caller that nobody knows, with the challenge that HTTP wants beside every 401."""
    return Unauthenticated(Message(message_id, text), challenge=CHALLENGE)

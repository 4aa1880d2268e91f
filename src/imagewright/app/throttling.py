"""How often somebody may guess a password: so many times for each user and for each address, within a while.

Failures are counted in the database, because several processes share the logins, and fall out of the window one by one.
A login that succeeds changes nothing, so it needs no write, and nobody wins guesses back with an account of his own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from math import ceil
from typing import Final

from imagewright.app.ports import UnitOfWork
from imagewright.model.errors import ServiceUnavailable

NAME_DIGITS: Final = 8
"""Hexadecimal digits that are kept of the digest of a name: enough to tell users apart, too few to find out what was
typed, for people type passwords where the name belongs."""
SUBSCRIBER: Final = 64
"""Bits of an IPv6 address that one subscriber shares; the others are his to choose."""


@dataclass(frozen=True, slots=True)
class ThrottlePolicy:
    """Wrong passwords that are taken within `window`, for a user and from an address; 0 is any number."""

    of_user: int = 10
    from_address: int = 100
    window: timedelta = timedelta(minutes=5)


USUAL_THROTTLE: Final = ThrottlePolicy()


def require_room(uow: UnitOfWork, policy: ThrottlePolicy, user: str, address: str, now: datetime) -> None:
    """Raises ServiceUnavailable when no more guesses are taken now, and says when they are.

    It is the same for users who do not exist, and does not say whether the user or the address is the reason.
    """
    since = now - policy.window
    # What lies further ahead was counted by a clock that has been set back since; it would lock people out until then.
    # Clocks of several machines differ by less.
    until = now + policy.window
    limits = zip(subjects(user, address), (policy.of_user, policy.from_address), strict=True)
    oldest = [uow.login_failures.newest(subject, limit, since, until) for subject, limit in limits if limit]
    full = [time for time in oldest if time is not None]
    if full:
        seconds = max(1, ceil((max(full) - since).total_seconds()))
        refusal = ServiceUnavailable.because(
            "imagewright.session.too_many_failures",
            "Too many wrong passwords were given for this user or from this address. Nobody was logged in; try again "
            "in {0} seconds. Sessions that are open go on.",
            seconds,
        )
        refusal.retry_after = seconds
        raise refusal


def subjects(user: str, address: str) -> tuple[str, str]:
    """What failures are counted by: a user name, of which little is kept, and an address."""
    digest = hashlib.sha256(user.encode("utf-8", "surrogatepass")).hexdigest()
    return f"user {digest[:NAME_DIGITS]}", f"address {_network_of(address)}"


def _network_of(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((parsed, SUBSCRIBER), strict=False))

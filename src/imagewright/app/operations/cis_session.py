"""Logging in and out."""

from __future__ import annotations

from imagewright.app.authentication import unauthenticated
from imagewright.app.call import Call
from imagewright.app.ports import Session
from imagewright.contract.binding import implements
from imagewright.contract.services import cis_session


@implements(cis_session.create)
def create(call: Call) -> str:
    """Makes a session for a user who came with his password, and tells its token, which is kept nowhere."""
    if call.caller.session is not None:
        raise unauthenticated(
            "imagewright.session.no_password", "A session is made from a user name and a password, not from a session."
        )
    # Not `call.now`: checking the password may have taken a good part of a short session.
    token, session = call.services.authenticator.new_session(call.caller.name, call.services.clock())
    call.uow.sessions.add(session)
    return token


@implements(cis_session.get)
def get(call: Call) -> cis_session.Info:
    """Who is logged in, since when, and when the session was last used: now."""
    session = _session(call)
    return cis_session.Info(
        user=session.user,
        created_time=session.created,
        last_accessed_time=call.services.authenticator.last_accessed(session),
    )


@implements(cis_session.delete)
def delete(call: Call) -> None:
    """Ends the session. Tasks that it started go on."""
    session = _session(call)
    call.uow.sessions.delete(session.token_hash)
    call.services.authenticator.forget(session)


def _session(call: Call) -> Session:
    if call.caller.session is None:
        raise unauthenticated(
            "imagewright.session.none", "This call came with a password and not with a session, so there is none here."
        )
    return call.caller.session

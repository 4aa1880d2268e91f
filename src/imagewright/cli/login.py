"""`imagewright login` and `logout`: a session with a server, kept for the commands that follow."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli import exit_codes, terminal
from imagewright.settings import secret_from

if TYPE_CHECKING:
    from imagewright.client.trust import Trust

PASSWORD_VARIABLE = "IMAGEWRIGHT_PASSWORD"  # noqa: S105 - the name of a variable
USER_VARIABLE = "IMAGEWRIGHT_USER"
FIRST_USER = "administrator@vsphere.local"


def login(
    url: Annotated[
        str | None, typer.Argument(help="URL of the server. [IMAGEWRIGHT_SERVER, or https://127.0.0.1:8443]")
    ] = None,
    user: Annotated[str | None, typer.Option(help="User name. [IMAGEWRIGHT_USER, or it is asked for]")] = None,
    ca: Annotated[Path | None, typer.Option(help="PEM file with the certificates to trust.")] = None,
    fingerprint: Annotated[
        str | None, typer.Option(help="SHA-256 of the server's own certificate, which is then the only one trusted.")
    ] = None,
    json: terminal.JsonOption = False,
) -> None:
    """Log in to a server, and keep the session for the commands that follow.

    The password is IMAGEWRIGHT_PASSWORD or in the file IMAGEWRIGHT_PASSWORD_FILE when one of them is set; else it is
    asked for, or read from standard input. A
    certificate that nobody vouches for is shown and asked about, once. The session is kept in
    ~/.config/imagewright/logins.json, readable by you alone.

    Example: imagewright login https://127.0.0.1:8443 --user administrator@vsphere.local --ca data/tls/cert.pem
    """
    from imagewright.client.connection import Connection
    from imagewright.client.logins import SERVER, Login, Logins, logins_path
    from imagewright.client.trust import DEFAULT_URL, server_url

    server = server_url(url or os.environ.get(SERVER) or DEFAULT_URL)
    trust = _trust(server, ca, fingerprint)
    name = user or os.environ.get(USER_VARIABLE) or _asked_name()
    logins = Logins.read(logins_path(os.environ))
    with Connection(server, trust) as connection:
        token = connection.log_in(name, _password())
    logins.keep(Login(server, token, name, trust))
    if json:
        terminal.echo_json({"server": server, "user": name})
    else:
        terminal.say(f"logged in to {server} as {name}")


def logout(json: terminal.JsonOption = False) -> None:
    """End the session with the server that you are logged in to, and forget it.

    Example: imagewright logout
    """
    from contextlib import suppress

    from imagewright.client.connection import Connection, Unreachable
    from imagewright.client.logins import Logins, chosen_login, logins_path
    from imagewright.contract.services import cis_session
    from imagewright.model.errors import Unauthenticated

    known = chosen_login(os.environ)
    # A session that has ended, or whose server is gone, is to be forgotten all the same.
    with suppress(Unauthenticated, Unreachable), Connection(known.url, known.trust, known.token) as connection:
        connection.call(cis_session.delete)
    logins = Logins.read(logins_path(os.environ))
    if known.url in logins.by_url:
        logins.forget(known.url)
    if json:
        terminal.echo_json({"server": known.url})
    else:
        terminal.say(f"logged out of {known.url}")


def _trust(server: str, ca: Path | None, expected: str | None) -> Trust:
    """What the server is to be known by, before a password is sent to it."""
    from imagewright.client.connection import UntrustedCertificate
    from imagewright.client.logins import CA, read_certificates
    from imagewright.client.trust import Trust

    named = ca or (Path(os.environ[CA]) if os.environ.get(CA) else None)
    if named is not None:
        return Trust(read_certificates(named))
    if server.startswith("http://"):
        return Trust()
    if expected is None and _is_trusted_by_the_system(server):
        return Trust()
    certificate, shown = _shown_certificate(server)
    if expected is not None:
        from imagewright.client.trust import same_fingerprint

        if not same_fingerprint(expected, shown):
            raise UntrustedCertificate(
                f"the certificate of {server} has another fingerprint than you expect: {shown}; this is not that server"
            )
        return Trust(certificate, pinned=True)
    if not terminal.is_interactive():
        raise UntrustedCertificate(
            f"the certificate of {server} is not trusted; its SHA-256 is {shown}. If that is the right one, add "
            f"--fingerprint with it; or give the certificate as a file with --ca"
        )
    terminal.tell(f"Nobody vouches for the certificate of {server}. Its SHA-256 is\n  {shown}")
    if not typer.confirm("Is this the server that you mean, now and from now on?", err=True):
        raise typer.Exit(exit_codes.UNREACHABLE)
    return Trust(certificate, pinned=True)


def _is_trusted_by_the_system(server: str) -> bool:
    from imagewright.client.connection import Connection, UntrustedCertificate
    from imagewright.client.trust import Trust
    from imagewright.contract.services import cis_session
    from imagewright.model.errors import ApiError

    with Connection(server, Trust()) as connection:
        try:
            connection.call(cis_session.get)
        except UntrustedCertificate:
            return False
        except ApiError:
            pass
    return True


def _shown_certificate(server: str) -> tuple[str, str]:
    """The certificate that the server shows, and its fingerprint."""
    from imagewright.client.connection import CONNECT_SECONDS, Unreachable
    from imagewright.client.trust import certificate_of, fingerprint

    try:
        certificate = certificate_of(server, CONNECT_SECONDS)
    except OSError as error:
        raise Unreachable(f"no answer from {server}, so perhaps it does not run there: {error}") from None
    return certificate, fingerprint(certificate)


def _asked_name() -> str:
    if not terminal.is_interactive():
        return FIRST_USER
    return str(typer.prompt("User", default=FIRST_USER, err=True))


def _password() -> str:
    given = secret_from(os.environ, PASSWORD_VARIABLE)
    if given is None and terminal.is_interactive():
        return str(typer.prompt("Password", hide_input=True, err=True))
    password = given if given is not None else sys.stdin.readline().rstrip("\n")
    if not password:
        raise typer.BadParameter(f"no password: set {PASSWORD_VARIABLE}, or write it to standard input")
    return password

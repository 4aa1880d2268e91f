"""Logins that are kept between commands: one file that only its owner can read."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from imagewright.client.trust import Trust, server_url

SERVER = "IMAGEWRIGHT_SERVER"
TOKEN = "IMAGEWRIGHT_TOKEN"  # noqa: S105 - the name of a variable
CA = "IMAGEWRIGHT_CA"


class NotLoggedIn(Exception):
    """Nothing says which server is meant, or who is asking; the text names the way out."""


class UnreadableLogins(Exception):
    """The file of the logins, or one that a variable names, cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Login:
    """A session with a server. The token is never printed."""

    url: str
    token: str = field(repr=False)
    user: str | None = None
    trust: Trust = field(default_factory=Trust)


def logins_path(environment: Mapping[str, str]) -> Path:
    """Where the logins are: below XDG_CONFIG_HOME, which is ~/.config unless it is set."""
    base = environment.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "imagewright" / "logins.json"


@dataclass(slots=True)
class Logins:
    """The logins in a file, by the URL of the server. The one made last is `current`."""

    path: Path
    current: str | None = None
    by_url: dict[str, Login] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Logins:
        """What the file has; nothing when there is none. UnreadableLogins when it is damaged or not ours to read."""
        try:
            document = json.loads(path.read_text("utf-8"))
            found = {url: _login(url, fields) for url, fields in document["servers"].items()}
            return cls(path, document["current"], found)
        except FileNotFoundError:
            return cls(path)
        except OSError as error:
            raise UnreadableLogins(f"{path} cannot be read: {error.strerror}; check whose file it is") from None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise UnreadableLogins(f"{path} is damaged; remove it and log in again") from None

    def keep(self, login: Login) -> None:
        """Adds a login, or puts it into the place of an older one with the same server, and makes it current."""
        self.by_url[login.url] = login
        self.current = login.url
        self._write()

    def forget(self, url: str) -> None:
        """Takes a login out. What is left has no current one until the next login."""
        del self.by_url[url]
        if self.current == url:
            self.current = None
        self._write()

    def _write(self) -> None:
        """At no moment can anybody else read it, and it is whole or as it was."""
        document = {
            "current": self.current,
            "servers": {
                login.url: {"user": login.user, "token": login.token, **asdict(login.trust)}
                for login in self.by_url.values()
            },
        }
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self.path.with_suffix(f".{os.getpid()}.new")
        try:
            with os.fdopen(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump(document, file, indent=1)
            new.replace(self.path)
        finally:
            new.unlink(missing_ok=True)


def chosen_login(environment: Mapping[str, str]) -> Login:
    """The login that commands use: that of the variables, or the current one of the file.

    IMAGEWRIGHT_SERVER chooses among several logins; with IMAGEWRIGHT_TOKEN no file is needed. IMAGEWRIGHT_CA names a
    file with the certificates to trust. NotLoggedIn when something is missing, BadAddress for a wrong URL.
    """
    token = environment.get(TOKEN)
    logins = Logins.read(logins_path(environment))
    url = server_url(environment[SERVER]) if environment.get(SERVER) else logins.current
    if url is None:
        raise NotLoggedIn("you are not logged in to a server; log in with: imagewright login URL")
    known = logins.by_url.get(url)
    if token:
        known = Login(url, token, trust=known.trust if known else Trust())
    if known is None:
        raise NotLoggedIn(f"you are not logged in to {url}; log in with: imagewright login {url}")
    named = environment.get(CA)
    return replace(known, trust=Trust(read_certificates(Path(named)))) if named else known


def read_certificates(path: Path) -> str:
    """The certificates in a PEM file. UnreadableLogins when there are none."""
    try:
        text = path.read_text("ascii")
        Trust(text).context()
    except (ssl.SSLError, ValueError):
        raise UnreadableLogins(f"{path} has no certificates in PEM form") from None
    except OSError as error:
        raise UnreadableLogins(f"{path} cannot be read: {error.strerror}; check the path") from None
    return text


def _login(url: str, fields: Mapping[str, object]) -> Login:
    token, user, certificates = fields["token"], fields["user"], fields["certificates"]
    if not isinstance(token, str) or not isinstance(user, str | None) or not isinstance(certificates, str | None):
        raise TypeError
    return Login(url, token, user, Trust(certificates, bool(fields["pinned"])))

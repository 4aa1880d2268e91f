"""Settings: from the command line, the environment (`IMAGEWRIGHT_<NAME>`) and `imagewright.toml`, in that order."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, get_type_hints

from imagewright.app.links import file_name, is_uri
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.model.content import AcceptanceLevel

DEFAULT_FILE = Path("imagewright.toml")
SECRETS: Final = ("admin_password", "database", "proxy", "metrics_token", "depot_token", "s3_secret_access_key")
"""Settings that may have a secret in them. Each can be given as the file that it is in: `_file` after its name."""
LOG_FORMATS: Final = ("text", "json")
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
SHORTEST_TOKEN: Final = 16
"""Characters: a token is sent as often as somebody likes to guess."""
_TOKEN: Final = re.compile(rf"[A-Za-z0-9_-]{{{SHORTEST_TOKEN},}}")
LIMIT: Final = "limit_"
"""What the names of the settings begin with that are limits against hostile depots."""

_DATABASE = re.compile("sqlite:///[^:]|postgresql://")
_S3_LOCATION = re.compile(r"s3://[a-z0-9][a-z0-9.-]+(/[^?#]*)?")
_SWITCHES = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


class SettingsError(Exception):
    """A setting is not known or not right; the text says which, where it comes from, and what it may be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults.

    Sizes are in bytes, durations in seconds. `database` is a URL; without it the database is a file in `data`.
    `blobs` is `s3://bucket/prefix`; without it they are files in `data`. Lists are written with commas in the
    environment. Each field of `limits` is a setting of its own, `limit_` and its name.
    `audit_retention` is how long audit records are kept, and `task_retention` tasks that have ended; 0 is for ever.
    """

    data: Path = Path("data")
    listen: str = "127.0.0.1:8443"
    tls: bool = True
    cert: Path | None = None
    key: Path | None = None
    public_url: str | None = None
    database: str | None = field(default=None, repr=False)
    database_timeout: float = 5.0
    database_connections: int = 20
    blobs: str | None = None
    s3_endpoint: str | None = None
    s3_region: str | None = None
    s3_access_key_id: str | None = None
    s3_secret_access_key: str | None = field(default=None, repr=False)
    session_idle: float = 1800.0
    session_absolute: float = 86400.0
    login_failures_of_user: int = 10
    login_failures_from_address: int = 100
    login_failures_window: float = 300.0
    trusted_proxies: tuple[str, ...] = ()
    audit_retention: float = 0.0
    file_folders: tuple[str, ...] = ()
    allowed_networks: tuple[str, ...] = ()
    proxy: str | None = None
    ca_bundle: Path | None = None
    trusted_signers: Path | None = None
    mappings: Path | None = None
    minimum_acceptance_level: AcceptanceLevel = AcceptanceLevel.COMMUNITY
    require_signatures: bool = False
    largest_upload: int = 64 * 1024**3
    upload_lifetime: float = 86400.0
    largest_download: int = 64 * 1024**3
    fetch_connect_timeout: float = 10.0
    fetch_read_timeout: float = 60.0
    fetch_total_timeout: float = 4 * 3600.0
    fetch_redirects: int = 5
    fetch_retries: int = 3
    system_depots: tuple[str, ...] = field(default=(), repr=False)
    limits: Limits = DEFAULT_LIMITS
    connections: int = 1000
    head_timeout: float = 15.0
    head_size: int = 64 * 1024
    slowest_client: int = 1024
    stall_timeout: float = 30.0
    idle_timeout: float = 75.0
    hsts: int = 365 * 86400
    workers: int = 1
    task_threads: int = 2
    task_lease: float = 30.0
    task_retention: float = 30 * 86400.0
    stop_grace: float = 10.0
    export_lifetime: float = 86400.0
    offer_depot: bool = False
    depot_token: str | None = field(default=None, repr=False)
    log_format: str = "text"
    log_level: str = "info"
    metrics_listen: str | None = None
    metrics_token: str | None = field(default=None, repr=False)
    admin_password: str | None = field(default=None, repr=False)
    allow_faults: bool = False

    @property
    def host(self) -> str:
        """The host part of `listen`, without brackets."""
        return host_and_port(self.listen)[0].strip("[]")

    @property
    def port(self) -> int:
        """The port part of `listen`; 0 means any free one."""
        return host_and_port(self.listen)[1]

    @property
    def database_url(self) -> str:
        """The URL of the database."""
        return self.database or f"sqlite:///{self.data / 'imagewright.db'}"

    def checked(self) -> Settings:
        """The same settings; SettingsError when they do not go together."""
        _check_address("listen", self.listen)
        if not self.tls and not _is_loopback(self.host):
            raise SettingsError(
                f"without TLS the server listens on loopback only, and listen is '{self.listen}'. Leave --no-tls out, "
                "or listen on 127.0.0.1"
            )
        if (self.cert is None) != (self.key is None):
            raise SettingsError("cert and key belong together; set both or neither")
        if self.workers < 1 or self.task_threads < 0:
            raise SettingsError("workers must be 1 or more, and task_threads 0 or more")
        if self.workers > 1 and self.allow_faults:
            raise SettingsError("faults are kept in the memory of one process: with allow_faults, workers must be 1")
        for name in ("connections", "head_timeout", "head_size", "slowest_client", "stall_timeout", "idle_timeout"):
            if getattr(self, name) <= 0:
                raise SettingsError(f"{name} is {getattr(self, name)}, and must be more than 0")
        self._check_database_and_blobs()
        self._check_log_and_metrics()
        self._check_depots()
        for name, value in asdict(self.limits).items():
            if value < 1:
                raise SettingsError(f"{LIMIT}{name} is {value}, and must be 1 or more")
        return self

    def _check_depots(self) -> None:
        if self.depot_token is not None and not _TOKEN.fullmatch(self.depot_token):
            raise SettingsError(
                f"depot_token must have at least {SHORTEST_TOKEN} characters, and only letters, digits, - and _: it "
                "stands in URLs"
            )
        if self.fetch_retries < 0:
            raise SettingsError(f"fetch_retries is {self.fetch_retries}, and must be 0 or more")
        if not all(is_uri(location) and file_name(location) for location in self.system_depots):
            # They are not repeated: there may be tokens in them.
            raise SettingsError(
                "system_depots has a text that is no location of the index of a depot, such as "
                "https://host/folder/index.xml"
            )

    def _check_database_and_blobs(self) -> None:
        if self.database is not None and not _DATABASE.match(self.database):
            raise SettingsError("database must be sqlite:///PATH or postgresql://USER@HOST/NAME")
        if self.database_connections < 1:
            raise SettingsError("database_connections must be 1 or more")
        if self.blobs is not None and not _S3_LOCATION.fullmatch(self.blobs):
            raise SettingsError("blobs must be s3://BUCKET/PREFIX; keys for it are settings of their own")
        if (self.s3_access_key_id is None) != (self.s3_secret_access_key is None):
            raise SettingsError("s3_access_key_id and s3_secret_access_key belong together; set both or neither")
        endpoint = self.s3_endpoint
        if endpoint is not None and not re.fullmatch(r"https?://[^/@?#]+/?", endpoint):
            raise SettingsError("s3_endpoint must be http://HOST:PORT or https://HOST:PORT")

    def _check_log_and_metrics(self) -> None:
        for name, value, known in (
            ("log_format", self.log_format, LOG_FORMATS),
            ("log_level", self.log_level, LOG_LEVELS),
        ):
            if value not in known:
                raise SettingsError(f"{name} is '{value}', and must be one of {', '.join(known)}")
        if self.metrics_listen is not None:
            _check_address("metrics_listen", self.metrics_listen)
        if self.metrics_token is not None and len(self.metrics_token) < SHORTEST_TOKEN:
            raise SettingsError(f"metrics_token must have at least {SHORTEST_TOKEN} characters")


_LIMIT_KINDS: Final = {f"{LIMIT}{name}": kind for name, kind in get_type_hints(Limits).items()}
_KINDS: Final = {name: kind for name, kind in get_type_hints(Settings).items() if name != "limits"} | _LIMIT_KINDS

_SECRET_FILES: Final = {f"{name}_file": name for name in SECRETS}


def load_settings(options: Mapping[str, Any], environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings that hold. `options` are those of the command line that were given (None for those that were not).

    `file` must exist when it is named; `imagewright.toml` in the current folder is read if it is there.
    """
    settings = Settings()
    path = file or DEFAULT_FILE
    if file is not None or path.is_file():
        settings = _with(settings, _read_file(path), str(path))
    prefix = "IMAGEWRIGHT_"
    known = {f"{prefix}{name.upper()}": name for name in (*_KINDS, *_SECRET_FILES)}
    settings = _with(
        settings, {known[name]: value for name, value in environment.items() if name in known}, "the environment"
    )
    return _with(settings, {k: v for k, v in options.items() if v is not None}, "the command line").checked()


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from None


def _with(settings: Settings, values: Mapping[str, Any], source: str) -> Settings:
    changes = {}
    for name, value in _with_secrets_read(values, source).items():
        if name not in _KINDS:
            raise SettingsError(f"{source} sets '{name}', which is no setting; there are: {', '.join(_KINDS)}")
        try:
            changes[name] = _converted(value, _KINDS[name])
        except (ValueError, TypeError, LookupError):
            shown = "something" if name in SECRETS else repr(value)
            raise SettingsError(f"{source} sets {name} to {shown}, which is not {_expected(_KINDS[name])}") from None
    limits = {name.removeprefix(LIMIT): changes.pop(name) for name in _LIMIT_KINDS if name in changes}
    return replace(settings, **changes, limits=replace(settings.limits, **limits))


def _with_secrets_read(values: Mapping[str, Any], source: str) -> dict[str, Any]:
    found = {name: value for name, value in values.items() if name not in _SECRET_FILES}
    for file, name in _SECRET_FILES.items():
        if file in values:
            if name in found:
                raise SettingsError(f"{source} sets both {name} and {file}; set one of them")
            found[name] = _secret_in(Path(str(values[file])), f"{file} of {source}")
    return found


def secret_from(environment: Mapping[str, str], variable: str) -> str | None:
    """The value of a variable, or what is in the file that `<variable>_FILE` names; None when neither is set.

    A file keeps a secret out of the list of processes and of what a container shows about itself. SettingsError for
    both at once, and for a file that cannot be read or is empty.
    """
    given, file = environment.get(variable), environment.get(f"{variable}_FILE")
    if not file:
        return given
    if given:
        raise SettingsError(f"the environment sets both {variable} and {variable}_FILE; set one of them")
    return _secret_in(Path(file), f"{variable}_FILE")


def _secret_in(path: Path, name: str) -> str:
    """The secret without the blanks and line ends around it."""
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name} is {path}, which cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name} is {path}, which is not text in UTF-8") from None
    if not secret:
        raise SettingsError(f"{name} is {path}, which is empty")
    return secret


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of an address that was checked; a host that is an IPv6 address keeps its brackets."""
    host, _, port = address.rpartition(":")
    return host, int(port)


def _check_address(name: str, value: str) -> None:
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise SettingsError(f"{name} is '{value}', and must be HOST:PORT, such as 127.0.0.1:8443")


def _converted(value: Any, wanted: Any) -> Any:
    if wanted is bool:
        return value if isinstance(value, bool) else _SWITCHES[value.lower()]
    if wanted in (int, float):
        return wanted(value)
    if wanted == tuple[str, ...]:
        parts = value.split(",") if isinstance(value, str) else list(value)
        return tuple(str(part).strip() for part in parts if str(part).strip())
    if wanted in (Path, Path | None, AcceptanceLevel):
        return (AcceptanceLevel if wanted is AcceptanceLevel else Path)(value)
    if not isinstance(value, str):
        raise TypeError
    return value


def _expected(wanted: Any) -> str:
    if wanted is AcceptanceLevel:
        return f"one of {', '.join(AcceptanceLevel)}"
    names = {bool: "true or false", int: "a whole number", float: "a number", tuple[str, ...]: "a list of texts"}
    return names.get(wanted, "a text")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

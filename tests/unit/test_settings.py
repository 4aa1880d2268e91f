"""Settings: which source wins, and what is refused with which words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imagewright.formats.limits import DEFAULT_LIMITS
from imagewright.settings import Settings, SettingsError, load_settings, secret_from


def test_without_anything_the_defaults_hold() -> None:
    settings = load_settings({}, {})
    assert settings == Settings()
    assert (settings.host, settings.port, str(settings.data)) == ("127.0.0.1", 8443, "data")
    assert settings.database_url == "sqlite:///data/imagewright.db"


def test_options_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('listen = "127.0.0.1:1"\ndatabase_timeout = 1\ntask_threads = 1\n')
    environment = {"IMAGEWRIGHT_LISTEN": "127.0.0.1:2", "IMAGEWRIGHT_DATABASE_TIMEOUT": "2", "HOME": "/nowhere"}
    settings = load_settings({"listen": "127.0.0.1:3", "data": None}, environment, file)
    assert (settings.listen, settings.database_timeout, settings.task_threads) == ("127.0.0.1:3", 2.0, 1)


def test_limits_are_settings_one_by_one(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text("limit_entries = 7\nlimit_ratio = 9\n")
    limits = load_settings({}, {"IMAGEWRIGHT_LIMIT_RATIO": "30"}, file).limits
    assert limits == replace(DEFAULT_LIMITS, entries=7, ratio=30)


def test_lists_and_switches_can_be_given_in_the_environment() -> None:
    environment = {"IMAGEWRIGHT_FILE_FOLDERS": "/a, /b", "IMAGEWRIGHT_TLS": "false"}
    settings = load_settings({}, environment)
    assert settings.file_folders == ("/a", "/b")
    assert settings.tls is False


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"listen": "8443"}, "HOST:PORT"),
        ({"listen": "127.0.0.1:99999"}, "HOST:PORT"),
        ({"listen": "0.0.0.0:8443", "tls": False}, "loopback only"),
        ({"cert": Path("c.pem")}, "belong together"),
        ({"database_timeout": "soon"}, "a number"),
        ({"task_threads": "two"}, "a whole number"),
        ({"tls": "perhaps"}, "true or false"),
        ({"minimum_acceptance_level": "best"}, "one of certified, accepted, partner, community"),
        ({"colour": "blue"}, "no setting"),
        ({"limit_ratio": 0}, "must be 1 or more"),
        ({"limit_entries": "many"}, "a whole number"),
        ({"limits": 5}, "no setting"),
        ({"head_timeout": 0}, "more than 0"),
        ({"log_format": "xml"}, "text, json"),
        ({"log_level": "loud"}, "debug, info"),
        ({"metrics_listen": "9100"}, "metrics_listen"),
        ({"metrics_token": "short"}, "at least 16"),
        ({"depot_token": "short"}, "at least 16"),
        ({"depot_token": "0123456789abcdef/.."}, "only letters, digits"),
        ({"database": "mysql://u:secret@host/db"}, "must be sqlite:///PATH or postgresql://"),
        ({"database": "data/imagewright.db"}, "must be sqlite:///PATH or postgresql://"),
        ({"database_connections": 0}, "must be 1 or more"),
        ({"blobs": "https://host/bucket"}, "s3://BUCKET/PREFIX"),
        ({"blobs": "s3://key:secret@bucket"}, "settings of their own"),
        ({"s3_access_key_id": "k"}, "belong together"),
        ({"s3_endpoint": "s3.example"}, "https://HOST:PORT"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name(options: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        load_settings(options, {})
    assert next(iter(options)) in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_plain_http_is_possible_on_loopback(host: str) -> None:
    assert load_settings({"listen": f"{host}:8080", "tls": False}, {}).port == 8080


@pytest.mark.parametrize(
    ("content", "words"), [("listen = ", "not TOML"), ('colour = "blue"', "no setting"), ("listen = 5", "a text")]
)
def test_a_file_that_is_wrong_is_named(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "site.toml"
    file.write_text(content)
    with pytest.raises(SettingsError, match=words) as caught:
        load_settings({}, {}, file)
    assert str(file) in str(caught.value)


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings({}, {}, tmp_path / "none.toml")


def test_secrets_can_be_given_as_files(tmp_path: Path) -> None:
    url, token = "postgresql://me:hunter2@db/images", "0123456789abcdef"
    (tmp_path / "url").write_text(f"{url}\n")
    (tmp_path / "token").write_text(token)
    file = tmp_path / "site.toml"
    file.write_text(f'metrics_token_file = "{tmp_path / "token"}"\n')
    settings = load_settings({}, {"IMAGEWRIGHT_DATABASE_FILE": str(tmp_path / "url")}, file)
    assert (settings.database, settings.metrics_token) == (url, token)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"IMAGEWRIGHT_DATABASE_FILE": "{}/missing"}, "No such file"),
        ({"IMAGEWRIGHT_DATABASE_FILE": "{}/empty"}, "is empty"),
        ({"IMAGEWRIGHT_DATABASE_FILE": "{}/binary"}, "not text"),
        ({"IMAGEWRIGHT_DATABASE_FILE": "{}/good", "IMAGEWRIGHT_DATABASE": "sqlite:///x"}, "set one of them"),
    ],
    ids=["missing", "empty", "binary", "both"],
)
def test_a_file_that_is_no_secret(tmp_path: Path, environment: dict[str, str], words: str) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "good").write_text("hunter2")
    with pytest.raises(SettingsError, match=words) as refused:
        load_settings({}, {name: value.format(tmp_path) for name, value in environment.items()})
    assert "hunter2" not in str(refused.value)
    assert "database" in str(refused.value)


def test_a_secret_that_is_no_setting_may_be_in_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    file = {"PASSWORD_FILE": str(tmp_path / "password")}
    assert secret_from(file, "PASSWORD") == "hunter2"
    assert secret_from({"PASSWORD": " as it is "}, "PASSWORD") == " as it is "
    assert secret_from({}, "PASSWORD") is None
    with pytest.raises(SettingsError, match="PASSWORD_FILE"):
        secret_from(file | {"PASSWORD": "other"}, "PASSWORD")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"IMAGEWRIGHT_FETCH_RETRIES": "-1"}, "fetch_retries is -1, and must be 0 or more"),
        ({"IMAGEWRIGHT_SYSTEM_DEPOTS": "https://host/secret-token/"}, "no location of the index of a depot"),
        ({"IMAGEWRIGHT_SYSTEM_DEPOTS": "https://host/index.xml, secret-token"}, "no location of the index of a depot"),
    ],
)
def test_settings_of_online_depots_are_checked_and_not_repeated(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        load_settings({}, environment)
    assert "secret-token" not in str(caught.value)
    assert "token" not in repr(load_settings({}, {"IMAGEWRIGHT_SYSTEM_DEPOTS": "https://host/token/index.xml"}))

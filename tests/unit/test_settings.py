"""Settings: which source wins, and what is refused with which words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imagewright.formats.limits import DEFAULT_LIMITS
from imagewright.settings import Settings, SettingsError, load_settings


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

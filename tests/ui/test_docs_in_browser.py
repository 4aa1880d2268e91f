"""The page of the API in a browser that can reach this server and nothing else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from server_process import ServerProcess, serving, surroundings

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here (on Debian: apt install chromium)")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
OF_THE_VIEWER = "Warning: escaping deep link whitespace with `_`"
"""Said of every id with an underscore."""
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""No name can be looked up, whatever the page or the browser asks for."""
PATIENCE = 90


@dataclass(frozen=True, slots=True)
class Seen:
    """A page when its scripts have run: the elements, what the console says, and what the page asked for."""

    elements: str
    console: list[str]
    requests: list[str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with serving(tmp_path_factory.mktemp("site") / "data", ["--no-tls"]) as running:
        yield running


def look_at(url: str, folder: Path) -> Seen:
    """The page at this URL as a browser with a new profile shows it."""
    words = [
        str(CHROMIUM), *QUIET, OFFLINE, f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr",
        f"--log-net-log={folder / 'net.json'}", "--virtual-time-budget=30000", "--dump-dom", url,
    ]  # fmt: skip
    done = subprocess.run(words, env=surroundings(), capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return Seen(
        elements=done.stdout,
        console=[line for line in done.stderr.splitlines() if ":CONSOLE:" in line and OF_THE_VIEWER not in line],
        requests=_asked_for_by_the_page(json.loads((folder / "net.json").read_text())),
    )


def _asked_for_by_the_page(log: dict[str, Any]) -> list[str]:
    """What the browser asks for on its own account, which nothing can stop it from trying, has no origin."""
    start = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [each["params"] for each in log["events"] if each["type"] == start and "url" in each.get("params", {})]
    return [
        each["url"] for each in asked if each["initiator"] != "not an origin" or each["request_type"] == "main frame"
    ]


def test_what_a_page_must_not_do_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("""<meta http-equiv="Content-Security-Policy" content="style-src 'none'"><p style="color: red">
        <img src="http://elsewhere.test/a.png"><script>console.error("from the page")</script>""")

    seen = look_at(page.as_uri(), tmp_path)

    assert "http://elsewhere.test/a.png" in seen.requests
    for words in ("violates the following Content Security Policy directive", "from the page"):
        assert any(words in line for line in seen.console), seen.console


def test_it_lists_every_operation_from_this_server_alone(server: ServerProcess, tmp_path: Path) -> None:
    document = httpx.get(f"{server.url}/openapi.json", trust_env=False).json()
    expected = {(method.upper(), path) for path, item in document["paths"].items() for method in item}

    seen = look_at(f"{server.url}/docs", tmp_path)

    listed = re.findall(
        r'class="opblock-summary-method">([A-Z]+)<.*?class="opblock-summary-path" data-path="([^"]+)"', seen.elements
    )
    assert len(listed) == len(expected)
    assert {(method, unescape(path)) for method, path in listed} == expected
    assert seen.console == []
    assert sorted(seen.requests) == sorted(
        f"{server.url}{path}"
        for path in ("/docs", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js", "/openapi.json")
    )


def test_a_link_opens_one_operation(server: ServerProcess, tmp_path: Path) -> None:
    tag, operation = (
        "esx.settings.repository.software.drafts",
        "esx_settings_repository_software_drafts_commit_or_validate",
    )

    seen = look_at(f"{server.url}/docs#/{tag}/{operation}", tmp_path)

    text = re.sub(r"<[^>]+>", " ", seen.elements)
    for words in ("Starts a task that checks the draft", "vmw-task", "Request body", "INVALID_ARGUMENT", "Try it out"):
        assert words in text, words
    assert seen.console == []
    assert all(each.startswith(f"{server.url}/") for each in seen.requests)

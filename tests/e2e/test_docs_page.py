"""The description of the API, and the page that shows it: for everybody, complete, and from this server alone."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import httpx
import pytest
from wire_clients import refusal_in

GOLDEN = Path(__file__).parents[2] / "docs" / "openapi.json"
# Of swagger-ui-dist 5.31.0, as its maker publishes it.
PUBLISHED = {
    "swagger-ui-bundle.js": "93b7b0862a80e2786f85b560be7693c2344354ffa7e7e224f850a54349724c31",
    "swagger-ui.css": "9e576f8322132c76949da47f9bb53c891373c303ea3a761ff548ffc9de50a98c",
}


def test_the_document_is_the_one_in_docs(http: httpx.Client) -> None:
    answer = http.get("/openapi.json")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == GOLDEN.read_bytes()


def test_the_page_loads_nothing_from_elsewhere(http: httpx.Client) -> None:
    page = http.get("/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "//" not in page.text
    assert not re.search(r"<script>|<style|\son\w+=", page.text)

    needed = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert {f"/docs/{name}" for name in PUBLISHED} < set(needed)
    for path in needed:
        answer = http.get(path)
        assert answer.status_code == 200, path
        assert answer.content, path
    assert '"/openapi.json"' in http.get("/docs/start.js").text


@pytest.mark.parametrize("path", ["/docs", "/docs/start.js", "/docs/swagger-ui-bundle.js", "/openapi.json"])
def test_browsers_are_told_what_is_allowed(http: httpx.Client, path: str) -> None:
    headers = http.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))

    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_viewer_is_what_its_maker_published(http: httpx.Client, name: str) -> None:
    assert hashlib.sha256(http.get(f"/docs/{name}").content).hexdigest() == PUBLISHED[name]


@pytest.mark.parametrize("path", ["/docs/", "/docs/index.html", "/docs/%2e%2e/__init__.py", "/docs/swagger-ui.js"])
def test_there_is_nothing_else(http: httpx.Client, path: str) -> None:
    refusal_in(http.get(path), 404, "OPERATION_NOT_FOUND")


def test_only_reading(http: httpx.Client) -> None:
    refusal_in(http.post("/docs"), 404, "OPERATION_NOT_FOUND")

"""There are no online depots, and clients that list depots of both kinds can read that."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from wire_clients import JsonRpc, Rest, session_context

SERVICE = "com.vmware.esx.settings.depots.online"
PATH = "/esx/settings/depots/online"


def test_there_are_none(http: httpx.Client, user: Callable[[str], Rest], tokens: dict[str, str]) -> None:
    assert user("victor").result("GET", PATH, 200) == {}
    assert JsonRpc(http, session_context(tokens["victor"])).output(SERVICE, "list") == []


def test_and_none_can_be_made(user: Callable[[str], Rest]) -> None:
    spec = {"description": "ours", "location": "https://depot.example.test/index.xml", "enabled": True}
    user("alice").refused("POST", PATH, 400, "UNSUPPORTED", json=spec)


def test_nobody_is_told_without_a_session(http: httpx.Client) -> None:
    Rest(http).refused("GET", PATH, 401, "UNAUTHENTICATED")

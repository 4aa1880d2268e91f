"""Exports as a client asks for them: a committed specification, the URLs, and the files behind them."""

from __future__ import annotations

import json
from typing import Any

import httpx
from wire_clients import DRAFTS, SOFTWARE, Rest

from imagewright.cli import sample_depot as sample

FLAGS = ("export_software_spec", "export_offline_bundle", "export_iso_image", "export_only_default_image")
COMPOSITE: dict[str, Any] = {
    "base_image": {"version": sample.BASE_8_0_3},
    "add_on": {"name": sample.ALPHA, "version": sample.ALPHA_NEW},
    "components": {sample.NET_DRIVER: sample.NET_DRIVER_GOOD},
    "alternative_images": {
        "blades": {
            "base_image": {"version": sample.BASE_8_0_3},
            "display_name": "Blades",
            "components": {sample.NET_DRIVER: sample.NET_DRIVER_GOOD, sample.NET_AGENT: sample.NET_AGENT_VERSION},
            "selection_criteria": {"selection_type": "HOST_UUID", "host_uuids": ["4c4c4544-0001"]},
        }
    },
}
"""A specification whose second image has a component that the first has not, and whose add-on overrides and removes."""


def committed(rest: Rest, name: str, spec: dict[str, Any] = COMPOSITE) -> str:
    """The id of a new specification."""
    body = {"display_name": name, "source_type": "JSON_STRING", "software_spec": json.dumps(spec)}
    draft = rest.result("POST", f"{DRAFTS}?action=import-software-spec", 200, json=body)
    task = rest.task("POST", f"{DRAFTS}/{draft}?action=commit&vmw-task=true", json={"message": "m"})
    assert task["status"] == "SUCCEEDED", task
    return str(task["result"])


def asked(*flags: str, **others: bool) -> dict[str, bool]:
    """What an export is asked for: these flags are true."""
    return {flag: flag in flags for flag in FLAGS} | others


def urls(rest: Rest, spec: str, *flags: str, **others: bool) -> dict[str, str]:
    """What an export answers."""
    wanted = asked(*flags, **others)
    return dict(rest.result("POST", f"{SOFTWARE}/{spec}", 200, params={"action": "export"}, json=wanted))


def bundle_url(rest: Rest, spec: str, *flags: str, **others: bool) -> str:
    """Where the offline bundle is."""
    return urls(rest, spec, "export_offline_bundle", *flags, **others)["OFFLINE_BUNDLE"]


def fetched(rest: Rest, url: str, method: str = "GET", **headers: str) -> httpx.Response:
    """What a URL gives; underscores in names of headers are hyphens."""
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    return rest.http.request(method, url, headers={"vmware-api-session-id": rest.token or "", **sent})


def downloaded(rest: Rest, url: str) -> bytes:
    """The whole file."""
    answer = fetched(rest, url)
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    return answer.content

"""A site behind a proxy, with a certificate authority of its own: depots are imported through both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server_process import ALICE, serving
from site_proxy import Proxy, make_authority, proxy
from vendor_site import vendor_site
from wire_clients import OFFLINE, rest_session

from imagewright.cli import sample_depot as sample

HOST = "depots.example.test"
LOCATION = f"https://{HOST}/{sample.DRIVERS_FILE}"


@pytest.fixture(scope="module")
def authority_and_issued(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_authority(tmp_path_factory.mktemp("authority"), HOST)


@pytest.fixture(scope="module")
def way_out(depot_folder: Path, authority_and_issued: tuple[Path, Path]) -> Iterator[Proxy]:
    """The proxy of the site; behind it is the server of a vendor, which speaks TLS."""
    with (
        vendor_site(depot_folder, authority_and_issued[1]) as vendor,
        proxy(("127.0.0.1", vendor.web.server_port)) as running,
    ):
        yield running


def _imported(data: Path, **settings: str) -> dict[str, Any]:
    """The task of an import by a server with these settings."""
    with serving(data, settings=settings) as server, rest_session(server, ALICE) as alice:
        spec = {"source_type": "PULL", "location": LOCATION}
        return alice.task("POST", OFFLINE, params={"vmw-task": "true"}, json=spec)


def _said(task: dict[str, Any]) -> str:
    assert task["status"] == "FAILED", task
    return " ".join(message["default_message"] for message in task["error"]["messages"])


def test_a_depot_comes_through_both(fresh_users: Path, way_out: Proxy, authority_and_issued: tuple[Path, Path]) -> None:
    authority = str(authority_and_issued[0])
    task = _imported(fresh_users, IMAGEWRIGHT_PROXY=way_out.url(), IMAGEWRIGHT_CA_BUNDLE=authority)
    assert task["status"] == "SUCCEEDED", task
    assert way_out.asked == [f"{HOST}:443"]


def test_without_the_authority_the_vendor_is_not_trusted(fresh_users: Path, way_out: Proxy) -> None:
    said = _said(_imported(fresh_users, IMAGEWRIGHT_PROXY=way_out.url()))
    assert "has a certificate that is not trusted" in said
    assert "add its certificate authority to the CA bundle" in said


def test_a_proxy_that_wants_another_password_is_named_and_the_password_is_not(
    fresh_users: Path, way_out: Proxy
) -> None:
    said = _said(_imported(fresh_users, IMAGEWRIGHT_PROXY=way_out.url("site:wrong")))
    assert "cannot be read through the proxy, which answered 407" in said
    assert "wrong" not in said


def test_without_the_proxy_there_is_no_such_host(fresh_users: Path) -> None:
    assert f"the name {HOST} has no address here" in _said(_imported(fresh_users))
